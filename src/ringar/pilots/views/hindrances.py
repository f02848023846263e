"""Pages of hindrances: told on a need, a pilot or a meeting; gone, and how; what holds the organisation back most."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ringar.core.charts import Chart, Row, bar_chart
from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.core.queries import shown_name
from ringar.core.registry import subject_of
from ringar.core.rules import NotAllowed, Refused
from ringar.pilots.actions.hindrances import add_hindrance, remove_hindrance
from ringar.pilots.forms.telling import GoneForm, HindranceForm
from ringar.pilots.hindrance_rules import Weight, can_tell_hindrance
from ringar.pilots.queries.hindrances import PAGE, hindrance_for, listed_hindrances, placed, weights
from ringar.pilots.rules import HindranceKind

AT_ONCE = 500


def row_of(request: Request, kind: str, uuid: UUID) -> Any:
    """The row that a hindrance is told of, where the viewer may. Raises 404, NotAllowed."""
    subject = subject_of(kind)
    if subject is None:
        raise Http404
    row = subject.find(request.viewer, uuid)
    if row is None or not can_tell_hindrance(
        request.viewer, organisation_id=row.organisation_id, sees=row is not None
    ):
        raise NotAllowed
    return row


@login_required
@require_http_methods(["GET", "POST"])
def hindrance_new(request: Request, kind: str, uuid: UUID) -> HttpResponse:
    """Tells what stands in the way of a row."""
    row = row_of(request, kind, uuid)
    form = HindranceForm(request.POST or None, viewer=request.viewer, organisation_id=row.organisation_id)
    if request.method == "POST" and form.is_valid():
        try:
            add_hindrance(by=request.viewer, row=row, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("It is told, and is counted in what holds us back."))
            return redirect(row)
    return render(request, "pilots/hindrance_new.html", {"form": form, "row": row})


@login_required
@require_http_methods(["GET", "POST"])
def hindrance_gone(request: Request, uuid: UUID) -> HttpResponse:
    """Says that a hindrance is gone, and how."""
    hindrance, row = hindrance_for(request.viewer, uuid)
    form = GoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            remove_hindrance(by=request.viewer, hindrance=hindrance, row=row, how=form.cleaned_data["how"])
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("One thing less in the way. How it went away is kept for others."))
            return redirect(row or "hindrance_list")
    context = {"form": form, "hindrance": hindrance, "row": row}
    return render(request, "pilots/hindrance_gone.html", context)


def wanted_of(request: Request) -> dict[str, str]:
    """What the list is narrowed to, as its address tells; unknown values are left out."""
    kind, show = request.GET.get("kind", ""), request.GET.get("show", "")
    wanted = {
        "kind": kind if kind in HindranceKind.values else "",
        "show": show if show in {"gone", "own"} else "",
    }
    return {name: value for name, value in wanted.items() if value}


def chart_of(heavy: list[Weight]) -> Chart:
    """On how many needs and pilots each kind stands in the way, the heaviest first."""
    rows = [
        Row(str(each.kind.label), [each.rows], url=f"?kind={each.kind.value}", note=note_of(each))
        for each in heavy
        if each.rows
    ]
    return bar_chart(
        "hindrances",
        _("What holds us back most"),
        rows,
        measure=_("needs and pilots that it stands in the way of"),
    )


def note_of(weight: Weight) -> str:
    """How long the oldest has stood."""
    return _("the oldest for %(days)d days") % {"days": weight.oldest_days}


@login_required
@require_GET
def hindrance_list(request: Request) -> HttpResponse:
    """What holds the organisation back most, and each hindrance with its owner and day."""
    viewer, wanted = request.viewer, wanted_of(request)
    if not viewer.is_inside:
        raise NotAllowed
    heavy = weights(viewer)
    show = wanted.get("show", "")
    rows = listed_hindrances(viewer, kind=wanted.get("kind", ""), gone=show == "gone", own=show == "own")
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < 18:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    context = {
        "weights": [each for each in heavy if each.standing],
        "chart": chart_of(heavy),
        "rows": placed(viewer, found[:PAGE]),
        "kinds": HindranceKind.choices,
        "wanted": wanted,
        "after": after,
        "more": urlencode(wanted | {"after": found[PAGE - 1].pk}) if len(found) > PAGE else "",
        "newest": urlencode(wanted),
    }
    return render(request, "pilots/hindrance_list.html", context)


@login_required
@require_GET
def hindrance_list_csv(request: Request) -> HttpResponseBase:
    """The list as a file."""
    viewer, wanted = request.viewer, wanted_of(request)
    if not viewer.is_inside:
        raise NotAllowed
    header = (
        *(_("Kind"), _("What stands in the way"), _("Where"), _("Who answers for it"), _("Last day")),
        *(_("Told on"), _("Gone on"), _("How"), _("Address")),
    )
    show = wanted.get("show", "")
    found = listed_hindrances(viewer, kind=wanted.get("kind", ""), gone=show == "gone", own=show == "own")

    def rows() -> Iterator[tuple[object, ...]]:
        hindrances = list(found[: MOST_ROWS + 1])
        batches = [hindrances[start : start + AT_ONCE] for start in range(0, len(hindrances), AT_ONCE)]
        for each in (each for batch in batches for each in placed(viewer, batch)):
            told = each.hindrance
            yield (
                told.get_kind_display(),
                told.what,
                str(each.row or ""),
                shown_name(told.owner, viewer),
                told.due,
                timezone.localdate(told.created_at),
                timezone.localdate(told.gone_at) if told.gone_at else None,
                told.how_gone,
                request.build_absolute_uri(
                    each.row.get_absolute_url() if each.row else reverse("hindrance_list")
                ),
            )

    return export_response(_("hindrances"), header, rows(), kind=request.GET.get("format"))
