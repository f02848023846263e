"""Wishes, free times and limits as arrays, with everything that cannot be used told at once."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ringar_kits.errors import InputError
from ringar_kits.timetable.explain import explain
from ringar_kits.timetable.model import Meeting, Wish
from ringar_kits.timetable.obstacles import Limit, find_obstacles, limit_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MUST = 4.0
"""A must weighs so many times the highest value more: a meeting is in the way of at most two in its slot and two by
their parties' limits, so no must is left out for wants."""
NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Problem:
    """What can be chosen, once the fixed meetings have taken their slots, limits and rooms.

    E wishes (of a value above 0, and not fixed), P parties (managers first), T slots.
    """

    wishes: list[Wish]
    parties: list[str]
    managers: int
    manager: Ints
    """(E,) place of its manager among the parties."""
    startup: Ints
    """(E,) place of its startup among the parties."""
    value: Floats
    """(E,) what the wish is worth."""
    weight: Floats
    """(E,) the same with what a must adds."""
    free: Bools
    """(P, T) whether the party can come, has no fixed meeting then, and there is a room."""
    limit: Ints
    """(P,) how many more meetings the party can have at most."""
    rooms: Ints
    """(T,) how many rooms are left; E where rooms are not limited."""
    fixed: tuple[Meeting, ...]
    fixed_wishes: tuple[Wish, ...]

    @property
    def slots(self) -> int:
        """How many slots there are."""
        return len(self.rooms)

    @property
    def common(self) -> Bools:
        """(E, T) whether both can come."""
        return self.free[self.manager] & self.free[self.startup]

    @property
    def fixed_value(self) -> float:
        """What the fixed meetings are worth."""
        return math.fsum(wish.value for wish in self.fixed_wishes)

    def value_of(self, slot_of: Ints) -> float:
        """What a plan is worth, its fixed meetings included."""
        return math.fsum(self.value[slot_of >= 0]) + self.fixed_value

    def meetings(self, slot_of: Ints) -> list[Meeting]:
        """The meetings of a plan given as each wish's slot (E,), or NOWHERE; the fixed ones included."""
        placed = np.flatnonzero(slot_of >= 0)
        chosen = [(self.wishes[e], int(slot_of[e])) for e in placed]
        return [*self.fixed, *(Meeting(wish.manager, wish.startup, slot) for wish, slot in chosen)]


def make_problem(
    wishes: Iterable[Wish],
    *,
    slots: int,
    unavailable: Iterable[tuple[str, int]],
    rooms: int | None,
    max_per_party: Limit,
    fixed: Iterable[Meeting],
) -> Problem:
    """Return the problem; raises `InputError` that names what cannot be used and the remedy."""
    everyone = sorted(wishes, key=lambda wish: (wish.manager, wish.startup))
    _check_wishes(everyone)
    away = frozenset(unavailable)
    _check_limits(slots, away, rooms, max_per_party)
    kept = _check_fixed(everyone, fixed, slots, away, rooms, max_per_party)
    managers = sorted({wish.manager for wish in everyone})
    parties = managers + sorted({wish.startup for wish in everyone})
    place = {party: number for number, party in enumerate(parties)}
    held = {meeting.pair for meeting in kept}
    open_ = [wish for wish in everyone if wish.value > 0 and (wish.manager, wish.startup) not in held]
    value = np.array([wish.value for wish in open_], dtype=np.float64)
    must = np.array([wish.must for wish in open_], dtype=bool)
    free, limit, left = _left(place, slots, away, rooms, max_per_party, kept, len(open_))
    return Problem(
        wishes=open_,
        parties=parties,
        managers=len(managers),
        manager=np.array([place[wish.manager] for wish in open_], dtype=np.int64),
        startup=np.array([place[wish.startup] for wish in open_], dtype=np.int64),
        value=value,
        weight=value + np.where(must, MUST * value.max(initial=0.0), 0.0),
        free=free,
        limit=limit,
        rooms=left,
        fixed=kept,
        fixed_wishes=tuple(wish for wish in everyone if (wish.manager, wish.startup) in held),
    )


def _left(
    place: Mapping[str, int],
    slots: int,
    away: frozenset[tuple[str, int]],
    rooms: int | None,
    max_per_party: Limit,
    kept: Sequence[Meeting],
    most: int,
) -> tuple[Bools, Ints, Ints]:
    free = np.ones((len(place), slots), dtype=bool)
    for party, slot in away:
        if party in place:
            free[place[party], slot] = False
    limit = np.array([limit_of(max_per_party, party, slots) for party in place], dtype=np.int64)
    left = np.full(slots, most if rooms is None else rooms, dtype=np.int64)
    for meeting in kept:
        for party in meeting.pair:
            free[place[party], meeting.slot] = False
            limit[place[party]] -= 1
        left[meeting.slot] -= rooms is not None
    free[:, left <= 0] = False
    return free, np.minimum(limit, free.sum(axis=1)), left


def _check_wishes(wishes: Sequence[Wish]) -> None:
    startups = {wish.startup for wish in wishes}
    for wish in wishes:
        if wish.manager in startups:
            raise InputError(
                f"'{wish.manager}' is both a manager and a startup",
                remedy="Parties are known by their names, so give the two different ones",
            )
        if not math.isfinite(wish.value):
            raise InputError(
                f"the wish of {wish.manager} and {wish.startup} has no value", remedy="Give a number"
            )
    for wish, following in pairwise(wishes):
        if (wish.manager, wish.startup) == (following.manager, following.startup):
            name = f"{wish.manager} and {wish.startup}"
            raise InputError(f"the wish of {name} is there twice", remedy="Give each pair once")


def _check_limits(
    slots: int, away: frozenset[tuple[str, int]], rooms: int | None, max_per_party: Limit
) -> None:
    limits = max_per_party.values() if isinstance(max_per_party, Mapping) else [max_per_party]
    if slots < 0 or (rooms or 0) < 0 or any((limit or 0) < 0 for limit in limits):
        raise InputError("slots, rooms and meetings per party are counted", remedy="Give numbers from 0")
    for party, slot in sorted(away):
        if not 0 <= slot < slots:
            raise InputError(
                f"{party} can not come in slot {slot}, but there are {slots} slots",
                remedy=f"Slots are numbered from 0 to {slots - 1}" if slots else "Give at least one slot",
            )


def _check_fixed(
    wishes: Sequence[Wish],
    fixed: Iterable[Meeting],
    slots: int,
    away: frozenset[tuple[str, int]],
    rooms: int | None,
    max_per_party: Limit,
) -> tuple[Meeting, ...]:
    kept: list[Meeting] = []
    for meeting in sorted(fixed, key=lambda meeting: (meeting.slot, meeting.pair)):
        name = f"the fixed meeting of {meeting.manager} and {meeting.startup}"
        if any(meeting.pair == other.pair for other in kept):
            raise InputError(f"{name} is there twice", remedy="Fix each pair once")
        obstacles = find_obstacles(
            kept,
            meeting,
            slots=slots,
            unavailable=away,
            rooms=rooms,
            max_per_party=max_per_party,
            wishes=wishes,
        )
        if obstacles:
            raise InputError(f"{name}: {explain(obstacles[0])}", remedy="Let it go, or move it")
        kept.append(meeting)
    return tuple(kept)
