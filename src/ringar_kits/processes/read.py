"""Reads event logs from table files (CSV, Excel, JSON lines) and XES: the columns that are named, and nobody."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ringar_kits.errors import InputError
from ringar_kits.processes.log import make_log
from ringar_kits.processes.model import Event, EventLog
from ringar_kits.processes.times import read_number, read_time
from ringar_kits.processes.xes import LIFECYCLE, read_xes
from ringar_kits.tables import MAX_BYTES, read_rows

CASE, ACTIVITY, TIME = "concept:name", "concept:name", "time:timestamp"
PEOPLE = {
    *("resource", "responsible", "user", "userid", "username", "employee", "performer", "clerk", "signature"),
    *(
        "ansvarig",
        "anställd",
        "användare",
        "användarnamn",
        "handläggare",
        "medarbetare",
        "utförare",
        "signatur",
    ),
}
NOT_PEOPLE = {
    *("group", "role", "team", "unit", "story", "task"),
    *("enhet", "grupp", "roll", "förvaltning", "steg"),
}
"""Beside these words it is no single person: a "responsible unit", a "user task"."""


def tells_people(column: str) -> bool:
    """Whether the column's name says that it holds who did it."""
    words = set(re.findall(r"[^\W\d_]+", column.casefold()))
    return bool(words & PEOPLE) and not words & NOT_PEOPLE


def read_log(
    path: str | Path,
    *,
    case: str | None = None,
    activity: str | None = None,
    time: str | None = None,
    seq: str | None = None,
    lifecycle: str = LIFECYCLE,
    max_bytes: int = MAX_BYTES,
) -> EventLog:
    """Return the log in a file.

    XES is known by its content and needs no names (concept:name, time:timestamp); a table needs the names of its
    columns for case, activity and time. `lifecycle` may be absent from the file. Nobody is timed: other columns, those
    of people among them, are dropped, and a column of people is refused as an activity or a case. Raises `InputError`
    naming file, row and remedy.
    """
    path = Path(path)
    for column in (case, activity):
        if column and tells_people(column):
            raise InputError(
                "the column {column} tells who did it",
                place=path.name,
                facts={"column": column},
                remedy="Choose another: nobody is timed",
            )
    if _is_xml(path, max_bytes):
        events = read_xes(
            path,
            case=case or CASE,
            activity=activity or ACTIVITY,
            time=time or TIME,
            seq=seq,
            lifecycle=lifecycle,
            max_unpacked=10 * max_bytes,
        )
        return make_log(events, source=path.name)
    if not (case and activity and time):
        raise InputError(
            "a table does not say by itself what is what",
            place=path.name,
            remedy="Name the columns of case, activity and time",
        )
    rows = _table_events(path, (case, activity, time), seq, lifecycle, max_bytes)
    return make_log(rows, source=path.name)


def _is_xml(path: Path, max_bytes: int) -> bool:
    try:
        if path.stat().st_size > max_bytes:
            raise InputError(
                "the file has more than {most:,} MB",
                place=path.name,
                remedy="Split it",
                facts={"most": round(max_bytes / 1e6)},
            )
        with path.open("rb") as file:
            start = file.read(200)
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise InputError(reason, place=str(path), remedy="Check the name and that you may read it") from error
    text = start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start.startswith(b"\x1f\x8b") or text.startswith(b"<")


def _table_events(
    path: Path, columns: tuple[str, str, str], seq: str | None, lifecycle: str, max_bytes: int
) -> Iterator[Event]:
    case, activity, time = columns
    name, wanted = path.name, {*columns, *([] if seq is None else [seq])}
    for number, cells in read_rows(path, max_bytes=max_bytes):
        place = f"{name}, row {number}"
        if missing := wanted - cells.keys():
            raise InputError(
                "there is no column {missing}",
                place=name,
                remedy="Choose among those that are there: {columns}",
                facts={"missing": ", ".join(sorted(missing)), "columns": ", ".join(list(cells)[:60])},
            )
        yield Event(
            case=_name(cells, case, place),
            activity=_name(cells, activity, place),
            time=read_time(cells[time], place),
            seq=None if seq is None else read_number(cells[seq], place),
            lifecycle=str(cells.get(lifecycle, "")).strip(),
        )


def _name(cells: Mapping[str, Any], column: str, place: str) -> str:
    name = str(cells[column]).strip()
    if not name:
        raise InputError(
            "{column} is empty",
            place=place,
            remedy="Fill it in, or leave the row out",
            facts={"column": column},
        )
    return name
