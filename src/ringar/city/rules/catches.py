"""How much a list caught: breaks per kilometre with interval, and the curve. Pure: no database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta, chi2

SURE = 0.95
MOST_POINTS = 200


@dataclass(frozen=True, slots=True)
class Rate:
    """Breaks per kilometre, with the interval within which 95 of 100 such intervals hold the true rate."""

    breaks: int
    km: float
    per_km: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Times:
    """How many times more breaks per kilometre one choice caught than another; None where it can not be told."""

    times: float | None
    low: float | None
    high: float | None

    @property
    def is_sure(self) -> bool:
        """Whether chance alone is ruled out, as far as an interval of 95 % goes."""
        return bool((self.low is not None and self.low > 1) or (self.high is not None and self.high < 1))


@dataclass(frozen=True, slots=True)
class CatchCurve:
    """What share of the breaks (0 to 1) lies on the first share of the length; both lists rise from 0 to 1."""

    name: str
    inspected: tuple[float, ...]
    caught: tuple[float, ...]

    def at(self, share: float) -> float:
        """The share of the breaks that the first `share` of the length caught."""
        return float(np.interp(share, self.inspected, self.caught)) if self.inspected else 0.0


def rate_of(breaks: int, length_m: float) -> Rate:
    """The rate with its exact Poisson interval (Garwood, Biometrika 28, 1936). No interval without a length."""
    km = length_m / 1000
    if km <= 0:
        return Rate(breaks, 0.0, None, None, None)
    tail = (1 - SURE) / 2
    low = float(chi2.ppf(tail, 2 * breaks)) / 2 if breaks else 0.0
    high = float(chi2.ppf(1 - tail, 2 * breaks + 2)) / 2
    return Rate(breaks, km, breaks / km, low / km, high / km)


def times_of(one: Rate, other: Rate) -> Times:
    """One rate divided by the other, with the exact interval that follows from how the breaks fell between them.

    Given all breaks together, those of the first are binomial; its Clopper-Pearson interval becomes that of the
    ratio (Przyborowski & Wilenski, Biometrika 31, 1940).
    """
    total = one.breaks + other.breaks
    if not total or one.km <= 0 or other.km <= 0:
        return Times(None, None, None)
    tail, scale = (1 - SURE) / 2, other.km / one.km
    low = float(beta.ppf(tail, one.breaks, other.breaks + 1)) if one.breaks else 0.0
    high = float(beta.ppf(1 - tail, one.breaks + 1, other.breaks)) if other.breaks else 1.0
    times = one.breaks / other.breaks * scale if other.breaks else None
    return Times(times, low / (1 - low) * scale, high / (1 - high) * scale if high < 1 else None)


def catch_curve(
    name: str, scores: Sequence[float], length_m: Sequence[float], breaks: Sequence[int]
) -> CatchCurve:
    """The curve of inspecting the pipes with the highest score first; equal ones are taken together.

    Taken together, because the order among equals is chance: the curve goes straight through them. At most
    MOST_POINTS points are kept. Empty where there is no break or no length.
    """
    score, metres, found = np.asarray(scores, float), np.asarray(length_m, float), np.asarray(breaks, float)
    if not len(score) or found.sum() <= 0 or metres.sum() <= 0:
        return CatchCurve(name, (), ())
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)
    x = np.append(0.0, np.cumsum(metres[order])[ends] / metres.sum())
    y = np.append(0.0, np.cumsum(found[order])[ends] / found.sum())
    if len(x) > MOST_POINTS:
        at = np.linspace(0, 1, MOST_POINTS)
        x, y = at, np.interp(at, x, y)
    return CatchCurve(name, tuple(x.round(5).tolist()), tuple(y.round(5).tolist()))


def caught_on_length(
    scores: Sequence[float], length_m: Sequence[float], breaks: Sequence[int], *, most_m: float
) -> float:
    """The breaks on the first `most_m` metres by score; of the pipes where the limit falls, by the part that fits."""
    score, metres, found = np.asarray(scores, float), np.asarray(length_m, float), np.asarray(breaks, float)
    if not len(score) or metres.sum() <= 0:
        return 0.0
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)
    x = np.append(0.0, np.cumsum(metres[order])[ends])
    y = np.append(0.0, np.cumsum(found[order])[ends])
    return float(np.interp(most_m, x, y))
