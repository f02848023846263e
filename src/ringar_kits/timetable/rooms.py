"""Gives meetings their rooms: a manager stays in one room as far as possible."""

from collections import defaultdict
from collections.abc import Iterable

from ringar_kits.timetable.model import Meeting


def give_rooms(meetings: Iterable[Meeting], rooms: int | None) -> list[Meeting]:
    """Return the meetings by slot, each with a room from 1 to `rooms`; as they are where rooms are not limited.

    A meeting that has a room keeps it. There are never more meetings in a slot than rooms.
    """
    ordered = sorted(meetings, key=lambda meeting: (meeting.slot, meeting.pair))
    if rooms is None:
        return ordered
    slots: dict[int, list[Meeting]] = defaultdict(list)
    for meeting in ordered:
        slots[meeting.slot].append(meeting)
    home: dict[str, int] = {}
    return [meeting for slot in slots.values() for meeting in _slot(slot, rooms, home)]


def _slot(meetings: list[Meeting], rooms: int, home: dict[str, int]) -> list[Meeting]:
    left = set(range(1, rooms + 1)) - {meeting.room for meeting in meetings}
    given: dict[str, int] = {meeting.manager: meeting.room for meeting in meetings if meeting.room}
    for meeting in meetings:
        if meeting.manager not in given and home.get(meeting.manager) in left:
            given[meeting.manager] = home[meeting.manager]
            left.discard(home[meeting.manager])
    for meeting in meetings:
        if meeting.manager not in given:
            # A room that is nobody's home yet; else the one with the lowest number.
            room = min(left, key=lambda room: (room in home.values(), room))
            given[meeting.manager] = room
            left.discard(room)
    home.update(given)
    return [Meeting(m.manager, m.startup, m.slot, given[m.manager]) for m in meetings]
