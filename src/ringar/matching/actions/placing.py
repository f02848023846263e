"""The timetable: planned by the robots, then meetings moved, added and taken away by hand, each checked at once."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.matching.actions.days import locked_day, refuse_when_over
from ringar.matching.actions.settling import drop_meetings, new_meeting, settle_meetings
from ringar.matching.day_mail import tell_changes
from ringar.matching.day_models import Meeting, MeetingDay, MeetingRoom, Party, Wish
from ringar.matching.day_problem import SMALLEST, Asked, what_is_asked
from ringar.matching.day_queries import plan_key, standing_meetings
from ringar.matching.day_rules import PLAN_SECONDS, PartyKind, WishKind
from ringar.matching.day_words import Names, obstacle_words
from ringar.robots.actions.work import queue_work
from ringar.talk.actions import tell_people
from ringar_kits import timetable

TRIES = 3
Told = Callable[[float], None]


@transaction.atomic
def queue_plan(*, by: Viewer, day: MeetingDay) -> None:
    """Asks the robots for a timetable; what is fixed by hand stays. Raises Refused where there is nobody to plan for.

    Once the timetable is sent out, everything in it stays, and only what fits beside is added; nothing once it is over.
    """
    day = locked_day(by, day)
    refuse_when_over(day)
    sides = set(day.parties.filter(cancelled_at=None).values_list("kind", flat=True))
    if sides != set(PartyKind.values):
        raise Refused(_("Add at least one manager and one startup first."))
    record_audit(by=by, action="ask_meeting_plan", target=day)
    queue_work(
        "matching.plan_day",
        by=by,
        key=plan_key(day),
        payload={"day": day.pk},
        organisation_id=day.organisation_id,
        again=True,
    )


def plan_day(
    *, by: Viewer, day: MeetingDay, seconds: float = PLAN_SECONDS, progress: Told | None = None
) -> timetable.Plan:
    """Plans the day's meetings and saves them, in place of those before, except what is fixed.

    The planning itself holds no lock: answers go on coming in meanwhile. Where one changes what was asked, it is
    planned anew, at most TRIES times. Raises Refused where it keeps changing, NotAllowed for who does not run it.
    """
    for _try in range(TRIES):
        # Read fresh each time: what is saved must be made of what is there.
        day, at = MeetingDay.objects.select_related("organisation").get(pk=day.pk), now()
        asked = what_is_asked(day, at)
        plan = timetable.plan_meetings(
            asked.wishes,
            fixed=asked.fixed,
            new_days=asked.frame.new_days,
            seconds=seconds,
            seed=day.pk,
            progress=progress,
            **asked.frame.asked(),
        )
        if save_plan(by, day, asked, plan, at):
            return plan
    raise Refused(_("Answers keep coming in while the day is planned. Plan it again in a while."))


@transaction.atomic
def save_plan(by: Viewer, day: MeetingDay, asked: Asked, plan: timetable.Plan, at: datetime) -> bool:
    """Makes the plan the day's timetable; False where the day is no longer what was planned for."""
    day = locked_day(by, day)
    if what_is_asked(day, at) != asked:
        return False
    before = standing_meetings(day).count()
    settled = settle_meetings(day, asked, plan.meetings, at)
    was = day.plan_value
    day.planned_at, day.plan_value, day.plan_bound = now(), plan.value, plan.bound
    day.plan_seconds, day.unmet = plan.seconds, unmet_rows(asked, plan)
    day.save(update_fields=["planned_at", "plan_value", "plan_bound", "plan_seconds", "unmet"])
    changes: dict[str, object] = {
        "meetings": [before, before + settled.added - settled.dropped],
        "plan_value": [was, round(plan.value, 3)],
        "plan_bound": round(plan.bound, 3),
        **vars(settled),
    }
    record_audit(by=by, action="plan_meeting_day", target=day, changes=changes)
    tell_changes(by, day)
    if day.created_by_id:
        facts = {"meetings": standing_meetings(day).count(), "unmet": len(day.unmet)}
        event, people = "matching.day_planned", [day.created_by_id]
        tell_people(by=by, row=day, event=event, people=people, facts=facts, followers=False)
    return True


def unmet_rows(asked: Asked, plan: timetable.Plan) -> list[dict[str, object]]:
    """The wishes that became no meeting, as the day keeps them: musts first, then by what they were worth."""
    rows = [one for one in plan.unmet if (one.wish.manager, one.wish.startup) in asked.wished]
    rows.sort(key=lambda one: (not one.wish.must, -one.wish.value))
    return [
        {
            "manager": int(one.wish.manager),
            "startup": int(one.wish.startup),
            "must": one.wish.must,
            "why": one.why,
            "facts": {name: value for name, value in one.facts.items() if isinstance(value, (str, int))},
        }
        for one in rows
    ]


