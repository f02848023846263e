"""Which pipes a work list takes: two ways of choosing, and the lot between them. Pure: no database, no clock."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import isfinite
from uuid import UUID

from ringar.city.rules.fits import Arm, AsBefore, CapacityIn, OrderedBy


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pipe that can be put on a list, and what the two ways of choosing look at. `key` is its row's."""

    key: int
    length_m: float
    expected: float
    risk: float | None = None
    installed: float | None = None
    so_far: int = 0


@dataclass(frozen=True, slots=True)
class Chosen:
    """A pipe that was put on a list, and which way of choosing put it there."""

    key: int
    arm: Arm


Score = Callable[[Candidate], float]


def seed_of(pipes: UUID, year: int, handed_out: int) -> int:
    """The seed of the next list's lot: by the pipes, the year, and how many lists were handed out for it before.

    Nobody chooses it, and drawing a draft anew until it suits comes to nothing: it is the same.
    """
    told = f"{pipes} {year} {handed_out}".encode()
    return int.from_bytes(sha256(told).digest()[:4]) >> 1


def model_score(ordered_by: str, capacity_in: str) -> Score:
    """What the model sorts by, most first. Risk is taken for each metre where the capacity is in metres."""

    def score(pipe: Candidate) -> float:
        value = (pipe.risk or 0.0) if ordered_by == OrderedBy.RISK else pipe.expected
        is_spread = ordered_by == OrderedBy.RATE or (
            ordered_by == OrderedBy.RISK and capacity_in == CapacityIn.METRES
        )
        return value / pipe.length_m if is_spread else value

    return score


def before_score(way: str) -> Score:
    """What the utility sorts by today, most first. Pipes of unknown age come last."""

    def oldest(pipe: Candidate) -> float:
        return -pipe.installed if pipe.installed is not None and isfinite(pipe.installed) else -9999.0

    def history(pipe: Candidate) -> float:
        return pipe.so_far / pipe.length_m

    return oldest if way == AsBefore.OLDEST else history


def in_order(pipes: Iterable[Candidate], score: Score, lot: random.Random) -> list[Candidate]:
    """The pipes by score, most first; equal ones in an order drawn by lot, so that the register's order tells nothing.

    The order of `pipes` does not matter: they are sorted by key before lots are drawn.
    """
    rows = sorted(pipes, key=lambda pipe: pipe.key)
    lot.shuffle(rows)
    return sorted(rows, key=score, reverse=True)


def cost_of(pipe: Candidate, capacity_in: str) -> float:
    """What a pipe takes of the capacity."""
    return pipe.length_m if capacity_in == CapacityIn.METRES else 1.0


def choose_by_model(
    pipes: Sequence[Candidate], score: Score, *, size: float, capacity_in: str, seed: int
) -> list[Chosen]:
    """The pipes that fit in `size` (pipes or metres), the model's first choice first."""
    lot = random.Random(seed)  # noqa: S311  # a public draw, to be repeated
    chosen, left = [], size
    for pipe in in_order(pipes, score, lot):
        cost = cost_of(pipe, capacity_in)
        if cost <= left:
            chosen.append(Chosen(pipe.key, Arm.MODEL))
            left -= cost
        if left <= 0:
            break
    return chosen


def choose_by_lot(
    pipes: Sequence[Candidate], model: Score, before: Score, *, size: float, capacity_in: str, seed: int
) -> list[Chosen]:
    """Two halves of `size` (pipes or metres), one for each way of choosing, in the order in which they were drawn.

    Team draft (Radlinski, Kurup & Joachims, How does clickthrough data reflect retrieval quality?, 2008): the ways
    take turns, a coin says in each pair of turns who is first, and each takes the best that is left. A pipe that both
    want so falls to either with the same chance. The same seed draws the same list again.
    """
    lot = random.Random(seed)  # noqa: S311  # a public draw, to be repeated
    orders = {Arm.MODEL: iter(in_order(pipes, model, lot)), Arm.AS_BEFORE: iter(in_order(pipes, before, lot))}
    left = halves(size, capacity_in, lot)
    taken: set[int] = set()
    chosen: list[Chosen] = []
    playing = list(orders)
    while playing:
        turn = playing if lot.random() < 0.5 else playing[::-1]
        for arm in list(turn):
            pipe = next_fitting(orders[arm], taken, left[arm], capacity_in)
            if pipe is None:
                playing.remove(arm)
                continue
            taken.add(pipe.key)
            chosen.append(Chosen(pipe.key, arm))
            left[arm] -= cost_of(pipe, capacity_in)
    return chosen


def halves(size: float, capacity_in: str, lot: random.Random) -> dict[Arm, float]:
    """What each way of choosing has to fill; of an odd number of pipes the lot says who gets the last."""
    if capacity_in == CapacityIn.METRES:
        return {Arm.MODEL: size / 2, Arm.AS_BEFORE: size / 2}
    half, odd = divmod(int(size), 2)
    lucky = Arm.MODEL if lot.random() < 0.5 else Arm.AS_BEFORE
    return {arm: float(half + (odd if arm == lucky else 0)) for arm in Arm}


def next_fitting(
    order: Iterable[Candidate], taken: set[int], left: float, capacity_in: str
) -> Candidate | None:
    """The best pipe that nobody has taken and that fits in what is left; None where there is none."""
    if left <= 0:
        return None
    return next(
        (pipe for pipe in order if pipe.key not in taken and cost_of(pipe, capacity_in) <= left), None
    )
