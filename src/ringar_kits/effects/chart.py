"""The chart's numbers: what the treated units measured, and what was to be expected without the pilot."""

import numpy as np
from numpy.typing import NDArray

from ringar_kits.effects.gather import Frame, phases
from ringar_kits.effects.model import Point
from ringar_kits.effects.placebos import Answer, Question
from ringar_kits.effects.scales import Values, to_own

PHASES = ("before", "burn_in", "after")
SHARES = (0.5, 0.025, 0.975)


def draw_series(frame: Frame, question: Question, found: Answer | None, scale: str) -> tuple[Point, ...]:
    """Return one point a week, in the metric's own unit; without an answer there is no expectation.

    The expectation is the comparison units plus the usual difference; its band is where 95 % of single weeks would
    lie. From the start on it also holds how far comparison units drift apart by themselves.
    """
    treated = frame.mean(frame.treated)
    controls = frame.mean(frame.controls) if frame.controls else np.full(len(frame.weeks), np.nan)
    beside = controls if frame.controls else np.zeros(len(frame.weeks))
    phase = phases(frame.weeks, question.start, question.burn_in)
    columns = [to_own(treated, scale), to_own(controls, scale), treated - beside]
    if found is None:
        columns += [np.full(len(frame.weeks), np.nan)] * 3
    else:
        columns += [to_own(beside + line, scale) for line in _lines(frame, found, phase > 0)]
    rows = np.array(columns).T
    return tuple(
        Point(week, PHASES[place], *(None if np.isnan(value) else float(value) for value in row))
        for week, place, row in zip(frame.weeks, phase, rows, strict=True)
    )


def _lines(frame: Frame, found: Answer, started: NDArray[np.bool_]) -> list[Values]:
    drift = found.drift * (1 / len(frame.treated) + 1 / max(len(frame.controls), 1))
    wider = found.fit.without.widened(drift) if drift else found.fit.without
    usual, since = (mixture.quantiles(SHARES)[0] for mixture in (found.fit.without, wider))
    return [np.where(started, later, before) for before, later in zip(usual, since, strict=True)]
