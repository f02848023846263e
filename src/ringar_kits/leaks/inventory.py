"""Makes pipes of a utility's table: each column read for what it is, each repair and each pipe kept out told."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from ringar_kits.errors import InputError
from ringar_kits.leaks.columns import is_name, is_telling, plain_name
from ringar_kits.leaks.dates import decimal_years, read_days
from ringar_kits.leaks.layers import Shapes, Table
from ringar_kits.leaks.model import BoolArray, FloatArray
from ringar_kits.leaks.numbers import YES, read_numbers, read_texts
from ringar_kits.leaks.report import Notes, names_in_words, rows_in_words

Extra = dict[str, tuple[str, ...] | FloatArray]
WIDEST = 4_000.0  # mm
GONE = re.compile(
    "abandon|removed|retired|replaced|out.?of.?(use|service)|proposed|planned|slopad|urdrift|ur drift|"
    "borttagen|utbytt|avslutad|avstängd permanent|planerad|projekterad|makulerad"
)
ZERO = re.compile(
    r"1970/01/02 05:00|1/2/1970 5:00:00 AM|1970-01-01 0"
)  # by the clocks of Kitchener and of Greenwich
SUMS = {"summa", "totalt", "total", "sum", "totalsumma", "delsumma"}
NO_MATERIAL = {"XXX", "UNK", "OKÄNT", "OKÄND", "OVRIGT", "TBD", "OTHER/UNKNOWN", "ANNAT", "?"}


@dataclass
class Columns:
    """A table with what its columns are taken for: cells by field, only of the rows that are `kept`."""

    table: Table
    fields: Mapping[str, str]
    kept: list[int]

    def has(self, field: str) -> bool:
        """Whether the file has a column for the field."""
        return field in self.fields

    def cells(self, field: str) -> Sequence[Any]:
        """Return the field's cells of the kept rows; empty texts where the file has no such column."""
        if field not in self.fields:
            return [""] * len(self.kept)
        column = self.table.cells[self.fields[field]]
        return [column[place] for place in self.kept]

    def place(self, field: str) -> str:
        """Return the words for where a field stands: file, and column where it has one."""
        return f"{self.table.name}, column {self.fields[field]}" if field in self.fields else self.table.name

    def rows(self, places: Sequence[int]) -> str:
        """Return row numbers, as the user sees them, of places among the kept rows."""
        return rows_in_words([self.table.rows[self.kept[place]] for place in places[:9]])

    def keep(self, good: Sequence[bool] | BoolArray) -> None:
        """Keep only the rows that are good; `good` has one place per row kept so far."""
        self.kept = [row for row, fine in zip(self.kept, good, strict=True) if fine]

    def shapes(self) -> Shapes | None:
        """Return the kept rows' shapes, where the file is a map layer."""
        return None if self.table.shapes is None else self.table.shapes[self.kept]


def choose_rows(columns: Columns, notes: Notes) -> tuple[str, ...]:
    """Keep the rows of pipes that are in use, each once; returns their ids.

    Raises `InputError` where the file has no column with ids, or no pipe is left.
    """
    if not columns.has("id"):
        raise InputError(
            "no column is known to hold the pipe's id",
            place=columns.table.name,
            remedy="Name it: id=COLUMN; the file has the columns {columns}",
            facts={"columns": ", ".join(columns.table.cells)[:500] or "-"},
        )
    name = columns.table.name
    ids = read_texts(columns.cells("id"))
    nameless = [place for place, each in enumerate(ids) if not each]
    notes.dropped(
        name,
        "{count} rows have no id: {rows}",
        len(nameless),
        "Give each pipe an id",
        rows=columns.rows(nameless),
    )
    columns.keep([bool(each) for each in ids])
    sums = [text.casefold() in SUMS for text in read_texts(columns.cells("id"))]
    notes.dropped(name, "{count} rows hold a sum, not a pipe", sum(sums))
    columns.keep([not out for out in sums])
    status = [text.casefold() for text in read_texts(columns.cells("status"))]
    gone = [GONE.search(text) is not None for text in status]
    words = "{count} pipes are not in use ({words})"
    kinds = sorted({text for text, out in zip(status, gone, strict=True) if out})
    notes.dropped(columns.place("status"), words, sum(gone), words=", ".join(kinds)[:200])
    columns.keep([not out for out in gone])
    ids = read_texts(columns.cells("id"))
    first: dict[str, int] = {}
    for place, each in enumerate(ids):
        first.setdefault(each, place)
    again = [place for place, each in enumerate(ids) if first[each] != place]
    notes.dropped(
        columns.place("id"),
        "{count} rows have an id that an earlier row has: {rows}",
        len(again),
        "Give each pipe its own id; the first row of each was used",
        rows=columns.rows(again),
    )
    columns.keep([first[each] == place for place, each in enumerate(ids)])
    if not columns.kept:
        raise InputError("no pipe is left", place=name, remedy="See what was kept out, and why")
    return tuple(first)


def read_years(columns: Columns, field: str, notes: Notes, order: str | None, latest: date) -> FloatArray:
    """Return a column of dates or years as decimal years; a year alone is its 1 January; NaN where not known."""
    if not columns.has(field):
        return np.full(len(columns.kept), np.nan)
    cells = columns.cells(field)
    place = columns.place(field)
    days, only_year = read_days(cells, place=place, notes=notes, order=order)
    zero = np.array([ZERO.match(str(cell).strip()) is not None for cell in cells], dtype=bool)
    days[zero] = np.datetime64("NaT")
    notes.changed(
        place,
        "{count} dates are a computer's zero, 1 January 1970 by the clock: not known",
        int(zero.sum()),
        "Correct them",
    )
    late = ~np.isnat(days) & (days > np.datetime64(latest, "D"))
    notes.changed(
        place,
        "{count} dates are yet to come: taken as not known, rows {rows}",
        int(late.sum()),
        "Correct them",
        rows=columns.rows(np.flatnonzero(late).tolist()),
    )
    days[late] = np.datetime64("NaT")
    filled = np.array([bool(text) and text != "0" for text in read_texts(cells)])
    bad = np.flatnonzero(np.isnat(days) & filled & ~late & ~zero).tolist()
    notes.changed(
        place,
        "{count} cells are no date with a year of four digits: taken as not known, rows {rows}",
        len(bad),
        "Write dates as 1999-05-01",
        rows=columns.rows(bad),
    )
    years = decimal_years(days)
    return np.where(only_year, np.floor(years), years)


