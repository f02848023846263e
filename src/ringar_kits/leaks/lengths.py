"""Lengths of pipes in metres, all above 0, from the table and the lines."""

import numpy as np
import shapely

from ringar_kits.errors import InputError
from ringar_kits.leaks.inventory import Columns, numbers_of
from ringar_kits.leaks.layers import Shapes
from ringar_kits.leaks.model import BoolArray, FloatArray
from ringar_kits.leaks.report import Notes

LONGEST = 100_000.0  # metres


def read_lengths(columns: Columns, shapes: Shapes | None, notes: Notes) -> tuple[FloatArray, BoolArray]:
    """Return lengths in metres, all above 0, and which of them were filled in.

    What is missing, 0 or negative is taken from the pipe's own line in `shapes` (metres), else it is the median of
    the others. Raises `InputError` where there is neither a length nor a line.
    """
    drawn = np.full(len(columns.kept), np.nan) if shapes is None else shapely.length(shapes)
    drawn = np.where(drawn > 0, drawn, np.nan)
    if not columns.has("length") and not np.isfinite(drawn).any():
        raise InputError(
            "no column is known to hold the pipes' lengths, and they have no lines",
            place=columns.table.name,
            remedy="Name it: length=COLUMN",
        )
    place = columns.place("length")
    if not columns.has("length"):
        notes.used(place, "lengths are those of the lines", len(drawn))
        values = drawn.copy()
    else:
        values = _in_metres(numbers_of(columns, "length", notes), drawn, place, notes)
        wrong = (values <= 0) | (values > LONGEST)
        notes.changed(
            place,
            "{count} lengths are 0, negative or beyond 100 km: taken as not known, rows {rows}",
            int(wrong.sum()),
            "Correct them",
            rows=columns.rows(np.flatnonzero(wrong).tolist()),
        )
        values[wrong] = np.nan
    missing = np.isnan(values)
    values = np.where(missing, drawn, values)
    notes.changed(
        place, "{count} lengths are taken from the pipe's line", int((missing & ~np.isnan(values)).sum())
    )
    still = np.isnan(values)
    if still.all():
        raise InputError("no pipe has a length", place=place, remedy="Give lengths in metres")
    words = "{count} lengths are not known: the median of the others, {median} m, stands in for them"
    middle = float(np.nanmedian(values))
    notes.changed(place, words, int(still.sum()), "Give them", median=f"{middle:.1f}")
    return np.where(still, middle, values), missing


def _in_metres(values: FloatArray, drawn: FloatArray, place: str, notes: Notes) -> FloatArray:
    """Return lengths in metres: lines that are 1,000 times as long show that the column has kilometres."""
    both = np.isfinite(values) & np.isfinite(drawn) & (values > 0)
    if both.sum() < 10:
        return values
    times = float(np.median(drawn[both] / values[both]))
    for factor, unit in ((1_000, "km"), (0.001, "mm"), (0.3048, "ft")):
        if 0.9 * factor < times < 1.1 * factor:
            notes.changed(
                place,
                "the lengths are read as {unit}, which the lines show",
                int(both.sum()),
                "Give them in metres",
                unit=unit,
            )
            return values * factor
    if not 0.5 < times < 2:
        notes.changed(
            place,
            "the lines are {times} times as long as the lengths say: the lengths are used",
            int(both.sum()),
            "Check the lengths and the coordinate system",
            times=f"{times:.2g}",
        )
    return values
