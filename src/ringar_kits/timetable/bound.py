"""What no plan can exceed: two linear relaxations, both read from their dual, so that they hold to the last digit."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array

from ringar_kits.timetable.problem import Bools, Floats, Ints, Problem


@dataclass(frozen=True, eq=False)
class Bound:
    """An upper bound on the summed weight; `chosen` (E,) is the set that reaches it were every slot open to all.

    `lost` (E,) is how much the bound falls if the wish is taken in: above 0 only where it is not chosen.
    """

    weight: float
    chosen: Bools
    lost: Floats


def bound_by_pairs(problem: Problem) -> Bound:
    """Return the bound that counts slots but not when they are: limits, free slots and rooms only as numbers.

    A b-matching of a bipartite graph, whose linear programme has whole solutions (Schrijver 2003, chapter 21).
    """
    able = problem.common.any(axis=1)
    count = len(problem.wishes)
    if not able.any():
        return Bound(0.0, able, np.zeros(count))
    each = np.arange(count)
    rows = np.concatenate([problem.manager, problem.startup, np.full(count, len(problem.parties))])
    matrix = _matrix(rows, np.tile(each, 3), len(problem.parties) + 1, count)
    right = np.append(problem.limit, problem.rooms.sum()).astype(np.float64)
    done = linprog(
        -problem.weight,
        A_ub=matrix,
        b_ub=right,
        bounds=np.column_stack([np.zeros(count), able.astype(np.float64)]),
        method="highs-ds",
    )
    price = np.maximum(-done.ineqlin.marginals, 0.0)
    gain = problem.weight - matrix.T @ price
    weight = float(right @ price + gain[able & (gain > 0)].sum())
    return Bound(weight, done.x > 0.5, np.where(able, np.maximum(-gain, 0.0), np.inf))


def bound_by_slots(problem: Problem, seconds: float) -> float:
    """Return the bound that knows the slots, by the linear programme of wishes × slots; infinite if time is too short.

    Tighter where free times are bunched, as mornings and afternoons; up to tens of thousands of variables.
    """
    wish, slot = np.nonzero(problem.common)
    count, parties, slots = len(wish), len(problem.parties), problem.slots
    if not count:
        return 0.0
    if seconds <= 0:
        return np.inf
    blocks = [
        problem.manager[wish] * slots + slot,
        problem.startup[wish] * slots + slot,
        parties * slots + problem.manager[wish],
        parties * slots + problem.startup[wish],
        parties * (slots + 1) + slot,
        parties * (slots + 1) + slots + wish,
    ]
    size = parties * (slots + 1) + slots + len(problem.wishes)
    matrix = _matrix(np.concatenate(blocks), np.tile(np.arange(count), len(blocks)), size, count)
    ones = np.ones(parties * slots), np.ones(len(problem.wishes))
    right = np.concatenate([ones[0], problem.limit, problem.rooms, ones[1]]).astype(np.float64)
    weight = problem.weight[wish]
    done = linprog(
        -weight, A_ub=matrix, b_ub=right, bounds=(0, None), method="highs", options={"time_limit": seconds}
    )
    if done.status != 0:
        return np.inf
    price = np.maximum(-done.ineqlin.marginals, 0.0)
    # Each variable is at most 1, so what the prices leave uncovered costs at most itself.
    return float(right @ price + np.maximum(weight - matrix.T @ price, 0.0).sum())


def _matrix(rows: Ints, columns: Ints, height: int, width: int) -> csr_array:
    return csr_array(coo_array((np.ones(len(rows)), (rows, columns)), shape=(height, width)))
