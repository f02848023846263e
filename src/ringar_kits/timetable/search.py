"""Stage 1: the highest value, by opening a few slots at a time and filling them anew exactly."""

import time
from collections.abc import Callable

import numpy as np

from ringar_kits.timetable.bound import Bound, alike_slots, bound_by_pairs, bound_by_slots
from ringar_kits.timetable.colour import Board, colour, fill
from ringar_kits.timetable.problem import NOWHERE, Bools, Floats, Ints, Problem
from ringar_kits.timetable.reopen import reopen

EXACT = 1e-9
"""Shares of the bound nearer than this are the same: sums of many floats are no more exact."""
SMALL = 10_000
LATE = 3
"""With more variables the bound that knows the slots costs seconds, and waits until the narrow parts are through."""
BOUND_SHARE = 0.25
WIDTHS = (2, 3, 4, 5, 6)
FRUITLESS = 12
"""So many tries without gain, and more slots are opened at a time."""


def search(
    problem: Problem, *, deadline: float, seed: int, progress: Callable[[float], None]
) -> tuple[Ints, Bound, bool]:
    """Return each wish's slot (E,) or NOWHERE, the bound, and whether the search ended by itself before the deadline.

    Ends when the bound is met, or when even the widest parts give nothing any more. `deadline` is a reading of
    `time.monotonic`; the same seed gives the same plan unless it cuts the search short.
    """
    chance = np.random.default_rng(seed)
    began = time.monotonic()
    bound = bound_by_pairs(problem)
    early = len(alike_slots(problem)[2]) * len(problem.wishes) <= SMALL
    if early:
        bound = _closer(problem, bound, BOUND_SHARE * (deadline - began))
    slot_of = colour(problem, _order(problem, bound), bound.where).slot_of
    best = float(problem.weight[slot_of >= 0].sum())
    width = fruitless = 0
    while width < len(WIDTHS) and best < bound.weight * (1 - EXACT):
        now = time.monotonic()
        if now >= deadline:
            return slot_of, bound, False
        progress(max(width / len(WIDTHS), (now - began) / (deadline - began)))
        # A wish that would cost more than what is still to be won is in no better plan.
        among = (slot_of >= 0) | (bound.lost < bound.weight - best)
        opened = choose_slots(problem, slot_of, bound.chosen, among, WIDTHS[width], chance)
        found = reopen(problem, slot_of, opened, among=among, seconds=deadline - now)
        value = -1.0 if found is None else float(problem.weight[found >= 0].sum())
        if found is not None and value >= best - EXACT * bound.weight:
            slot_of = found
        fruitless = 0 if value > best + EXACT * bound.weight else fruitless + 1
        best = max(best, value)
        if fruitless > FRUITLESS or WIDTHS[width] >= problem.slots:
            width, fruitless = width + 1, 0
            if width == LATE and not early:
                bound = _closer(problem, bound, BOUND_SHARE * (deadline - began))
    board = Board(problem, slot_of)
    fill(board)
    return board.slot_of, bound, True


def _closer(problem: Problem, bound: Bound, seconds: float) -> Bound:
    closer = bound_by_slots(problem, seconds)
    return closer if closer and closer.weight < bound.weight * (1 - EXACT) else bound


def _order(problem: Problem, bound: Bound) -> list[int]:
    """The chosen wishes, those of parties with the least room to spare first."""
    taken = np.zeros(len(problem.parties))
    for party in (problem.manager, problem.startup):
        taken += np.bincount(party[bound.chosen], minlength=len(taken))
    spare = problem.free.sum(axis=1) - taken
    chosen = np.flatnonzero(bound.chosen)
    tight = np.minimum(spare[problem.manager[chosen]], spare[problem.startup[chosen]])
    both = spare[problem.manager[chosen]] + spare[problem.startup[chosen]]
    return chosen[np.lexsort((both, tight))].tolist()


def choose_slots(
    problem: Problem, slot_of: Ints, chosen: Bools, among: Bools, width: int, chance: np.random.Generator
) -> Ints:
    """Return the slots to open: where the two of a wish that is missing are idle, and others by chance."""
    missing = np.flatnonzero(chosen & (slot_of == NOWHERE))
    if not len(missing):
        missing = np.flatnonzero(among & (slot_of == NOWHERE))
    weight: Floats = np.full(problem.slots, 0.1)
    if len(missing):
        wish = chance.choice(missing)
        for party in (problem.manager[wish], problem.startup[wish]):
            busy = slot_of[((problem.manager == party) | (problem.startup == party)) & (slot_of >= 0)]
            idle = problem.free[party].copy()
            idle[busy] = False
            weight += idle * 2.0 / max(idle.sum(), 1)
    width = min(width, problem.slots)
    return np.sort(chance.choice(problem.slots, size=width, replace=False, p=weight / weight.sum()))
