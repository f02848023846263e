import json
import os

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringar_kits.errors import InputError, Said
from ringar_kits.tables import read_rows


def rows_of(tmp_path, content: bytes, name: str = "needs.csv", **how):
    path = tmp_path / name
    path.write_bytes(content)
    return list(read_rows(path, **how))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_read_rows_when_csv_is_written_in_any_common_way_then_it_is_read(tmp_path, encoding, delimiter):
    text = (
        delimiter.join(("id", "title")) + "\n" + delimiter.join(("1", "Äldre är ensamma på kvällen")) + "\n"
    )
    assert rows_of(tmp_path, text.encode(encoding)) == [
        (2, {"id": "1", "title": "Äldre är ensamma på kvällen"})
    ]


def test_read_rows_when_texts_hold_breaks_and_blank_rows_then_rows_count_as_in_a_spreadsheet(tmp_path):
    content = b'id,text\n1,"one\ntwo, ""three"""\n\n3,last\n'
    assert rows_of(tmp_path, content) == [
        (2, {"id": "1", "text": 'one\ntwo, "three"'}),
        (4, {"id": "3", "text": "last"}),
    ]


def test_read_rows_when_a_row_is_short_then_the_rest_is_empty(tmp_path):
    assert rows_of(tmp_path, b"id,title,text\n1,a\n") == [(2, {"id": "1", "title": "a", "text": ""})]


@pytest.mark.parametrize(
    ("content", "place", "problem"),
    [
        (b"", "needs.csv", "empty"),
        (b"\n\n \n", "needs.csv", "empty"),
        (b'id,text\n1,"never closed\n2,b\n', "row 2", "quotation"),
        (b'id,text\n1,a\n2,"b"c"\n', "row 3", "quotation"),
        (b"id,text\n1,a\0b\n", "line 2", "NUL"),
        (b"id,text\n1,a,b\n", "row 2", "3 cells but 2 columns"),
        (b"id,text,id\n1,a,b\n", "row 1", "two columns are named 'id'"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 50, "needs.csv", "old Excel"),
        (b"PK\x03\x04 no archive", "needs.csv", "Excel file cannot be read"),
        (b'[{"id": 1}, 2]', "element 2", "not an object"),
        (b'{"id": ', "needs.csv", "not JSON"),
        (b'["a"]', "element 1", "not an object"),
        (b"[" * 100_000, "needs.csv", "not JSON"),
    ],
)
def test_read_rows_when_file_is_broken_then_place_and_remedy_are_named(tmp_path, content, place, problem):
    with pytest.raises(InputError) as refused:
        rows_of(tmp_path, content)
    assert place in str(refused.value)
    assert problem in str(refused.value)
    assert refused.value.remedy


def test_read_rows_when_file_is_missing_or_a_folder_then_it_says_so(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="Check the name"):
            list(read_rows(path))


def test_read_rows_when_file_is_huge_then_it_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 1_000_000_000)
    with pytest.raises(InputError, match=r"1,000 MB.*200 MB"):
        read_rows(path)


def test_read_rows_when_there_are_too_many_columns_then_it_is_refused(tmp_path):
    header = ",".join(f"k{number}" for number in range(1_001))
    with pytest.raises(InputError, match="more than 1,000 columns"):
        rows_of(tmp_path, f"{header}\n1\n".encode())
    assert len(rows_of(tmp_path, f"{header[:-6]}\n1\n".encode())[0][1]) == 1_000


def test_read_rows_when_excel_is_given_then_cells_keep_their_kind(tmp_path):
    book = openpyxl.Workbook()
    for row in (["id", " title ", None], [1, "Äldre 👵", None], [None, None, None], ["b", None, None]):
        book.active.append(row)
    book.save(tmp_path / "needs.xlsx")
    assert list(read_rows(tmp_path / "needs.xlsx")) == [
        (2, {"id": 1, "title": "Äldre 👵"}),
        (4, {"id": "b", "title": ""}),
    ]


def test_read_rows_when_the_excel_sheet_is_empty_then_it_says_so(tmp_path):
    openpyxl.Workbook().save(tmp_path / "needs.xlsx")
    with pytest.raises(InputError, match="first sheet"):
        list(read_rows(tmp_path / "needs.xlsx"))


def test_read_rows_when_json_lines_have_a_broken_one_then_its_line_is_named(tmp_path):
    with pytest.raises(InputError, match="line 3"):
        rows_of(tmp_path, b'{"id": 1}\n\n{"id": \n', "needs.jsonl")


def test_read_rows_when_json_wraps_its_rows_then_they_are_found(tmp_path):
    content = json.dumps({"count": 2, "results": [{"id": 1, "text": None}, {"id": 2}]}).encode()
    assert rows_of(tmp_path, content, "needs.json") == [(1, {"id": 1, "text": ""}), (2, {"id": 2})]


