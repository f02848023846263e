"""Making a meeting day: what it is, its hours and rooms; sending out its timetable; calling it off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.models import Organisation
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.matching.actions.day_letters import send_letters
from ringar.matching.actions.matches import tidy
from ringar.matching.actions.settling import drop_meetings
from ringar.matching.day_mail import tell_changes
from ringar.matching.day_models import MeetingDay, MeetingHours, MeetingRoom
from ringar.matching.day_queries import slots_of_day, standing_meetings
from ringar.matching.day_rules import (
    LEAST_MINUTES,
    LONGEST_ABOUT,
    LONGEST_AHEAD,
    LONGEST_NAME,
    LONGEST_PLACE,
    LONGEST_REASON,
    LONGEST_TITLE,
    MOST_MINUTES,
    MOST_PAUSE,
    MOST_ROOMS,
    MOST_SLOTS,
    MOST_STRETCHES,
    DayState,
    Stretch,
    can_run_day,
    can_run_days,
    first_overlap,
    is_over,
    slots_of,
)
from ringar.solvers.models import Call
from ringar_kits.texts.analyse import guess_language
from ringar_kits.texts.normalise import words

LONGEST_LINK = 500
is_web_link = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True)
class DayFacts:
    """What a meeting day is. `rooms` are (name, video link or ""); `most_meetings` None for no limit."""

    title: str
    wishes_until: datetime
    stretches: Sequence[Stretch]
    rooms: Sequence[tuple[str, str]]
    about: str = ""
    place: str = ""
    slot_minutes: int = 20
    pause_minutes: int = 5
    most_meetings: int | None = None
    call: Call | None = None


COLUMNS = (
    "title",
    "about",
    "place",
    "slot_minutes",
    "pause_minutes",
    "most_meetings",
    "wishes_until",
    "call",
)


def locked_day(by: Viewer, day: MeetingDay) -> MeetingDay:
    """The day as it is now, kept from other writers. Raises NotAllowed for who does not run it, or Refused."""
    day = locked(day)
    if not can_run_day(by, day.organisation_id):
        raise NotAllowed
    return day


def locked(day: MeetingDay) -> MeetingDay:
    """The day as it is now, kept from other writers until the transaction ends. Raises Refused if it is cancelled."""
    rows = MeetingDay.objects.select_for_update(of=("self",)).select_related("organisation")
    day = rows.get(pk=day.pk)
    if day.state == DayState.CANCELLED:
        raise Refused(_("The day is cancelled: nothing in it can be changed."))
    return day


def refuse_when_over(day: MeetingDay) -> None:
    """Raises Refused for a day that people have met on: what was planned stands as it was."""
    if day.state == DayState.PUBLISHED and is_over(slots_of_day(day), day.slot_minutes, now()):
        raise Refused(_("The day is over. Note on each meeting whether it was held, and who did not come."))


@transaction.atomic
def create_meeting_day(*, by: Viewer, facts: DayFacts) -> MeetingDay:
    """A draft of a meeting day, seen by those who lead. Raises NotAllowed, or Refused with what is wrong."""
    if not can_run_days(by) or by.organisation_id is None:
        raise NotAllowed
    day = MeetingDay(
        organisation=Organisation.objects.get(pk=by.organisation_id),
        created_by_id=by.person_id,
        created_at=now(),
    )
    write_facts(day, facts)
    day.save()
    write_hours(day, facts)
    write_rooms(day, facts)
    told: dict[str, object] = {name: value_of(day, name) for name in COLUMNS if name != "about"}
    told |= {"hours": len(facts.stretches), "rooms": len(facts.rooms)}
    record_audit(by=by, action="create_meeting_day", target=day, changes=told)
    return day


@transaction.atomic
def change_meeting_day(*, by: Viewer, day: MeetingDay, facts: DayFacts) -> int:
    """Changes the day. Returns how many planned meetings fell away, their time or room no longer being there.

    Raises Refused where that would hit a timetable that has been sent out: such meetings are moved first.
    """
    day = locked_day(by, day)
    before = {name: value_of(day, name) for name in COLUMNS}
    parts = (stretches_of(day), rooms_of(day))
    write_facts(day, facts)
    day.save()
    write_hours(day, facts)
    gone = write_rooms(day, facts)
    changes: dict[str, object] = {
        name: [before[name], value_of(day, name)] for name in COLUMNS if before[name] != value_of(day, name)
    }
    for name, was, now_is in (("hours", parts[0], stretches_of(day)), ("rooms", parts[1], rooms_of(day))):
        if was != now_is:
            changes[name] = [was, now_is]
    slots = set(slots_of_day(day))
    rows = list(standing_meetings(day).select_related("manager", "startup"))
    lost = [
        row for row in rows if row.starts_at > now() and (row.starts_at not in slots or row.room_id in gone)
    ]
    if lost and day.state == DayState.PUBLISHED:
        raise Refused(
            _("The timetable is sent out. Move or take away these meetings first: %(meetings)s.")
            % {"meetings": ", ".join(str(row) for row in lost[:5])}
        )
    drop_meetings(lost)
    retire_rooms(day, gone)
    if changes:
        record_audit(by=by, action="change_meeting_day", target=day, changes=changes)
    return len(lost)


def value_of(day: MeetingDay, name: str) -> object:
    """A column as the audit trail holds it."""
    value = getattr(day, name)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value.uuid) if isinstance(value, Call) else value


def stretches_of(day: MeetingDay) -> list[str]:
    """The day's hours as the audit trail tells them."""
    return [
        f"{each.date} {each.starts:%H:%M}-{each.ends:%H:%M}" for each in MeetingHours.objects.filter(day=day)
    ]


