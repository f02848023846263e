"""Lists as files: what CSV and Excel hold, that neither is run by a spreadsheet, and that long lists end."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from zipfile import ZipFile

import openpyxl
import pytest
from django.test import Client
from django.utils import translation

from ringar.core import exports
from ringar.core.exports import MOST_ROWS, csv_cell, export_response
from ringar.core.queries import viewer_of
from ringar.solvers.actions import register_solver
from tests.people import People

FORMULAS = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", '=HYPERLINK("http://x")']


def csv_rows(headers: list[str], rows: list[list[object]]) -> list[list[str]]:
    text = export_response("lista", headers, rows).getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def sheet(headers: list[str], rows: list[list[object]]) -> "openpyxl.worksheet.worksheet.Worksheet":
    file = export_response("lista", headers, rows, kind="xlsx").getvalue()
    return openpyxl.load_workbook(io.BytesIO(file)).worksheets[0]


@pytest.mark.parametrize("cell", FORMULAS)
def test_csv_cell_when_it_looks_like_a_formula_then_made_text(cell: str) -> None:
    assert csv_cell(cell) == "'" + cell.replace("\r", "\n")


@pytest.mark.parametrize("cell", FORMULAS)
def test_excel_when_a_cell_looks_like_a_formula_then_it_is_text_also_when_edited(cell: str) -> None:
    header, row = list(sheet([cell], [[cell]]).iter_rows())
    for each in (header[0], row[0]):
        assert each.data_type == "s" and each.quotePrefix
        assert each.value == cell.replace("\r", "\n")


def test_csv_cell_when_plain_then_as_it_is() -> None:
    given = ("Behov", -3, -2.5, Decimal("-1.20"), None, "a=b", True, date(2026, 1, 2), "😀", "שלום")
    assert [csv_cell(value) for value in given] == [
        *("Behov", "-3", "-2.5", "-1.20", "", "a=b", "True", "2026-01-02", "😀", "שלום")
    ]


def test_export_when_times_are_aware_then_both_files_say_local_time() -> None:
    at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert csv_rows(["När"], [[at]])[1] == ["2026-07-02 00:30:00"]
    cell = sheet(["När"], [[at]])["A2"]
    assert cell.value == datetime(2026, 7, 2, 0, 30) and cell.is_date


def test_excel_when_cells_are_numbers_and_dates_then_they_can_be_counted_with() -> None:
    made = sheet(["Antal", "Dag", "Tom"], [[-3, date(2026, 1, 2), None], [Decimal("1.5"), None, ""]])
    assert [cell.value for cell in made[2]] == [-3, datetime(2026, 1, 2), None]
    assert [cell.data_type for cell in made[2]][:2] == ["n", "d"]
    assert made["A3"].value == 1.5 and made["C3"].value is None
    assert made["A1"].font.bold and not made["A2"].font.bold
    assert made.freeze_panes == "A2"


def test_export_when_text_is_what_files_refuse_then_the_rest_is_kept() -> None:
    odd = "a\x00b\x1b\ud800\ufffe😀"
    assert csv_rows(["x"], [[odd]])[1] == ["ab?\ufffd😀"]
    assert sheet(["x"], [[odd]])["A2"].value == "ab?\ufffd😀"
    assert sheet(["x"], [[float("nan")]])["A2"].value == "nan"
    assert sheet(["x"], [["#N/A"]])["A2"].data_type == "s"


def test_export_when_text_holds_separators_and_lines_then_it_is_one_cell() -> None:
    odd = 'en; "två"\ntre'
    assert csv_rows(["x", "y"], [[odd, 1]])[1] == [odd, "1"]


def test_export_when_text_is_longer_than_excel_keeps_then_it_is_cut_and_says_so() -> None:
    text = "å" * 50_000
    assert csv_rows(["x"], [[text]])[1] == [text]
    value = sheet(["x"], [[text]])["A2"].value
    assert len(value) == 32_767 and value.endswith("…")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_export_when_there_are_more_rows_than_it_holds_then_it_says_so_and_reads_no_further(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", 3)
    read: list[int] = []

    def endless() -> Iterator[list[int]]:
        while True:
            read.append(1)
            yield [len(read)]

    with translation.override("en"):
        file = export_response("lista", ["n"], endless(), kind=kind).getvalue()
    if kind == "csv":
        lines = file.decode("utf-8-sig").split("\r\n")
    else:
        lines = [str(row[0]) for row in openpyxl.load_workbook(io.BytesIO(file)).active.values]
    assert lines[:4] == ["n", "1", "2", "3"] and lines[4].startswith("Only the first 3 rows are here.")
    assert len(read) == 4


def test_export_when_exactly_as_many_rows_as_it_holds_then_nothing_is_added(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", 2)
    assert csv_rows(["n"], [[1], [2]]) == [["n"], ["1"], ["2"]]
    assert MOST_ROWS == 20_000


def test_export_when_a_row_fails_then_no_half_file_is_sent() -> None:
    with pytest.raises(ZeroDivisionError):
        export_response("lista", ["n"], ([1 / n] for n in (1, 0)))


def test_export_when_asked_for_then_it_is_a_download_of_that_name_and_kind(people: People) -> None:
    register_solver(by=viewer_of(people.bo), name="Middagsbron AB")
    client = Client()
    plain, excel = client.get("/leverantorer/lista.csv"), client.get("/leverantorer/lista.csv?format=xlsx")
    odd = client.get("/leverantorer/lista.csv?format=exe")
    assert plain["Content-Disposition"] == 'attachment; filename="leverantorer.csv"'
    assert plain["Content-Type"] == odd["Content-Type"] == "text/csv; charset=utf-8"
    assert plain["X-Content-Type-Options"] == "nosniff"
    assert excel["Content-Disposition"] == 'attachment; filename="leverantorer.xlsx"'
    assert excel["Content-Type"].endswith("spreadsheetml.sheet")
    with ZipFile(io.BytesIO(excel.getvalue())) as archive:
        assert b"Middagsbron AB" in archive.read("xl/worksheets/sheet1.xml")
