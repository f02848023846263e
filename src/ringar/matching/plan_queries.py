"""Reads on rounds: which there are, where their steps and needs stand, and what their mandate allows."""

from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet

from ringar.core.clock import now, today
from ringar.core.rules import NotAllowed, Viewer, Visibility
from ringar.matching.day_rules import DayState
from ringar.matching.plan_models import RoundPlan, RoundPlanNeed
from ringar.matching.plan_rules import (
    Dates,
    Done,
    PlanStep,
    StepState,
    can_see_plans,
    step_states,
)
from ringar.needs.models import Need
from ringar.needs.round_models import Round
from ringar.needs.round_rules import CANDIDATES
from ringar.solvers.rules import CallState

PAGE = 25


def limit_for(need: Need) -> int | None:
    """The most that one pilot for the need may cost by its running round's mandate, in SEK; None where none says.

    Where the need is in several running rounds, the lowest limit holds. 1 query.
    """
    running = RoundPlan.objects.filter(entries__need=need, ended_at=None)
    lowest: int | None = running.aggregate(lowest=Min("limit_sek"))["lowest"]
    return lowest


def visible_plans(viewer: Viewer) -> QuerySet[RoundPlan]:
    """The rounds of the viewer's organisation, for all who work there, newest first."""
    plans = RoundPlan.objects.order_by("-id")
    return (
        plans.filter(organisation_id=viewer.organisation_id or 0) if can_see_plans(viewer) else plans.none()
    )


def listed_plans(viewer: Viewer) -> QuerySet[RoundPlan]:
    """Those rounds with what their steps are made of, and how many needs each holds; `unchosen` of them can be."""
    plans = visible_plans(viewer).select_related("weighing", "call", "meeting_day")
    return plans.annotate(
        needs=Count("entries", distinct=True),
        unchosen=Count("entries", filter=Q(entries__need__state__in=CANDIDATES), distinct=True),
        last_day=Max("meeting_day__hours__date"),
    )


def plan_for(viewer: Viewer, uuid: UUID | str) -> RoundPlan:
    """The round with that uuid, and what its steps are made of. Raises NotAllowed where none is seen. 1 query."""
    plan = listed_plans(viewer).select_related("organisation", "created_by").filter(uuid=uuid).first()
    if plan is None:
        raise NotAllowed
    return plan


def dates_of(plan: RoundPlan) -> Dates:
    """The round's days."""
    return Dates(plan.gather_until, plan.weigh_until, plan.call_until, plan.meet_until, plan.pilots_from)


def running_weighing(plan: RoundPlan) -> Round | None:
    """The scoring of the round's needs while it goes on: neither withdrawn nor decided."""
    weighing = plan.weighing
    is_over = weighing is None or weighing.withdrawn_at or weighing.decided_at
    return None if is_over else weighing


def done_of(plan: RoundPlan, *, has_pilots: bool, at: datetime) -> Done:
    """How far the steps of a round (of `listed_plans`) have come at that time. No query."""
    day, weighing, call, meetings = today(), plan.weighing, plan.call, plan.meeting_day
    gathered = plan.needs > 0  # type: ignore[attr-defined]
    called = call is not None and call.state_at(at) != CallState.DRAFT
    told = meetings is not None and meetings.state in {DayState.INVITED, DayState.PUBLISHED}
    last_day: date | None = plan.last_day  # type: ignore[attr-defined]
    return Done(
        gather=(gathered, gathered and day > plan.gather_until),
        weigh=(
            weighing is not None and weighing.withdrawn_at is None,
            # Needs that were chosen before they were gathered are prioritised already.
            (gathered and not plan.unchosen) or (weighing is not None and weighing.decided_at is not None),  # type: ignore[attr-defined]
        ),
        call=(called, called and call is not None and call.state_at(at) != CallState.OPEN),
        meet=(told, told and last_day is not None and day > last_day),
        pilots=(has_pilots, plan.ended_at is not None),
    )


def steps_of(plan: RoundPlan, *, has_pilots: bool) -> dict[PlanStep, StepState]:
    """Where the steps of a round (of `listed_plans`) stand now. No query."""
    return step_states(dates_of(plan), done_of(plan, has_pilots=has_pilots, at=now()), today())


def entries_of(viewer: Viewer, plan: RoundPlan) -> QuerySet[RoundPlanNeed]:
    """The round's needs that the viewer may see, in the order they were gathered."""
    open_to_all = Q(need__visibility__in=(Visibility.ORGANISATION, Visibility.PUBLIC))
    own = Q(need__unit_id__in=viewer.unit_ids) | Q(need__created_by_id=viewer.person_id or 0)
    entries = plan.entries.filter(open_to_all | own | Q(need__owner_id=viewer.person_id or 0))
    return entries.order_by("id")
