"""Makes a log of events: each case's in the order in which they happened, and how sure that order is."""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence

import numpy as np

from ringar_kits.errors import InputError
from ringar_kits.processes.model import Event, EventLog, Ints

MAX_ACTIVITIES = 2_000
MAX_NAME = 300
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def make_log(events: Iterable[Event], *, source: str = "log") -> EventLog:
    """Return the log of the events.

    Events are ordered by time within their case, then by `seq`, then as they come. Where the log tells both start and
    complete, the first start of an activity in a case and its first complete are one event, and so on; other lifecycles
    are left out. Raises `InputError` where there is no event, a name is empty, or only some times have a time zone.
    """
    rows = list(events)
    if not rows:
        raise InputError("there are no events", place=source, remedy="Give a log with at least one event")
    rows, left_out = _that_count(rows)
    cases, case = _coded([row.case for row in rows], source, "case")
    activities, activity = _coded([row.activity for row in rows], source, "activity")
    if len(activities) > MAX_ACTIVITIES:
        raise InputError(
            "there are {count:,} different activities, and at most {most:,} are mapped",
            place=source,
            facts={"count": len(activities), "most": MAX_ACTIVITIES},
            remedy="Choose the column with the name of the step",
        )
    time, offset = _times(rows, source)
    seq = _numbers(rows, source)
    order = np.lexsort((np.arange(len(rows)), seq, time, case))
    start, end, kept, unfinished = _paired(rows, order, case, activity, time)
    case, activity, seq, offset = case[kept], activity[kept], seq[kept], offset[kept]
    near = case[1:] == case[:-1]
    tied = near & (start[1:] == start[:-1])
    return EventLog(
        source=source,
        cases=cases,
        activities=activities,
        case=case,
        activity=activity,
        start=start,
        end=end,
        offset=offset,
        ties=int(tied.sum()),
        ties_left=int((tied & (seq[1:] == seq[:-1])).sum()),
        backwards=int((near & (start[1:] > start[:-1]) & (seq[1:] < seq[:-1])).sum()),
        left_out=left_out,
        unfinished=unfinished,
        has_seq=rows[0].seq is not None,
    )


def _that_count(rows: list[Event]) -> tuple[list[Event], int]:
    kinds = {row.lifecycle.casefold() for row in rows}
    if "complete" not in kinds:
        return rows, 0
    kept = [row for row in rows if row.lifecycle.casefold() in ("start", "complete", "")]
    return kept, len(rows) - len(kept)


def _coded(names: Sequence[str], source: str, what: str) -> tuple[Sequence[str], Ints]:
    tidy = {name: _NOT_XML.sub("\ufffd", " ".join(name.split())) for name in set(names)}
    for name in tidy.values():
        if not name or len(name) > MAX_NAME:
            raise InputError(
                f"the {what} '{{name}}…' has {{length:,}} characters" if name else f"the {what} has no name",
                place=source,
                remedy="Each needs a name of 1 to {most} characters; check the column",
                facts={"name": name[:40], "length": len(name), "most": MAX_NAME},
            )
    found = sorted(set(tidy.values()))
    place = {name: number for number, name in enumerate(found)}
    codes = {name: place[short] for name, short in tidy.items()}
    return found, np.fromiter((codes[name] for name in names), dtype=np.int64, count=len(names))


def _times(rows: Sequence[Event], source: str) -> tuple[Ints, Ints]:
    """Microseconds since 1970, and what to add for the time on the wall."""
    zoned = sum(row.time.tzinfo is not None for row in rows)
    if 0 < zoned < len(rows):
        raise InputError(
            "{with_zone:,} times have a time zone and {without:,} have none",
            place=source,
            facts={"with_zone": zoned, "without": len(rows) - zoned},
            remedy="Give all of them one (+01:00), or none",
        )
    wall = np.array([row.time.replace(tzinfo=None) for row in rows], dtype="datetime64[us]").astype(np.int64)
    if not zoned:
        return wall, np.zeros(len(rows), dtype=np.int64)
    away = [row.time.utcoffset() for row in rows]
    offset = np.array(away, dtype="timedelta64[us]").astype(np.int64)
    return wall - offset, offset


def _numbers(rows: Sequence[Event], source: str) -> Ints:
    given = sum(row.seq is not None for row in rows)
    if 0 < given < len(rows):
        raise InputError(
            "{count:,} events have no sequence number",
            place=source,
            facts={"count": len(rows) - given},
            remedy="Number all of them, or none",
        )
    return np.array([row.seq or 0 for row in rows], dtype=np.int64)


def _paired(
    rows: Sequence[Event], order: Ints, case: Ints, activity: Ints, time: Ints
) -> tuple[Ints, Ints, Ints, int]:
    """Start and end of each event that counts, in their order, and which row each is; how many starts never end."""
    is_start = np.array([row.lifecycle.casefold() == "start" for row in rows])[order]
    if is_start.all() or not is_start.any():
        return time[order], time[order], order, 0
    begun: dict[tuple[int, int], deque[int]] = defaultdict(deque)
    end, kept = time[order], np.ones(len(rows), dtype=bool)
    for place, row in enumerate(order):
        mine = begun[int(case[row]), int(activity[row])]
        if is_start[place]:
            mine.append(place)
        elif mine:
            end[mine.popleft()] = time[row]
            kept[place] = False
    return time[order][kept], end[kept], order[kept], sum(map(len, begun.values()))