def rooms_of(day: MeetingDay) -> list[str]:
    """The names of the day's rooms, in order."""
    return list(MeetingRoom.objects.filter(day=day).values_list("name", flat=True))


def write_facts(day: MeetingDay, facts: DayFacts) -> None:
    """Sets the day's own columns. Raises Refused with the first fault."""
    day.title, day.about = tidy(facts.title, LONGEST_TITLE), tidy(facts.about, LONGEST_ABOUT)
    day.place = tidy(facts.place, LONGEST_PLACE)
    if not day.title:
        raise Refused(_("Give the day a name."))
    if facts.call is not None and facts.call.organisation_id != day.organisation_id:
        raise NotAllowed
    if not LEAST_MINUTES <= facts.slot_minutes <= MOST_MINUTES or not 0 <= facts.pause_minutes <= MOST_PAUSE:
        raise Refused(
            _("A meeting takes %(least)d to %(most)d minutes, with a pause of at most %(pause)d after it.")
            % {"least": LEAST_MINUTES, "most": MOST_MINUTES, "pause": MOST_PAUSE}
        )
    if facts.most_meetings is not None and not 1 <= facts.most_meetings <= MOST_SLOTS:
        raise Refused(_("At most how many meetings? Give a number from 1, or leave it empty."))
    day.slot_minutes, day.pause_minutes = facts.slot_minutes, facts.pause_minutes
    day.most_meetings, day.wishes_until, day.call = facts.most_meetings, facts.wishes_until, facts.call
    day.language = guess_language(words(f"{day.title} {day.about}"))


def write_hours(day: MeetingDay, facts: DayFacts) -> None:
    """Sets the day's hours. Raises Refused where they overlap, hold no meeting, or lie too far off."""
    rows = sorted(set(facts.stretches), key=lambda each: (each.date, each.starts))
    if not 1 <= len(rows) <= MOST_STRETCHES:
        raise Refused(_("Give the day's hours: one to %(most)d stretches.") % {"most": MOST_STRETCHES})
    if backward := next((each for each in rows if each.ends <= each.starts), None):
        raise Refused(
            _("The hours on %(date)s end before they begin: %(starts)s to %(ends)s.") % told_stretch(backward)
        )
    if overlap := first_overlap(rows):
        raise Refused(
            _("Two stretches of hours on %(date)s overlap, at %(starts)s. Make one of them shorter.")
            % told_stretch(overlap[1])
        )
    slots = slots_of(rows, day.zone, day.slot_minutes, day.pause_minutes)
    if not 1 <= len(slots) <= MOST_SLOTS:
        raise Refused(
            _("The hours hold %(number)d meetings after each other. At least 1 and at most %(most)d fit.")
            % {"number": len(slots), "most": MOST_SLOTS}
        )
    if slots[-1] > now() + LONGEST_AHEAD:
        raise Refused(_("Choose dates within the coming year."))
    if day.wishes_until >= slots[0]:
        raise Refused(_("The last day for wishes must come before the first meeting."))
    if day.state == DayState.DRAFT and slots[0] <= now():
        raise Refused(_("The first meeting lies in the past. Choose a later date."))
    MeetingHours.objects.filter(day=day).delete()
    MeetingHours.objects.bulk_create(
        MeetingHours(day=day, date=each.date, starts=each.starts, ends=each.ends) for each in rows
    )


