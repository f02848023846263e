"""Reads on gates: what is there of what a gate asks for, gates that wait, and the history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Min, Prefetch, Q, QuerySet, Sum, prefetch_related_objects

from ringar.core.clock import today
from ringar.core.registry import MOST_WAITING
from ringar.core.rules import Viewer
from ringar.matching.plan_models import RoundPlan
from ringar.pilots.gate_rules import GateFacts, Missing, missing_evidence
from ringar.pilots.models import CostLine, DataCheck, Gate, Pilot, PilotUnit
from ringar.pilots.queries.pilots import visible_pilots
from ringar.pilots.rules import (
    CostKind,
    Design,
    GateOutcome,
    PilotState,
    Stage,
    Step,
    UnitRole,
    can_take,
    transition,
)
from ringar.procurement.models import Ceiling, SupplierChoice
from ringar.procurement.queries import bought_besides, choices_for
from ringar.procurement.rules import Room, valid_on

MOST_LOOKED_AT = 100
"""Gates of one organisation that are looked through for those that a viewer may decide on."""


def gate_stage(pilot: Pilot) -> Stage | None:
    """The stage that the pilot's next gate leads to, or None where no gate is to be asked for."""
    arrow = transition(pilot.stage, pilot.state, Step.GATE)
    return arrow.to_stage if arrow else None


@dataclass(frozen=True)
class Counted:
    """What a list has counted already, so that `facts_of` need not: by pilot's id, and mandates by need's id."""

    units: Mapping[int, tuple[int, int, int]]
    costs: Mapping[int, Mapping[str, int]]
    limits: Mapping[int, int]


def missing_of(pilots: Sequence[Pilot], counted: Counted | None = None) -> dict[int, list[Missing]]:
    """What is missing at each pilot's next gate, by the pilot's id; [] where nothing is or none comes. ≤ 9 queries."""
    stages = {pilot.pk: gate_stage(pilot) for pilot in pilots}
    facts = facts_of([pilot for pilot in pilots if stages[pilot.pk]], counted)
    return {pk: missing_evidence(stage, facts[pk]) if stage else [] for pk, stage in stages.items()}


def count_for(pilots: Sequence[Pilot]) -> Counted:
    """Units, lines of calculations and mandates of many pilots, which bring their units from now on. 3 queries."""
    ids = [pilot.pk for pilot in pilots]
    prefetch_related_objects(list(pilots), Prefetch("units", PilotUnit.objects.select_related("unit")))
    limits = limits_of({pilot.need_id for pilot in pilots if pilot.need_id})
    return Counted(
        units={pilot.pk: units_in(pilot) for pilot in pilots}, costs=costs_by_pilot(ids), limits=limits
    )


def facts_of(pilots: Sequence[Pilot], counted: Counted | None = None) -> dict[int, GateFacts]:
    """What is there of what gates ask for, for many pilots at once, by id. ≤ 9 queries, however many they are.

    None for the goal, the data check and the sprint where the pilots bring them, nor for what is `counted`.
    """
    prefetch_related_objects(list(pilots), "effect_goal", "data_check", "sprint")
    counted = counted or count_for(pilots)
    units, costs, limits = counted.units, counted.costs, counted.limits
    choices = choices_for([pilot.uuid for pilot in pilots])
    rooms = rooms_of(pilots, choices, {pk: row["cost_sek"] for pk, row in costs.items()})
    found: dict[int, GateFacts] = {}
    for pilot in pilots:
        pk, goal, check = pilot.pk, getattr(pilot, "effect_goal", None), getattr(pilot, "data_check", None)
        trying, comparing, drawn = units.get(pk, (0, 0, 0))
        money = costs.get(pk, {"cost_lines": 0, "gain_lines": 0, "cost_sek": 0})
        design = goal.design if goal else Design.FIXED
        is_drawn = drawn == trying if design == Design.RANDOM_START else bool(goal and goal.start_week)
        found[pk] = GateFacts(
            kind=pilot.kind,
            need=pilot.need_id is not None,
            goal=bool(pilot.goal),
            owner=pilot.owner_id is not None,
            cap=bool(pilot.cap_sek or pilot.cap_hours),
            ends_on=pilot.ends_on,
            starts_on=pilot.starts_on,
            sprint_outcome=bool(getattr(getattr(pilot, "sprint", None), "outcome", "")),
            effect_goal=goal is not None,
            start=is_drawn,
            design=design,
            hypothesis=bool(pilot.hypothesis),
            trying=trying,
            comparing=comparing,
            who_pays=bool(pilot.who_pays),
            stop_rule=bool(pilot.stop_rule),
            data_check=check is not None,
            data_gaps=bool(check and check.has_personal_data and has_gaps(check)),
            buys=bool(money["cost_sek"] or pilot.solver_id),
            choice=pilot.uuid in choices,
            room=rooms.get(pk),
            limit_sek=limits.get(pilot.need_id or 0),
            **money,
        )
    return found


