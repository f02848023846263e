"""Lists for readers outside too: published pilots, what was learned, what is told to all bidders."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.pilots.models import Decision, Pilot
from ringar.pilots.queries.published import (
    PAGE,
    after_cursor,
    cursor_of,
    disclosures,
    in_stage,
    lessons,
    page_address,
    published_pilots,
    told_verdict,
    with_figures,
)
from ringar.pilots.rules import DecisionKind, Stage


@require_safe
def pilot_public_list(request: Request) -> HttpResponse:
    """The pilots whose pages everyone may read: stage and verdict, the latest change first."""
    stage, after = request.GET.get("stage", ""), request.GET.get("after", "")
    rows = list(after_cursor(in_stage(published_pilots(), stage), after)[: PAGE + 1])
    shown = rows[:PAGE]
    context = {
        "pilots": [(pilot, *told_verdict(pilot)) for pilot in shown],
        "stage": stage if stage in Stage.values else "",
        "stages": Stage.choices,
        "asked": urlencode({"stage": stage}) if stage in Stage.values else "",
        "after": after,
        "more": cursor_of(shown[-1]) if len(rows) > PAGE else "",
    }
    return render(request, "pilots/pilot_public_list.html", context)


@require_safe
def pilot_public_csv(request: Request) -> FileResponse:
    """The same list as a file."""
    header = [
        _("Pilot"),
        _("Organisation"),
        _("Unit"),
        _("Stage"),
        _("State"),
        _("Effect goal"),
        _("Verdict"),
        _("Effect"),
        _("Simulated"),
        _("Address"),
    ]
    pilots = in_stage(published_pilots(), request.GET.get("stage", ""))[: MOST_ROWS + 1]
    cells = (public_row(request, pilot) for pilot in pilots.iterator(chunk_size=2000))
    return export_response("pilotprojekt", header, cells, kind=request.GET.get("format"))


def public_row(request: Request, pilot: Pilot) -> list[object]:
    """A published pilot as a row of the file."""
    return [
        pilot.title,
        pilot.organisation.name,
        pilot.unit.name,
        pilot.get_stage_display(),
        pilot.get_state_display(),
        pilot.goal,
        *told_verdict(pilot),
        _("yes") if pilot.is_simulated else _("no"),
        request.build_absolute_uri(page_address(pilot)),
    ]


@require_safe
def pilot_learned(request: Request) -> HttpResponse:
    """What pilots taught, stopped ones among them: for whoever is about to try the same."""
    kind, after = request.GET.get("kind", ""), request.GET.get("after", "")
    rows = list(lessons(request.viewer, kind=kind, after=after)[: PAGE + 1])
    context = {
        "lessons": with_figures(rows[:PAGE]),
        "kind": kind if kind in DecisionKind.values else "",
        "kinds": DecisionKind.choices,
        "asked": urlencode({"kind": kind}) if kind in DecisionKind.values else "",
        "after": after,
        "more": rows[PAGE - 1].pk if len(rows) > PAGE else "",
    }
    return render(request, "pilots/pilot_learned.html", context)


@require_safe
def pilot_learned_csv(request: Request) -> FileResponse:
    """The same list as a file."""
    header = [
        _("Day"),
        _("Pilot"),
        _("Unit"),
        _("Decision"),
        _("Reason"),
        _("What we learned"),
        _("Verdict"),
        _("Address"),
    ]
    rows = lessons(request.viewer, kind=request.GET.get("kind", ""))[: MOST_ROWS + 1]
    return export_response("lardomar", header, lesson_rows(request, rows), kind=request.GET.get("format"))


def lesson_rows(request: Request, rows: Iterable[Decision]) -> Iterator[list[object]]:
    """Decisions as rows of the file."""
    for row, _figures, verdict, _effect in with_figures(rows):
        pilot = row.pilot
        told = [row.get_kind_display(), row.reason, row.learned, verdict]
        yield [row.at, pilot.title, pilot.unit.name, *told, request.build_absolute_uri(page_address(pilot))]


@require_safe
def disclosure_list(request: Request) -> HttpResponse:
    """What a pilot taught its supplier that could favour it later: open to all who bid, with the day."""
    after = request.GET.get("after", "")
    rows = disclosures()
    if after.isdecimal() and len(after) < 18:
        rows = rows.filter(pk__lt=int(after))
    shown = list(rows[: PAGE + 1])
    more = shown[PAGE - 1].pk if len(shown) > PAGE else ""
    return render(
        request, "pilots/disclosure_list.html", {"rows": shown[:PAGE], "after": after, "more": more}
    )


@require_safe
def disclosure_csv(request: Request) -> FileResponse:
    """The same list as a file."""
    header = [_("Day"), _("Organisation"), _("Pilot"), _("Supplier"), _("What all bidders are told")]
    cells = (
        [
            row.disclosed_at,
            row.pilot.organisation.name,
            row.pilot.title,
            row.pilot.solver or "",
            row.to_disclose,
        ]
        for row in disclosures()[: MOST_ROWS + 1].iterator(chunk_size=2000)
    )
    return export_response("att-beratta", header, cells, kind=request.GET.get("format"))
