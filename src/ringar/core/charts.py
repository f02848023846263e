"""Charts drawn by the server: places in per cent of the width, so that they stretch with the page.

A view makes one with `bar_chart` or `range_chart`; the page shows it with
`{% include "core/chart_bars.html" %}` or `core/chart_ranges.html`, as a drawing and as a table.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from django.utils.formats import number_format

STEP = 11  # pixels between dots of the same value
MIDDLE = 20  # pixels: half the height of a row of dots


@dataclass(frozen=True)
class Row:
    """What a row is about; `url` makes the label a link, `note` is a small line under the figure."""

    label: str
    values: Sequence[float]
    url: str = ""
    language: str = ""
    note: str = ""


@dataclass(frozen=True)
class Bar:
    """A row with one bar, `width` in per cent ("42.50%")."""

    row: Row
    width: str
    text: str


@dataclass(frozen=True)
class Dots:
    """A row with a dot for each value, at (per cent, pixels), the range from `start` to `end`, and its median."""

    row: Row
    dots: list[tuple[str, int]]
    start: str
    end: str
    middle: str
    text: str
    low: str
    high: str


@dataclass(frozen=True)
class Chart:
    """A chart for its template. `key` is unique on the page; `csv_url` leads to the same figures as a file."""

    key: str
    title: str
    rows: list[Bar] | list[Dots]
    measure: str
    ticks: list[tuple[str, str]]
    csv_url: str = ""


def place(value: float, low: float, high: float) -> str:
    """Where `value` lies between `low` and `high`, in per cent of the width; ends are never passed."""
    share = (value - low) / (high - low) if high > low else 0.0
    return f"{min(max(share, 0.0), 1.0) * 100:.2f}%"


def figure(value: float) -> str:
    """The number as the reader's language writes it, with at most one decimal."""
    return number_format(
        round(value, 1) if round(value, 1) % 1 else int(round(value, 1)), force_grouping=True
    )


def bar_chart(key: str, title: str, rows: Sequence[Row], *, measure: str, csv_url: str = "") -> Chart:
    """Bars from zero to the largest value; the first value of each row counts (≥ 0)."""
    most = max((row.values[0] for row in rows), default=0.0)
    bars = [Bar(row, place(row.values[0], 0.0, most), figure(row.values[0])) for row in rows]
    return Chart(key, title, bars, measure, [], csv_url)


def range_chart(
    key: str, title: str, rows: Sequence[Row], *, low: int, high: int, measure: str, csv_url: str = ""
) -> Chart:
    """Every value as a dot on a scale from `low` to `high`, with range and median. Rows without values are left out."""
    drawn = [_dots(row, low, high) for row in rows if row.values]
    ticks = [(place(tick, low, high), figure(tick)) for tick in range(low, high + 1)]
    return Chart(key, title, drawn, measure, ticks if len(ticks) <= 11 else [ticks[0], ticks[-1]], csv_url)


def _dots(row: Row, low: int, high: int) -> Dots:
    values, seen, dots = sorted(row.values), Counter[str](), list[tuple[str, int]]()
    for value in values:
        at = place(value, low, high)
        # Equal values stand around the middle: 0, up, down, up …
        turn = (seen[at] + 1) // 2 * (-1 if seen[at] % 2 else 1)
        dots.append((at, MIDDLE + max(min(turn * STEP, MIDDLE), -MIDDLE)))
        seen[at] += 1
    middle = median(values)
    ends = place(values[0], low, high), place(values[-1], low, high)
    return Dots(
        row, dots, *ends, place(middle, low, high), figure(middle), figure(values[0]), figure(values[-1])
    )
