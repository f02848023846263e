"""Reads XES (IEEE 1849), packed by gzip or not, in one pass and without keeping the document."""

import gzip
import zlib
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from xml.parsers import expat

from ringar_kits.errors import InputError
from ringar_kits.processes.markup import make_parser, told
from ringar_kits.processes.model import Event
from ringar_kits.processes.times import read_number, read_time

LIFECYCLE = "lifecycle:transition"
BLOCK = 1 << 18


def read_xes(
    path: Path, *, case: str, activity: str, time: str, seq: str | None, lifecycle: str, max_unpacked: int
) -> Iterator[Event]:
    """Yield the events of a XES file: `case` is an attribute of traces, the others of events.

    Nothing else of the file is kept. Raises `InputError` where it is not XES, is broken, has a document type (which
    could blow up or reach out), unpacks to more than `max_unpacked` bytes, or an event lacks what is asked for.
    """
    reader = _Reader(path.name, case, activity, time, seq, lifecycle)
    size = 0
    try:
        with _opened(path) as file:
            while block := file.read(BLOCK):
                size += len(block)
                if size > max_unpacked:
                    raise InputError(
                        "unpacked it has more than {most:,} MB",
                        place=path.name,
                        facts={"most": round(max_unpacked / 1e6)},
                        remedy="Split it into smaller files",
                    )
                reader.parser.Parse(block, False)
                yield from reader.take()
        reader.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise told(error, path.name) from error
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            "the file cannot be read ({error})",
            place=path.name,
            remedy="Fetch it anew from its source",
            facts={"error": str(error)},
        ) from error
    if not reader.is_xes:
        raise InputError("this is XML but not XES", place=path.name, remedy="Give a file whose root is <log>")
    yield from reader.take()


def _opened(path: Path) -> gzip.GzipFile | BufferedReader:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path) if packed else path.open("rb")


class _Reader:
    """Gathers the attributes that are asked for: of the trace (depth 2), and of each of its events (depth 3)."""

    def __init__(
        self, name: str, case: str, activity: str, time: str, seq: str | None, lifecycle: str
    ) -> None:
        self.name, self.case, self.activity, self.time, self.seq = name, case, activity, time, seq
        self.lifecycle = lifecycle
        self.asked = {activity, time, lifecycle, seq}
        self.parser = make_parser(name)
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.path: list[str] = []
        self.is_xes = False
        self.traces = self.number = 0
        self.trace: str | None = None
        self.event: dict[str, str] = {}
        self.seen: set[str] = set()
        # A trace may be named after its events, so they wait for its end.
        self.waiting: list[tuple[str, Event]] = []
        self.done: list[Event] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition("}")[2]
        depth = len(self.path)
        self.path.append(tag)
        if depth == 3 and self.path[2] == "event":
            key = attributes.get("key", "")
            self.seen.add(key)
            if key in self.asked:
                self.event[key] = attributes.get("value", "")
        elif depth == 2:
            if tag == "event":
                self.event, self.number = {}, self.number + 1
                self.seen = set()
            elif self.path[1] == "trace" and attributes.get("key") == self.case:
                self.trace = attributes.get("value", "")
        elif depth == 1 and tag == "trace":
            self.traces, self.trace, self.number = self.traces + 1, None, 0
        elif depth == 0:
            self.is_xes = tag == "log"

    def end(self, _: str) -> None:
        depth, tag = len(self.path) - 1, self.path.pop()
        if depth == 2 and tag == "event":
            place = f"{self.name}, trace {self.traces}, event {self.number}"
            self.waiting.append((place, self.read(place)))
        elif depth == 1 and tag == "trace":
            # A case needs no name to be a case
            case = (self.trace or "").strip() or f"trace {self.traces}"
            self.done += [event._replace(case=case) for _, event in self.waiting]
            self.waiting = []

    def read(self, place: str) -> Event:
        for key in (self.activity, self.time, self.seq):
            if key is not None and not self.event.get(key, "").strip():
                others = ", ".join(sorted(self.seen)[:30])
                raise InputError(
                    "the event has no {key}",
                    place=place,
                    remedy="Choose among what it has: {others}",
                    facts={"key": key, "others": others},
                )
        seq = None if self.seq is None else read_number(self.event[self.seq], place)
        return Event(
            case="",
            activity=self.event[self.activity],
            time=read_time(self.event[self.time], place),
            seq=seq,
            lifecycle=self.event.get(self.lifecycle, ""),
        )

    def take(self) -> list[Event]:
        done, self.done = self.done, []
        return done
