"""What came of it so far: breaks against what was expected, on the pipe, in its lot, area and surroundings."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from ringar_kits.leaks.cohorts import Base
from ringar_kits.leaks.model import FloatArray, IntArray
from ringar_kits.leaks.panel import Panel

CELL = 50.0  # metres; grows where the network is so wide that the grid would not fit
MOST_CELLS = 1_500_000


@dataclass(frozen=True, slots=True)
class Level:
    """One kind of history: `prior` is how many expected breaks it takes to be believed half (Gamma-Poisson)."""

    name: str
    prior: float
    half_life: float  # years after which a break counts half


LEVELS = (
    Level("own", 0.25, 30.0),
    Level("own, lately", 0.25, 4.0),
    Level("area", 1.0, 15.0),
    Level("lot", 1.0, 30.0),
    Level("within 150 m", 3.0, 15.0),
    Level("within 600 m", 10.0, 15.0),
)
RADII = {"within 150 m": 100.0, "within 600 m": 400.0}  # standard deviation of the kernel, metres


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells that cover the network, and which each spot and break falls in (-1: nowhere)."""

    shape: tuple[int, int]
    cell: float
    spots: IntArray  # (n, 3)
    breaks: IntArray


def build_grid(panel: Panel) -> Grid | None:
    """Return the grid; None where no pipe has a place."""
    flat = panel.spots.reshape(-1, 2)
    good = np.isfinite(flat[:, 0])
    if not good.any():
        return None
    low, high = flat[good].min(axis=0), flat[good].max(axis=0)
    span = high - low
    cell = max(CELL, float(np.sqrt(np.prod(span + 1) / MOST_CELLS)))
    shape = (int(span[0] / cell) + 1, int(span[1] / cell) + 1)

    def cells(points: FloatArray) -> IntArray:
        known = np.isfinite(points[:, 0])
        places = np.floor((np.where(known[:, None], points, low) - low) / cell).astype(np.int64)
        inside = known & (places >= 0).all(axis=1) & (places < np.array(shape)).all(axis=1)
        return np.where(inside, places[:, 0] * shape[1] + places[:, 1], -1)

    points = panel.point.copy()
    placeless = ~np.isfinite(points[:, 0]) & (panel.pipe >= 0)
    points[placeless] = panel.spots[panel.pipe[placeless], 1]
    return Grid(shape, cell, cells(flat).reshape(-1, 3), cells(points))


@dataclass(frozen=True, slots=True)
class History:
    """Per level, breaks (`seen`) and expected breaks before a cut, faded by age; (levels, n)."""

    seen: FloatArray
    expected: FloatArray

    def ratios(self) -> FloatArray:
        """Return log((seen + prior) / (expected + prior)), one column per level."""
        prior = np.array([level.prior for level in LEVELS])[:, None]
        return np.log((self.seen + prior) / (self.expected + prior)).T


def look_at_history(panel: Panel, grid: Grid | None, base: Base, cut: int) -> History:
    """Return what was seen and expected on each level up to `cut` years before the panel's cut."""
    n = len(panel.laid)
    lives = sorted({level.half_life for level in LEVELS})
    expected = {life: np.zeros(n) for life in lives}
    for year in range(cut + 1, panel.years + 1):
        there = np.clip(panel.laid - year + 1, 0.0, 1.0)
        rate = base.rate(panel, year) * there
        for life in lives:
            expected[life] += rate * 0.5 ** ((year - cut - 0.5) / life)
    past = (panel.when > cut) & (panel.when <= panel.years)
    fade = {life: np.where(past, 0.5 ** ((panel.when - cut) / life), 0.0) for life in lives}
    seen, hoped = [], []
    for level in LEVELS:
        found = _sum_level(level.name, panel, grid, fade[level.half_life], expected[level.half_life])
        seen.append(found[0])
        hoped.append(found[1])
    return History(np.stack(seen), np.stack(hoped))


def _sum_level(
    name: str, panel: Panel, grid: Grid | None, fade: FloatArray, expected: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return breaks and expected breaks of one level for each pipe."""
    if name.startswith("own"):
        return _sum(panel.pipe[panel.own], fade[panel.own], len(expected)), expected
    if name == "lot":
        lots = int(panel.lot.max()) + 1
        seen = _sum(panel.lot[panel.pipe[panel.own]], fade[panel.own], lots)
        return seen[panel.lot], _sum(panel.lot, expected, lots)[panel.lot]
    if name in RADII:
        if grid is None:
            return np.zeros(len(expected)), np.zeros(len(expected))
        return _around(grid, fade, expected, RADII[name])
    told = panel.broken_area >= 0
    areas = len(panel.street_of)
    seen, hoped = _sum(panel.broken_area[told], fade[told], areas), _sum(panel.area, expected, areas)
    return seen[panel.area], hoped[panel.area]


def _sum(groups: IntArray, values: FloatArray, size: int) -> FloatArray:
    return np.bincount(groups, values, minlength=size).astype(np.float64)


def _around(
    grid: Grid, fade: FloatArray, expected: FloatArray, radius: float
) -> tuple[FloatArray, FloatArray]:
    """Return sums near each pipe: a kernel that is 1 at the pipe and falls with the distance."""
    size = grid.shape[0] * grid.shape[1]
    placed = grid.breaks >= 0
    maps = [_sum(grid.breaks[placed], fade[placed], size)]
    there = grid.spots >= 0
    parts = np.repeat((expected / 3)[:, None], 3, axis=1)
    maps.append(_sum(grid.spots[there], parts[there], size))
    width = radius / grid.cell
    top = max(2 * np.pi * width**2, 1.0)  # what the filter, whose weights sum to 1, divides its peak by
    found = []
    for each in maps:
        smooth = gaussian_filter(each.reshape(grid.shape), width, mode="constant", truncate=3.0).ravel() * top
        values = np.where(there, smooth[np.maximum(grid.spots, 0)], 0.0)
        found.append(np.maximum(values.mean(axis=1), 0.0))
    return found[0], found[1]
