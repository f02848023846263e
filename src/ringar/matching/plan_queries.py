"""Reads on rounds: which there are, where their steps and needs stand, and what their mandate allows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from ringar.core.clock import now, today
from ringar.core.models import Unit
from ringar.core.queries import units_below
from ringar.core.registry import MOST_WAITING, declared
from ringar.core.rules import NotAllowed, Role, Viewer, Visibility
from ringar.matching.day_models import Meeting
from ringar.matching.day_rules import DayState, MeetingState
from ringar.matching.models import Match
from ringar.matching.plan_models import RoundPlan, RoundPlanNeed
from ringar.matching.plan_rules import (
    GATHERED_STATES,
    Dates,
    Done,
    PilotNote,
    PlanStep,
    StepState,
    Wait,
    can_see_plans,
    days_late,
    step_now,
    step_states,
    wait_of,
)
from ringar.matching.queries import OFFERED
from ringar.needs.models import Need
from ringar.needs.queries import NOT_IN_LISTS, living_needs
from ringar.needs.round_models import Round
from ringar.needs.round_rules import missing_to_choose
from ringar.solvers.models import CallNeed
from ringar.solvers.rules import CallState

PAGE = 25
TOP = 3
PilotsOfNeeds = Callable[[Viewer, Iterable[int]], list[PilotNote]]


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
    """Those rounds with what their steps are made of, and how many needs each holds."""
    plans = visible_plans(viewer).select_related("weighing", "call", "meeting_day")
    return plans.annotate(needs=Count("entries", distinct=True), last_day=Max("meeting_day__hours__date"))


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
            weighing is not None and weighing.decided_at is not None,
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


def pilots_of(viewer: Viewer, need_ids: Iterable[int]) -> list[PilotNote]:
    """The pilots of these needs, as the room of pilots tells them; none where that room is left out."""
    ids = list(need_ids)
    tellers: tuple[PilotsOfNeeds, ...] = declared("plan_pilots", "PILOTS_OF_NEEDS")
    return [note for teller in tellers for note in teller(viewer, ids)] if ids else []


def pilots_in(viewer: Viewer, plan: RoundPlan) -> list[PilotNote]:
    """The pilots of all the round's needs. 1 query, and those of the room of pilots."""
    return pilots_of(viewer, plan.entries.values_list("need_id", flat=True))


def own_pilots(plan: RoundPlan, pilots: Iterable[PilotNote]) -> list[PilotNote]:
    """Those of the pilots that were made since the round was: what counts in its steps, money and figures."""
    first = timezone.localdate(plan.created_at)
    return [note for note in pilots if note.made_on >= first]


@dataclass(frozen=True)
class PlanRow:
    """A need in a round: where it is, what it waits for, and how late that is."""

    entry: RoundPlanNeed
    wait: Wait | None
    days_late: int
    matches: list[Match]
    is_called: bool
    meetings: int  # planned, and not yet held
    held: int
    pilots: list[PilotNote] = field(default_factory=list)

    @property
    def need(self) -> Need:
        """The need."""
        return self.entry.need


def meeting_counts(need_ids: Iterable[int]) -> dict[tuple[int, str], int]:
    """How many meetings each need has in each state, {(need id, state): count}. 1 query."""
    rows = Meeting.objects.filter(need_id__in=list(need_ids)).exclude(state=MeetingState.CANCELLED)
    counts = rows.order_by().values_list("need_id", "state").annotate(count=Count("id"))
    return {(need_id, state): count for need_id, state, count in counts if need_id is not None}


PEOPLE = ("need__owner", "need__created_by")
# What a choice asks for is read from the need's facts: those two texts come along.
HIDDEN = [f"need__{name}" for name in NOT_IN_LISTS if name not in {"who_affected", "good_effect"}]


def with_matches(entries: QuerySet[RoundPlanNeed]) -> QuerySet[RoundPlanNeed]:
    """The entries with their needs, and the first few solutions found for each."""
    top = Match.objects.filter(OFFERED, rank__lte=TOP).select_related("solution__solver").order_by("rank")
    top = top.only(
        "need_id", "rank", "parts", "is_here", "solution__uuid", "solution__name", "solution__solver__name"
    )
    entries = entries.select_related(*PEOPLE, "need__unit", "need__ranking")
    return entries.defer(*HIDDEN).prefetch_related(Prefetch("need__matches", top, to_attr="top"))


