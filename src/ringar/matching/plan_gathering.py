"""Which needs a round can take, and which rounds wait for a need or for a step."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from ringar.core.clock import today
from ringar.core.models import Unit
from ringar.core.queries import units_below
from ringar.core.registry import MOST_WAITING
from ringar.core.rules import Role, Viewer, Visibility
from ringar.matching.plan_models import RoundPlan, RoundPlanNeed
from ringar.matching.plan_queries import listed_plans, steps_of, visible_plans
from ringar.matching.plan_rules import (
    GATHERED_STATES,
    PlanStep,
    step_now,
)
from ringar.needs.models import Need
from ringar.needs.queries import NOT_IN_LISTS, living_needs


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


def running_plans(viewer: Viewer) -> QuerySet[RoundPlan]:
    """The running rounds that the viewer made or decides in, and leads."""
    if not viewer.leads or viewer.person_id is None:
        return RoundPlan.objects.none()
    mine = Q(created_by_id=viewer.person_id) | Q(pk__in=memberships_of(viewer))
    plans = listed_plans(viewer).select_related("organisation")
    return plans.filter(mine, ended_at=None)[:MOST_WAITING]


def plans_to_lead(viewer: Viewer) -> list[tuple[RoundPlan, PlanStep]]:
    """Those rounds, each with the step it is in. 0–1 queries."""
    steps = [(plan, step_now(steps_of(plan, has_pilots=False))) for plan in running_plans(viewer)]
    return [(plan, step) for plan, step in steps if step is not None]


def memberships_of(viewer: Viewer) -> QuerySet[Any]:
    """The ids of the rounds that the viewer decides in."""
    members = RoundPlan.members.through._default_manager
    return members.filter(person_id=viewer.person_id or 0).values("roundplan_id")


def plans_lacking_needs(viewer: Viewer) -> QuerySet[RoundPlan]:
    """Rounds that gather needs still and have none of a unit of theirs that the viewer manages. 0–1 queries."""
    units = viewer.role_units.get(Role.MANAGER, frozenset())
    if not units:
        return RoundPlan.objects.none()
    given = RoundPlanNeed.objects.filter(plan=OuterRef("pk"), need__unit_id__in=units)
    plans = visible_plans(viewer).filter(
        ~Exists(given), ended_at=None, weighing=None, gather_until__gte=today(), units__in=units
    )
    return plans.select_related("organisation").distinct()[:MOST_WAITING]