def test_read_rows_when_json_holds_half_characters_then_they_are_replaced_and_told(tmp_path):
    told: list[Said] = []
    rows = rows_of(
        tmp_path, b'{"id": 1, "text": "a\\ud800b", "tags": ["\\udfff"]}\n', "needs.jsonl", tell=told.append
    )
    assert rows == [(1, {"id": 1, "text": "a\ufffdb", "tags": ["\ufffd"]})]
    assert list(map(str, told)) == [
        "half characters (lone surrogates) were replaced by �: needs.jsonl, line 1"
    ]


@pytest.mark.parametrize(
    "above",
    [
        b"Pipes of the town\n",
        b"Pipes of the town,,\n\nExported 2025-01-01\n",
        b"sep=,\n",
    ],
)
def test_read_rows_when_titles_stand_above_the_table_then_they_are_left_out_and_told(tmp_path, above):
    told: list[Said] = []
    rows = rows_of(tmp_path, above + b"id,text,year\n1,a,1999\n2,b,2001\n", tell=told.append)
    assert [row["text"] for _, row in rows] == ["a", "b"]
    assert rows[0][0] == above.count(b"\n") + 2
    assert list(map(str, told)) == [f"rows above the table were left out: {above.count(bytes([10]))}"]


def test_read_rows_when_the_table_is_narrow_then_nothing_is_taken_for_a_title(tmp_path):
    assert rows_of(tmp_path, b"text\none\ntwo\n") == [(2, {"text": "one"}), (3, {"text": "two"})]
    assert rows_of(tmp_path, b"id,text\n1,a\n")[0][1] == {"id": "1", "text": "a"}
    with pytest.raises(InputError, match="3 cells but 1 columns"):
        rows_of(tmp_path, b"text\nwell, one, two\nthree\n")


def test_read_rows_when_excel_has_a_title_or_another_ending_then_the_table_is_found(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Pipes of the town"], [], ["id", "text", "year"], [1, "a", 1999]):
        book.active.append(row)
    book.active.merge_cells("A1:C1")
    book.save(tmp_path / "pipes.xlsx")
    (tmp_path / "pipes.csv").write_bytes((tmp_path / "pipes.xlsx").read_bytes())
    for name in ("pipes.xlsx", "pipes.csv"):
        assert list(read_rows(tmp_path / name)) == [(4, {"id": 1, "text": "a", "year": 1999})]


@given(st.binary(max_size=200))
def test_read_rows_when_bytes_are_anything_then_rows_or_an_input_error_come(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "needs.csv"
    path.write_bytes(content)
    try:
        rows = list(read_rows(path))
    except InputError as refused:
        assert refused.place
    else:
        assert all(isinstance(number, int) for number, _ in rows)


def broken_and_good(tmp_path, content, name="pipes.csv"):
    broken = []
    rows = rows_of(tmp_path, content, name, broken=broken.append)
    return [error.place for error in broken], [(number, row["id"]) for number, row in rows]


def test_read_rows_with_broken_told_then_only_the_broken_row_is_left_out(tmp_path):
    content = b'id,a\n1,x\n2,x,too many\n3,"one\ntwo"\n4,"x"y\n5,x\n6,a\0b\n7,x\n'
    assert broken_and_good(tmp_path, content) == (
        ["pipes.csv, row 3", "pipes.csv, row 5", "pipes.csv, line 8"],
        [(2, "1"), (4, "3"), (6, "5"), (8, "7")],
    )


def test_read_rows_with_broken_told_when_a_quotation_mark_is_never_closed_then_its_row_alone_is_lost(
    tmp_path,
):
    rows = [f"{number},x" for number in range(1, 901)]
    rows[4] = '5,"x'
    places, good = broken_and_good(tmp_path, "\n".join(["id,a", *rows]).encode())
    assert places == ["pipes.csv, row 6"]
    assert [name for _, name in good] == [str(number) for number in range(1, 901) if number != 5]


def test_read_rows_with_broken_told_when_a_mark_is_closed_rows_later_then_the_rows_between_are_read(tmp_path):
    content = b'id,a,b\n1,"x,y\n2,x,y\n3,x",y,z,w,q\n4,x,y\n'
    places, good = broken_and_good(tmp_path, content)
    assert "2" in [name for _, name in good]
    assert "4" in [name for _, name in good]
    assert places[0] == "pipes.csv, row 2"


def test_read_rows_with_broken_told_in_json_then_only_that_line_is_left_out(tmp_path):
    lines = b'{"id": "1"}\n{"id": \n{"id": "3"}\n'
    assert broken_and_good(tmp_path, lines, "p.jsonl") == (["p.jsonl, line 2"], [(1, "1"), (3, "3")])
    assert broken_and_good(tmp_path, b'[{"id": "1"}, 7]', "p.json") == (["p.json, element 2"], [(1, "1")])


def test_read_rows_with_broken_told_when_the_header_is_broken_then_it_is_an_error(tmp_path):
    with pytest.raises(InputError, match="two columns are named 'id'"):
        broken_and_good(tmp_path, b"id,id\n1,2\n")
