"""The same estimator where nothing was done: how far comparison units drift apart by themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ringar_kits.effects.draw import Drawn, is_by_week
from ringar_kits.effects.fit import Fit, Mixture, fit_step
from ringar_kits.effects.gather import Frame, phases
from ringar_kits.effects.scales import Values

FEWEST_BEFORE, FEWEST_AFTER = 4, 3
ROUNDING, SMALLEST = 1e-9, 1e-100


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a frame: from which week on, without how many weeks, with which memory held fixed.

    `drawn` are the units' own start weeks, or the weeks that are on and off; None where all begin at `start`.
    """

    start: date
    burn_in: int = 0
    rho: float | None = None
    drawn: Drawn | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The fit, the level change with the drift of comparison units added, and the placebos by row.

    `drift` is the variance by which one unit's level moves by itself, beyond what the model expects.
    """

    fit: Fit
    change: Mixture
    drift: float
    placebos: dict[int, Fit]


def used_weeks(
    frame: Frame, rows: tuple[int, ...], others: tuple[int, ...], question: Question
) -> tuple[Values, NDArray[np.int_], Values]:
    """Return the differences that the model uses, their places among the weeks, and how far the pilot runs in each.

    Weeks without a value on both sides, and those of the burn-in, are not used.
    """
    difference, phase = frame.difference(rows, others), phases(frame.weeks, question.start, question.burn_in)
    used = np.flatnonzero(~np.isnan(difference) & (phase != 1))
    return difference[used], used, running(frame, question)[used]


def running(frame: Frame, question: Question) -> Values:
    """Return for each week the share of the treated units in which the pilot runs, from 0 to 1."""
    drawn = question.drawn
    if drawn is None:
        return np.array([float(week >= question.start) for week in frame.weeks])
    if is_by_week(drawn):
        return np.array([float(drawn.get(week, False)) for week in frame.weeks])
    by_unit = cast(Mapping[str, date], drawn)
    starts = [by_unit[frame.units[row]] for row in frame.treated]
    return np.array([sum(week >= start for start in starts) / len(starts) for week in frame.weeks])


def answer(frame: Frame, question: Question) -> Answer | None:
    """Fit treated against controls, and each control against the others; None with too little data."""
    fit = fit_rows(frame, frame.treated, frame.controls, question)
    if fit is None:
        return None
    placebos = fit_placebos(frame, question)
    drift = 0.0
    if len(placebos) > 1:
        centres = np.array([_mean(each.change) for each in placebos.values()])
        variances = np.array([each.change.variance() for each in placebos.values()])
        drift = float(drift_variance(centres, variances)[0])
    added = drift * (1 / len(frame.treated) + 1 / max(len(frame.controls), 1))
    return Answer(fit, fit.change.widened(added), drift, placebos)


def fit_rows(frame: Frame, rows: tuple[int, ...], others: tuple[int, ...], question: Question) -> Fit | None:
    """Fit the level change of some units against others; None with too few weeks or no variation."""
    series, used, step = used_weeks(frame, rows, others, question)
    if (step == 0).sum() < FEWEST_BEFORE or (step > 0).sum() < FEWEST_AFTER:
        return None
    if max(np.ptp(series[side]) for side in (step == 0, step > 0)) <= rounding(frame):
        return None
    return fit_step(series[None, :], used, step, question.rho)


def rounding(frame: Frame) -> float:
    """Return the size of differences that are no variation: what is left of equal numbers after taking means."""
    return max(ROUNDING * float(np.nanmax(np.abs(frame.working))), SMALLEST)


def fit_placebos(frame: Frame, question: Question) -> dict[int, Fit]:
    """Return the fit of each comparison unit (by row) against the other ones; empty with fewer than two."""
    if len(frame.controls) < 2:
        return {}
    found = {}
    for row in frame.controls:
        others = tuple(other for other in frame.controls if other != row)
        if fit := fit_rows(frame, (row,), others, question):
            found[row] = fit
    return found


def drift_variance(centres: Values, variances: Values) -> Values:
    """Return by how much units' levels vary beyond what the placebos' own uncertainty explains, never below 0.

    `centres` and `variances` have shape (placebos, runs). A placebo is a unit's change less the mean change of the
    k - 1 others, that is k / (k - 1) times its distance from the mean of all: undone before variances are compared
    (the moment estimator of random-effects meta-analysis, DerSimonian & Laird 1986).
    """
    count = len(centres)
    share = (count - 1) / count
    seen = np.sum((centres * share) ** 2, axis=0) / (count - 1)
    return np.maximum(0.0, seen - variances.mean(axis=0) * share)


def _mean(mixture: Mixture) -> Values:
    return np.sum(mixture.weights * mixture.centres, axis=1)
