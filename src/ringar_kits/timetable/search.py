"""Stage 1: the highest value, by opening a few slots at a time and filling them anew exactly."""

import time
from collections.abc import Callable

import numpy as np

from ringar_kits.timetable.bound import Bound, bound_by_pairs, bound_by_slots
from ringar_kits.timetable.colour import colour
from ringar_kits.timetable.problem import NOWHERE, Bools, Floats, Ints, Problem
from ringar_kits.timetable.reopen import reopen

EXACT = 1e-9
"""Shares of the bound nearer than this are the same: sums of many floats are no more exact."""
FIRST = 30
"""After so many tries the bound that knows the slots is worth its second or more, and so is a start along it."""
BOUND_SHARE = 0.25
AKIN = 0.01
"""A start along the bound may be so much worse, and mostly overtakes; what was before is kept for when it does not."""
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
    chance, began = np.random.default_rng(seed), time.monotonic()
    bound = bound_by_pairs(problem)
    slot_of = before = colour(problem, _order(problem, bound), bound.where).slot_of
    width = fruitless = tries = 0
    while width < len(WIDTHS) and weight_of(problem, slot_of) < bound.weight * (1 - EXACT):
        now, best = time.monotonic(), weight_of(problem, slot_of)
        if now >= deadline:
            return _better(problem, slot_of, before), bound, False
        progress(max(width / len(WIDTHS), (now - began) / (deadline - began)))
        tries += 1
        if tries == FIRST:
            before = slot_of
            bound, slot_of = _closer(problem, bound, slot_of, BOUND_SHARE * (deadline - began))
            continue
        # A wish that would cost more than what is still to be won is in no better plan.
        among = (slot_of >= 0) | (bound.lost < bound.weight - best)
        opened = choose_slots(problem, slot_of, bound.chosen, among, WIDTHS[width], chance)
        found = reopen(problem, slot_of, opened, among=among, seconds=deadline - now)
        if found is not None and weight_of(problem, found) >= best - EXACT * bound.weight:
            slot_of = found
        fruitless = 0 if weight_of(problem, slot_of) > best + EXACT * bound.weight else fruitless + 1
        if fruitless > FRUITLESS or WIDTHS[width] >= problem.slots:
            width, fruitless = width + 1, 0
    return _better(problem, slot_of, before), bound, True


def _better(problem: Problem, first: Ints, second: Ints) -> Ints:
    return max(first, second, key=lambda slot_of: weight_of(problem, slot_of))


def weight_of(problem: Problem, slot_of: Ints) -> float:
    """Return the summed weight of a plan (E,)."""
    return float(problem.weight[slot_of >= 0].sum())


def _closer(problem: Problem, bound: Bound, slot_of: Ints, seconds: float) -> tuple[Bound, Ints]:
    """The bound that knows the slots, and a plan that begins where it has them: mostly worth more in the end."""
    closer = bound_by_slots(problem, seconds)
    if closer is None or closer.weight > bound.weight * (1 + EXACT):
        return bound, slot_of
    anew = colour(problem, _order(problem, closer), closer.where).slot_of
    return closer, anew if weight_of(problem, anew) > (1 - AKIN) * weight_of(problem, slot_of) else slot_of


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
