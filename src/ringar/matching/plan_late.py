"""Who is late in a round, and with what: units, needs, scores, choices, the call, wishes, words after meetings."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db.models import Exists, OuterRef
from django.urls import reverse

from ringar.core.clock import now, today
from ringar.core.models import Membership, Unit
from ringar.core.queries import units_below
from ringar.core.rules import Role, Viewer
from ringar.matching.day_models import Meeting, MeetingAnswer, Party
from ringar.matching.day_rules import DayState, MeetingState, PartyKind
from ringar.matching.plan_models import RoundPlan
from ringar.matching.plan_queries import dates_of, entries_of, running_weighing
from ringar.matching.plan_rows import rows_of
from ringar.matching.plan_rules import ACTOR_OF, STEP_OF, Actor, Late, LateKind, PilotNote, Wait
from ringar.needs.models import Need
from ringar.needs.round_rules import has_closed
from ringar.needs.rules import NeedState
from ringar.solvers.models import Answer
from ringar.solvers.rules import AnswerState, CallState
from ringar.talk.models import Notification

MOST_LATE = 60
REMINDER = "matching.round_late"


def late_in(viewer: Viewer, plan: RoundPlan, pilots: list[PilotNote]) -> list[Late]:
    """What is late in a round (of `plan_for`) that has not ended, given its pilots; the longest first. ≤ 11 queries."""
    if plan.ended_at is not None:
        return []
    day = today()
    found = [
        *late_units(plan, day),
        *late_weighing(plan, day),
        *late_needs(viewer, plan, day, pilots),
        *late_call(plan, day),
        *late_meetings(plan),
    ]
    return sorted(found, key=lambda late: late.since)


def managers_of(units: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """Who manages each of these units, by unit id. 1 query."""
    found: dict[int, tuple[int, ...]] = {}
    rows = Membership.objects.filter(unit_id__in=list(units), role=Role.MANAGER, person__is_active=True)
    for unit_id, person_id in rows.order_by("id").values_list("unit_id", "person_id"):
        found[unit_id] = (*found.get(unit_id, ()), person_id)
    return found


def late_units(plan: RoundPlan, day: date) -> list[Late]:
    """Units that take part and from which, with those below, no need has come. 0–4 queries, one less if prefetched."""
    if day <= plan.gather_until or plan.weighing_id:
        return []
    units = sorted(plan.units.all(), key=str)
    if not units:
        return []
    tree = list(Unit.objects.filter(organisation_id=plan.organisation_id).values_list("id", "parent_id"))
    given = set(plan.entries.values_list("need__unit_id", flat=True))
    lacking = [unit for unit in units if not units_below(tree, {unit.pk}) & given]
    managers = managers_of(unit.pk for unit in lacking)
    return [
        Late(
            LateKind.UNIT,
            unit.name,
            reverse("round_plan_needs", args=[plan.uuid]),
            plan.gather_until,
            managers.get(unit.pk, ()),
        )
        for unit in lacking
    ]


def late_weighing(plan: RoundPlan, day: date) -> list[Late]:
    """Assessors who have not handed in, or those who are to choose once the scores are in. 0–1 queries."""
    weighing = running_weighing(plan)
    if day <= plan.weigh_until or weighing is None:
        return []
    told = (weighing.title, weighing.get_absolute_url(), plan.weigh_until)
    if has_closed(weighing.facts, now()):
        return [Late(LateKind.CHOICE, *told, leader_of(plan), weighing.language)]
    waiting = weighing.assessors.filter(handed_in_at=None).values_list("person_id", flat=True)
    people = tuple(waiting)
    return [Late(LateKind.SCORES, *told, people, weighing.language)] if people else []


def leader_of(plan: RoundPlan) -> tuple[int, ...]:
    """Who leads the round: whoever made it."""
    return (plan.created_by_id,) if plan.created_by_id else ()


def past_states(plan: RoundPlan, day: date) -> list[str]:
    """The states in which a need has stood too long by the round's dates."""
    past = [
        (plan.weigh_until, (NeedState.SHARED, NeedState.EXPLORED)),
        (plan.call_until, (NeedState.CHOSEN,)),
        (plan.meet_until, (NeedState.CHOSEN, NeedState.MATCHED)),
        (plan.pilots_from, (NeedState.MEETING,)),
    ]
    return [state.value for until, states in past if day > until for state in states]