def rows_of(
    viewer: Viewer,
    plan: RoundPlan,
    entries: QuerySet[RoundPlanNeed],
    *,
    pilots: list[PilotNote] | None = None,
    is_brief: bool = False,
) -> list[PlanRow]:
    """The entries as rows. 4 queries however many there are, and those of the room of pilots unless `pilots` are given.

    `is_brief`: only what each waits for, without solutions and the call: 2 queries.
    """
    found = list(entries.select_related(*PEOPLE).defer(*HIDDEN) if is_brief else with_matches(entries))
    ids, dates, day = [entry.need_id for entry in found], dates_of(plan), today()
    calls = CallNeed.objects.filter(call=plan.call_id).values_list("need_uuid", flat=True)
    called = set(calls) if plan.call_id and not is_brief else set()
    counts = meeting_counts(ids)
    pilots = pilots_of(viewer, ids) if pilots is None else pilots
    rows = []
    for entry in found:
        need = entry.need
        planned = counts.get((need.pk, MeetingState.PLANNED), 0)
        mine = [note for note in pilots if note.need_id == need.pk]
        wait = wait_of(
            need.state,
            lacks=bool(missing_to_choose(need.facts)),
            has_meeting=planned > 0,
            has_pilot=bool(mine),
        )
        late = 0 if plan.ended_at else days_late(wait, dates, day)
        held = counts.get((need.pk, MeetingState.HELD), 0)
        top: list[Match] = getattr(need, "top", [])
        rows.append(PlanRow(entry, wait, late, top, need.uuid in called, planned, held, mine))
    return rows


def in_running_plan() -> Exists:
    """That a need is in a round that has not ended."""
    return Exists(RoundPlanNeed.objects.filter(need=OuterRef("pk"), plan__ended_at=None))


def gatherable_needs(viewer: Viewer) -> QuerySet[Need]:
    """Needs that a round may take: of the organisation, seen by all who work there, in no round that runs."""
    needs = Need.objects.filter(
        organisation_id=viewer.organisation_id or 0, is_draft=False, state__in=GATHERED_STATES
    ).exclude(visibility=Visibility.UNIT)
    needs = living_needs(needs).exclude(in_running_plan()).select_related("unit")
    return needs.defer("symptom", *NOT_IN_LISTS).order_by("-changed_at", "-id")


def imported_needs(viewer: Viewer, source: str) -> QuerySet[Need]:
    """Those of them that came with the spreadsheet of that name."""
    return gatherable_needs(viewer).filter(source=source) if source else gatherable_needs(viewer).none()


def needs_of_units(viewer: Viewer, plan: RoundPlan) -> QuerySet[Need]:
    """Needs that the round may take from the units that take part and those below; from all where none is named."""
    units = set(plan.units.values_list("pk", flat=True))
    if not units:
        return gatherable_needs(viewer)
    tree = Unit.objects.filter(organisation_id=plan.organisation_id).values_list("id", "parent_id")
    return gatherable_needs(viewer).filter(unit_id__in=units_below(tree, units))


def plans_to_lead(viewer: Viewer) -> list[tuple[RoundPlan, PlanStep]]:
    """The running rounds that the viewer made or decides in, each with the step it is in. 0–1 queries."""
    if not viewer.leads or viewer.person_id is None:
        return []
    mine = Q(created_by_id=viewer.person_id) | Q(pk__in=memberships_of(viewer))
    plans = listed_plans(viewer).select_related("organisation").filter(mine, ended_at=None)
    steps = [(plan, step_now(steps_of(plan, has_pilots=False))) for plan in plans[:MOST_WAITING]]
    return [(plan, step) for plan, step in steps if step is not None]


def memberships_of(viewer: Viewer) -> QuerySet[Any]:
    """The ids of the rounds that the viewer decides in."""
    members = RoundPlan.members.through._default_manager
    return members.filter(person_id=viewer.person_id or 0).values("roundplan_id")


def plans_lacking_needs(viewer: Viewer) -> list[RoundPlan]:
    """Rounds that gather needs still and have none of a unit of theirs that the viewer manages. 0–1 queries."""
    units = viewer.role_units.get(Role.MANAGER, frozenset())
    if not units:
        return []
    given = RoundPlanNeed.objects.filter(plan=OuterRef("pk"), need__unit_id__in=units)
    plans = visible_plans(viewer).filter(
        ~Exists(given), ended_at=None, weighing=None, gather_until__gte=today(), units__in=units
    )
    return list(plans.select_related("organisation").distinct()[:MOST_WAITING])
