"""What a reader must know of the data before believing the number."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from ringar_kits.effects.beliefs import SIGNS
from ringar_kits.effects.gather import Frame, phases
from ringar_kits.effects.model import Note
from ringar_kits.effects.placebos import FEWEST_AFTER, FEWEST_BEFORE, Answer, used_weeks
from ringar_kits.effects.scales import Values

SHORT_HISTORY = 12
FEW_COUNTS = 20
RECENT = 4
STRIKING = 2.0
STRONG_MEMORY = 0.6
"""Up to here the false alarms were measured (bench/effects.py)."""


def drop_one_sided(frame: Frame, start: date, burn_in: int) -> tuple[Frame, tuple[Note, ...]]:
    """Leave out units without a value before or after the start, as long as their side keeps one."""
    phase, there = phases(frame.weeks, start, burn_in), ~np.isnan(frame.own)
    sides = [side for side in (0, 2) if there[:, phase == side].any()]
    whole = [row for row in range(len(frame.units)) if all(there[row, phase == side].any() for side in sides)]
    left_out = []
    for rows in (frame.treated, frame.controls):
        if set(rows) & set(whole):
            left_out += [frame.units[row] for row in rows if row not in whole]
    return frame.without(left_out), tuple(Note("unit_left_out", {"unit": unit}) for unit in left_out)


def notes_on_data(frame: Frame, start: date, burn_in: int, scale: str, better: str) -> Iterator[Note]:
    """Yield what the data alone tell: too little of it, gaps, few counts, a start when things were at their worst."""
    phase = phases(frame.weeks, start, burn_in)
    difference = frame.difference(frame.treated, frame.controls)
    used = used_weeks(difference, phase)
    before, after = (int((phase[used] == side).sum()) for side in (0, 2))
    if not frame.controls:
        yield Note("no_comparison")
    elif len(frame.controls) == 1:
        yield Note("one_comparison", {"unit": frame.units[frame.controls[0]]})
    if before < FEWEST_BEFORE:
        yield Note("too_little_before", {"weeks": before, "fewest": FEWEST_BEFORE})
    elif before < SHORT_HISTORY:
        yield Note("short_history", {"weeks": before})
    if after < FEWEST_AFTER:
        yield Note("too_little_after", {"weeks": after, "fewest": FEWEST_AFTER})
    if burn_in:
        yield Note("burn_in", {"weeks": burn_in})
    if gaps := int((np.isnan(difference) & (phase != 1)).sum()):
        yield Note("missing_weeks", {"weeks": gaps})
    if holes := int(np.isnan(frame.own[:, used]).sum()):
        yield Note("filled_weeks", {"values": holes})
    yield from _few_counts(frame, scale)
    yield from _worst_before_start(difference[used][phase[used] == 0], better)


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


def notes_on_fit(found: Answer) -> Iterator[Note]:
    """Yield what the fit tells: comparison units that drift apart, and weeks that resemble each other too much."""
    if found.drift > 0:
        share = float(np.sqrt(found.fit.change.variance()[0] / found.change.variance()[0]))
        yield Note("controls_drift", {"wider": round(1 / share, 2)})
    if len(found.fit.memories) > 1 and float(found.fit.rho[0]) > STRONG_MEMORY:
        yield Note("strong_memory", {"rho": round(float(found.fit.rho[0]), 2)})