def late_needs(viewer: Viewer, plan: RoundPlan, day: date, pilots: list[PilotNote]) -> Iterator[Late]:
    """Needs that wait longer than their step, but those that are being weighed. 0 or 1 query."""
    states = past_states(plan, day)
    if not states:
        return
    rows = entries_of(viewer, plan).filter(need__state__in=states)
    weighing = running_weighing(plan)
    if weighing is not None:
        rows = rows.exclude(need__rounds__round=weighing)
    for row in rows_of(viewer, plan, rows[:MOST_LATE], pilots=pilots, is_brief=True):
        if row.wait is not None and row.days_late:
            since = dates_of(plan).of(STEP_OF[row.wait])
            people = people_behind(row.need, row.wait, plan)
            yield Late(
                LateKind.NEED, row.need.title, row.need.get_absolute_url(), since, people, row.need.language
            )


def people_behind(need: Need, wait: Wait, plan: RoundPlan) -> tuple[int, ...]:
    """Who has the next step with the need: its owner (or who wrote it), else whoever leads the round."""
    own = need.owner_id or need.created_by_id
    if ACTOR_OF[wait] == Actor.LEADER or own is None:
        return leader_of(plan)
    return (own,)


def late_call(plan: RoundPlan, day: date) -> list[Late]:
    """A call that is a draft still, or answers that wait for a reason. 0–1 queries."""
    call = plan.call
    if call is None:
        return []
    people = (call.created_by_id,) if call.created_by_id else leader_of(plan)
    told = (call.title, call.get_absolute_url())
    if call.state == CallState.DRAFT:
        is_late = day > plan.weigh_until
        return [Late(LateKind.OPEN_CALL, *told, plan.weigh_until, people, call.language)] if is_late else []
    if day <= plan.call_until:
        return []
    waits = Answer.objects.filter(call=call, state=AnswerState.RECEIVED).exists()
    return [Late(LateKind.ANSWERS, *told, plan.call_until, people, call.language)] if waits else []


def late_meetings(plan: RoundPlan) -> list[Late]:
    """Who has not said what they wish, and managers who have told nothing of a meeting held. 0–2 queries."""
    day, zone = plan.meeting_day, plan.zone
    if day is None or day.state in {DayState.DRAFT, DayState.CANCELLED}:
        return []
    found = []
    if day.state == DayState.INVITED and day.wishes_until < now():
        silent = Party.objects.filter(day=day, answered_at=None, cancelled_at=None)
        since = day.wishes_until.astimezone(zone).date()
        for party in silent.order_by("kind", "name")[:MOST_LATE]:
            people = (party.person_id,) if party.person_id and party.kind == PartyKind.MANAGER else ()
            found.append(
                Late(LateKind.WISHES, party.name, day.get_absolute_url(), since, people, party.language)
            )
    told = MeetingAnswer.objects.filter(meeting=OuterRef("pk"), party=OuterRef("manager"))
    untold = Meeting.objects.filter(~Exists(told), day=day, state=MeetingState.HELD)
    for meeting in untold.select_related("manager", "startup").order_by("starts_at")[:MOST_LATE]:
        people = (meeting.manager.person_id,) if meeting.manager.person_id else ()
        since = meeting.starts_at.astimezone(zone).date()
        who = "" if people else meeting.manager.name
        url = meeting.get_absolute_url()
        found.append(Late(LateKind.WORDS, str(meeting), url, since, people, day.language, who))
    return found


def reminded_since(plan: RoundPlan, moment: datetime) -> set[int]:
    """The ids of those who were reminded of the round after that moment. 1 query."""
    told = Notification.objects.filter(row=plan.uuid, event=REMINDER, at__gt=moment)
    return set(told.values_list("person_id", flat=True))


def plans_with_late(day: date) -> "list[RoundPlan]":
    """Running rounds where something can be late by that day: their first step's day has passed. 1 query."""
    rows = RoundPlan.objects.filter(ended_at=None, gather_until__lt=day)
    return list(rows.order_by("id"))