@transaction.atomic
def move_meeting(
    *, by: Viewer, meeting: Meeting, starts_at: datetime, room: MeetingRoom | None = None
) -> Meeting:
    """Puts a meeting at another time, in the room or in any that is free; it then stays there in each new plan.

    Raises Refused with all that stands in the way, in words; NotAllowed for who does not run the day.
    """
    day = locked_day(by, meeting.day)
    meeting = standing_meetings(day).select_related("room").filter(pk=meeting.pk).first() or gone()
    if meeting.starts_at <= now():
        raise Refused(_("The meeting has begun, and can not be moved."))
    before = {"starts_at": meeting.starts_at.isoformat(), "room": meeting.room.name}
    asked = what_is_asked(day, now())
    wanted = placed(day, asked, (meeting.manager_id, meeting.startup_id), starts_at, room)
    meeting.starts_at, meeting.room_id = starts_at, asked.frame.rooms[(wanted.room or 1) - 1]
    meeting.is_fixed = True
    meeting.save(update_fields=["starts_at", "room", "is_fixed"])
    names = dict(day.rooms.values_list("pk", "name"))
    after = {"starts_at": starts_at.isoformat(), "room": names[meeting.room_id]}
    changes: dict[str, object] = {
        name: [before[name], after[name]] for name in after if before[name] != after[name]
    }
    record_audit(by=by, action="move_meeting", target=meeting, changes=changes)
    tell_changes(by, day)
    return meeting


@transaction.atomic
def add_meeting(
    *,
    by: Viewer,
    day: MeetingDay,
    manager: Party,
    startup: Party,
    starts_at: datetime,
    room: MeetingRoom | None = None,
) -> Meeting:
    """Puts a meeting into the timetable by hand, wished for or not; a veto holds. Raises as `move_meeting` does."""
    day = locked_day(by, day)
    sides = [(party.day_id, party.kind, party.cancelled_at) for party in (manager, startup)]
    if sides != [(day.pk, PartyKind.MANAGER, None), (day.pk, PartyKind.STARTUP, None)]:
        raise NotAllowed
    if standing_meetings(day).filter(manager=manager, startup=startup).exists():
        raise Refused(
            _("%(manager)s and %(startup)s already meet.") % {"manager": manager, "startup": startup}
        )
    asked = what_is_asked(day, now())
    wanted = placed(day, asked, (manager.pk, startup.pk), starts_at, room)
    meeting = new_meeting(day, asked, wanted, asked.worth().get(wanted.pair, SMALLEST))
    meeting.is_fixed = True
    meeting.save()
    changes: dict[str, object] = {"starts_at": [None, starts_at.isoformat()]}
    record_audit(by=by, action="add_meeting", target=meeting, changes=changes)
    tell_changes(by, day)
    return meeting


def placed(
    day: MeetingDay, asked: Asked, pair: tuple[int, int], starts_at: datetime, room: MeetingRoom | None
) -> timetable.Meeting:
    """The pair's meeting at that time, in a room. Raises Refused with each obstacle."""
    frame, names = asked.frame, (str(pair[0]), str(pair[1]))
    if starts_at not in frame.slots:
        raise Refused(_("No meeting begins at that time. Choose one of the day's times."))
    if room is not None and room.pk not in frame.rooms:
        raise NotAllowed
    slot = frame.slots.index(starts_at)
    number = frame.rooms.index(room.pk) + 1 if room is not None else None
    wanted = timetable.Meeting(*names, slot, number)
    is_vetoed = Wish.objects.filter(party__in=pair, other__in=pair, kind=WishKind.NO).exists()
    found = timetable.find_obstacles(
        asked.standing,
        wanted,
        wishes=[timetable.Wish(*names, 0.0 if is_vetoed else 1.0)],
        **frame.asked(),
    )
    if found:
        told = Names.of_day(day, frame.slots)
        raise Refused(" ".join(obstacle_words(each, told) for each in found))
    taken = {one.room for one in asked.standing if one.slot == slot and one.pair != names}
    free = number or next(each for each in range(1, len(frame.rooms) + 1) if each not in taken)
    return timetable.Meeting(*names, slot, free)


@transaction.atomic
def remove_meeting(*, by: Viewer, meeting: Meeting) -> None:
    """Takes a meeting out of the timetable; whoever was told of it is told that it is cancelled."""
    day = locked_day(by, meeting.day)
    meeting = standing_meetings(day).filter(pk=meeting.pk).first() or gone()
    if meeting.starts_at <= now():
        raise Refused(_("The meeting has begun. Note afterwards who did not come."))
    record_audit(by=by, action="remove_meeting", target=meeting)
    drop_meetings([meeting])
    tell_changes(by, day)


@transaction.atomic
def release_meeting(*, by: Viewer, meeting: Meeting) -> Meeting:
    """Lets the planning move the meeting again that was placed by hand."""
    day = locked_day(by, meeting.day)
    meeting = standing_meetings(day).filter(pk=meeting.pk).first() or gone()
    if meeting.is_fixed:
        meeting.is_fixed = False
        meeting.save(update_fields=["is_fixed"])
        record_audit(by=by, action="release_meeting", target=meeting, changes={"is_fixed": [True, False]})
    return meeting


def gone() -> Meeting:
    """Raises Refused: the meeting was taken away meanwhile."""
    raise Refused(_("The meeting is no longer in the timetable. Load the page anew."))
