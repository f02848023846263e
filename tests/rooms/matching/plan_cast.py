"""Rounds of the tests, made through actions only."""

from datetime import date, timedelta
from typing import Any

from ringar.core.clock import today
from ringar.core.queries import viewer_of
from ringar.matching.actions.round_plans import PlanFacts, create_round_plan
from ringar.matching.plan_models import RoundPlan
from ringar.matching.plan_queries import plan_for
from ringar.matching.plan_rules import Dates
from tests.people import People
from tests.rooms.matching.cast import shared_need


def dates_from(first: date, *, days: int = 10) -> Dates:
    """The steps' days, so many days apart, the first of them given."""
    return Dates(*(first + timedelta(days=days * place) for place in range(5)))


def plan_facts(people: People, **changes: Any) -> PlanFacts:
    told: dict[str, Any] = {
        "title": "Vårens omgång",
        "dates": dates_from(today() + timedelta(days=7)),
        "units": [people.care, people.water],
        "budget_sek": 300_000,
        "members": [people.alva, people.cilla],
        "limit_sek": 100_000,
        "may_decide": "Välja behov och börja små piloter.",
    }
    return PlanFacts(**(told | changes))


def plan_of(people: People, needs: Any = (), **changes: Any) -> RoundPlan:
    """Dag's round of those needs, as the pages read it."""
    by = viewer_of(people.dag)
    plan = create_round_plan(by=by, facts=plan_facts(people, **changes), needs=needs)
    return plan_for(by, plan.uuid)


def again(people: People, plan: RoundPlan) -> RoundPlan:
    """The round as it stands now."""
    return plan_for(viewer_of(people.dag), plan.uuid)


def add_plans(made: dict[str, list[object]], people: People) -> None:
    """A round of one need, for the table of rights."""
    need = shared_need(people.bo, "De äldre äter ensamma.", title="OMGÅNGSBEHOVET")
    made["round-plan"] = [plan_of(people, [need], title="OMGÅNGSPLANEN")]
