"""Opens some slots of a plan and fills them anew, in the best way there is: the step of every search here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, vstack

from ringar_kits.timetable.problem import NOWHERE, Bools, Floats, Ints, Problem

NODES = 2000
"""Branching ends here, so that a stubborn part costs seconds and not minutes, the same on every machine."""


@dataclass(frozen=True, eq=False)
class Lift:
    """A prize for meeting at least one of some wishes, beside what they weigh."""

    wishes: Ints
    prize: float


def reopen(
    problem: Problem,
    slot_of: Ints,
    opened: Ints,
    *,
    among: Bools,
    seconds: float,
    lifts: Sequence[Lift] = (),
    floor: float | None = None,
) -> Ints | None:
    """Return the plan with the meetings of the `opened` slots chosen and placed anew; None where none was found.

    `slot_of` (E,) is the plan so far; what stands in other slots stays. `among` (E,) says which wishes may be chosen.
    At least `floor` of weight must come out of the opened slots. Exact as an integer programme (HiGHS), unless
    `seconds` or `NODES` end it.
    """
    here = np.isin(slot_of, opened)
    wish, column = np.nonzero(problem.common[:, opened] & (among & ((slot_of == NOWHERE) | here))[:, None])
    if not len(wish):
        return None
    held = (slot_of >= 0) & ~here
    left = problem.limit - np.bincount(problem.manager[held], minlength=len(problem.parties))
    left -= np.bincount(problem.startup[held], minlength=len(problem.parties))
    matrix, right = _rows(problem, wish, column, left, problem.rooms[opened])
    weight = problem.weight[wish]
    lifts = [lift for lift in lifts if not held[lift.wishes].any()]
    matrix, right, prizes = _with_lifts(matrix, right, wish, lifts)
    if floor is not None:
        low = csr_array(np.concatenate([-weight, np.zeros(len(lifts))])[None, :])
        matrix, right = vstack([matrix, low]), np.append(right, -floor)
    done = milp(
        -np.concatenate([weight, prizes]),
        constraints=LinearConstraint(matrix, ub=right),
        integrality=np.ones(len(wish) + len(prizes), dtype=np.int64),
        bounds=Bounds(0, 1),
        options={"time_limit": max(seconds, 0.01), "mip_rel_gap": 0.0, "node_limit": NODES},
    )
    if done.x is None:
        return None
    taken = done.x[: len(wish)] > 0.5
    found = np.where(here, NOWHERE, slot_of)
    found[wish[taken]] = opened[column[taken]]
    return found


def _rows(problem: Problem, wish: Ints, column: Ints, left: Ints, rooms: Ints) -> tuple[csr_array, Floats]:
    """Rows: one meeting per party and slot, one slot per wish, each party's limit, each slot's rooms."""
    width = len(rooms)
    blocks: list[Ints] = []
    right: list[NDArray[Any]] = []
    for party in (problem.manager[wish], problem.startup[wish]):
        blocks.append(party * width + column)
        right.append(np.ones(len(problem.parties) * width))
        # Elsewhere the limit cannot bind, and its row would only cost time.
        blocks.append(np.where(left[party] < width, party, NOWHERE))
        right.append(left)
    blocks.append(wish)
    right.append(np.ones(len(problem.wishes)))
    if rooms.min() < min(problem.managers, len(problem.parties) - problem.managers):
        blocks.append(column)
        right.append(rooms)
    starts = np.cumsum([0, *(len(part) for part in right[:-1])])
    rows = np.concatenate(
        [np.where(block < 0, NOWHERE, block + start) for block, start in zip(blocks, starts, strict=True)]
    )
    columns = np.tile(np.arange(len(wish)), len(blocks))
    used = rows >= 0
    kept, places = np.unique(rows[used], return_inverse=True)
    matrix = coo_array((np.ones(len(places)), (places, columns[used])), shape=(len(kept), len(wish)))
    return csr_array(matrix), np.concatenate(right)[kept].astype(np.float64)


def _with_lifts(
    matrix: csr_array, right: Floats, wish: Ints, lifts: Sequence[Lift]
) -> tuple[csr_array, Floats, Floats]:
    """One more variable for each lift, at most the sum of its wishes."""
    if not lifts:
        return matrix, right, np.zeros(0)
    rows, columns, values = [], [], []
    for row, lift in enumerate(lifts):
        members = np.flatnonzero(np.isin(wish, lift.wishes))
        rows += [row] * (len(members) + 1)
        columns += [*members.tolist(), matrix.shape[1] + row]
        values += [-1.0] * len(members) + [1.0]
    wide = csr_array(
        (matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], matrix.shape[1] + len(lifts))
    )
    low = csr_array(coo_array((values, (rows, columns)), shape=(len(lifts), wide.shape[1])))
    return (
        vstack([wide, low]),
        np.append(right, np.zeros(len(lifts))),
        np.array([lift.prize for lift in lifts]),
    )
