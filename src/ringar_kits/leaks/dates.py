"""Days in the many ways people write them; the order of day and month is decided once per column, and told."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from ringar_kits.errors import InputError
from ringar_kits.leaks.model import Days
from ringar_kits.leaks.report import Notes

YEARS = (1800, 2200)
SERIALS = (10_000, 80_000)  # Excel's day numbers, 1927 to 2119
MONTHS = {
    name: number
    for names in (
        "jan feb mar apr maj jun jul aug sep okt nov dec",
        "january february march april may june july august september october november december",
        "januari februari mars april maj juni juli augusti september oktober november december",
        "jan feb mar apr may jun jul aug sept oct nov dec",
    )
    for number, name in enumerate(names.split(), 1)
}
NOT_KNOWN = {
    "",
    "-",
    "--",
    "?",
    "null",
    "<null>",
    "none",
    "na",
    "n/a",
    "nan",
    "nat",
    "okänt",
    "okand",
    "okänd",
    "unknown",
    "saknas",
    "0",
    "9999",
    "1900-01-00",
}
_CLOCK = r"(?:[T\s]+\d{1,2}[:.]\d{2}.*)?$"
_YEAR_FIRST = re.compile(r"^(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?" + _CLOCK)
_YEAR_LAST = re.compile(r"^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})" + _CLOCK)
_WORDS = re.compile(
    r"^(?:[^\W\d]+[.,]?\s+){0,2}?(?:(\d{1,2})[\s.-]+([^\W\d]+)\.?|([^\W\d]+)\.?\s+(\d{1,2}),?)[\s,-]+(\d{4})"
    + _CLOCK
)
_PM = re.compile(r"\b[ap]\.?m\.?\s*$", re.IGNORECASE)
NAT = np.datetime64("NaT", "D")


def read_days(
    cells: Sequence[Any], *, place: str, notes: Notes, order: str | None = None
) -> tuple[Days, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Return the days of a column (NaT: not known, or no date) and whether only the year was given.

    Known are 1999-05-01, 1999/05/01 12:30:00+00, 01.05.1999, 1/5/1999, 5/1/1999 12:00:00 AM, 19990501, 1 maj 1999,
    lördag den 1 maj 1999, 1999, Excel's day numbers, milliseconds since 1970 and date cells. `order` is "d/m" or "m/d";
    without it the column must show its order by a day above 12 or by AM and PM, or `InputError` asks. A year alone
    stands for its 1 July.
    """
    texts = {cell: str(cell).strip() for cell in dict.fromkeys(map(_key, cells))}
    order = _find_order([text for text in texts.values() if text], place, notes, order)
    found = {key: _day(key, text, order) for key, text in texts.items()}
    days = np.array([found[_key(cell)][0] for cell in cells], dtype="datetime64[D]")
    only_year = np.array([found[_key(cell)][1] for cell in cells], dtype=bool)
    return days, only_year


def decimal_years(days: Days) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return days as decimal years: 1 January is .0; NaN for NaT."""
    years = days.astype("datetime64[Y]")
    start = years.astype("datetime64[D]")
    length = ((years + 1).astype("datetime64[D]") - start).astype(float)
    into = (days - start).astype(float)
    value = years.astype(float) + 1970 + into / length
    return np.where(np.isnat(days), np.nan, value)


def _key(cell: Any) -> Any:
    """A cell in a form that can be counted: Excel gives dates and numbers, JSON may give lists."""
    return cell if isinstance(cell, str | int | float | date) else str(cell)


def _day(cell: Any, text: str, order: str | None) -> tuple[np.datetime64, bool]:
    if isinstance(cell, date):
        return np.datetime64(cell.date() if isinstance(cell, datetime) else cell, "D"), False
    if text.casefold() in NOT_KNOWN:
        return NAT, False
    number = _number(text)
    if number is not None:
        return _from_number(number)
    if match := _YEAR_FIRST.match(text):
        year, month, day = match.groups()
        return _made(int(year), int(month), int(day or 1)), False
    if match := _YEAR_LAST.match(text):
        first, mark, second, year = match.groups()
        if len(year) == 2:
            return NAT, False
        day, month = (second, first) if order == "m/d" and mark != "." else (first, second)
        return _made(int(year), int(month), int(day)), False
    if match := _WORDS.match(text):
        word = (match[2] or match[3]).casefold()
        return _made(int(match[5]), MONTHS.get(word, 0), int(match[1] or match[4])), False
    return NAT, False


def _number(text: str) -> float | None:
    return float(text.replace(",", ".")) if re.fullmatch(r"\d{4,}([.,]\d+)?", text) else None


def _from_number(number: float) -> tuple[np.datetime64, bool]:
    if YEARS[0] <= number < YEARS[1]:
        return _made(int(number), 7, 1), True
    if SERIALS[0] <= number < SERIALS[1]:
        return np.datetime64(date(1899, 12, 30) + timedelta(days=int(number)), "D"), False
    if 18_000_101 <= number <= 21_991_231:
        whole = int(number)
        return _made(whole // 10_000, whole // 100 % 100, whole % 100), False
    if 1e11 < number < 7e12:
        return np.datetime64(int(number), "ms").astype("datetime64[D]"), False
    return NAT, False


def _made(year: int, month: int, day: int) -> np.datetime64:
    try:
        made = date(year, month, day)
    except ValueError:
        return NAT
    return np.datetime64(made, "D") if YEARS[0] <= year < YEARS[1] else NAT


def _find_order(texts: Sequence[str], place: str, notes: Notes, order: str | None) -> str | None:
    """Return "d/m" or "m/d" for dates like 3/4/1999, and None where the column has none; told in `notes`."""
    pairs = [
        (int(match[1]), int(match[3]), text)
        for text in texts
        if (match := _YEAR_LAST.match(text)) and match[2] != "." and len(match[4]) == 4
    ]
    if not pairs:
        return order
    day_first = next((text for first, _, text in pairs if first > 12), None)
    month_first = next((text for _, second, text in pairs if second > 12), None)
    if order is None and day_first and month_first:
        raise InputError(
            "dates are written both with the day first ('{one}') and with the month first ('{other}')",
            place=place,
            remedy="Write all dates as 1999-05-01, or say which is meant with dates=d/m or dates=m/d",
            facts={"one": day_first, "other": month_first},
        )
    clear = order or ("d/m" if day_first else "m/d" if month_first or _PM.search(pairs[0][2]) else None)
    if clear is None and any(first != second for first, second, _ in pairs):
        raise InputError(
            "it cannot be told whether '{one}' has the day or the month first",
            place=place,
            remedy="Write dates as 1999-05-01, or say which is meant with dates=d/m or dates=m/d",
            facts={"one": pairs[0][2]},
        )
    day, month = (
        "dates like {one} are read with the day first",
        "dates like {one} are read with the month first",
    )
    notes.used(place, month if clear == "m/d" else day, len(pairs), one=pairs[0][2])
    return clear
