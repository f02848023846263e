"""A round's needs as rows: where each is, what it waits for, its meetings and pilots."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
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
    tellers: tuple[PilotsOfNeeds, ...] = declared("plan_pilots", "PILOTS_OF_NEEDS")
    return [note for teller in tellers for note in teller(viewer, need_ids)]


def pilots_in(viewer: Viewer, plan: RoundPlan) -> list[PilotNote]:
    """The pilots of all the round's needs. The queries of the room of pilots, which asks for the needs within them."""
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


def meetings_of(state: MeetingState) -> Coalesce:
    """How many meetings in that state an entry's need has, to read with the entry."""
    rows = Meeting.objects.filter(need=OuterRef("need"), state=state).order_by().values("need")
    return Coalesce(Subquery(rows.annotate(count=Count("id")).values("count")), 0)


PEOPLE = ("need__owner", "need__created_by")
# What a choice asks for is read from the need's facts: those two texts come along.
HIDDEN = [f"need__{name}" for name in NOT_IN_LISTS if name not in {"who_affected", "good_effect"}]


def with_needs(entries: QuerySet[RoundPlanNeed]) -> QuerySet[RoundPlanNeed]:
    """The entries with their needs, who answers for each, and how many meetings it has."""
    entries = entries.select_related(*PEOPLE).defer(*HIDDEN)
    return entries.annotate(
        planned=meetings_of(MeetingState.PLANNED),  # and not yet held
        held=meetings_of(MeetingState.HELD),
    )


def with_matches(entries: QuerySet[RoundPlanNeed], plan: RoundPlan) -> QuerySet[RoundPlanNeed]:
    """Those with the first few solutions found for each, and whether the round's call is for it too."""
    top = Match.objects.filter(OFFERED, rank__lte=TOP).select_related("solution__solver").order_by("rank")
    top = top.only(
        "need_id", "rank", "parts", "is_here", "solution__uuid", "solution__name", "solution__solver__name"
    )
    called = CallNeed.objects.filter(call=plan.call_id or 0, need_uuid=OuterRef("need__uuid"))
    entries = with_needs(entries).select_related("need__unit", "need__ranking")
    entries = entries.annotate(is_called=Exists(called))
    return entries.prefetch_related(Prefetch("need__matches", top, to_attr="top"))


def rows_of(
    viewer: Viewer,
    plan: RoundPlan,
    entries: QuerySet[RoundPlanNeed],
    *,
    pilots: list[PilotNote] | None = None,
    is_brief: bool = False,
) -> list[PlanRow]:
    """The entries as rows. 2 queries however many there are, and those of the room of pilots unless `pilots` are given.

    `is_brief`: only what each waits for, without solutions and the call: 1 query.
    """
    found: list[Any] = list(with_needs(entries) if is_brief else with_matches(entries, plan))
    dates, day = dates_of(plan), today()
    pilots = pilots_of(viewer, [entry.need_id for entry in found]) if pilots is None else pilots
    rows = []
    for entry in found:
        need = entry.need
        mine = [note for note in pilots if note.need_id == need.pk]
        wait = wait_of(
            need.state,
            lacks=bool(missing_to_choose(need.facts)),
            has_meeting=entry.planned > 0,
            has_pilot=bool(mine),
        )
        late = 0 if plan.ended_at else days_late(wait, dates, day)
        top: list[Match] = getattr(need, "top", [])
        is_called: bool = getattr(entry, "is_called", False)
        rows.append(PlanRow(entry, wait, late, top, is_called, entry.planned, entry.held, mine))
    return rows
