"""Meeting days and rounds as rows that people are told of."""

from django.utils.translation import gettext_lazy as _

from ringar.core.registry import Event, Subject
from ringar.core.rules import Viewer
from ringar.matching.day_models import MeetingDay
from ringar.matching.day_queries import visible_days
from ringar.matching.day_rules import can_run_day
from ringar.matching.plan_models import RoundPlan
from ringar.matching.plan_queries import visible_plans
from ringar.matching.plan_rules import can_lead_plans


def concerned_by_day(day: MeetingDay) -> set[int]:
    """The ids of the people whom the day concerns: who made it, and those invited who have an account. 1 query."""
    invited = day.parties.exclude(person=None).values_list("person_id", flat=True)
    return {pk for pk in (day.created_by_id, *invited) if pk is not None}


def may_run(viewer: Viewer, day: MeetingDay) -> bool:
    """Whether the viewer may change the day."""
    return can_run_day(viewer, day.organisation_id)


def concerned_by_plan(plan: RoundPlan) -> set[int]:
    """The ids of the people whom the round concerns: who made it, and who decides in it. 1 query."""
    ids = {plan.created_by_id, *plan.members.values_list("pk", flat=True)}
    return {pk for pk in ids if pk is not None}


def may_lead(viewer: Viewer, plan: RoundPlan) -> bool:
    """Whether the viewer may change the round."""
    return can_lead_plans(viewer) and viewer.organisation_id == plan.organisation_id


SUBJECTS = [
    Subject(
        kind="round_plan",
        label=_("round"),
        visible=visible_plans,
        concerned=concerned_by_plan,
        model=RoundPlan._meta.label,
        may_write=may_lead,
    ),
    Subject(
        kind="meeting_day",
        label=_("meeting day"),
        visible=visible_days,
        concerned=concerned_by_day,
        model=MeetingDay._meta.label,
        may_write=may_run,
    ),
]

EVENTS = [
    Event("matching.round_late", _("“%(title)s” has waited for you since %(day)s: %(what)s.")),
    Event(
        "matching.day_planned", _("“%(title)s” is planned: %(meetings)s meetings, %(unmet)s wishes not met.")
    ),
    Event("matching.party_cancelled", _("%(party)s does not come to “%(title)s”. %(why)s")),
]
