"""Numbers as people write them in tables: decimal commas, units, thousands apart; and yes or no."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ringar_kits.leaks.dates import NOT_KNOWN
from ringar_kits.leaks.model import FloatArray

YES = {"yes", "y", "ja", "j", "true", "sant", "1", "x"}
_UNIT = re.compile(
    r"^(?:dn|d|ø|⌀|dim)?\s*(-?[\d\s\u00a0\u202f.,]+?)\s*(mm|m|meter|\"|tum|in|inch)?\.?$", re.IGNORECASE
)
_WALL = re.compile(r"^(\D*\d{2,4})\s*[x×*]\s*\d{1,2}(?:[.,]\d+)?\s*(?:mm)?$", re.IGNORECASE)
_INCH = {'"', "tum", "in", "inch"}


def read_numbers(cells: Sequence[Any]) -> tuple[FloatArray, list[int]]:
    """Return the numbers of a column (NaN: empty, or no number), and the places of cells that hold something else.

    Known are 12.5, 12,5, 1 234,5, 150 mm, DN150, 110x6,6 (110) and 6" (in millimetres).
    """
    found = {cell: _number(cell) for cell in set(map(_key, cells))}
    values = np.array([found[_key(cell)] for cell in cells], dtype=float)
    empty = {key for key in found if str(key).strip().casefold() in NOT_KNOWN - {"0", "9999"}}
    bad = [place for place in np.flatnonzero(np.isnan(values)).tolist() if _key(cells[place]) not in empty]
    return values, bad


def _key(cell: Any) -> Any:
    return cell if isinstance(cell, str | int | float) else str(cell)


def _number(cell: Any) -> float:
    if isinstance(cell, bool):
        return float("nan")
    if isinstance(cell, int | float):
        return float(cell) if abs(cell) < 1e15 else float("nan")
    text = cell.strip()
    try:
        if "_" not in text:
            value = float(text)
            return value if abs(value) < 1e15 else float("nan")
    except ValueError:
        pass
    # a plastic pipe's diameter and the thickness of its wall
    match = _UNIT.match(_WALL.sub(r"\1", text))
    if match is None:
        return float("nan")
    digits = re.sub(r"[\s\u00a0\u202f]", "", match[1])
    # the last of comma and point is the decimal mark; a lone comma always is
    if "," in digits and "." in digits:
        thousands = "," if digits.rindex(".") > digits.rindex(",") else "."
        digits = digits.replace(thousands, "")
    try:
        value = float(digits.replace(",", "."))
    except ValueError:
        return float("nan")
    return value * 25.4 if (match[2] or "").lower() in _INCH else value


def read_texts(cells: Sequence[Any]) -> tuple[str, ...]:
    """Return a column as texts without blanks around, "" where not known; 12.0 from a spreadsheet is 12."""
    keys = [_key(cell) for cell in cells]
    found = {key: _text(key) for key in set(keys)}
    return tuple([found[key] for key in keys])


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).strip()
    return "" if text.casefold() in NOT_KNOWN - {"0", "9999"} else text
