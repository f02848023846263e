"""The chart of a pilot's weeks: who tried, who was compared with, the start, and what was to be expected without it.

Places are in thousandths of the drawing's width and height, so that it stretches with the page.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import number_format

from ringar.core.charts import place
from ringar_kits.effects import Point

SIDE = 1000
TICKS = 4
MOST_DECIMALS = 6


@dataclass(frozen=True)
class Tick:
    """A line across the drawing: where (in per cent from the top), and its value as written."""

    place: str
    text: str


@dataclass(frozen=True)
class WeekRow:
    """A week of the table and the file."""

    week: date
    phase: str
    tried: float | None
    compared: float | None
    expected: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class WeekChart:
    """What the template draws. Lines are lists of pieces ("x,y x,y …"), broken where weeks are missing;
    `starts` and `target` are places in per cent."""

    tried: list[str]
    compared: list[str]
    expected: list[str]
    band: list[str]
    starts: list[str]
    target: str | None
    ticks: list[Tick]
    weeks: list[WeekRow]

    @property
    def first(self) -> date:
        return self.weeks[0].week

    @property
    def last(self) -> date:
        return self.weeks[-1].week


def week_chart(
    points: Sequence[Point], *, starts: Sequence[date], target: float | None, is_drawn: bool = False
) -> WeekChart | None:
    """The chart of an estimate's series; None without weeks.

    `starts` are the Mondays on which something began. `is_drawn`: by lot, so that no single level was to be
    expected after one start, and none is drawn.
    """
    rows = [row_of(point, is_drawn=is_drawn) for point in points]
    values = [
        value
        for row in rows
        for value in (row.tried, row.compared, row.expected, row.low, row.high)
        if value is not None
    ]
    if not values:
        return None
    if target is not None:
        values.append(target)
    low, high, step = nice_range(min(values), max(values))

    def across(week: int) -> float:
        return round((week + 0.5) / len(rows) * SIDE, 1)

    def down(value: float) -> float:
        return round((high - value) / (high - low) * SIDE, 1)

    def line(name: str) -> list[str]:
        told = [getattr(row, name) for row in rows]
        return pieces([None if v is None else (across(n), down(v)) for n, v in enumerate(told)])

    lows = [None if row.low is None else (across(n), down(row.low)) for n, row in enumerate(rows)]
    highs = [None if row.high is None else (across(n), down(row.high)) for n, row in enumerate(rows)]
    first = rows[0].week
    return WeekChart(
        tried=line("tried"),
        compared=line("compared"),
        expected=line("expected"),
        band=bands(lows, highs),
        starts=[
            place((start - first).days / 7, 0, len(rows))
            for start in starts
            if first < start <= rows[-1].week
        ],
        target=None if target is None else place(high - target, 0, high - low),
        ticks=ticks_of(low, high, step),
        weeks=rows,
    )


def row_of(point: Point, *, is_drawn: bool) -> WeekRow:
    """A point of the kit as a row; what was expected is told from the start on."""
    tells = point.phase != "before" and not is_drawn
    expected = (point.expected, point.low, point.high) if tells else (None, None, None)
    return WeekRow(point.week, point.phase, point.treated, point.controls, *expected)


Place = tuple[float, float] | None


def pieces(places: Sequence[Place]) -> list[str]:
    """The line through the places, broken where one is missing; a lone place becomes a short stroke."""
    found: list[list[tuple[float, float]]] = [[]]
    for each in places:
        if each is None:
            found.append([])
        else:
            found[-1].append(each)
    return [
        points_of(piece if len(piece) > 1 else [piece[0], (piece[0][0] + 1, piece[0][1])])
        for piece in found
        if piece
    ]


def bands(lows: Sequence[Place], highs: Sequence[Place]) -> list[str]:
    """The areas between the lower and the upper places, one for each run of weeks without a gap."""
    found: list[list[tuple[tuple[float, float], tuple[float, float]]]] = [[]]
    for low, high in zip(lows, highs, strict=True):
        if low is None or high is None:
            found.append([])
        else:
            found[-1].append((low, high))
    return [
        points_of([low for low, _high in run] + [high for _low, high in reversed(run)])
        for run in found
        if len(run) > 1
    ]


def points_of(places: Sequence[tuple[float, float]]) -> str:
    """Places as SVG's `points` has them."""
    return " ".join(f"{x:g},{y:g}" for x, y in places)


def nice_range(low: float, high: float) -> tuple[float, float, float]:
    """A range with round ends around the values, and the step between its ticks (1, 2 or 5 times a power of ten)."""
    width = (high - low) or abs(high) or 1.0
    rough = width / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 5, 10) if size * power >= rough)
    return math.floor(low / step) * step, math.ceil(high / step + 1e-9) * step, step


def ticks_of(low: float, high: float, step: float) -> list[Tick]:
    """The lines across, from the lowest to the highest value."""
    decimals = min(max(0, -math.floor(math.log10(step))), MOST_DECIMALS)
    count = round((high - low) / step)
    values = [low + n * step for n in range(count + 1)]
    return [
        Tick(
            place=place(high - value, 0, high - low),
            text=number_format(value, decimals, force_grouping=True),
        )
        for value in values
    ]
