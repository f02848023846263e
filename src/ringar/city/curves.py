"""The curve of breaks caught over length inspected, drawn by the server: one line for each way of choosing.

Places are in thousandths of the drawing's sides, so that it stretches with the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from ringar.city.leak_words import WAYS, fault_of, notes_of
from ringar.city.rules.catches import CatchCurve
from ringar.core.charts import place

SIDE = 1000
TICKS = (0, 25, 50, 75, 100)
ROWS = (1, 5, 10, 20, 50)
"""Per cent of the length for which the table tells what was caught."""

DRAWN = ("model", "oldest first", "breaks per km so far")
"""Of a look back, the ways whose curves are drawn; the table has them all."""
STYLES = ("", "week-line-2", "week-line-3")


@dataclass(frozen=True)
class Line:
    """One way of choosing: its name, its line as SVG has it, its look, and per cent caught for each of ROWS."""

    name: str | Promise
    points: str
    look: str
    caught: tuple[float, ...]


@dataclass(frozen=True)
class Drawing:
    """The curves for the template. `mark`: where the crew's capacity lies, in per cent of the width; None: nowhere."""

    lines: tuple[Line, ...]
    rows: tuple[tuple[int, tuple[float, ...]], ...]
    mark: str | None
    mark_is_late: bool  # so far to the right that its words stand on its left
    ticks: tuple[tuple[str, int], ...]

    @property
    def is_empty(self) -> bool:
        """Nothing has come that could be caught."""
        return not self.lines


def drawing_of(curves: Sequence[CatchCurve], *, share: float | None = None) -> Drawing:
    """The drawing of these curves; `share` of the length (0 to 1) is what the crew can inspect."""
    lines = tuple(
        line_of(curve, look) for curve, look in zip((c for c in curves if c.inspected), STYLES, strict=False)
    )
    return Drawing(
        lines=lines,
        rows=tuple((percent, tuple(line.caught[n] for line in lines)) for n, percent in enumerate(ROWS)),
        mark=None if share is None else place(share, 0, 1),
        mark_is_late=share is not None and share > 0.5,
        ticks=tuple((place(100 - tick, 0, 100), tick) for tick in TICKS),
    )


def line_of(curve: CatchCurve, look: str) -> Line:
    """One curve as the template draws it."""
    pairs = zip(curve.inspected, curve.caught, strict=True)
    points = " ".join(f"{x * SIDE:g},{(1 - y) * SIDE:g}" for x, y in pairs)
    return Line(WAYS.get(curve.name, curve.name), points, look, tuple(100 * curve.at(p / 100) for p in ROWS))


def look_back_chart(told: Mapping[str, Any]) -> dict[str, Any]:
    """A fit's look back at earlier years: the drawing, each way's mean share with interval. {} where there is none."""
    if not told.get("methods"):
        return {"fault": fault_of(told["fault"])} if told.get("fault") else {}
    chosen = [each for each in told["methods"] if each["method"] in DRAWN]
    curves = [CatchCurve(each["method"], tuple(each["inspected"]), tuple(each["caught"])) for each in chosen]
    return {
        "drawing": drawing_of(curves),
        "told": told,
        "notes": notes_of(told["notes"]),
        "breaks": sum(each["breaks"] for each in told["years"]),
        "methods": [
            (
                WAYS.get(each["method"], each["method"]),
                [shares_at(each, percent) for percent in ("5", "10", "20")],
            )
            for each in told["methods"]
        ],
    }


def shares_at(each: Mapping[str, Any], percent: str) -> tuple[float | None, float | None, float | None]:
    """Per cent caught on that per cent of the length, with its interval."""
    told = (each[name].get(percent) for name in ("share", "low", "high"))
    mean, low, high = (None if value is None else 100 * value for value in told)
    return mean, low, high
