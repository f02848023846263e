"""Reads for the overview of all that is under way: a page of pilots with their money and what each lacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from ringar.core.clock import today
from ringar.core.rules import Viewer
from ringar.matching.plan_models import RoundPlan
from ringar.pilots.gate_rules import Missing
from ringar.pilots.models import CostLine, Pilot, PilotUnit
from ringar.pilots.queries.gates import Counted, missing_of
from ringar.pilots.queries.pilots import listed_pilots
from ringar.pilots.rules import CostKind, PilotState, Stage, UnitRole

PAGE = 25
UNDER_WAY = (PilotState.PLANNED, PilotState.RUNNING)


@dataclass(frozen=True)
class Line:
    """A pilot on the overview: its money (SEK, None where nothing is told), how long it has stood, what it lacks."""

    pilot: Pilot
    spent: int | None
    budget: int | None
    gain: int | None
    gain_promised: int | None
    missing: list[Missing]
    day: date

    @property
    def days(self) -> int:
        """Days in this stage."""
        return max(0, (self.day - timezone.localdate(self.pilot.stage_since)).days)

    @property
    def is_over(self) -> bool:
        """Whether more is spent than there is."""
        return self.spent is not None and self.budget is not None and self.spent > self.budget

    @property
    def is_late(self) -> bool:
        """Whether its last day has passed and it is still under way."""
        return bool(self.pilot.ends_on and self.pilot.ends_on < self.day and self.pilot.state in UNDER_WAY)


def sums_of(kind: CostKind, column: str) -> Subquery:
    """The sum of a column over a pilot's lines of that kind, as a part of another query."""
    lines = CostLine.objects.filter(pilot=OuterRef("pk"), kind=kind).order_by().values("pilot")
    return Subquery(lines.annotate(n=Sum(column)).values("n"))


def counts_of(rows: "QuerySet[CostLine] | QuerySet[PilotUnit]") -> Subquery:
    """How many such rows a pilot has (None for none), as a part of another query."""
    of_pilot = rows.filter(pilot=OuterRef("pk")).order_by().values("pilot")
    return Subquery(of_pilot.annotate(n=Count("pk")).values("n"))


def overview_pilots(viewer: Viewer, *, stage: str = "", state: str = "", q: str = "") -> "QuerySet[Pilot]":
    """The organisation's pilots that the viewer may see, with sums and counts; the latest change first.

    `state` is a PilotState, "all", or "" for those under way; `q` is words of the heading, the goal or the unit.
    """
    pilots = listed_pilots(viewer, stage=stage if stage in Stage.values else "")
    if state in PilotState.values:
        pilots = pilots.filter(state=state)
    elif state != "all":
        pilots = pilots.filter(state__in=UNDER_WAY)
    for word in q.split()[:8]:
        pilots = pilots.filter(
            Q(title__icontains=word) | Q(goal__icontains=word) | Q(unit__name__icontains=word)
        )
    return pilots.select_related("effect_goal", "data_check", "sprint", "unit", "owner", "need", "solver")


def with_counts(pilots: "QuerySet[Pilot]") -> "QuerySet[Pilot]":
    """The pilots with their sums of money and what their gates count, so that a page of them is one query."""
    told = Q(promised_sek__isnull=False) | Q(promised_hours__isnull=False)
    lines, units = CostLine.objects.filter(told), PilotUnit.objects.all()
    running = RoundPlan.objects.filter(
        entries__need=OuterRef("need"), ended_at=None, limit_sek__isnull=False
    ).order_by()
    return pilots.annotate(
        spent=sums_of(CostKind.COST, "realised_sek"),
        cost_promised=sums_of(CostKind.COST, "promised_sek"),
        gain=sums_of(CostKind.GAIN, "realised_sek"),
        gain_promised=sums_of(CostKind.GAIN, "promised_sek"),
        cost_count=counts_of(lines.filter(kind__in=[CostKind.COST, CostKind.HOURS])),
        gain_count=counts_of(lines.filter(kind=CostKind.GAIN).exclude(taken_home_by="")),
        trying=counts_of(units.filter(role=UnitRole.TRIES)),
        comparing=counts_of(units.filter(role=UnitRole.COMPARES)),
        drawn=counts_of(units.filter(role=UnitRole.TRIES, start_week__isnull=False)),
        limit=Subquery(running.values("entries__need").annotate(n=Min("limit_sek")).values("n")),
    )


def lines_of(pilots: Sequence[Pilot]) -> list[Line]:
    """The pilots (of `with_counts`) as lines. ≤ 3 queries."""
    counted = Counted(
        units={p.pk: (p.trying or 0, p.comparing or 0, p.drawn or 0) for p in pilots},  # type: ignore[attr-defined]
        costs={
            p.pk: {
                "cost_lines": p.cost_count or 0,  # type: ignore[attr-defined]
                "gain_lines": p.gain_count or 0,  # type: ignore[attr-defined]
                "cost_sek": p.cost_promised or 0,  # type: ignore[attr-defined]
            }
            for p in pilots
        },
        limits={
            p.need_id: p.limit  # type: ignore[attr-defined]
            for p in pilots
            if p.need_id and p.limit is not None  # type: ignore[attr-defined]
        },
    )
    missing = missing_of(pilots, counted)
    return [line_of(pilot, missing[pilot.pk]) for pilot in pilots]


def line_of(pilot: Pilot, missing: list[Missing]) -> Line:
    """One pilot (of `with_counts`) with what it lacks. What is over lacks nothing."""
    promised = pilot.cost_promised  # type: ignore[attr-defined]
    return Line(
        pilot=pilot,
        spent=pilot.spent,  # type: ignore[attr-defined]
        budget=promised if promised is not None else pilot.cap_sek,
        gain=pilot.gain,  # type: ignore[attr-defined]
        gain_promised=pilot.gain_promised,  # type: ignore[attr-defined]
        missing=missing if pilot.state in UNDER_WAY else [],
        day=today(),
    )


def page_of(pilots: "QuerySet[Pilot]", after: str) -> tuple[list[Line], str]:
    """A page of lines after the cursor (`ISO moment_id`), and the next page's cursor or "". ≤ 4 queries."""
    stamp, _bar, last = after.partition("_")
    rows = pilots
    if last.isdecimal() and len(last) < 18:
        try:
            moment = datetime.fromisoformat(stamp.replace(" ", "+"))
            if moment.tzinfo:
                rows = pilots.filter(changed_at__lte=moment).exclude(changed_at=moment, pk__gte=int(last))
        except ValueError:
            rows = pilots
    found = list(with_counts(rows)[: PAGE + 1])
    shown = found[:PAGE]
    more = f"{shown[-1].changed_at.isoformat()}_{shown[-1].pk}" if len(found) > PAGE else ""
    return lines_of(shown), more


@dataclass(frozen=True)
class StageCount:
    """How many pilots are in a stage: being prepared or under way; and how many came to an end there."""

    stage: Stage
    under_way: int
    stopped: int
    done: int


def funnel(viewer: Viewer) -> list[StageCount]:
    """The stages in order, each with how many pilots are there. 1 query."""
    rows = listed_pilots(viewer).order_by().values_list("stage", "state").annotate(n=Count("pk"))
    counts = {(stage, state): n for stage, state, n in rows}
    return [
        StageCount(
            stage=stage,
            under_way=sum(counts.get((stage, state), 0) for state in UNDER_WAY),
            stopped=counts.get((stage, PilotState.STOPPED), 0),
            done=counts.get((stage, PilotState.DONE), 0),
        )
        for stage in Stage
    ]
