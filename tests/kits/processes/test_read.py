import gzip
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import openpyxl
import pytest

from ringar_kits.errors import InputError
from ringar_kits.processes import map_log, read_log
from ringar_kits.processes.times import read_number, read_time

NAMES = {"case": "ärende", "activity": "steg", "time": "tid"}
TABLE = """ärende;steg;tid;handläggare
1;Ansökan;2026-03-02 08:00;Ada
1;Beslut;2026-03-04 08:00;Bo
2;Ansökan;2026-04-01 09:30;Ada
"""
EVENT = '<event><string key="concept:name" value="{}"/><date key="time:timestamp" value="{}"/></event>'
HEAD = '<?xml version="1.0" encoding="UTF-8"?><log xmlns="http://www.xes-standard.org/">'


def written(folder: Path, content: str | bytes, name: str = "log.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def xes(*events: tuple[str, str], trace: str = '<string key="concept:name" value="7"/>') -> str:
    return f"{HEAD}<trace>{trace}{''.join(EVENT.format(*event) for event in events)}</trace></log>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_table_when_read_in_any_encoding_then_the_steps_are_there(tmp_path: Path, encoding: str) -> None:
    log = read_log(written(tmp_path, TABLE, encoding=encoding), **NAMES)
    assert (log.cases, log.activities, len(log.case)) == (["1", "2"], ["Ansökan", "Beslut"], 3)
    assert map_log(log).edges[0].wait.median == 2 * 86_400


def test_excel_when_read_then_its_dates_are_times(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["ärende", "steg", "tid"],
        [1, "A", datetime(2026, 3, 2, 8)],
        [1, "B", datetime(2026, 3, 2, 9)],
    ):
        book.active.append(row)
    book.save(tmp_path / "log.xlsx")
    assert map_log(read_log(tmp_path / "log.xlsx", **NAMES)).duration.median == 3600


def test_log_when_read_then_no_person_is_in_it(tmp_path: Path) -> None:
    log = read_log(written(tmp_path, TABLE), **NAMES)
    assert "Ada" not in repr(log) + repr(map_log(log))
    for column in (
        "handläggare",
        "org:resource",
        "Case:Responsible",
        "Handläggare, namn",
        "user_id",
        "SIGNATUR 2",
    ):
        for part in ("case", "activity"):
            with pytest.raises(InputError, match="nobody is timed"):
                read_log(tmp_path / "log.csv", **NAMES | {part: column})


@pytest.mark.parametrize("column", ["ansvarig enhet", "org:group", "user task", "Handläggning", "resources"])
def test_column_when_it_holds_no_single_person_then_it_may_be_mapped(tmp_path: Path, column: str) -> None:
    content = TABLE.replace("steg", column)
    assert read_log(written(tmp_path, content), **NAMES | {"activity": column}).activities == [
        "Ansökan",
        "Beslut",
    ]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        (
            "2026-03-02T08:05:06.250+01:00",
            datetime(2026, 3, 2, 8, 5, 6, 250_000, timezone(timedelta(hours=1))),
        ),
        ("2026-03-02 07:05Z", datetime(2026, 3, 2, 7, 5, tzinfo=UTC)),
        ("2026-03-02 08:05:06,5", datetime(2026, 3, 2, 8, 5, 6, 500_000)),
        (" 2026-03-02 8:05 ", datetime(2026, 3, 2, 8, 5)),
        ("2026/3/2 8:05", datetime(2026, 3, 2, 8, 5)),
        ("2.3.2026 08:05", datetime(2026, 3, 2, 8, 5)),
        ("20260302", datetime(2026, 3, 2)),
        (date(2026, 3, 2), datetime(2026, 3, 2)),
    ],
)
def test_time_when_written_so_that_it_means_one_thing_then_is_read(text: object, time: datetime) -> None:
    assert read_time(text, "row 2") == time


@pytest.mark.parametrize("text", ["03/02/2026", "i går", "", "2026-13-01", "46083", "\ud800", "9" * 50_000])
def test_time_when_it_may_mean_two_things_or_none_then_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"log.csv, row 9: ") as told:
        read_time(text, "log.csv, row 9")
    assert len(str(told.value)) < 300


