"""A round's needs as rows: where each is, what it waits for, its meetings and pilots."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Prefetch, QuerySet
from django.utils import timezone

from ringar.core.clock import today
from ringar.core.registry import declared
from ringar.core.rules import Viewer
from ringar.matching.day_models import Meeting
from ringar.matching.day_rules import MeetingState
from ringar.matching.models import Match
from ringar.matching.plan_models import RoundPlan, RoundPlanNeed
from ringar.matching.plan_queries import dates_of
from ringar.matching.plan_rules import (
    PilotNote,
    Wait,
    days_late,
    wait_of,
)
from ringar.matching.queries import OFFERED
from ringar.needs.models import Need
from ringar.needs.queries import NOT_IN_LISTS
from ringar.needs.round_rules import missing_to_choose
from ringar.solvers.models import CallNeed

TOP = 3
PilotsOfNeeds = Callable[[Viewer, Iterable[int]], list[PilotNote]]


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
