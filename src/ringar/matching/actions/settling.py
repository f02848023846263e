"""How the timetable's rows change: a meeting that somebody was told of is kept as cancelled, for their calendars."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from ringar.matching.day_models import Meeting, MeetingDay
from ringar.matching.day_problem import SMALLEST, Asked
from ringar.matching.day_queries import standing_meetings
from ringar.matching.day_rules import MeetingState
from ringar_kits import timetable


@dataclass(frozen=True)
class Settled:
    """What became of the meetings: how many were moved, came and went."""

    moved: int
    added: int
    dropped: int


def drop_meetings(rows: Iterable[Meeting]) -> int:
    """Takes meetings out of the timetable; those that somebody was told of stay as cancelled. Returns how many."""
    ids = [row.pk for row in rows]
    Meeting.objects.filter(pk__in=ids, sequence=0).delete()
    Meeting.objects.filter(pk__in=ids).update(state=MeetingState.CANCELLED)
    return len(ids)


def settle_meetings(
    day: MeetingDay, asked: Asked, wanted: Collection[timetable.Meeting], at: datetime
) -> Settled:
    """Makes the coming meetings those that are wanted; what stays the same is not written. 5–7 queries."""
    rows = {
        (str(row.manager_id), str(row.startup_id)): row
        for row in standing_meetings(day)
        if row.starts_at > at
    }
    worth = asked.worth()
    pairs = {one.pair for one in wanted}
    dropped = drop_meetings(row for pair, row in rows.items() if pair not in pairs)
    moved, added = [], []
    for one in wanted:
        starts, room = asked.frame.slots[one.slot], asked.frame.rooms[(one.room or 1) - 1]
        row = rows.get(one.pair)
        if row is None:
            added.append(new_meeting(day, asked, one, worth.get(one.pair, SMALLEST)))
        elif (row.starts_at, row.room_id) != (starts, room):
            row.starts_at, row.room_id, row.value = starts, room, worth.get(one.pair, SMALLEST)
            moved.append(row)
    # Out of the way first: two that change places are never in the same place at any moment.
    Meeting.objects.filter(pk__in=[row.pk for row in moved]).update(state=MeetingState.CANCELLED)
    Meeting.objects.bulk_update(moved, ["state", "starts_at", "room", "value"])
    Meeting.objects.bulk_create(added)
    return Settled(len(moved), len(added), dropped)


def new_meeting(day: MeetingDay, asked: Asked, one: timetable.Meeting, worth: float) -> Meeting:
    """The row of a meeting, with the need and the solution that bring the two together; not yet saved."""
    manager, startup = int(one.manager), int(one.startup)
    fit = asked.fits.get((manager, startup))
    return Meeting(
        day=day,
        manager_id=manager,
        startup_id=startup,
        need_id=fit.need_id if fit else asked.brought.get(manager),
        solution_id=fit.solution_id if fit else asked.brought.get(startup),
        starts_at=asked.frame.slots[one.slot],
        room_id=asked.frame.rooms[(one.room or 1) - 1],
        value=worth,
    )
