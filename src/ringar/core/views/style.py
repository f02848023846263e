"""The style guide: every component of the pages in every state, with examples written for it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ringar.core.charts import Chart, Row, bar_chart, range_chart
from ringar.core.forms import StyleForm
from ringar.core.middleware import Request

LOOKS = {"ljust": "look-light", "morkt": "look-dark"}
ICONS = (
    "home person people unit bell mail talk star flag eye search list calendar clock edit undo plus bin check cross "
    "warn info merge split link download key lock shield settings code coin rings log-out"
)


@require_safe
def style_guide(request: Request) -> HttpResponse:
    """Every component of the pages, in every state; `?utseende=morkt` shows it dark."""
    wrong = StyleForm({"often": "x", "people": "-3", "text": _("What I wrote is still here.")})
    look = LOOKS.get(request.GET.get("utseende", ""), "")
    facts = {"look": look, "form": StyleForm(auto_id="ok_%s"), "wrong": wrong, "icons": ICONS.split()}
    return render(request, "core/style_guide.html", facts | {"bars": _bars(), "ranges": _ranges()})


def _bars() -> Chart:
    rows = [
        Row(_("Home care, west"), [12]),
        Row(_("Preschools"), [7]),
        Row(_("A unit with a name so long that it has to be broken over several lines on a phone"), [3]),
        Row(_("Streets and parks"), [0]),
    ]
    return bar_chart("example-bars", _("Needs by unit"), rows, measure=_("Needs"))


def _ranges() -> Chart:
    rows = [
        Row(_("The keys take an hour every morning"), [4, 4, 4, 5], note=_("agreed")),
        Row(_("Nobody knows who is alone at lunch"), [1, 2, 5, 5], url="#ranges", note=_("far apart")),
        Row(_("The doors of the gymnasium stick"), [2]),
    ]
    return range_chart(
        "example-ranges", _("Scores from the assessors"), rows, low=1, high=5, measure=_("Score")
    )
