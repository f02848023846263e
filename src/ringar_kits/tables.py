"""Reads rows from the files that people have (CSV in any common encoding, Excel, JSON), and writes CSV files whole."""

import codecs
import csv
import io
import itertools
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from ringar_kits.errors import Broken, InputError, Said, tell_or_raise
from ringar_kits.json_rows import Row, json_line_rows, json_rows

MAX_BYTES = 200_000_000
MAX_COLUMNS = 1_000
MAX_BLANK_ROWS = 10_000  # on end: a cell in the last row of a sheet would otherwise be a million rows
MAX_ROW_LINES = 200  # of a row that may be broken: else one lost quotation mark has the file read many times
MAX_TITLES = 10  # rows that may stand above the header: the table's name, the day of the export
DELIMITERS = ",;\t|"
Tell = Callable[[Said], None]

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
csv.field_size_limit(MAX_BYTES)


def read_rows(
    path: str | Path,
    *,
    max_bytes: int = MAX_BYTES,
    max_unpacked: int | None = None,
    tell: Tell | None = None,
    broken: Broken | None = None,
) -> Iterator[Row]:
    """Yield (row number as the user sees it, {column: cell}) for each row of a table file that is not blank.

    In CSV and Excel the header is row 1 and cells are text (Excel: text, numbers, dates); in JSON lines the number
    is the line's, in a JSON array the element's from 1. Column names are trimmed. `tell` receives what was
    mended on the way (half characters, titles above the table). Raises `InputError` where the file cannot be
    read, is larger than `max_bytes`, or a row is broken; nothing beyond `max_bytes` is ever read. With `broken`, that
    receives the error and only the row is left out; what a quotation mark that is never closed swallowed is read
    anew, line by line. An Excel file is read if it unpacks to at most `max_unpacked` bytes (default: ten times
    `max_bytes`).
    """
    path = Path(path)
    start = _check_file(path, max_bytes)
    tell = tell or (lambda _: None)
    kind = path.suffix.lower()
    if start.startswith(_OLD_EXCEL) or kind == ".xls":
        raise InputError("this is the old Excel format", place=path.name, remedy="Save it as .xlsx or CSV")
    if start.startswith(b"PK\x03\x04") or kind in (".xlsx", ".xlsm"):
        return _excel_rows(path, max_unpacked or 10 * max_bytes, tell, broken)
    encoding = _find_encoding(path, start)
    if kind in (".jsonl", ".ndjson"):
        return json_line_rows(path, encoding, tell, broken)
    if kind == ".json" or start.lstrip(codecs.BOM_UTF8 + b" \t\r\n")[:1] in (b"[", b"{"):
        return json_rows(path, encoding, tell, broken)
    return _csv_rows(path, encoding, tell, broken)


def _check_file(path: Path, max_bytes: int) -> bytes:
    """Return the first bytes of a file that exists, is not empty and not too large."""
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise InputError(
                "the file has {size:,} MB and at most {most:,} MB are read",
                place=path.name,
                remedy="Split it into smaller files",
                facts={"size": round(size / 1e6), "most": round(max_bytes / 1e6)},
            )
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise InputError(reason, place=str(path), remedy="Check the name and that you may read it") from error
    if not start.strip():
        raise InputError("the file is empty", place=path.name, remedy="Give a file with a header and rows")
    return start


