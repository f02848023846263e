"""The exact test of a draw: no model, only the question in how many other draws it would have looked as good."""

import random
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from itertools import product
from typing import cast

import numpy as np

from ringar_kits.effects.beliefs import SIGNS
from ringar_kits.effects.draw import Drawn, all_deals, check_weeks, count_deals, deal_by_lot, is_by_week
from ringar_kits.effects.gather import Frame, gather
from ringar_kits.effects.model import ExactTest, Observation
from ringar_kits.effects.scales import Values
from ringar_kits.errors import InputError

MOST = 20_000
"""Draws that are all tried; where there are more, this many are tried by lot, and the p stays valid."""
TIE = 1e-9


def randomisation_test(
    observations: Iterable[Observation],
    *,
    drawn: Drawn,
    weeks: Collection[date] = (),
    treated: Collection[str] = (),
    controls: Collection[str] = (),
    scale: str = "identity",
    better: str = "higher",
    seed: int = 0,
) -> ExactTest:
    """Return the effect and the exact one-sided p of a draw by `draw_start_weeks` or `draw_alternate_weeks`.

    For start weeks `drawn` is {unit: week} and `weeks` are those that were drawn from. For alternate weeks it is
    {week: on or off}, and `treated` are the units. Units are compared with the mean of the `controls`, if any.
    Valid whatever the noise is (Fisher, The Design of Experiments, 1935); it takes that the draw was
    followed. Raises `InputError` where the draw does not fit the data.
    """
    if better not in SIGNS:
        raise InputError("better is '{better}'", remedy="Say higher or lower", facts={"better": better})
    if not drawn:
        raise InputError(
            "the draw is empty", remedy="Give what draw_start_weeks or draw_alternate_weeks gave"
        )
    if is_by_week(drawn):
        frame = gather(observations, treated=treated, controls=controls, scale=scale)
        pairs = _pairs(frame, drawn)
        return _test_pairs(pairs, SIGNS[better], seed)
    starts, days = cast(Mapping[str, date], drawn), check_weeks(weeks)
    frame = gather(observations, treated=starts, controls=controls, scale=scale)
    if strange := sorted({str(week) for week in starts.values()} - {str(day) for day in days}):
        raise InputError(
            "nobody could draw {weeks}",
            remedy="Give the weeks that were drawn from",
            facts={"weeks": ", ".join(strange)},
        )
    changes = np.array([[_change(frame, row, day) for day in days] for row in frame.treated])
    deal = [days.index(starts[frame.units[row]]) for row in frame.treated]
    return _test_deals(changes, deal, SIGNS[better], seed)


def _change(frame: Frame, row: int, start: date) -> float:
    """Return the mean difference from a week on, less the mean before it."""
    difference = frame.difference((row,), frame.controls)
    after = np.array([week >= start for week in frame.weeks])
    sides = [difference[side & ~np.isnan(difference)] for side in (after, ~after)]
    if not all(len(side) for side in sides):
        raise InputError(
            "there are no values on both sides of {start}",
            place=f"unit {frame.units[row]}",
            remedy="Measure before the first week that could be drawn, and on after the last",
            facts={"start": str(start)},
        )
    return float(sides[0].mean() - sides[1].mean())


def _test_deals(changes: Values, deal: list[int], sign: float, seed: int) -> ExactTest:
    units, weeks = changes.shape
    effect = float(changes[range(units), deal].mean())
    draws = count_deals(units, weeks)
    lot = random.Random(seed)  # noqa: S311  # a test that anyone can repeat
    exact = draws <= MOST
    tried = all_deals(units, weeks) if exact else (deal_by_lot(units, weeks, lot) for _ in range(MOST))
    others = changes[np.arange(units), np.array(list(tried))].mean(axis=1)
    return ExactTest(effect, _share(others, effect, sign, exact), draws, exact)


def _pairs(frame: Frame, drawn: Mapping[date, bool]) -> Values:
    """Return on less off for each pair of weeks that has both values."""
    days = check_weeks(drawn)
    chosen = list(zip(days[::2], days[1::2], strict=False))
    if len(days) % 2 or any(drawn[first] == drawn[second] for first, second in chosen):
        raise InputError("a pair of weeks is not one on and one off", remedy="Give the draw as it was made")
    difference = dict(zip(frame.weeks, frame.difference(frame.treated, frame.controls), strict=True))
    signed = [
        (difference.get(a, np.nan) - difference.get(b, np.nan)) * (1 if drawn[a] else -1) for a, b in chosen
    ]
    pairs = np.array([value for value in signed if not np.isnan(value)])
    if not len(pairs):
        raise InputError("no pair of weeks has both values", remedy="Measure every week that was drawn")
    return pairs


def _test_pairs(pairs: Values, sign: float, seed: int) -> ExactTest:
    draws = 2 ** len(pairs)
    exact = draws <= MOST
    if exact:
        flips = np.array(list(product((1, -1), repeat=len(pairs))))
    else:
        flips = np.random.default_rng(seed).choice((1, -1), size=(MOST, len(pairs)))
    effect = float(pairs.mean())
    return ExactTest(effect, _share((flips * pairs).mean(axis=1), effect, sign, exact), draws, exact)


def _share(others: Values, effect: float, sign: float, exact: bool) -> float:
    """Return the share of draws at least as good; among draws by lot, the one that was made counts too."""
    tie = TIE * (1 + abs(effect))
    good = int((sign * others >= sign * effect - tie).sum())
    return good / len(others) if exact else (good + 1) / (len(others) + 1)
