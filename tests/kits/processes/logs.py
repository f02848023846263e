"""Logs for the tests, and a recount of them that shares no code with the kit."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest
from hypothesis import strategies as st

from ringar_kits.processes import Event, EventLog, make_log

DATA = Path(__file__).resolve().parents[4] / "shared/data/process_logs"
BEGIN = datetime(2026, 3, 2, 8)


def known(name: str) -> Path:
    """A log with a known answer that is not part of this repository."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"{name} is not at hand")
    return path


def at(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def log_of(*paths: str, apart: float = 60) -> EventLog:
    """One case for each path, a letter a step, `apart` minutes between steps."""
    return make_log(
        Event(f"case {number}", step, at(place * apart))
        for number, path in enumerate(paths)
        for place, step in enumerate(path)
    )


def numbered(times: list[tuple[int, str, int]]) -> list[Event]:
    """(case, activity, minutes) as events, each with a sequence number of its own."""
    return [
        Event(f"case {case}", activity, at(minutes), seq=number)
        for number, (case, activity, minutes) in enumerate(times)
    ]


# Few minutes, so that many times are the same.
EVENTS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from("abcde"), st.integers(0, 8)), min_size=1, max_size=40
).map(numbered)


class Recount:
    """Volumes, paths and waits, counted one by one."""

    def __init__(self, events: Iterable[Event]) -> None:
        cases = defaultdict(list)
        for event in sorted(events, key=lambda event: (event.time, event.seq)):
            cases[event.case].append(event)
        self.paths = Counter("".join(event.activity for event in case) for case in cases.values())
        self.edges: Counter[tuple[str, str]] = Counter()
        waits = defaultdict(list)
        for case in cases.values():
            for one, other in pairwise(case):
                self.edges[one.activity, other.activity] += 1
                waits[one.activity, other.activity].append((other.time - one.time).total_seconds())
        self.medians = {edge: median(times) for edge, times in waits.items()}
        self.durations = [(case[-1].time - case[0].time).total_seconds() for case in cases.values()]
        self.reworked = sum(len({event.activity for event in case}) < len(case) for case in cases.values())
