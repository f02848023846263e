"""Looks a finished plan over, and shares no code with what made it."""

from collections.abc import Iterable, Mapping

from ringar_kits.timetable.model import Meeting, Wish


def check_plan(
    meetings: Iterable[Meeting],
    wishes: Iterable[Wish],
    *,
    slots: int,
    unavailable: Iterable[tuple[str, int]] = (),
    rooms: int | None = None,
    max_per_party: int | Mapping[str, int] | None = None,
) -> list[str]:
    """Return every fault of a plan in words; an empty list says that it can be held as it is.

    Looked for: a party or a room in two meetings at once, a party that can not come, more meetings at once than rooms,
    more than a party may have, a pair without a wish or with a veto, a pair that meets twice, a slot or a room that
    does not exist.
    """
    wanted = {(wish.manager, wish.startup): wish.value for wish in wishes}
    away = {(str(party), int(slot)) for party, slot in unavailable}
    faults: list[str] = []
    here: dict[tuple[str, int], str] = {}  # (party, slot) -> whom it meets
    taken: dict[tuple[int, int], str] = {}  # (room, slot) -> who are in it
    at_once: dict[int, int] = {}
    met: dict[tuple[str, str], int] = {}
    count: dict[str, int] = {}
    for meeting in meetings:
        who, slot = f"{meeting.manager} and {meeting.startup}", meeting.slot
        if slot < 0 or slot > slots - 1:
            faults.append(f"{who}: there is no slot {slot}")
        value = wanted.get((meeting.manager, meeting.startup))
        if value is None:
            faults.append(f"{who}: they have no wish to meet")
        elif value <= 0:
            faults.append(f"{who}: one of them said no")
        if (meeting.manager, meeting.startup) in met:
            faults.append(f"{who}: they meet twice")
        met[meeting.manager, meeting.startup] = slot
        for party, other in ((meeting.manager, meeting.startup), (meeting.startup, meeting.manager)):
            if (party, slot) in here:
                faults.append(f"{party}: meets {here[party, slot]} and {other} at once, in slot {slot}")
            here[party, slot] = other
            if (party, slot) in away:
                faults.append(f"{party}: can not come in slot {slot}")
            count[party] = count.get(party, 0) + 1
        if meeting.room is not None:
            if meeting.room < 1 or (rooms is not None and meeting.room > rooms):
                faults.append(f"{who}: there is no room {meeting.room}")
            if (meeting.room, slot) in taken:
                faults.append(f"room {meeting.room}: {taken[meeting.room, slot]} and {who} at once, in slot {slot}")
            taken[meeting.room, slot] = who
        at_once[slot] = at_once.get(slot, 0) + 1
    for slot, number in at_once.items():
        if rooms is not None and number > rooms:
            faults.append(f"slot {slot}: {number} meetings at once in {rooms} rooms")
    for party, number in count.items():
        most = max_per_party.get(party) if isinstance(max_per_party, Mapping) else max_per_party
        if most is not None and number > most:
            faults.append(f"{party}: has {number} meetings, and {most} are the most")
    return faults
