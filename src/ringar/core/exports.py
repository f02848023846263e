"""Lists as files: CSV and Excel from the same rows, which a spreadsheet shows and never runs."""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from math import isfinite
from typing import IO, Any

from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font

from ringar.core.text import tidy_text

MOST_ROWS = 20_000
"""A file holds no more; slice the query at one more, so that the file can say that there were more."""
EXCEL = "xlsx"
LONGEST_CELL = 32_767  # characters that Excel keeps in a cell
IN_MEMORY = 1 << 20
# The first characters at which spreadsheets begin to calculate; the last four are their full-width forms.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NOT_IN_XML = re.compile("[\ufffe\uffff]")
_NUMBER = (int, float, Decimal)


def export_response(
    name: str,
    headers: Iterable[object],
    rows: Iterable[Iterable[object]],
    *,
    kind: str | None = None,
    most: int | None = None,
) -> FileResponse:
    """A list to download: Excel where `kind` is "xlsx" (a view passes `request.GET.get("format")`), else CSV.

    `rows` may be a generator: it is read once and written to a file on disk, so that long lists take no memory. A
    fault on the way is an error page, never half a file. Numbers and dates are kept as such; aware times become
    local; other values become text. After `most` rows (MOST_ROWS where it is not said) a last line says
    that there are more.
    """
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it
    write = write_excel if kind == EXCEL else write_csv
    write(file, [str(header) for header in headers], capped(rows, most or MOST_ROWS))
    file.seek(0)
    excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{name}.{EXCEL if kind == EXCEL else 'csv'}",
        content_type=excel if kind == EXCEL else "text/csv; charset=utf-8",
    )


def capped(rows: Iterable[Iterable[object]], most: int) -> Iterator[Iterable[object]]:
    """The rows up to the most, then a line that says that more were left out."""
    waiting = iter(rows)
    yield from islice(waiting, most)
    if next(waiting, None) is not None:
        text = _("Only the first %(count)s rows are here. Narrow the list to get the rest.")
        yield [text % {"count": most}]


def as_cell(value: object) -> float | Decimal | date | str:
    """The value as both formats take it: a number, a date, or text that a file can hold."""
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).replace(tzinfo=None)
    if isinstance(value, (*_NUMBER, date)) and not isinstance(value, bool):
        return value if isinstance(value, date) or isfinite(value) else str(value)
    return "" if value is None else _NOT_IN_XML.sub("\ufffd", tidy_text(str(value)))


def csv_cell(told: object) -> str:
    """A cell that a spreadsheet shows and never runs: what looks like a formula gets an apostrophe in front."""
    value = as_cell(told)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(value, _NUMBER) else text


def write_csv(file: IO[bytes], headers: list[str], rows: Iterable[Iterable[object]]) -> None:
    """UTF-8 with a mark, semicolons between: as Excel on Swedish machines reads it."""
    out = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([csv_cell(cell) for cell in headers])
    writer.writerows([csv_cell(cell) for cell in row] for row in rows)
    out.detach()


def write_excel(file: IO[bytes], headers: list[str], rows: Iterable[Iterable[object]]) -> None:
    """One sheet with a bold header that stays in view."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append([excel_cell(sheet, header, font=Font(bold=True)) for header in headers])
    for row in rows:
        sheet.append([excel_cell(sheet, value) for value in row])
    book.save(file)


def excel_cell(sheet: Any, told: object, *, font: Font | None = None) -> Cell:
    """One cell. Text is marked as text, so that Excel does not calculate it even when it is edited."""
    value = as_cell(told)
    if isinstance(value, str) and len(value) > LONGEST_CELL:
        value = value[: LONGEST_CELL - 1] + "…"
    cell = WriteOnlyCell(sheet)
    cell.value = value or None if isinstance(value, str) else value
    if isinstance(value, str) and value:
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(_FORMULA)
    if font:
        cell.font = font
    return cell
