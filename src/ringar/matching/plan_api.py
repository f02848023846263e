"""Rounds in the JSON interface: their days, money and mandate, and where each need is, for those who work there."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from ringar.core.api import ERRORS, AccessKey, caller
from ringar.matching.plan_models import RoundPlan
from ringar.matching.plan_queries import entries_of, plan_for, steps_of, visible_plans
from ringar.matching.plan_rows import own_pilots, pilots_in, rows_of
from ringar.matching.plan_rules import MOST_NEEDS, PlanStep, StepState, Wait, money_of

router = Router(tags=["rounds"])
MOST_PLANS = 100


class PlanOut(Schema):
    """A round from needs to pilots. Amounts are SEK; null where nothing is told."""

    uuid: UUID
    title: str
    language: str
    gather_until: date
    weigh_until: date
    call_until: date
    meet_until: date
    pilots_from: date
    budget_sek: int | None
    limit_sek: Annotated[int | None, Field(description="the most one pilot may cost for the group to decide")]
    ended_at: datetime | None
    url: str


class RowOut(Schema):
    """A need in the round. `waits_for` is null where the round has nothing more to do with it."""

    need: UUID
    title: str
    state: str
    waits_for: Wait | None
    days_late: int
    in_call: bool
    meetings_planned: int
    meetings_held: int
    pilots: int
    url: str


class PlanWhole(PlanOut):
    """A round with its steps, what is promised and spent, and its needs."""

    steps: dict[PlanStep, StepState]
    promised_sek: int
    spent_sek: int
    needs: list[RowOut]


def as_told(plan: RoundPlan) -> dict[str, Any]:
    """The round as the interface tells it."""
    told = {name: getattr(plan, name) for name in PlanOut.model_fields if name != "url"}
    return {**told, "url": plan.get_absolute_url()}


@router.get(
    "/",
    response={200: list[PlanOut], **ERRORS},
    auth=[AccessKey("needs:read", required=False)],
    summary="Rounds of needs",
)
def list_plans(request: HttpRequest) -> Any:
    """The latest hundred where the key's owner works, newest first; none without a key."""
    return [as_told(plan) for plan in visible_plans(caller(request))[:MOST_PLANS]]


@router.get(
    "/{uuid:uuid}",
    response={200: PlanWhole, **ERRORS},
    auth=[AccessKey("needs:read")],
    summary="A round, and where each need is",
)
def show_plan(request: HttpRequest, uuid: UUID) -> Any:
    """The needs are those that the key's owner may see."""
    viewer = caller(request)
    plan = plan_for(viewer, uuid)
    pilots = own_pilots(plan, pilots_in(viewer, plan))
    money = money_of(plan.budget_sek, pilots)
    rows = rows_of(viewer, plan, entries_of(viewer, plan)[:MOST_NEEDS])
    return {
        **as_told(plan),
        "steps": steps_of(plan, has_pilots=bool(pilots)),
        "promised_sek": money.promised,
        "spent_sek": money.spent,
        "needs": [
            {
                "need": row.need.uuid,
                "title": row.need.title,
                "state": row.need.state,
                "waits_for": row.wait,
                "days_late": row.days_late,
                "in_call": row.is_called,
                "meetings_planned": row.meetings,
                "meetings_held": row.held,
                "pilots": len(row.pilots),
                "url": row.need.get_absolute_url(),
            }
            for row in rows
        ],
    }