def read_materials(columns: Columns, notes: Notes) -> tuple[str, ...]:
    """Return materials in capitals, "" where not known."""
    found = [text.upper() for text in read_texts(columns.cells("material"))]
    unknown = sum(text in NO_MATERIAL for text in found)
    notes.changed(columns.place("material"), "{count} cells say that the material is not known", unknown)
    return tuple("" if text in NO_MATERIAL else text for text in found)


def read_diameters(columns: Columns, notes: Notes) -> FloatArray:
    """Return diameters in mm, NaN where not known; 0, negative and impossible ones are not known."""
    if not columns.has("diameter"):
        return np.full(len(columns.kept), np.nan)
    place = columns.place("diameter")
    values = numbers_of(columns, "diameter", notes)
    middle = np.nanmedian(values) if np.isfinite(values).any() else np.nan
    if 0 < middle < 3:
        values = values * 1_000
        notes.changed(
            place, "the diameters are read as metres", int(np.isfinite(values).sum()), "Give them in mm"
        )
    wrong = (values <= 0) | (values > WIDEST)
    notes.changed(
        place,
        "{count} diameters are 0, negative or wider than 4 m: taken as not known",
        int(wrong.sum()),
        "Correct them",
    )
    return np.where(wrong, np.nan, values)


def read_linings(columns: Columns, notes: Notes, order: str | None, latest: date) -> FloatArray:
    """Return when pipes were lined as decimal years; NaN: never, or nobody knows when (told)."""
    if not columns.has("lined"):
        return np.full(len(columns.kept), np.nan)
    words = {text.casefold() for text in read_texts(columns.cells("lined"))}
    if words <= YES | {"", "no", "n", "nej", "false", "falskt"} and words & YES:
        lined = sum(text.casefold() in YES for text in read_texts(columns.cells("lined")))
        notes.changed(
            columns.place("lined"),
            "{count} pipes are lined, but not when: left out",
            lined,
            "Give the year of lining",
        )
        return np.full(len(columns.kept), np.nan)
    return read_years(columns, "lined", notes, order, latest)


def read_extra(columns: Columns, notes: Notes) -> Extra:
    """Return what else the file tells of the pipes, as numbers where nearly all are numbers.

    Left out, and told: columns kept after the fact (they would tell the answer), names and free text, columns with
    one value or nearly none.
    """
    extra, telling, names, empty = _sort_columns(columns)
    place = columns.table.name
    notes.dropped(
        place,
        "left out because they are kept after the fact and would tell of the breaks: {columns}",
        len(telling),
        columns=names_in_words(telling),
    )
    notes.dropped(
        place,
        "left out because they are names, dates of record or free text: {columns}",
        len(names),
        columns=names_in_words(names),
    )
    notes.dropped(
        place,
        "left out because they are empty or say the same of all: {columns}",
        len(empty),
        columns=names_in_words(empty),
    )
    if extra:
        notes.used(
            place, "used as further traits: {columns}", len(extra), columns=names_in_words(list(extra))
        )
    return extra


def _sort_columns(columns: Columns) -> tuple[Extra, list[str], list[str], list[str]]:
    """Return traits with their values, and the names of columns that tell, that only name, and that are empty."""
    extra: Extra = {}
    telling, names, empty = list[str](), list[str](), list[str]()
    known = set(columns.fields.values())
    for column, cells in columns.table.cells.items():
        if column in known:
            continue
        texts = read_texts([cells[row] for row in columns.kept])
        filled = [text for text in texts if text]
        kinds = len(set(filled))
        if is_telling(column):
            telling.append(column)
        elif is_name(column) or _is_dated(column):
            names.append(column)
        elif kinds < 2 or len(filled) < 0.02 * len(texts):
            empty.append(column)
        else:
            values, bad = read_numbers(texts)
            if len(bad) <= 0.02 * len(filled):
                extra[column] = values
            elif kinds > 50 and kinds > 0.1 * len(filled):
                names.append(column)
            else:
                extra[column] = texts
    return extra, telling, names, empty


def _is_dated(column: str) -> bool:
    return re.search("date|datum|time$|tid$|created|skapad", plain_name(column)) is not None


def area_field(columns: Columns) -> str:
    """Return the field that puts pipes together: the shut-off area, or where the file has none the street segment."""
    return "area" if columns.has("area") else "road"


def most_common(texts: Sequence[str]) -> str:
    """Return the text that is there most often, the first in the alphabet of several; "" does not count."""
    counts = Counter(text for text in texts if text)
    return min(counts, key=lambda text: (-counts[text], text)) if counts else ""


def numbers_of(columns: Columns, field: str, notes: Notes) -> FloatArray:
    """Return a field as numbers, NaN where not known; what is no number is told."""
    values, bad = read_numbers(columns.cells(field))
    notes.changed(
        columns.place(field),
        "{count} cells are no numbers: taken as not known, rows {rows}",
        len(bad),
        "Correct them",
        rows=columns.rows(bad),
    )
    return values
