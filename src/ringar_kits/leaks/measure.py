"""What a ranking catches: the share of later breaks on the top share of length, with how much of it is chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ringar_kits.leaks.model import Curve, FloatArray, IntArray

SHARES = (1, 5, 10, 20)  # per cent of length
POINTS = 201


@dataclass(frozen=True, slots=True)
class Scored:
    """One year of one method: pipes that lay there with their score (breaks per metre, or anything that ranks so)."""

    score: FloatArray
    length: FloatArray
    came: FloatArray
    area: IntArray


def order_pipes(score: FloatArray, length: FloatArray) -> IntArray:
    """Return places from the highest score to the lowest; ties by length (longest first), then as they stand."""
    return np.lexsort((np.arange(len(score)), -length, -score)).astype(np.int64)


def capture(
    score: FloatArray, length: FloatArray, came: FloatArray, shares: Sequence[int] = SHARES
) -> dict[int, float]:
    """Return the share of breaks on the top per cents of length; the pipe at the border counts in part."""
    order = order_pipes(score, length)
    found = _shares(length[order], came[order], np.array(shares) / 100)
    return {share: float(value) for share, value in zip(shares, found, strict=True)}


def draw_curve(score: FloatArray, length: FloatArray, came: FloatArray) -> Curve:
    """Return the share of breaks against the share of length, on an even grid."""
    at = np.linspace(0.0, 1.0, POINTS)
    order = order_pipes(score, length)
    return Curve(at, _shares(length[order], came[order], at))


def mean_curve(curves: Sequence[Curve], breaks: Sequence[float]) -> Curve:
    """Return one curve for several years, each weighted by its breaks."""
    weights = np.maximum(np.array(breaks), 1e-9)
    return Curve(curves[0].inspected, np.average([curve.caught for curve in curves], axis=0, weights=weights))


def _shares(length: FloatArray, came: FloatArray, at: FloatArray) -> FloatArray:
    total = came.sum()
    if not total:
        return np.full(len(at), np.nan)
    run, caught = np.cumsum(length), np.cumsum(came)
    return np.interp(at, np.append(0.0, run / run[-1]), np.append(0.0, caught / total))


def bootstrap_shares(
    years: Sequence[Sequence[Scored]], *, draws: int, seed: int, shares: Sequence[int] = SHARES
) -> FloatArray:
    """Return (draws, methods, shares): the mean share caught when areas and years had been others.

    `years` holds per year one `Scored` per method. Each draw takes years with replacement and, within a year, areas
    with replacement; all methods see the same draw, so differences between them can be judged too.
    """
    rng = np.random.default_rng(seed)
    at = np.array(shares) / 100
    orders = [[order_pipes(each.score, each.length) for each in year] for year in years]
    found = np.full((draws, len(years[0]), len(shares)), np.nan)
    for draw in range(draws):
        caught = []
        for place in rng.integers(len(years), size=len(years)):
            year = years[place]
            weight = _draw_areas(year[0].area, rng)
            caught.append(
                [
                    _shares((each.length * weight)[order], (each.came * weight)[order], at)
                    for each, order in zip(year, orders[place], strict=True)
                ]
            )
        if np.isfinite(caught).any():
            found[draw] = np.nanmean(np.array(caught), axis=0)
    return found


def _draw_areas(area: IntArray, rng: np.random.Generator) -> FloatArray:
    """Return how often each pipe's area is drawn (Poisson with mean 1: close to drawing with replacement)."""
    return rng.poisson(1.0, int(area.max()) + 1).astype(float)[area]


def calibrate(expected: FloatArray, came: FloatArray) -> tuple[float, float]:
    """Return the slope and level of breaks that came on those expected.

    The slope is b of E[came] = exp(a + b log expected): 1 is right, below 1 too bold. The level is came / expected.
    """
    use = expected > 0
    log = np.log(expected[use])
    log = log - np.average(log, weights=expected[use])
    design = np.stack([np.ones(len(log)), log], axis=1)
    beta = np.array([np.log(max(came.sum(), 0.5) / expected[use].sum()), 1.0])
    exposure = expected[use] / np.exp(log)
    for _ in range(30):
        mean = exposure * np.exp(np.clip(design @ beta, -20, 8))
        step = np.linalg.solve((design * mean[:, None]).T @ design, design.T @ (came[use] - mean))
        beta = beta + np.clip(step, -0.5, 0.5)
        if np.abs(step).max() < 1e-6:
            break
    return float(beta[1]), float(came.sum() / max(expected.sum(), 1e-9))