def told_stretch(each: Stretch) -> dict[str, str]:
    """A stretch as messages tell it."""
    return {"date": f"{each.date}", "starts": f"{each.starts:%H:%M}", "ends": f"{each.ends:%H:%M}"}


def write_rooms(day: MeetingDay, facts: DayFacts) -> set[int]:
    """Sets the day's rooms; one with the same name stays the same room. Returns the ids of those that went.

    They are kept until `retire_rooms`, as meetings may still point to them.
    """
    rows = [(tidy(name, LONGEST_NAME), link.strip()) for name, link in facts.rooms]
    if not 1 <= len(rows) <= MOST_ROOMS:
        raise Refused(_("Give the rooms or video links: 1 to %(most)d.") % {"most": MOST_ROOMS})
    names = [name.casefold() for name, _link in rows]
    if not all(names) or len(set(names)) < len(names):
        raise Refused(_("Each room needs a name of its own."))
    for name, link in rows:
        check_link(name, link)
    known = {room.name.casefold(): room for room in MeetingRoom.objects.filter(day=day)}
    # Out of the way first: two rooms can not have the same place at any moment.
    for place, room in enumerate(known.values()):
        room.order = MOST_ROOMS + place
    MeetingRoom.objects.bulk_update(known.values(), ["order"])
    for place, (name, link) in enumerate(rows):
        room = known.pop(name.casefold()) if name.casefold() in known else MeetingRoom(day=day)
        room.order, room.name, room.link = place, name, link
        room.save()
    return {room.pk for room in known.values()}


def check_link(name: str, link: str) -> None:
    """Raises Refused where the room's link is no web address."""
    if not link:
        return
    try:
        is_web_link(link)
    except ValidationError:
        link = ""
    if not link or len(link) > LONGEST_LINK:
        raise Refused(_("The link of %(room)s is no web address that begins with https://.") % {"room": name})


def retire_rooms(day: MeetingDay, gone: set[int]) -> None:
    """Takes rooms away that nothing stands in; what was cancelled there is told of in the first room instead."""
    first = day.rooms.exclude(pk__in=gone).order_by("order")[0]
    day.meetings.filter(room__in=gone).update(room=first)
    day.rooms.filter(pk__in=gone).delete()


@transaction.atomic
def publish_day(*, by: Viewer, day: MeetingDay) -> MeetingDay:
    """The timetable is sent out: everyone gets their meetings by mail. Raises Refused before there is one."""
    day = locked_day(by, day)
    if day.state == DayState.PUBLISHED:
        return day
    if day.state != DayState.INVITED:
        raise Refused(_("Invite people first, so that they can say what they wish."))
    count = standing_meetings(day).count()
    if not count:
        raise Refused(_("There is no meeting to send out yet. Plan the day first."))
    day.state, day.published_at = DayState.PUBLISHED, now()
    day.save(update_fields=["state", "published_at"])
    changes: dict[str, object] = {
        "state": [DayState.INVITED.value, DayState.PUBLISHED.value],
        "meetings": count,
    }
    record_audit(by=by, action="publish_meeting_day", target=day, changes=changes)
    tell_changes(by, day)
    return day


@transaction.atomic
def cancel_day(*, by: Viewer, day: MeetingDay, why: str) -> MeetingDay:
    """The day is called off: its coming meetings go, and all who were invited are told why. Refused once it is over."""
    day = locked_day(by, day)
    refuse_when_over(day)
    why = tidy(why, LONGEST_REASON)
    if not why:
        raise Refused(_("Say why: those invited get to read it."))
    before = day.state
    rows = list(standing_meetings(day).filter(starts_at__gt=now()))
    told = {pk for row in rows if row.sequence for pk in (row.manager_id, row.startup_id)}
    drop_meetings(rows)
    day.state, day.why_cancelled = DayState.CANCELLED, why
    day.save(update_fields=["state", "why_cancelled"])
    changes: dict[str, object] = {"state": [before, DayState.CANCELLED.value], "why_cancelled": ["", why]}
    record_audit(by=by, action="cancel_meeting_day", target=day, changes=changes)
    tell_changes(by, day)
    invited = day.parties.filter(invited_at__isnull=False, cancelled_at=None).exclude(email="")
    send_letters(day, invited.exclude(pk__in=told), "cancelled")  # the others hear of it with their meetings
    return day
