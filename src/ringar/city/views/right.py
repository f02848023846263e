"""Was it right? Lists held against the breaks that came."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ringar.city.curves import drawing_of
from ringar.city.leak_words import WAYS
from ringar.city.queries.lists import list_for, visible_lists
from ringar.city.queries.right import Outcome, caught_in_short, outcome_of
from ringar.city.rules.fits import Arm, ListState
from ringar.core.clock import today
from ringar.core.exports import export_response
from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed

MOST_LISTS = 50


@login_required
@require_safe
def was_it_right(request: Request) -> HttpResponse:
    """Each list that was handed out lately, and what it caught so far."""
    if not request.viewer.is_inside:
        raise NotAllowed
    lists = list(visible_lists(request.viewer).exclude(state=ListState.DRAFT)[:MOST_LISTS])
    day = today()
    rows = [
        (each, watched, watched.has_begun(day), watched.is_over(day), caught)
        for each, watched, caught in caught_in_short(lists)
    ]
    return render(request, "city/was_it_right.html", {"rows": rows, "most": MOST_LISTS})


@login_required
@require_safe
def was_it_right_list(request: Request, uuid: UUID) -> HttpResponse:
    """One list: breaks caught per kilometre, its halves, other ways on the same length, and the curve."""
    work_list = list_for(request.viewer, uuid)
    outcome = outcome_of(work_list)
    context = {
        "work_list": work_list,
        "outcome": outcome,
        "has_begun": outcome.watched.has_begun(today()),
        "is_over": outcome.watched.is_over(today()),
        "done": work_list.items.exclude(done_at=None).count(),
        "halves": [(Arm(each.arm).label, each) for each in outcome.halves],
        "rivals": [(WAYS[each.method], each) for each in outcome.rivals],
        "drawing": drawing_of(outcome.curves, share=outcome.share),
        "percent": 100 * outcome.share,
        "shows_halves": work_list.state == ListState.CLOSED and len(outcome.halves) == 2,
    }
    return render(request, "city/was_it_right_list.html", context)


@login_required
@require_safe
def was_it_right_csv(request: Request, uuid: UUID) -> FileResponse:
    """The curve's points as a file."""
    outcome = outcome_of(list_for(request.viewer, uuid))
    headers = [_("Way of choosing"), _("Share of the length"), _("Share of the breaks")]
    return export_response("facit", headers, points_of(outcome), kind=request.GET.get("format"))


def points_of(outcome: Outcome) -> list[list[object]]:
    """Each curve's points, one a row."""
    return [
        [str(WAYS[curve.name]), x, y]
        for curve in outcome.curves
        for x, y in zip(curve.inspected, curve.caught, strict=True)
    ]