@pytest.mark.parametrize("cell", ["", "2.5", "x", "٣.", str(2**63), "1e3"])
def test_sequence_number_when_it_is_none_then_is_refused(cell: str) -> None:
    with pytest.raises(InputError, match="sequence number"):
        read_number(cell, "row 2")
    assert [read_number(each, "") for each in ("12", 12.0, -3, " 7 ")] == [12, 12, -3, 7]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("ärende;moment;tid\n1;A;2026-03-02\n", "no column steg.*there: ärende, moment, tid"),
        (TABLE.replace("2026-03-04 08:00", "4 mars"), "row 3: '4 mars' is not a time"),
        (TABLE.replace("2026-03-04 08:00", ""), "row 3: the time is empty"),
        (TABLE.replace("Beslut", ""), "row 3: steg is empty"),
        (
            TABLE.replace("2026-03-04 08:00", "2026-03-04 08:00+01:00"),
            "1 times have a time zone and 2 have none",
        ),
        (TABLE.replace("Beslut", "a" * 50_000), "has 50,000 characters"),
        ("ärende;steg;tid\n", "no events"),
        ("", "empty"),
        ("ärende;steg;tid\n" + "".join(f"1;s{n};2026-03-02\n" for n in range(2001)), "2,001 different"),
    ],
)
def test_table_when_it_can_not_be_used_then_says_where_and_what_to_do(
    tmp_path: Path, content: str, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        read_log(written(tmp_path, content), **NAMES)


def test_table_when_columns_are_not_named_then_they_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Name the columns"):
        read_log(written(tmp_path, TABLE))
    with pytest.raises(InputError, match="No such file"):
        read_log(tmp_path / "none.csv", **NAMES)


def test_names_when_they_hold_odd_characters_then_they_are_kept_whole(tmp_path: Path) -> None:
    rows = "ärende;steg;tid\n1;Ta\x07  emot 🚰 <b>;2026-03-02\n1;قرار;2026-03-03\n"
    assert read_log(written(tmp_path, rows), **NAMES).activities == ["Ta\ufffd emot 🚰 <b>", "قرار"]


@pytest.mark.parametrize("is_packed", [False, True])
def test_xes_when_read_then_needs_no_names(tmp_path: Path, is_packed: bool) -> None:
    text = xes(("A", "2026-03-02T08:00:00+01:00"), ("B", "2026-03-02T10:00:00.5+01:00"))
    content = gzip.compress(text.encode()) if is_packed else text.encode()
    # The name says nothing; the content does
    graph = map_log(read_log(written(tmp_path, content, "log")))
    assert [(edge.before, edge.after, edge.wait.median) for edge in graph.edges] == [("A", "B", 7200.5)]


def test_xes_when_traces_have_no_name_then_each_is_a_case(tmp_path: Path) -> None:
    one = f"<trace>{EVENT.format('A', '2026-03-02T08:00:00Z')}</trace>"
    nested = (
        '<trace><event><string key="x" value="1"><string key="concept:name" value="no"/></string>'
        '<string key="concept:name" value="B"/><date key="time:timestamp" value="2026-03-03T08:00:00Z"/></event>'
        '<string key="concept:name" value="late"/></trace>'
    )
    log = read_log(written(tmp_path, f"{HEAD}{one}{one}{nested}</log>"))
    assert (log.cases, log.activities) == (["late", "trace 1", "trace 2"], ["A", "B"])


def test_xes_when_a_trace_without_a_name_follows_one_with_then_it_is_a_case_of_its_own(
    tmp_path: Path,
) -> None:
    event = EVENT.format("A", "2026-03-02T08:00:00Z")
    traces = f'<trace><string key="concept:name" value="7"/>{event}</trace><trace>{event}</trace>'
    assert read_log(written(tmp_path, f"{HEAD}{traces}</log>")).cases == ["7", "trace 2"]


BOMB = '<!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
REACH = '<!DOCTYPE log [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (xes(("A", "2026-03-02"))[:-9], "line 1: this is not well-formed"),
        ("<log><trace>\n<event></trace></log>", "line 2: this is not well-formed"),
        (f"{BOMB}<log><trace>&b;</trace></log>", "document type"),
        (f"{REACH}<log><trace>&a;</trace></log>", "document type"),
        ("<html><body/></html>", "XML but not XES"),
        (f"{HEAD}</log>", "no events"),
        (xes(("A", "in March")), "trace 1, event 1: 'in March' is not a time"),
        (xes(("A", "")).replace("time:", "other:"), "no time:timestamp.*concept:name, other:timestamp"),
        (gzip.compress(xes(("A", "2026-03-02")).encode())[:-20], "cannot be read"),
        (b"\x1f\x8bnot packed at all", "cannot be read"),
    ],
)
def test_xes_when_it_can_not_be_used_then_says_where_and_what_to_do(
    tmp_path: Path, content: str | bytes, says: str
) -> None:
    with pytest.raises(InputError, match=f"log.xes.*{says}"):
        read_log(written(tmp_path, content, "log.xes"))


def test_xes_when_it_unpacks_to_too_much_then_reading_stops(tmp_path: Path) -> None:
    event = EVENT.format("A", "2026-03-02")
    packed = gzip.compress(f"{HEAD}<trace>{event * 20_000}</trace></log>".encode())
    assert len(packed) < 50_000
    with pytest.raises(InputError, match="unpacked it has more than"):
        read_log(written(tmp_path, packed, "log.xes.gz"), max_bytes=100_000)
    with pytest.raises(InputError, match="more than 0 MB"):
        read_log(tmp_path / "log.xes.gz", max_bytes=100)
