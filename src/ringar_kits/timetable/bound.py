"""What no plan can exceed: two linear relaxations, both read from their dual, so that they hold to the last digit."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array

from ringar_kits.timetable.problem import Bools, Floats, Ints, Problem


@dataclass(frozen=True, eq=False)
class Bound:
    """An upper bound on the summed weight, and the relaxed plan that reaches it.

    `chosen` (E,) are its wishes, `where` (E, T) the slots that it gives each. `lost` (E,) is how much the bound falls
    if a wish is taken in: above 0 only where it is not chosen.
    """

    weight: float
    chosen: Bools
    lost: Floats
    where: Bools


def bound_by_pairs(problem: Problem) -> Bound:
    """Return the bound that counts slots but not when they are: limits, free slots and rooms only as numbers.

    A b-matching of a bipartite graph, whose linear programme has whole solutions (Schrijver 2003, chapter 21).
    """
    able: Bools = np.any(problem.common, axis=1)
    count = len(problem.wishes)
    if not able.any():
        return Bound(0.0, able, np.full(count, np.inf), problem.common)
    each = np.arange(count)
    rows = np.concatenate([problem.manager, problem.startup, np.full(count, len(problem.parties))])
    matrix = _matrix(rows, np.tile(each, 3), len(problem.parties) + 1, count)
    right = np.append(problem.limit, problem.rooms.sum()).astype(np.float64)
    chosen, price = _solve(problem.weight, matrix, right, able.astype(np.float64), {})
    gain = problem.weight - matrix.T @ price
    weight = float(right @ price + gain[able & (gain > 0)].sum())
    return Bound(weight, chosen > 0.5, np.where(able, np.maximum(-gain, 0.0), np.inf), problem.common)


def bound_by_slots(problem: Problem, seconds: float) -> Bound | None:
    """Return the bound that knows the slots, by the linear programme of wishes × slots; None if time is too short.

    Tighter where free times are bunched, as mornings and afternoons; up to tens of thousands of variables.
    """
    alike, group_of, sizes = alike_slots(problem)
    free, groups = alike[:-1] > 0, len(sizes)
    wish, group = np.nonzero(free[problem.manager] & free[problem.startup])
    count, parties = len(wish), len(problem.parties)
    if not count or seconds <= 0:
        return None
    blocks = [
        problem.manager[wish] * groups + group,
        problem.startup[wish] * groups + group,
        parties * groups + problem.manager[wish],
        parties * groups + problem.startup[wish],
        parties * (groups + 1) + group,
        parties * (groups + 1) + groups + wish,
    ]
    right = np.concatenate(
        [
            np.tile(sizes, parties),
            problem.limit,
            alike[-1] * sizes,
            np.ones(len(problem.wishes), dtype=np.int64),
        ]
    ).astype(np.float64)
    matrix = _matrix(np.concatenate(blocks), np.tile(np.arange(count), len(blocks)), len(right), count)
    weight = problem.weight[wish]
    part, price = _solve(weight, matrix, right, np.full(count, np.inf), {"time_limit": seconds})
    if not len(price):
        return None
    gain = weight - matrix.T @ price
    lost = np.full(len(problem.wishes), np.inf)
    np.minimum.at(lost, wish, np.maximum(-gain, 0.0))
    chosen = np.bincount(wish, weights=part, minlength=len(lost)) > 0.5
    where = np.zeros((len(lost), groups), dtype=bool)
    where[wish, group] = part > 0.5
    # No variable is above 1, so what the prices leave uncovered costs at most itself.
    return Bound(float(right @ price + np.maximum(gain, 0.0).sum()), chosen, lost, where[:, group_of])


def alike_slots(problem: Problem) -> tuple[Ints, Ints, Ints]:
    """Return the kinds of slot there are: (P + 1, G) who can come and how many rooms, the kind of each slot, how many.

    Slots that are alike count as one wider slot, which loses nothing (König 1916).
    """
    table = np.vstack([problem.free, problem.rooms])
    alike, group_of, sizes = np.unique(table, axis=1, return_inverse=True, return_counts=True)
    return alike, group_of.ravel(), sizes


def _solve(
    weight: Floats, matrix: csr_array, right: Floats, upper: Floats, options: dict[str, float]
) -> tuple[Floats, Floats]:
    """Return the variables and the price of each row, at an optimal vertex; no prices where time was too short."""
    # Sparse matrices are allowed, though the types of scipy say not.
    done = linprog(  # type: ignore[call-overload]
        -weight,
        A_ub=matrix,
        b_ub=right,
        bounds=np.column_stack([np.zeros_like(upper), upper]),
        method="highs-ds",
        options=options,
    )
    if done.status != 0:
        return np.zeros(0), np.zeros(0)
    return done.x, np.maximum(-done.ineqlin.marginals, 0.0)


def _matrix(rows: Ints, columns: Ints, height: int, width: int) -> csr_array:
    return csr_array(coo_array((np.ones(len(rows)), (rows, columns)), shape=(height, width)))
