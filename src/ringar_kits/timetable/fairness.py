"""Stage 2: everyone gets at least one of their three best wishes, where that costs next to nothing."""

import time
from collections.abc import Sequence

import numpy as np

from ringar_kits.timetable.bound import Bound
from ringar_kits.timetable.model import Meeting, Wish
from ringar_kits.timetable.problem import NOWHERE, Ints, Problem
from ringar_kits.timetable.reopen import Lift, reopen
from ringar_kits.timetable.search import choose_slots, weight_of

TOP = 3
PRICE = 0.0005
"""At most this share of the bound is given up …"""
KEPT = 0.9992
"""… and nothing below this share of it."""
TRIES = 3
WIDTH = 5


def top_wishes(wishes: Sequence[Wish]) -> dict[str, set[tuple[str, str]]]:
    """Return each party's best wishes of a value above 0, as pairs; more than three only where they are worth the same.

    >>> top_wishes([Wish("Bo", "a", 1), Wish("Bo", "b", 0)])
    {'Bo': {('Bo', 'a')}, 'a': {('Bo', 'a')}}
    """
    by_party: dict[str, list[Wish]] = {}
    for wish in wishes:
        if wish.value > 0:
            by_party.setdefault(wish.manager, []).append(wish)
            by_party.setdefault(wish.startup, []).append(wish)
    found = {}
    for party, theirs in by_party.items():
        least = sorted((wish.value for wish in theirs), reverse=True)[:TOP][-1]
        found[party] = {(wish.manager, wish.startup) for wish in theirs if wish.value >= least}
    return found


def without_top(meetings: Sequence[Meeting], top: dict[str, set[tuple[str, str]]]) -> tuple[str, ...]:
    """Return the parties that get none of their best wishes, by name."""
    met = {meeting.pair for meeting in meetings}
    return tuple(sorted(party for party, pairs in top.items() if not pairs & met))


def make_fair(
    problem: Problem,
    slot_of: Ints,
    bound: Bound,
    top: dict[str, set[tuple[str, str]]],
    *,
    deadline: float,
    seed: int,
) -> Ints:
    """Return a plan (E,) in which fewer are without any of their best wishes, for at most `PRICE` of the bound.

    Each of those parties in turn: some slots are opened around its best wish and filled anew, with a prize for every
    party served that outweighs all else but the floor.
    """
    chance = np.random.default_rng(seed)
    lifts = _lifts(problem, top)
    reached = weight_of(problem, slot_of)
    floor = max(reached - PRICE * bound.weight, min(reached, KEPT * bound.weight))
    # A wish that costs more than what may be lost is in no plan above the floor.
    among = (slot_of >= 0) | (bound.lost <= bound.weight - floor)
    for party in [party for party in lifts if _lacks(slot_of, lifts[party])]:
        best = among & np.isin(np.arange(len(slot_of)), lifts[party].wishes)
        for _ in range(TRIES):
            left = deadline - time.monotonic()
            if left <= 0 or not best.any() or not _lacks(slot_of, lifts[party]):
                break
            opened = choose_slots(problem, slot_of, best, best, WIDTH, chance)
            outside = float(problem.weight[(slot_of >= 0) & ~np.isin(slot_of, opened)].sum())
            found = reopen(
                problem,
                slot_of,
                opened,
                among=among,
                seconds=left,
                lifts=list(lifts.values()),
                floor=floor - outside,
            )
            if found is not None and _served(found, lifts) > _served(slot_of, lifts):
                slot_of = found
    return slot_of


def _lifts(problem: Problem, top: dict[str, set[tuple[str, str]]]) -> dict[str, Lift]:
    """A prize for each party that its fixed meetings do not serve already."""
    place = {(wish.manager, wish.startup): number for number, wish in enumerate(problem.wishes)}
    fixed = {meeting.pair for meeting in problem.fixed}
    prize = 10.0 * float(problem.weight.max(initial=0.0))
    return {
        party: Lift(np.array(sorted(place[pair] for pair in pairs), dtype=np.int64), prize)
        for party, pairs in sorted(top.items())
        if not pairs & fixed
    }


def _lacks(slot_of: Ints, lift: Lift) -> bool:
    return bool((slot_of[lift.wishes] == NOWHERE).all())


def _served(slot_of: Ints, lifts: dict[str, Lift]) -> int:
    return sum(not _lacks(slot_of, lift) for lift in lifts.values())
