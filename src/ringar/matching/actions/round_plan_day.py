"""A round's meeting day as a draft: managers of its needs, startups from the top of the rankings and the call."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.models import Person
from ringar.core.rules import Refused, Viewer
from ringar.matching.actions.days import DayFacts, create_meeting_day
from ringar.matching.actions.parties import add_managers, add_startups
from ringar.matching.actions.round_plans import locked_plan
from ringar.matching.cards import is_weak
from ringar.matching.day_matches import answers_to_bring
from ringar.matching.day_models import MeetingDay
from ringar.matching.day_rules import MOST_PARTIES, DayState
from ringar.matching.models import Choice
from ringar.matching.plan_late import managers_of
from ringar.matching.plan_models import RoundPlan
from ringar.matching.plan_queries import entries_of
from ringar.matching.plan_rows import PlanRow, rows_of
from ringar.matching.plan_rules import MEET_STATES
from ringar.needs.actions import edit_need
from ringar.needs.models import Need
from ringar.needs.rules import can_edit_need
from ringar.solvers.models import Solution


@dataclass(frozen=True)
class DraftDay:
    """What came of drafting: the day, how many are on each side, and needs that nobody answers for."""

    day: MeetingDay
    managers: int
    startups: int
    without_owner: list[Need]


@transaction.atomic
def draft_plan_day(*, by: Viewer, plan: RoundPlan, facts: DayFacts, name_owners: bool = True) -> DraftDay:
    """A draft of a meeting day for the round's needs and what fits them; nobody is written to yet.

    Managers are those who own the needs; `name_owners`: a need without an owner first gets the manager of its unit.
    Startups are those chosen for a need, else the best ranked that likely fit; and those whose answer to the round's
    call waits or is invited. Raises as `create_meeting_day`, and Refused where the round has a day or nothing to meet.
    """
    plan = locked_plan(by, plan)
    if plan.meeting_day is not None and plan.meeting_day.state != DayState.CANCELLED:
        raise Refused(_("The round has a meeting day already. Change that one."))
    entries = entries_of(by, plan).filter(need__state__in=MEET_STATES)
    rows = rows_of(by, plan, entries[:MOST_PARTIES])
    solutions = solutions_for(rows)
    day = create_meeting_day(by=by, facts=replace(facts, call=plan.call))
    if name_owners:
        give_owners(by, [row.need for row in rows])
    owned = [row.need for row in rows if row.need.owner or row.need.created_by]
    managers = add_managers(by=by, day=day, needs=owned)
    startups = add_startups(by=by, day=day, solutions=solutions, answers=answers_to_bring(by, day))
    if not managers or not startups:
        raise Refused(
            _("There is nobody to meet yet: nothing found fits the needs, and nobody has answered the call.")
        )
    plan.meeting_day = day
    plan.save(update_fields=["meeting_day"])
    told: dict[str, object] = {"day": str(day.uuid), "managers": len(managers), "startups": len(startups)}
    record_audit(by=by, action="draft_plan_day", target=plan, changes=told)
    return DraftDay(day, len(managers), len(startups), [row.need for row in rows if row.need not in owned])


def solutions_for(rows: Iterable[PlanRow]) -> list[Solution]:
    """The solutions chosen for each need; for a need without a choice the first ranked that likely fit. 1 query."""
    rows = list(rows)
    choices = Choice.objects.filter(need__in=[row.need.pk for row in rows], solution__is_published=True)
    chosen: dict[int, list[Solution]] = {}
    for choice in choices.select_related("solution__solver").order_by("id"):
        chosen.setdefault(choice.need_id, []).append(choice.solution)
    found: dict[int, Solution] = {}
    for row in rows:
        likely = [match.solution for match in row.matches if not is_weak(match)]
        for solution in chosen.get(row.need.pk, likely):
            found.setdefault(solution.pk, solution)
    return list(found.values())


def give_owners(by: Viewer, needs: Iterable[Need]) -> None:
    """A need without an owner gets the manager of its unit, where there is one and the viewer may change the need."""
    lacking = [need for need in needs if need.owner_id is None and can_edit_need(by, need.facts)]
    managers = managers_of({need.unit_id for need in lacking})
    people = Person.objects.in_bulk({ids[0] for ids in managers.values()})
    for need in lacking:
        if need.unit_id in managers:
            owner = people[managers[need.unit_id][0]]
            edit_need(by=by, need=need, changes={"owner": owner})
            need.owner = owner
