"""Finds, for every wish that became no meeting, why."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from ringar_kits.timetable.model import Meeting, Unmet, Wish
from ringar_kits.timetable.obstacles import Limit, limit_of


def find_unmet(
    meetings: Sequence[Meeting],
    wishes: Iterable[Wish],
    *,
    slots: int,
    unavailable: Iterable[tuple[str, int]] = (),
    rooms: int | None = None,
    max_per_party: Limit = None,
) -> tuple[Unmet, ...]:
    """Return the wishes without a meeting, the most valued first, each with the reason that stands nearest."""
    away: dict[str, set[int]] = defaultdict(set)
    for party, slot in unavailable:
        away[party].add(slot)
    busy: dict[str, set[int]] = defaultdict(set)
    for meeting in meetings:
        for party in meeting.pair:
            busy[party].add(meeting.slot)
    at_once = Counter(meeting.slot for meeting in meetings)
    full = {slot for slot in range(slots) if rooms is not None and at_once[slot] >= rooms}
    met = {meeting.pair for meeting in meetings}
    day = set(range(slots))
    found = []
    for wish in wishes:
        pair = (wish.manager, wish.startup)
        if pair not in met:
            most = [min(limit_of(max_per_party, party, slots), len(day - away[party])) for party in pair]
            common = day - away[pair[0]] - away[pair[1]]
            both_free = common - busy[pair[0]] - busy[pair[1]]
            why, facts = _reason(wish, most, [len(busy[party]) for party in pair], common, both_free, full)
            found.append(Unmet(wish, why, {"manager": pair[0], "startup": pair[1], **facts}))
    return tuple(sorted(found, key=lambda unmet: (-unmet.wish.value, unmet.wish.manager, unmet.wish.startup)))


def _reason(
    wish: Wish, most: list[int], has: list[int], common: set[int], both_free: set[int], full: set[int]
) -> tuple[str, dict[str, object]]:
    if wish.value <= 0:
        return "veto", {}
    if not common:
        return "no_common_slot", {}
    for party, limit in zip((wish.manager, wish.startup), most, strict=True):
        if not limit:
            return "no_limit", {"party": party}
    filled = [number >= limit for number, limit in zip(has, most, strict=True)]
    if all(filled):
        return "both_full", {"manager_meetings": has[0], "startup_meetings": has[1]}
    if filled[0]:
        return "manager_full", {"meetings": has[0]}
    if filled[1]:
        return "startup_full", {"meetings": has[1]}
    if both_free and both_free <= full:
        return "rooms_full", {}
    return "outweighed", {"common": len(common)}