def _find_encoding(path: Path, start: bytes) -> str:
    """Return the encoding of a text file: by its mark, else UTF-8 if all of it is, else Windows' (cp1252)."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # UTF-16 without a mark: western text has a zero in every other byte
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(start) >= 4 and start[first::2].count(0) > 0.7 * len(start[first::2]):
            return encoding
    for encoding in ("utf-8-sig", "cp1252"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"


def _csv_rows(path: Path, encoding: str, tell: Tell, broken: Broken | None) -> Iterator[Row]:
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(20_000)
        delimiter = _find_delimiter(sample)
        titles = _count_titles(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), tell)
        file.seek(0)
        lines = _Lines(file, MAX_ROW_LINES if broken else 0)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        number, header = 0, None
        while True:
            number += 1
            lines.begin()
            try:
                cells = _next_cells(reader, lines, path, number)
                if cells is None:
                    break
                if number <= titles:
                    continue
                row = _named(header, cells, path, number) if header is not None else None
            except InputError as error:
                if broken is None or header is None:
                    raise
                broken(error)
                lines.take_back()
                continue
            if not any(cell.strip() for cell in cells):
                continue
            if row is None:
                _check_extent(path, number, 0, cells)
                header = _column_names(cells, path)
            else:
                yield number, row
        if header is None:
            raise InputError("the file has no header", place=path.name, remedy="Name the columns in row 1")


def _next_cells(reader: Any, lines: "_Lines", path: Path, number: int) -> list[str] | None:
    """Return the cells of the next row, None at the end."""
    try:
        cells: list[str] = next(reader)
    except StopIteration:
        return None
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(
            "the row cannot be read ({error})",
            place=f"{path.name}, row {number}",
            remedy="Check that each quotation mark is closed, and double those within a text",
            facts={"error": str(error)},
        ) from error
    if lines.has_nul():
        raise InputError(
            "there is a NUL character",
            place=f"{path.name}, line {lines.number}",
            remedy="Save the file anew as CSV in UTF-8; it may be damaged or no text file",
        )
    return cells


class _Lines:
    """The lines of a file; those of a row that turned out to be broken can be taken back, all but its first."""

    def __init__(self, file: Iterable[str], most: int) -> None:
        self.file = iter(file)
        self.most = most  # of one row; 0: as many as it has
        self.number = 0
        self.row: list[str] = []
        self.again: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self.most and len(self.row) >= self.most:
            raise csv.Error("a quotation mark is not closed")
        line = self.again.pop() if self.again else next(self.file)
        self.number += 1
        self.row.append(line)
        return line.replace("\0", "\ufffd")

    def begin(self) -> None:
        self.row = []

    def take_back(self) -> None:
        self.again.extend(reversed(self.row[1:]))
        self.number -= len(self.row) - 1

    def has_nul(self) -> bool:
        return any("\0" in line for line in self.row)


def _find_delimiter(sample: str) -> str:
    """Return the delimiter that splits the header most; text in quotation marks does not count.

    A first line that nothing splits in three may be a title: then the next that something does is the header.
    """
    lines = re.sub(r'"[^"]*"', "", sample).lstrip("\ufeff\r\n").split("\n")[: MAX_TITLES + 1]
    split = (line for line in lines if max(map(line.count, DELIMITERS)) > 1)
    header = lines[0] if any(mark in lines[0] for mark in DELIMITERS) else next(split, lines[0])
    return max(DELIMITERS, key=lambda mark: (header.count(mark), -DELIMITERS.index(mark)))


def _count_titles(rows: Iterable[Sequence[Any]], tell: Tell) -> int:
    """Return how many rows stand above the header: of one cell at most, above two rows of three and more."""
    above, titled, header = 0, False, False
    # no row is refused here: `strict` is not asked for, and the sample ends where it ends
    for cells in itertools.islice(rows, MAX_TITLES + 2):
        filled = sum(cell is not None and str(cell).strip() != "" for cell in cells)
        if header:
            if not titled or filled < 3:
                return 0
            tell(Said("rows above the table were left out: {rows}", {"rows": above}))
            return above
        if filled > 2:
            header = True
        elif filled > 1:
            return 0
        else:
            above, titled = above + 1, titled or filled == 1
    return 0


def _column_names(cells: Iterable[Any], path: Path) -> list[str]:
    names = ["" if cell is None else str(cell).strip().lstrip("\ufeff") for cell in cells]
    while names and not names[-1]:
        names.pop()
    for name in names:
        if name and names.count(name) > 1:
            raise InputError(
                "two columns are named '{name}'",
                place=f"{path.name}, row 1",
                remedy="Give each its own name",
                facts={"name": name},
            )
    return [name or f"column {place}" for place, name in enumerate(names, 1)]


def _named(header: list[str], cells: list[Any], path: Path, number: int) -> dict[str, Any]:
    if any(cell not in (None, "") for cell in cells[len(header) :]):
        raise InputError(
            "there are {cells} cells but {columns} columns",
            place=f"{path.name}, row {number}",
            remedy="Put texts that hold the separator within quotation marks",
            facts={"cells": len(cells), "columns": len(header)},
        )
    filled = [*cells, *[""] * (len(header) - len(cells))]
    return dict(zip(header, filled, strict=False))


def _excel_rows(path: Path, max_unpacked: int, tell: Tell, broken: Broken | None) -> Iterator[Row]:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > max_unpacked:
            raise InputError(
                "unpacked it would take {size:,} MB",
                place=path.name,
                remedy="Save it as CSV",
                facts={"size": round(unpacked / 1e6)},
            )
        # as bytes: by its name it would refuse a file that somebody calls .csv
        book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        header: list[str] | None = None
        blank = 0
        titles = _count_titles(sheet.iter_rows(max_row=MAX_TITLES + 2, values_only=True), tell)
        for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True), 1):
            blank = blank + 1 if all(cell is None or not str(cell).strip() for cell in cells) else 0
            _check_extent(path, number, blank, cells)
            if blank or number <= titles:
                continue
            if header is None:
                header = _column_names(cells, path)
            else:
                row = ["" if cell is None else cell for cell in cells]
                try:
                    named = _named(header, row, path, number)
                except InputError as error:
                    tell_or_raise(error, broken)
                else:
                    yield number, named
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, OSError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            "the Excel file cannot be read ({error})",
            place=path.name,
            remedy="Open it and save it anew, or as CSV",
            facts={"error": str(error)},
        ) from error
    if header is None:
        raise InputError(
            "the first sheet is empty", place=path.name, remedy="Put the table on the first sheet"
        )


def _check_extent(path: Path, number: int, blank: int, cells: Sequence[Any]) -> None:
    """Raise `InputError` where a table is wider or emptier than any that somebody wrote."""
    if blank > MAX_BLANK_ROWS:
        raise InputError(
            "there are more than {most:,} empty rows on end",
            place=f"{path.name}, row {number}",
            remedy="Remove the empty rows, or save it as CSV",
            facts={"most": MAX_BLANK_ROWS},
        )
    if len(cells) > MAX_COLUMNS and cells[MAX_COLUMNS] is not None:
        raise InputError(
            "there are more than {most:,} columns",
            place=f"{path.name}, row {number}",
            remedy="Remove the columns that are not needed",
            facts={"most": MAX_COLUMNS},
        )


def write_csv(path: str | Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file whole or not at all: what was there stays until the new one is complete."""
    target = Path(path)
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="", dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as file:
            try:
                writer = csv.writer(file)
                writer.writerow(header)
                writer.writerows(rows)
            except BaseException:
                Path(file.name).unlink()
                raise
        Path(file.name).chmod(0o644)
        Path(file.name).replace(target)
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        raise InputError(reason, place=str(target), remedy="Choose a folder that you may write to") from error
