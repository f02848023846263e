"""What a reader must know of the data before believing the number."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ringar_kits.effects.beliefs import SIGNS
from ringar_kits.effects.gather import Frame, phases
from ringar_kits.effects.model import Note
from ringar_kits.effects.placebos import FEWEST_AFTER, FEWEST_BEFORE, Answer, Question, used_weeks
from ringar_kits.effects.scales import Values

SHORT_HISTORY = 12
FEW_COUNTS = 20
RECENT = 4
STRIKING = 2.0
STRONG_MEMORY = 0.6
"""Up to here the false alarms were measured (bench/effects.py)."""


def drop_one_sided(frame: Frame, question: Question) -> tuple[Frame, tuple[Note, ...]]:
    """Leave out units without a value before or after the start, as long as their side keeps one."""
    phase, there = phases(frame.weeks, question.start, question.burn_in), ~np.isnan(frame.own)
    sides = [side for side in (0, 2) if there[:, phase == side].any()]
    whole = [row for row in range(len(frame.units)) if all(there[row, phase == side].any() for side in sides)]
    left_out = []
    for rows in (frame.treated, frame.controls):
        if set(rows) & set(whole):
            left_out += [frame.units[row] for row in rows if row not in whole]
    return frame.without(left_out), tuple(Note("unit_left_out", {"unit": unit}) for unit in left_out)


def notes_on(
    frame: Frame, question: Question, found: Answer | None, *, scale: str, better: str
) -> Iterator[Note]:
    """Yield what stands against believing the number, or why there is none."""
    series, used, step = used_weeks(frame, frame.treated, frame.controls, question)
    before, after = int((step == 0).sum()), int((step > 0).sum())
    yield from notes_on_controls(frame)
    if before < FEWEST_BEFORE:
        yield Note("too_little_before", {"weeks": before, "fewest": FEWEST_BEFORE})
    elif before < SHORT_HISTORY:
        yield Note("short_history", {"weeks": before})
    if after < FEWEST_AFTER:
        yield Note("too_little_after", {"weeks": after, "fewest": FEWEST_AFTER})
    elif before >= FEWEST_BEFORE and found is None:
        yield Note("no_variation")
    yield from _gaps(frame, question, used)
    yield from _few_counts(frame, scale)
    yield from _worst_before_start(series[phases(frame.weeks, question.start, 0)[used] == 0], better)
    if found is not None:
        yield from _fit(found)


def notes_on_controls(frame: Frame) -> Iterator[Note]:
    """Yield whether there is too little to compare with."""
    if not frame.controls:
        yield Note("no_comparison")
    elif len(frame.controls) == 1:
        yield Note("one_comparison", {"unit": frame.units[frame.controls[0]]})


def _gaps(frame: Frame, question: Question, used: NDArray[np.int_]) -> Iterator[Note]:
    phase = phases(frame.weeks, question.start, question.burn_in)
    if question.burn_in:
        yield Note("burn_in", {"weeks": question.burn_in})
    if gaps := int((phase != 1).sum()) - len(used):
        yield Note("missing_weeks", {"weeks": gaps})
    if holes := int(np.isnan(frame.own[:, used]).sum()):
        yield Note("filled_weeks", {"values": holes})


def _few_counts(frame: Frame, scale: str) -> Iterator[Note]:
    own = frame.own[~np.isnan(frame.own)]
    treated = float(np.nanmean(frame.own[list(frame.treated)]))
    if scale != "logit" and (own >= 0).all() and (own == np.round(own)).all() and treated < FEW_COUNTS:
        yield Note("few_counts", {"mean": round(treated, 1), "fewest": FEW_COUNTS})


def _worst_before_start(before: Values, better: str) -> Iterator[Note]:
    """Tell a pilot that was placed where, and begun when, things happened to be bad: they mend by themselves."""
    earlier, recent = before[:-RECENT], before[-RECENT:]
    if len(earlier) < RECENT or np.ptp(earlier) == 0:
        return
    error = earlier.std(ddof=1) * np.sqrt(1 / RECENT + 1 / len(earlier))
    distance = SIGNS[better] * (recent.mean() - earlier.mean()) / error
    if distance < -STRIKING:
        yield Note("worst_before_start", {"weeks": RECENT, "errors": round(-float(distance), 1)})


def _fit(found: Answer) -> Iterator[Note]:
    """Yield that comparison units drift apart, or that weeks resemble each other too much."""
    if found.drift > 0:
        wider = np.sqrt(found.change.variance()[0] / found.fit.change.variance()[0])
        yield Note("controls_drift", {"wider": round(float(wider), 2)})
    if len(found.fit.memories) > 1 and float(found.fit.rho[0]) > STRONG_MEMORY:
        yield Note("strong_memory", {"rho": round(float(found.fit.rho[0]), 2)})