def has_gaps(check: DataCheck) -> bool:
    """Whether something that must be told of personal data is not."""
    return not all((check.legal_ground, check.impact_assessment, check.processor, check.country))


def units_in(pilot: Pilot) -> tuple[int, int, int]:
    """How many units try, are compared with, and have a start week by lot. No query where the pilot brings them."""
    trying = units_trying(pilot)
    comparing = [of for of in pilot.units.all() if of.role == UnitRole.COMPARES]
    return len(trying), len(comparing), sum(1 for of in trying if of.start_week)


def units_trying(pilot: Pilot) -> list[PilotUnit]:
    """The units that try it, in the order they begin. No query where the pilot brings them."""
    trying = [of for of in pilot.units.all() if of.role == UnitRole.TRIES]
    return sorted(trying, key=lambda of: (of.start_week or date.max, of.pk))


def costs_by_pilot(ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """How many lines of cost and of gain the calculation has, and what it promises to cost in SEK. 1 query."""
    promised = Q(promised_sek__isnull=False) | Q(promised_hours__isnull=False)
    spent, gained = Q(kind__in=[CostKind.COST, CostKind.HOURS]), Q(kind=CostKind.GAIN) & ~Q(taken_home_by="")
    rows = CostLine.objects.filter(pilot__in=ids).order_by().values_list("pilot_id")
    sums = rows.annotate(
        n_cost=Count("id", filter=promised & spent),
        n_gain=Count("id", filter=promised & gained),
        sek=Sum("promised_sek", filter=Q(kind=CostKind.COST), default=0),
    )
    return {
        pk: {"cost_lines": spent, "gain_lines": gained, "cost_sek": sek} for pk, spent, gained, sek in sums
    }


def limits_of(needs: set[int]) -> dict[int, int]:
    """The most that one pilot for each need may cost by the mandate of its running rounds, in SEK. 1 query.

    The same as `matching.plan_queries.limit_for`, for many needs at once.
    """
    running = RoundPlan.objects.filter(entries__need__in=needs, ended_at=None, limit_sek__isnull=False)
    rows = running.order_by().values_list("entries__need").annotate(Min("limit_sek"))
    return dict(rows) if needs else {}


def rooms_of(
    pilots: Sequence[Pilot], choices: dict[UUID, SupplierChoice], costs: dict[int, int]
) -> dict[int, Room]:
    """What the ceiling leaves for each pilot whose purchase has a kind, by the pilot's id. 2 queries."""
    wanted = {}
    for pilot in pilots:
        choice = choices.get(pilot.uuid)
        if choice and choice.kind_id and costs.get(pilot.pk):
            wanted[pilot.pk] = (choice.kind_id, buying_day(pilot), pilot)
    besides = bought_besides([(kind, day.year, pilot.uuid) for kind, day, pilot in wanted.values()])
    ceilings = list(Ceiling.objects.all()) if wanted else []
    return {
        pk: Room(besides[pilot.uuid], costs[pk], ceiling.sek, since=ceiling.valid_from)
        for pk, (_kind, day, pilot) in wanted.items()
        if (ceiling := valid_on(ceilings, day))
    }


def buying_day(pilot: Pilot) -> date:
    """The day whose financial year and ceiling count for what the pilot buys: when it begins, else today."""
    return pilot.starts_on or today()


def gates_of(pilot: Pilot) -> QuerySet[Gate]:
    """The pilot's gates, the latest first, with who asked and who decided. 1 query."""
    return pilot.gates.select_related("asked_by", "decider").order_by("-id")


def waiting_gate(pilot: Pilot) -> Gate | None:
    """The gate that waits for somebody to decide, or None. 1 query."""
    return pilot.gates.filter(outcome=GateOutcome.ASKED).select_related("asked_by").first()


def gates_asked(viewer: Viewer) -> QuerySet[Gate]:
    """The organisation's gates that wait for a decision, the oldest first; for who leads development."""
    if not viewer.leads or viewer.person_id is None:
        return Gate.objects.none()
    gates = Gate.objects.filter(outcome=GateOutcome.ASKED, pilot__organisation_id=viewer.organisation_id or 0)
    return gates.select_related("pilot").order_by("id")[:MOST_LOOKED_AT]


def gates_awaiting(viewer: Viewer) -> list[Gate]:
    """Those of them that this viewer may decide on. 0–1 queries."""
    return [gate for gate in gates_asked(viewer) if can_take(viewer, gate.pilot.facts, Step.GATE)]


def pilots_to_prepare(viewer: Viewer) -> QuerySet[Pilot]:
    """Pilots that the viewer owns and that wait to be made ready for their gate, the oldest first. 0–1 queries."""
    if viewer.person_id is None or not viewer.may_write:
        return Pilot.objects.none()
    mine = visible_pilots(viewer).filter(owner_id=viewer.person_id or 0, state=PilotState.PLANNED)
    asked = Q(gates__outcome=GateOutcome.ASKED)
    return mine.exclude(asked).order_by("stage_since", "id")[:MOST_WAITING]
