"""What waits for people here: matches to judge, solutions to choose."""

from datetime import datetime, time

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ringar.core.registry import MOST_WAITING, Waiting, Waits
from ringar.core.rules import Viewer
from ringar.matching.day_models import MeetingDay
from ringar.matching.day_queries import own_parties
from ringar.matching.day_rules import can_run_days
from ringar.matching.meeting_queries import awaiting_answer, days_to_go_on
from ringar.matching.plan_gathering import plans_lacking_needs, plans_to_lead, running_plans
from ringar.matching.plan_queries import dates_of
from ringar.matching.plan_rules import PlanStep
from ringar.matching.queries import needs_awaiting_word
from ringar.matching.rules import can_choose


def matches(viewer: Viewer) -> list[Waiting]:
    """The viewer's needs with matches: to choose a solution for where they are chosen, else to judge. 1 query."""
    return [
        Waiting(
            _("Choose a solution for") if can_choose(viewer, need.facts) else _("Say which solutions fit"),
            need.title,
            reverse("match_list", args=[need.uuid]),
            need.changed_at,
            language=need.language,
        )
        for need in needs_awaiting_word(viewer)
    ]


def wishes(viewer: Viewer) -> list[Waiting]:
    """Meeting days that wait for the viewer to say when they can come and whom they want to meet. 1 query."""
    return [
        Waiting(
            _("Say whom you want to meet"),
            party.day.title,
            reverse("meeting_party", args=[party.day.uuid, party.uuid]),
            party.invited_at or party.day.created_at,
            by=party.day.wishes_until,
            language=party.day.language,
        )
        for party in own_parties(viewer)
    ]


def answers(viewer: Viewer) -> list[Waiting]:
    """Meetings that have been, and of which the viewer has not said how they went. 1 query."""
    return [
        Waiting(_("Say how the meeting went"), str(meeting), meeting.get_absolute_url(), meeting.starts_at)
        for meeting in awaiting_answer(viewer)
    ]


def days_to_run(viewer: Viewer) -> QuerySet[MeetingDay]:
    """Meeting days that wait for the viewer, where the viewer runs them."""
    return days_to_go_on(viewer)[:MOST_WAITING] if can_run_days(viewer) else MeetingDay.objects.none()


def plans(viewer: Viewer) -> list[Waiting]:
    """Meeting days to be planned, and plans that nobody has sent out, for who runs them. 1 query."""
    return [
        Waiting(
            _("Look through the plan and send out the timetable")
            if day.planned_at
            else _("Plan the meeting day"),
            day.title,
            day.get_absolute_url(),
            day.planned_at or day.wishes_until,
            language=day.language,
        )
        for day in days_to_run(viewer)
    ]


def unit_needs(viewer: Viewer) -> list[Waiting]:
    """Rounds that wait for a need from a unit that the viewer manages. 0–1 queries."""
    return [
        Waiting(
            _("Write down a need for the round"),
            plan.title,
            plan.get_absolute_url(),
            plan.created_at,
            by=datetime.combine(plan.gather_until, time(23, 59), plan.zone),
            language=plan.language,
        )
        for plan in plans_lacking_needs(viewer)
    ]


PLAN_WORDS = {
    PlanStep.GATHER: _("Gather needs for the round"),
    PlanStep.WEIGH: _("Prioritise in the round"),
    PlanStep.CALL: _("Call for solutions in the round"),
    PlanStep.MEET: _("Arrange the meetings of the round"),
    PlanStep.PILOTS: _("Begin the pilots of the round"),
}


def round_steps(viewer: Viewer) -> list[Waiting]:
    """The step that each round is in which the viewer leads. 0–1 queries."""
    return [
        Waiting(
            PLAN_WORDS[step],
            plan.title,
            plan.get_absolute_url(),
            plan.created_at,
            by=datetime.combine(dates_of(plan).of(step), time(23, 59), plan.zone),
            language=plan.language,
        )
        for plan, step in plans_to_lead(viewer)
    ]


WAITING = [
    Waits(plans_lacking_needs, unit_needs),
    Waits(running_plans, round_steps),
    Waits(needs_awaiting_word, matches),
    Waits(own_parties, wishes),
    Waits(awaiting_answer, answers),
    Waits(days_to_run, plans),
]
