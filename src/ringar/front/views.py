"""The first page, the search and the overview."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ringar.core.exports import export_response
from ringar.core.middleware import Request
from ringar.core.registry import waiting_for
from ringar.core.rules import NotAllowed, Viewer
from ringar.core.text import tidy_text
from ringar.front import queries
from ringar.front.rules import Row, ring_of_steps, segments, tabulate, what_next
from ringar.needs.models import Need
from ringar.needs.rules import NeedState
from ringar.solvers.rules import can_register

STATES = [state for state in NeedState if state != NeedState.DRAFT]
LONGEST_SEARCH = 300
MOST_SHOWN = 8
"""Things that wait shown at once; the rest unfolds."""


@dataclass(frozen=True)
class OwnNeed:
    """A need on its author's first page: what is still asked, and who acts when nothing is."""

    need: Need
    missing: list[Promise]
    who: Promise | None


@require_safe
def home(request: Request) -> HttpResponse:
    """What this is, for a stranger; what waits, for someone who works here."""
    viewer = request.viewer
    if viewer.is_inside:
        return home_inside(request, viewer)
    context = {
        "stops": ring_of_steps(),
        "needs": queries.newest_public_needs(),
        "calls": queries.next_calls(),
        "may_offer": can_register(viewer),
        "solutions": queries.own_solutions(viewer) if viewer.person_id else [],
    }
    return render(request, "front/home.html", context)


def home_inside(request: Request, viewer: Viewer) -> HttpResponse:
    """What waits for me, most urgent first; my needs and what happens next with them, who else has them."""
    mine, waiting = queries.own_needs(viewer), waiting_for(viewer)
    context = {
        "mine": [OwnNeed(need, *what_next(need.facts)) for need in mine],
        "joinings": queries.latest_joinings(viewer, mine),
        "waiting": waiting[:MOST_SHOWN],
        "more_waiting": waiting[MOST_SHOWN:],
        "newest": queries.newest_needs(viewer),
    }
    return render(request, "front/home_inside.html", context)


@require_safe
def search(request: Request) -> HttpResponse:
    """Open calls, needs and solutions that fit the words."""
    text = tidy_text(request.GET.get("q", ""))[:LONGEST_SEARCH].strip()
    context = {
        "text": text,
        "found": queries.found(request.viewer, text) if text else None,
        "may_offer": can_register(request.viewer),
    }
    return render(request, "front/search.html", context)


def overview_rows(viewer: Viewer) -> list[Row]:
    """The overview's table, for whoever works in the organisation."""
    if not viewer.is_inside:
        raise NotAllowed
    units = queries.unit_tree(viewer)
    parents = {unit.pk: unit.parent_id for unit in units}
    names = {unit.pk: (unit.name, str(unit.uuid)) for unit in units}
    return tabulate(queries.count_needs(viewer), parents, names, STATES)


@login_required
@require_safe
def overview(request: Request) -> HttpResponse:
    """All needs under way on one page: by administration and state, and which have stood still."""
    rows = overview_rows(request.viewer)
    longest = max((row.total for row in rows), default=0)
    totals = [sum(column) for column in zip(*(row.counts for row in rows), strict=True)]
    context = {
        "states": STATES,
        "rows": [(row, segments(row, longest)) for row in rows],
        "totals": totals,
        "legend": [(place, state.label) for place, state in enumerate(STATES) if totals and totals[place]],
        "total": sum(row.total for row in rows),
        "needs": queries.needs_under_way(request.viewer),
    }
    return render(request, "front/overview.html", context)


@login_required
@require_safe
def overview_csv(request: Request) -> FileResponse:
    """The overview's table as a file."""
    header = [_("Administration"), *(state.label for state in STATES), _("In all")]
    rows = ([row.name, *row.counts, row.total] for row in overview_rows(request.viewer))
    return export_response("oversikt", header, rows, kind=request.GET.get("format"))
