"""Says whether one meeting can be placed by hand among the others, and what is in its way."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ringar_kits.timetable.model import Meeting, Obstacle, Wish

Limit = int | Mapping[str, int] | None


def limit_of(max_per_party: Limit, party: str, slots: int) -> int:
    """Return how many meetings a party may have; as many as there are slots where it has no limit."""
    if isinstance(max_per_party, Mapping):
        return min(max_per_party.get(party, slots), slots)
    return slots if max_per_party is None else min(max_per_party, slots)


def find_obstacles(
    meetings: Iterable[Meeting],
    wanted: Meeting,
    *,
    slots: int,
    unavailable: Iterable[tuple[str, int]] = (),
    rooms: int | None = None,
    max_per_party: Limit = None,
    wishes: Iterable[Wish] | None = None,
) -> list[Obstacle]:
    """Return all that stands in the way of `wanted` among `meetings`; an empty list says that it is legal.

    Where the pair already has a meeting, that is the one being moved and is in nobody's way. A `wanted.room` of None
    takes any room that is left. With `wishes` the pair must have one of a value above 0.
    """
    others = [meeting for meeting in meetings if meeting.pair != wanted.pair]
    if not 0 <= wanted.slot < slots:
        return [Obstacle("no_such_slot", {"slot": wanted.slot, "last": slots - 1})]
    found: list[Obstacle] = []
    if wishes is not None and not any(
        (wish.manager, wish.startup) == wanted.pair and wish.value > 0 for wish in wishes
    ):
        found.append(Obstacle("not_wished", {"manager": wanted.manager, "startup": wanted.startup}))
    away = frozenset(unavailable)
    counts = Counter(party for meeting in others for party in meeting.pair)
    for party in wanted.pair:
        if (party, wanted.slot) in away:
            found.append(Obstacle("unavailable", {"party": party, "slot": wanted.slot}))
        limit = limit_of(max_per_party, party, slots)
        if counts[party] >= limit:
            found.append(Obstacle("limit", {"party": party, "meetings": counts[party], "limit": limit}))
    then = [meeting for meeting in others if meeting.slot == wanted.slot]
    return [*found, *_clashes(then, wanted), *_room_obstacles(then, wanted, rooms)]


def _clashes(then: Sequence[Meeting], wanted: Meeting) -> Iterator[Obstacle]:
    for meeting in then:
        for party, other in (meeting.pair, meeting.pair[::-1]):
            if party in wanted.pair:
                yield Obstacle("busy", {"party": party, "other": other, "meeting": meeting})


def _room_obstacles(then: Sequence[Meeting], wanted: Meeting, rooms: int | None) -> Iterator[Obstacle]:
    if rooms is not None and len(then) >= rooms:
        yield Obstacle("rooms_full", {"rooms": rooms, "slot": wanted.slot})
    if wanted.room is None:
        return
    if wanted.room < 1 or (rooms is not None and wanted.room > rooms):
        yield Obstacle("no_such_room", {"rooms": rooms, "room": wanted.room})
    for meeting in then:
        if meeting.room == wanted.room:
            facts = {"other_manager": meeting.manager, "other_startup": meeting.startup, "room": wanted.room}
            yield Obstacle("room_taken", {**facts, "meeting": meeting})
