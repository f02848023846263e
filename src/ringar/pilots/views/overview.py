"""All that is under way on one page: stage, owner, money, days, what is missing, promised against realised."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from ringar.core.charts import Chart, Row, bar_chart
from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.core.queries import shown_name
from ringar.core.rules import NotAllowed
from ringar.core.text import tidy_text
from ringar.pilots.history import told_history
from ringar.pilots.queries.overview import StageCount, funnel, lines_of, overview_pilots, page_of, with_counts
from ringar.pilots.rules import PilotState, Stage

LONGEST_SEARCH = 200
AT_ONCE = 500
MOST_MOVES = 500_000
"""A log that is cut short tells wrong times; a municipality's whole history is shorter than this."""


def wanted_of(request: Request) -> dict[str, str]:
    """What the list is narrowed to, as its address tells; unknown values are left out."""
    stage, state = request.GET.get("stage", ""), request.GET.get("state", "")
    wanted = {
        "q": tidy_text(request.GET.get("q", ""))[:LONGEST_SEARCH].strip(),
        "stage": stage if stage in Stage.values else "",
        "state": state if state in {*PilotState.values, "all"} else "",
    }
    return {name: value for name, value in wanted.items() if value}


def chart_of(stages: list[StageCount]) -> Chart:
    """How many are under way in each stage, in the order of the stages."""
    rows = [
        Row(str(each.stage.label), [each.under_way], url=f"?stage={each.stage.value}", note=ended(each))
        for each in stages
    ]
    return bar_chart("funnel", _("How far they have come"), rows, measure=_("under way"))


def ended(each: StageCount) -> str:
    """How many came to their end in that stage."""
    told = []
    if each.stopped:
        told.append(ngettext("%(n)d stopped", "%(n)d stopped", each.stopped) % {"n": each.stopped})
    if each.done:
        told.append(ngettext("%(n)d done", "%(n)d done", each.done) % {"n": each.done})
    return ", ".join(told)


@login_required
@require_GET
def pilot_overview(request: Request) -> HttpResponse:
    """Everything under way, for whoever works here."""
    viewer, wanted, after = request.viewer, wanted_of(request), request.GET.get("after", "")
    if not viewer.is_inside:
        raise NotAllowed
    stages = funnel(viewer)
    lines, more = page_of(overview_pilots(viewer, **wanted), after)
    context = {
        "chart": chart_of(stages),
        "under_way": sum(each.under_way for each in stages),
        "in_all": sum(each.under_way + each.stopped + each.done for each in stages),
        "lines": lines,
        "wanted": wanted,
        "stages": Stage.choices,
        "states": PilotState.choices,
        "after": after,
        "more": urlencode(wanted | {"after": more}) if more else "",
        "asked": urlencode(wanted),
        "may_import": viewer.keeps,
    }
    return render(request, "pilots/pilot_overview.html", context)


@login_required
@require_GET
def pilot_overview_csv(request: Request) -> HttpResponseBase:
    """The overview as a file."""
    viewer = request.viewer
    if not viewer.is_inside:
        raise NotAllowed
    found = with_counts(overview_pilots(viewer, **wanted_of(request)))[: MOST_ROWS + 1]
    header = (
        *(_("Pilot"), _("Stage"), _("State"), _("Unit"), _("Owner"), _("Supplier"), _("First day")),
        *(
            _("Last day"),
            _("Days in the stage"),
            _("Spent, SEK"),
            _("Budget, SEK"),
            _("Gain a year promised, SEK"),
        ),
        *(_("Gain a year realised, SEK"), _("What is missing"), _("Address")),
    )

    def rows() -> Iterator[tuple[object, ...]]:
        pilots = list(found)
        for start in range(0, len(pilots), AT_ONCE):
            for line in lines_of(pilots[start : start + AT_ONCE]):
                pilot = line.pilot
                yield (
                    *(pilot.title, pilot.get_stage_display(), pilot.get_state_display(), pilot.unit.name),
                    *(shown_name(pilot.owner, viewer), pilot.solver or ""),
                    *(pilot.starts_on, pilot.ends_on, line.days, line.spent, line.budget),
                    *(line.gain_promised, line.gain, " ".join(each.text for each in line.missing)),
                    request.build_absolute_uri(pilot.get_absolute_url()),
                )

    return export_response(_("pilots"), header, rows(), kind=request.GET.get("format"))


@login_required
@require_GET
def pilot_history_csv(request: Request) -> HttpResponseBase:
    """Every move of needs and pilots as an event log, which the page of event logs takes."""
    viewer = request.viewer
    if not viewer.is_inside or viewer.organisation_id is None:
        raise NotAllowed
    # Named as the form of event logs guesses them
    header = (
        *(pgettext("event log", "case"), pgettext("event log", "activity")),
        *(pgettext("event log", "time"), pgettext("event log", "seq")),
    )
    rows = told_history(viewer.organisation_id)
    return export_response(_("moves"), header, rows, kind=request.GET.get("format"), most=MOST_MOVES)
