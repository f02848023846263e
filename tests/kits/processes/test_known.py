"""Logs of two real organisations with known answers; they are not part of the repository."""

import csv
import json
from collections import Counter, defaultdict
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from ringar_kits.processes import DAY, ProcessGraph, check_graph, map_log, read_bpmn, read_log, write_bpmn
from tests.kits.processes.logs import known

COLUMNS = {"case": "case:concept:name", "activity": "concept:name", "time": "time:timestamp"}


def figures(graph: ProcessGraph) -> tuple[int, int, int, int]:
    return graph.cases, graph.events, len(graph.steps), len(graph.variants)


def test_receipt_when_mapped_then_the_known_answer() -> None:
    graph = map_log(read_log(known("receipt.csv"), **COLUMNS))
    assert figures(graph) == (1434, 8577, 27, 116)
    assert graph.duration.median / DAY == pytest.approx(0.03, abs=0.005)
    assert graph.duration.p90 / DAY == pytest.approx(14.1, abs=0.05)
    assert graph.duration.total / DAY / graph.cases == pytest.approx(5.4, abs=0.05)
    assert graph.main_share == pytest.approx(0.497, abs=0.0005)
    assert sum(variant.cases for variant in graph.variants[:10]) / 1434 == pytest.approx(0.879, abs=0.0005)
    found = check_graph(graph, read_bpmn(write_bpmn(graph, show=1)))
    assert (found.fitting, found.never) == (1434, ())


def test_receipt_when_read_from_either_file_then_the_same() -> None:
    table = map_log(read_log(known("receipt.csv"), **COLUMNS))
    packed = map_log(read_log(known("receipt.xes.gz")))
    assert (packed.steps, packed.edges, packed.variants) == (table.steps, table.edges, table.variants)
    assert (packed.duration, packed.months) == (table.duration, table.months)


def test_receipt_when_recounted_with_nothing_but_the_standard_library_then_agrees() -> None:
    cases = defaultdict(list)
    with Path(known("receipt.csv")).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            time = datetime.fromisoformat(row["time:timestamp"])
            cases[row["case:concept:name"]].append((time, len(cases), row["concept:name"]))
    edges = Counter(
        (a[2], b[2]) for case in cases.values() for a, b in pairwise(sorted(case, key=lambda e: e[0]))
    )
    graph = map_log(read_log(known("receipt.csv"), **COLUMNS))
    assert {(edge.before, edge.after): edge.events for edge in graph.edges} == edges
    assert len(edges) == 99


def test_request_for_payment_when_mapped_then_the_known_answer() -> None:
    graph = map_log(read_log(known("request_for_payment.xes.gz")))
    assert (graph.cases, graph.events, len(graph.variants)) == (6760, 36072, 77)
    assert graph.duration.median / DAY == pytest.approx(8.1, abs=0.05)
    assert graph.duration.p90 / DAY == pytest.approx(20.3, abs=0.06)
    rejected = sum(
        variant.cases for variant in graph.variants if any("REJECTED" in step for step in variant.steps)
    )
    assert rejected / graph.cases == pytest.approx(0.155, abs=0.005)
    assert any("same time" in str(note) for note in graph.notes)
    assert json.dumps(graph.months[0]) == '["2017-01", 58]'
