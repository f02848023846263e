"""What goes into the kit and what comes out of it: seconds where nothing else is said, and no person anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ringar_kits.errors import Said

Ints = NDArray[np.int64]
DAY = 86_400.0


class Event(NamedTuple):
    """Something that happened in a case. `seq` orders what has the same time; `lifecycle` may be start or complete."""

    case: str
    activity: str
    time: datetime
    seq: int | None = None
    lifecycle: str = ""


@dataclass(frozen=True, eq=False)
class EventLog:
    """N events, by case and then in the order in which they happened. Made by `make_log` or `read_log`."""

    source: str
    cases: Sequence[str]
    """C names, sorted."""
    activities: Sequence[str]
    """A names, sorted."""
    case: Ints
    """(N,) place of its case."""
    activity: Ints
    """(N,) place of its activity."""
    start: Ints
    """(N,) microseconds since 1970 (in UTC, or as they stood where the log has no time zone)."""
    end: Ints
    """(N,) the same; later than the start only where the log tells when a step began and ended."""
    offset: Ints
    """(N,) microseconds to add for the time on the wall where it happened."""
    ties: int
    """Neighbours in a case with the same time, whose order the time does not tell."""
    ties_left: int
    """Those of them that no sequence number tells either: their order is that of the file."""
    backwards: int
    """Neighbours whose sequence numbers fall though their times rise."""
    left_out: int
    """Rows of other lifecycles (scheduled, assigned …) than start and complete."""
    unfinished: int
    """Starts that no complete follows; they count as steps without a duration."""
    has_seq: bool

    @property
    def is_timed(self) -> bool:
        """Whether work is told from waiting: some step has both start and end."""
        return bool((self.end > self.start).any())


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took: how many times it was seen, median, 90th percentile and sum in seconds."""

    count: int
    median: float
    p90: float
    total: float


@dataclass(frozen=True, slots=True)
class Step:
    """An activity and what the log says of it."""

    name: str
    events: int
    cases: int
    starts: int
    """Cases that begin with it."""
    ends: int
    """Cases that end with it."""
    repeated: int
    """Cases in which it was done more than once."""
    wait: Spread | None
    """From the end of the step before until it began; None where it is always first."""
    service: Spread | None
    """From its start to its end; None where the log does not tell."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One step directly followed by another in the same case."""

    before: str
    after: str
    events: int
    cases: int
    returns: int
    """How many of its events led back to a step that the case had been through."""
    wait: Spread


@dataclass(frozen=True, slots=True)
class Variant:
    """A path from first step to last, and the cases that took it."""

    steps: tuple[str, ...]
    cases: int
    duration: Spread


@dataclass(frozen=True)
class ProcessGraph:
    """The directly-follows graph of a log. Steps, edges and variants: the most common first."""

    source: str
    cases: int
    events: int
    steps: tuple[Step, ...]
    edges: tuple[Edge, ...]
    variants: tuple[Variant, ...]
    duration: Spread
    """From the first start to the last end of each case."""
    months: tuple[tuple[str, int], ...]
    """Cases by the month in which they began ("2026-03"), without gaps."""
    reworked: int
    """Cases in which some step was done more than once."""
    is_timed: bool
    """Whether work is told from waiting; if not, what is called waiting holds the work of the step that it leads to."""
    notes: tuple[Said, ...]
    """What a reader must know of the log: ties, rows left out, and the like."""

    @property
    def main_share(self) -> float:
        """The share of cases on the most common path, 0 to 1."""
        return self.variants[0].cases / self.cases

    @property
    def rework_share(self) -> float:
        """The share of cases in which some step was done more than once, 0 to 1."""
        return self.reworked / self.cases
