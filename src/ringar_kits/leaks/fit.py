"""Learns both stages year by year, as each year was known, and looks back on the last of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ringar_kits.leaks.cohorts import (
    Base,
    Design,
    Rows,
    build_design,
    draw_rows,
    fit_base,
)
from ringar_kits.leaks.history import LEVELS, History, build_grid, look_at_history
from ringar_kits.leaks.model import FloatArray
from ringar_kits.leaks.panel import Panel
from ringar_kits.leaks.poisson import Fitted, fit_poisson

Progress = Callable[[float, str], None]
LOOK_BACK = 5  # years on which the ranking is tried
FEWEST_BEHIND = 3  # years of history before the first year that is learned from
PRIOR = (0.55, 0.0, 0.3, 0.3, 0.3, 0.2)  # what the levels' powers are where there is little to learn from
RIDGE_POWER = 10.0


@dataclass(frozen=True, slots=True)
class Tried:
    """One year of the look back: what was expected of each pipe that lay there, and what came."""

    cut: int
    expected: FloatArray  # NaN: did not lie there
    came: FloatArray


@dataclass(frozen=True, slots=True)
class Model:
    """All that was learned, for the state of the network at the cut."""

    panel: Panel
    design: Design
    base: Base
    history: History
    second: Fitted  # constant and the powers of the levels
    level: float
    pipe_variance: float  # what is left unknown of each pipe's rate, relative to its square
    year_variance: float  # the same of a year's, shared by all pipes: winters
    tried: tuple[Tried, ...]

    def expected(self, horizon: int = 1) -> FloatArray:
        """Return breaks to expect of each pipe within the horizon; 0 for those not yet laid."""
        ahead = sum((self.base.rate(self.panel, -year) for year in range(horizon)), np.zeros(1))
        log = _second_design(self.history) @ self.second.beta
        return np.where(self.panel.there(0), self.level * ahead * np.exp(log), 0.0)

    def variance(self, horizon: int = 1) -> FloatArray:
        """Return the relative variance of expected breaks: what is not known of it, of the model, of years."""
        design = _second_design(self.history)
        learned = np.einsum("ij,jk,ik->i", design, self.second.covariance, design)
        return self.pipe_variance + learned + self.year_variance / horizon


def fit_model(panel: Panel, *, seed: int = 0, progress: Progress | None = None) -> Model:
    """Return the model learned from all recorded years of the panel.

    The first stage is learned anew for each year from the years before it; what it expected is held against what came
    (the levels of `history`), and the second stage learns what powers of these ratios foretell the next year.
    """
    rng = np.random.default_rng(seed)
    design, rows, grid = build_design(panel), draw_rows(panel, rng), build_grid(panel)
    oldest = max(panel.years - FEWEST_BEHIND, 1)
    base = fit_base(panel, design, rows, oldest)
    parts: list[tuple[FloatArray, ...]] = []
    back: dict[int, tuple[FloatArray, History]] = {}
    for cut in range(oldest, -1, -1):
        if progress is not None:
            progress((oldest - cut) / (oldest + 1), f"year {oldest - cut + 1} of {oldest + 1}")
        base = fit_base(panel, design, rows, cut, base)
        history = look_at_history(panel, grid, base, cut)
        ahead = base.rate(panel, cut)
        if cut <= LOOK_BACK:
            back[cut] = (ahead, history)
        if cut:
            parts.append(_rows_of_year(rows, cut, ahead, history))
    second = _fit_second(parts, 0)
    tried = tuple(_try_year(panel, parts, cut, *back[cut]) for cut in sorted(back, reverse=True) if cut)
    level = _level(tried)
    return Model(panel, design, base, back[0][1], second, level, *_variances(tried), tried)


def _second_design(history: History) -> FloatArray:
    ratios = history.ratios()
    return np.concatenate([np.ones((len(ratios), 1)), ratios], axis=1)


def _rows_of_year(rows: Rows, cut: int, ahead: FloatArray, history: History) -> tuple[FloatArray, ...]:
    """Return design, counts, exposure, weights and cut of the sampled pipes in the year that follows the cut."""
    use = rows.cut == cut
    pipe = rows.pipe[use]
    picked = History(history.seen[:, pipe], history.expected[:, pipe])
    exposure = ahead[pipe] * rows.exposure[use]
    return _second_design(picked), rows.count[use], exposure, rows.weight[use], rows.cut[use].astype(float)


def _fit_second(parts: list[tuple[FloatArray, ...]], after: int) -> Fitted:
    """Return the powers of the levels, learned from years that ended before the cut `after` (0: all)."""
    matrix, counts, exposure, weights, cuts = (np.concatenate(each) for each in zip(*parts, strict=True))
    use = cuts > after
    prior = np.array([0.0, *PRIOR])
    # the ridge draws the powers towards what they usually are, not towards 0
    shift = np.exp(matrix @ prior)
    ridge = np.array([1e-6, *[RIDGE_POWER] * len(LEVELS)])
    found = fit_poisson(matrix[use], counts[use], (exposure * shift)[use], weights[use], ridge)
    return Fitted(found.beta + prior, found.covariance)


def _try_year(
    panel: Panel, parts: list[tuple[FloatArray, ...]], cut: int, ahead: FloatArray, history: History
) -> Tried:
    """Return what would have been expected at a cut from what was known then."""
    before = [part for part in parts if part[4][0] > cut] if parts else []
    beta = _fit_second(before, cut).beta if before else np.array([0.0, *PRIOR])
    expected = ahead * np.exp(_second_design(history) @ beta)
    return Tried(cut, np.where(panel.there(cut), expected, np.nan), panel.counts(cut))


def _level(tried: tuple[Tried, ...]) -> float:
    """Return breaks per expected break of the look back, drawn towards 1 as if 100 more had come as expected."""
    came = sum(float(each.came[np.isfinite(each.expected)].sum()) for each in tried)
    expected = sum(float(np.nansum(each.expected)) for each in tried)
    return (came + 100) / (expected + 100)


def _variances(tried: tuple[Tried, ...]) -> tuple[float, float]:
    """Return the relative variance of pipes' rates and of years' beyond what was expected, by moments.

    Both are drawn towards 0.5 and 0.04 (pipes as uneven as a gamma of shape 2, years that differ by a fifth) as if 30
    expected pairs of breaks and 3 more years had shown these.
    """
    above, pairs, years = 0.5 * 30.0, 30.0, [0.04] * 3
    for each in tried:
        use = np.isfinite(each.expected)
        expected, came = each.expected[use], each.came[use]
        total = expected.sum()
        if not total:
            continue
        years.append(float(((came.sum() - total) ** 2 - total) / total**2))
        fair = expected * came.sum() / total
        above += float(((came - fair) ** 2 - came).sum())
        pairs += float((fair**2).sum())
    return float(np.clip(above / pairs, 0.05, 5.0)), float(np.clip(np.mean(years), 0.01, 1.0))
