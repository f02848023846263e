"""The directly-follows graph of a log: volumes, waiting, variants, rework.

As in van der Aalst, Process Mining (2016), chapters 2 and 9.
"""

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np

from ringar_kits.errors import Said
from ringar_kits.processes.model import Edge, EventLog, Ints, ProcessGraph, Spread, Step, Variant

MICROSECONDS = 1_000_000


def map_log(log: EventLog) -> ProcessGraph:
    """Return the graph of a log. Percentiles are interpolated linearly."""
    first = np.flatnonzero(np.diff(log.case, prepend=-1))
    last = np.append(first[1:], len(log.case)) - 1
    duration = np.maximum.reduceat(log.end, first) - log.start[first]
    again = np.ones(len(log.case), dtype=bool)
    again[np.unique(log.case * len(log.activities) + log.activity, return_index=True)[1]] = False
    return ProcessGraph(
        source=log.source,
        cases=len(first),
        events=len(log.case),
        steps=_steps(log, first, last, again),
        edges=_edges(log, again),
        variants=_variants(log, first, duration),
        duration=_spread(duration),
        months=_months(log.start[first] + log.offset[first]),
        reworked=len(np.unique(log.case[again])),
        is_timed=log.is_timed,
        notes=tuple(_notes(log)),
    )


def _spread(microseconds: Ints) -> Spread:
    median, p90 = np.percentile(microseconds, (50, 90)) / MICROSECONDS
    return Spread(len(microseconds), float(median), float(p90), float(microseconds.sum() / MICROSECONDS))


def _waits(log: EventLog) -> tuple[Ints, Ints]:
    """The places of events that have one before them in their case, and how long each waited for it to end."""
    after = 1 + np.flatnonzero(log.case[1:] == log.case[:-1])
    # Steps that overlap did not wait for each other
    return after, np.maximum(log.start[after] - log.end[after - 1], 0)


def _groups(keys: Ints, size: int) -> list[Ints]:
    """For each key from 0 to `size`: the places where it stands."""
    order = np.argsort(keys, kind="stable")
    return np.split(order, np.searchsorted(keys[order], np.arange(1, size)))


def _cases_by(keys: Ints, case: Ints, size: int) -> Ints:
    """For each key: in how many different cases it stands."""
    return np.bincount(np.unique(np.stack((keys, case)), axis=1)[0], minlength=size)


def _edges(log: EventLog, again: np.ndarray) -> tuple[Edge, ...]:
    after, wait = _waits(log)
    width = len(log.activities)
    pairs, key = np.unique(log.activity[after - 1] * width + log.activity[after], return_inverse=True)
    cases = _cases_by(key, log.case[after], len(pairs))
    edges = [
        Edge(
            before=log.activities[pair // width],
            after=log.activities[pair % width],
            events=len(places),
            cases=int(cases[number]),
            returns=int(again[after[places]].sum()),
            wait=_spread(wait[places]),
        )
        for number, (pair, places) in enumerate(zip(pairs, _groups(key, len(pairs)), strict=False))
    ]
    return tuple(sorted(edges, key=lambda edge: (-edge.events, edge.before, edge.after)))


def _steps(log: EventLog, first: Ints, last: Ints, again: np.ndarray) -> tuple[Step, ...]:
    size = len(log.activities)
    after, wait = _waits(log)
    waits = _groups(log.activity[after], size)
    cases = _cases_by(log.activity, log.case, size)
    repeated = _cases_by(log.activity[again], log.case[again], size)
    starts = np.bincount(log.activity[first], minlength=size)
    ends = np.bincount(log.activity[last], minlength=size)
    steps = [
        Step(
            name=log.activities[number],
            events=len(places),
            cases=int(cases[number]),
            starts=int(starts[number]),
            ends=int(ends[number]),
            repeated=int(repeated[number]),
            wait=_spread(wait[waits[number]]) if len(waits[number]) else None,
            service=_service(log, places),
        )
        for number, places in enumerate(_groups(log.activity, size))
    ]
    return tuple(sorted(steps, key=lambda step: (-step.events, step.name)))


def _service(log: EventLog, places: Ints) -> Spread | None:
    took = log.end[places] - log.start[places]
    return _spread(took) if log.is_timed and took.any() else None


def _variants(log: EventLog, first: Ints, duration: Ints) -> tuple[Variant, ...]:
    paths: dict[bytes, list[int]] = defaultdict(list)
    for number, (begin, end) in enumerate(pairwise([*first, len(log.case)])):
        paths[log.activity[begin:end].tobytes()].append(number)
    variants = [
        Variant(
            tuple(log.activities[place] for place in np.frombuffer(path, dtype=np.int64)),
            len(cases),
            _spread(duration[cases]),
        )
        for path, cases in paths.items()
    ]
    return tuple(sorted(variants, key=lambda variant: (-variant.cases, variant.steps)))


def _months(begun: Ints) -> tuple[tuple[str, int], ...]:
    months = begun.astype("datetime64[us]").astype("datetime64[M]")
    count = Counter(months.tolist())
    span = np.arange(months.min(), months.max() + 1).tolist() if len(months) else []
    return tuple((f"{month:%Y-%m}", count[month]) for month in span)


def _notes(log: EventLog) -> list[Said]:
    ties = (
        "{count:,} pairs of neighbours in a case have the same time; sequence numbers order them"
        if log.has_seq
        else "{count:,} pairs of neighbours in a case have the same time; the file's order was taken for theirs"
    )
    told = {
        ties: log.ties,
        "{count:,} of these have the same sequence number too, and stand as in the file": (
            log.ties_left if log.has_seq else 0
        ),
        "{count:,} sequence numbers fall though the time rises; the time was believed": log.backwards,
        "{count:,} rows of other lifecycles than start and complete were left out": log.left_out,
        "{count:,} steps began and never ended": log.unfinished,
    }
    return [Said(note, {"count": count}) for note, count in told.items() if count]
