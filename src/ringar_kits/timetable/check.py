"""Looks a finished plan over, and shares no code with what made it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

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
    plan = list(meetings)
    return [
        *_pairs(plan, wishes),
        *_parties(plan, set(unavailable), max_per_party),
        *_places(plan, slots, rooms),
    ]


def _pairs(plan: list[Meeting], wishes: Iterable[Wish]) -> Iterator[str]:
    worth = {(wish.manager, wish.startup): wish.value for wish in wishes}
    met = set()
    for meeting in plan:
        who = (meeting.manager, meeting.startup)
        if who not in worth:
            yield f"{who[0]} and {who[1]} have no wish to meet"
        elif worth[who] <= 0:
            yield f"{who[0]} or {who[1]} said no"
        if who in met:
            yield f"{who[0]} and {who[1]} meet twice"
        met.add(who)


def _parties(
    plan: list[Meeting], away: set[tuple[str, int]], most: int | Mapping[str, int] | None
) -> Iterator[str]:
    days: dict[str, dict[int, str]] = defaultdict(dict)
    count: dict[str, int] = defaultdict(int)
    for meeting in plan:
        for party, other in ((meeting.manager, meeting.startup), (meeting.startup, meeting.manager)):
            day = days[party]
            if meeting.slot in day:
                yield f"{party} meets {day[meeting.slot]} and {other} at once, in slot {meeting.slot}"
            if (party, meeting.slot) in away:
                yield f"{party} can not come in slot {meeting.slot}, to meet {other}"
            day[meeting.slot] = other
            count[party] += 1
    for party, number in count.items():
        allowed = most.get(party) if isinstance(most, Mapping) else most
        if allowed is not None and number > allowed:
            yield f"{party} has {number} meetings, and may have {allowed}"


def _places(plan: list[Meeting], slots: int, rooms: int | None) -> Iterator[str]:
    at_once: dict[int, int] = defaultdict(int)
    taken: dict[tuple[int, int], Meeting] = {}
    for meeting in plan:
        who = f"{meeting.manager} and {meeting.startup}"
        if not 0 <= meeting.slot < slots:
            yield f"{who} meet in slot {meeting.slot}, which does not exist"
        at_once[meeting.slot] += 1
        if meeting.room is None:
            continue
        if meeting.room < 1 or (rooms is not None and meeting.room > rooms):
            yield f"{who} meet in room {meeting.room}, which does not exist"
        other = taken.setdefault((meeting.slot, meeting.room), meeting)
        if other is not meeting:
            yield (
                f"room {meeting.room} holds {other.manager} and {other.startup}, and {who}, in slot {meeting.slot}"
            )
    for slot, number in at_once.items():
        if rooms is not None and number > rooms:
            yield f"slot {slot} has {number} meetings at once, and there are {rooms} rooms"
