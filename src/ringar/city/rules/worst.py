"""How far up a pipe stands: the share of all length that stands before it. The map, its legend and its table agree."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

PERCENTS = (1, 5, 10, 20)
LOOKS = (
    _("the worst 1 % of the length"),
    _("the worst 5 %"),
    _("the worst 10 %"),
    _("the worst 20 %"),
    _("the rest"),
)
"""What each look on the map means; the first is drawn darkest and widest."""


def share_before(length_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each of those in order the share of all length that comes before it, 0 to 1."""
    total = length_m.sum()
    return (np.cumsum(length_m) - length_m) / total if total > 0 else np.zeros(len(length_m))


def look_of(share: float) -> int:
    """The place in LOOKS of what has so much of the length before it."""
    return bisect_right(PERCENTS, share * 100)


def hull_of(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The corners of the smallest convex shape around the points (m, 2); A. M. Andrew's monotone chain, 1979."""
    rows = sorted(set(map(tuple, points.tolist())))
    if len(rows) < 3:
        return np.array(rows).reshape(-1, 2)
    return np.array(half_hull(rows)[:-1] + half_hull(rows[::-1])[:-1])


def half_hull(rows: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """One side of the shape, from the first of the sorted points to the last."""
    side: list[tuple[float, float]] = []
    for x, y in rows:
        while len(side) > 1:
            (ax, ay), (bx, by) = side[-2:]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                break
            side.pop()
        side.append((x, y))
    return side


@dataclass(frozen=True)
class AreaShape:
    """An area's pipes taken together: a name, metres, breaks to expect, its look, and the corners around them."""

    name: str
    pipes: int
    length_m: float
    expected: float
    look: int
    corners: NDArray[np.float64]

    @property
    def km(self) -> float:
        """Its length."""
        return self.length_m / 1000

    @property
    def per_km(self) -> float:
        """Breaks to expect for each kilometre."""
        return self.expected / self.length_m * 1000 if self.length_m > 0 else 0.0

    @property
    def words(self) -> str:
        """What its look means."""
        return str(LOOKS[self.look])
