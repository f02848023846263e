"""The chart of a sensor's series, drawn by the server: the mean, and the lowest and highest around it.

Places are in thousandths of the drawing's sides, so that it stretches with the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil, floor, log10

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime

from ringar.city.queries.sensors import GATHERED, Gathered, Span
from ringar.core.charts import place

SIDE = 1000
LONE = 4
"""Half the length of a value that stands alone."""
TICKS = 4
GAP = 3
"""So many slots without a value break the line: nothing is drawn where nothing was measured."""
TINY = 1e-9
MOST_DECIMALS = 9


@dataclass(frozen=True)
class SeriesChart:
    """The drawing for its template: lines and bands as SVG has them, scales, and the same values for the table."""

    lines: tuple[str, ...]
    bands: tuple[str, ...]
    ticks: tuple[tuple[str, str], ...]
    ends: tuple[str, str]
    rows: tuple[tuple[str, int, str, str, str], ...]

    @property
    def is_empty(self) -> bool:
        """Nothing was measured in that time."""
        return not self.rows


def series_chart(rows: Sequence[Gathered], span: str, end: datetime) -> SeriesChart:
    """The drawing of these values, up to `end`."""
    back, _trunc, slot = GATHERED[span]
    start = end - back
    ends = (day_text(start, span), day_text(end, span))
    if not rows:
        return SeriesChart((), (), (), ends, ())
    scale = scale_of(min(each.low for each in rows), max(each.high for each in rows))
    low, high = scale[0], scale[-1]

    def x(each: Gathered) -> float:
        return max(0.0, (each.at - start) / back) * SIDE

    def y(value: float) -> float:
        return (high - value) / (high - low) * SIDE

    lines, bands = [], []
    for part in unbroken(rows, slot):
        drawn = [(x(each), y(each.mean)) for each in part]
        if len(drawn) == 1:  # a point has no line: it is drawn as a short one
            drawn = [
                (max(0.0, drawn[0][0] - LONE), drawn[0][1]),
                (min(SIDE, drawn[0][0] + LONE), drawn[0][1]),
            ]
        lines.append(" ".join(f"{across:.1f},{down:.1f}" for across, down in drawn))
        around = [(each, each.high) for each in part] + [(each, each.low) for each in reversed(part)]
        bands.append(" ".join(f"{x(each):.1f},{y(value):.1f}" for each, value in around))
    return SeriesChart(tuple(lines), tuple(bands), ticks_of(scale), ends, tuple(map(told, rows)))


def unbroken(rows: Sequence[Gathered], slot: timedelta) -> list[list[Gathered]]:
    """The rows in runs without a gap. A sensor that measures seldom is held against its own pace."""
    steps = sorted(b.at - a.at for a, b in pairwise(rows))
    pace = steps[len(steps) // 2] if steps else slot
    parts: list[list[Gathered]] = [[rows[0]]]
    for before, each in pairwise(rows):
        if each.at - before.at > GAP * max(slot, pace):
            parts.append([])
        parts[-1].append(each)
    return parts


def scale_of(low: float, high: float) -> list[float]:
    """Round numbers, as far from each other as each from the next, from at most the lowest to at least the highest."""
    wide = high - low
    if wide <= abs(high) * TINY:
        wide = abs(high) or 1.0
    step = 10.0 ** floor(log10(wide / TICKS))
    step = next(step * n for n in (1, 2, 5, 10) if wide / (step * n) <= TICKS)
    first = floor(low / step)
    return [step * n for n in range(first, max(ceil(high / step), first + 1) + 1)]


def ticks_of(scale: Sequence[float]) -> tuple[tuple[str, str], ...]:
    """(place from above, number) of the scale's lines."""
    low, high = scale[0], scale[-1]
    decimals = min(MOST_DECIMALS, max(0, -floor(log10(scale[1] - scale[0]) + TINY)))
    return tuple((place(high - each, 0, high - low), number_format(each, decimals)) for each in scale)


def told(each: Gathered) -> tuple[str, int, str, str, str]:
    """A row of the table in words: by hand, since there may be a thousand and filters take ten times as long."""
    values = (each.low, each.mean, each.high)
    low, mean, high = (number_format(value, 0 if value.is_integer() else 2) for value in values)
    return date_format(localtime(each.at), "j F Y H:i"), each.count, low, mean, high


def day_text(at: datetime, span: str) -> str:
    """A moment as the axis tells it."""
    return date_format(localtime(at), "j N Y" if span == Span.YEAR else "j N H:i")
