"""How sure the expected numbers are: gamma quantiles from relative variances."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

FloatArray = NDArray[np.float64]

BELIEVED = (0.1, 0.9)  # the middle 80 %
GRID = np.geomspace(0.01, 30.0, 120)  # relative variances between which is interpolated


@lru_cache(maxsize=1)
def _quantiles() -> tuple[FloatArray, FloatArray]:
    shape = 1 / GRID
    low, high = (stats.gamma.ppf(level, shape) / shape for level in BELIEVED)
    return low, high


def gamma_interval(mean: FloatArray, variance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return where the middle 80 % lies of gamma distributions with this mean and relative variance."""
    low, high = _quantiles()
    at = np.log(np.clip(variance, GRID[0], GRID[-1]))
    return mean * np.interp(at, np.log(GRID), low), mean * np.interp(at, np.log(GRID), high)


def count_interval(mean: float, variance: float) -> tuple[float, float]:
    """Return where the middle 80 % of counts lies: negative binomial with this mean and relative variance of it."""
    shape = 1 / max(variance, 1e-6)
    chance = shape / (shape + mean)
    low, high = (float(stats.nbinom.ppf(level, shape, chance)) for level in BELIEVED)
    return low, high
