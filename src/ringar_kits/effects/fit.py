"""The model: a level change under errors that remember the week before (AR(1)), with the memory integrated out.

For each memory ρ on a grid the posterior of the change is Student's t in closed form (generalised least squares
under p(α, τ, σ²) ∝ 1/σ²; Zellner, An Introduction to Bayesian Inference in Econometrics, 1971, ch. IV.1). The grid
is weighed by the marginal likelihood. No sampling: the same data give the same answer. Missing weeks are exact:
errors g weeks apart correlate by ρ to the power g.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, stdtr, stdtrit

Values = NDArray[np.float64]
MEMORIES = np.linspace(0.0, 0.95, 39)
"""ρ ~ uniform between 0 and 0.95. Negative memory is left out: it would only narrow the interval."""
MOST_STEPS = 60


@dataclass(frozen=True, slots=True)
class Mixture:
    """Weighted Student's t: arrays of shape (runs, memories), and the degrees of freedom of them all."""

    weights: Values
    centres: Values
    scales: Values
    dof: int

    def below(self, limit: float | Values) -> Values:
        """Return the probability of lying below `limit` (one number, or one for each run): shape (runs,)."""
        limits = np.broadcast_to(np.asarray(limit, dtype=float), self.weights.shape[:1])
        return self._below(limits[:, None])[:, 0]

    def _below(self, limits: Values) -> Values:
        """Return the probabilities of lying below limits of shape (runs, any)."""
        far = (limits[:, :, None] - self.centres[:, None, :]) / self.scales[:, None, :]
        return np.clip(np.sum(self.weights[:, None, :] * stdtr(self.dof, far), axis=2), 0.0, 1.0)

    def quantile(self, share: float) -> Values:
        """Return what the share of the probability lies below: shape (runs,)."""
        return self.quantiles((share,))[:, 0]

    def quantiles(self, shares: Sequence[float]) -> Values:
        """Return what each share of the probability lies below: shape (runs, shares).

        Newton's method, kept between bounds that halve where a step would leave them.
        """
        wanted = np.asarray(shares, dtype=float)
        each = self.centres[:, None, :] + self.scales[:, None, :] * stdtrit(self.dof, wanted)[:, None]
        low, high = each.min(axis=2), each.max(axis=2)
        close = 1e-12 * (high - low + self.scales.min(axis=1)[:, None])
        place = np.sum(self.weights[:, None, :] * each, axis=2).clip(low, high)
        for _ in range(MOST_STEPS):
            over = self._below(place) - wanted
            low, high = np.where(over < 0, place, low), np.where(over < 0, high, place)
            aim = place - over / self._density(place)
            step = np.where((aim >= low) & (aim <= high), aim, (low + high) / 2) - place
            place = place + step
            if (np.abs(step) <= close).all():
                break
        return place

    def _density(self, places: Values) -> Values:
        """Return the densities at places of shape (runs, any)."""
        far = (places[:, :, None] - self.centres[:, None, :]) / self.scales[:, None, :]
        whole = np.exp(gammaln((self.dof + 1) / 2) - gammaln(self.dof / 2)) / np.sqrt(self.dof * np.pi)
        each = (1 + far**2 / self.dof) ** (-(self.dof + 1) / 2) / self.scales[:, None, :]
        return whole * np.sum(self.weights[:, None, :] * each, axis=2)

    def widened(self, variance: float | Values) -> "Mixture":
        """Return the mixture with `variance` (one number, or one for each run) added to each component."""
        more = np.broadcast_to(np.asarray(variance, dtype=float), self.weights.shape[:1])[:, None]
        return Mixture(self.weights, self.centres, np.sqrt(self.scales**2 + more), self.dof)

    def variance(self) -> Values:
        """Return the variance of each run's mixture; `dof` must be above 2."""
        mean = np.sum(self.weights * self.centres, axis=1, keepdims=True)
        inner = self.scales**2 * self.dof / (self.dof - 2) + (self.centres - mean) ** 2
        return np.sum(self.weights * inner, axis=1)


@dataclass(frozen=True, slots=True)
class Fit:
    """Posteriors of each run: the level change, a single week without it, the memory; and the noise (σ) as fitted."""

    change: Mixture
    without: Mixture
    memories: Values
    rho: Values
    noise: Values


def fit_step(series: Values, weeks: NDArray[np.int_], step: Values, rho: float | None = None) -> Fit:
    """Fit level + change × step to each row of `series`, shape (runs, weeks).

    `weeks` counts weeks from any origin, rising, with gaps where weeks are missing. `step` is 1 where the pilot
    runs, else 0, and must hold both. `rho` holds the memory fixed (0 is ordinary least squares). At least 5
    weeks are needed, and the rows must not be constant within both levels.
    """
    memories = MEMORIES if rho is None else np.array([rho])
    shared = memories[:, None] ** np.diff(weeks)
    # each row is moved to its own mean and size first: large or tiny numbers would eat the digits
    origin, size = series.mean(axis=1, keepdims=True), np.ptp(series, axis=1, keepdims=True)
    rows = (series - origin) / size
    y, one, x = (_whiten(part, shared) for part in (rows, np.ones((1, len(weeks))), step[None, :]))
    a, b, c = (np.sum(p * q, axis=2) for p, q in ((one, one), (one, x), (x, x)))
    determinant = a * c - b * b
    y_one, y_x = np.sum(y * one, axis=2), np.sum(y * x, axis=2)
    level, change = (c * y_one - b * y_x) / determinant, (a * y_x - b * y_one) / determinant
    rest = np.sum((y - level[:, :, None] * one - change[:, :, None] * x) ** 2, axis=2)
    dof = len(weeks) - 2
    spread = np.log1p(-(shared**2)).sum(axis=1)
    evidence = -0.5 * (spread + np.log(determinant)) - 0.5 * dof * np.log(rest)
    weights = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    noise = size * np.sqrt(rest / dof)
    return Fit(
        change=Mixture(weights, size * change, noise * np.sqrt(a / determinant), dof),
        without=Mixture(weights, origin + size * level, noise * np.sqrt(1 + c / determinant), dof),
        memories=memories,
        rho=weights @ memories,
        noise=np.sqrt(np.sum(weights * noise**2, axis=1)),
    )


def fit_memory(series: Values, weeks: NDArray[np.int_]) -> tuple[Values, Values]:
    """Return how likely each of `MEMORIES` is, and the noise (σ) under each, of one series without a change.

    `series` has shape (weeks,), with at least 3 weeks that are not all equal.
    """
    shared = MEMORIES[:, None] ** np.diff(weeks)
    y, one = (_whiten(part[None, :], shared)[0] for part in (series - series.mean(), np.ones(len(weeks))))
    a = np.sum(one * one, axis=1)
    rest = np.sum((y - (np.sum(y * one, axis=1) / a)[:, None] * one) ** 2, axis=1)
    dof = len(weeks) - 1
    evidence = -0.5 * (np.log1p(-(shared**2)).sum(axis=1) + np.log(a)) - 0.5 * dof * np.log(rest)
    weights = np.exp(evidence - evidence.max())
    return weights / weights.sum(), np.sqrt(rest / dof)


def _whiten(rows: Values, shared: Values) -> Values:
    """Return rows (runs, weeks) as (runs, memories, weeks) with independent errors of variance σ²."""
    wide = np.repeat(rows[:, None, :], len(shared), axis=1)
    # the right side reads `rows`, so that no whitened week is used for the next one
    wide[:, :, 1:] = (rows[:, None, 1:] - shared * rows[:, None, :-1]) / np.sqrt(1 - shared**2)
    return wide
