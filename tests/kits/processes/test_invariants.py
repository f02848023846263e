from collections import Counter
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringar_kits.processes import (
    Event,
    check_graph,
    edge_rows,
    graph_svg,
    make_log,
    map_log,
    read_bpmn,
    write_bpmn,
)
from ringar_kits.processes.markup import read_tree
from tests.kits.processes.logs import EVENTS, Recount


@given(EVENTS)
def test_map_when_recounted_by_other_code_then_agrees(events: list[Event]) -> None:
    graph, counted = map_log(make_log(events)), Recount(events)
    assert {(edge.before, edge.after): edge.events for edge in graph.edges} == counted.edges
    assert {"".join(variant.steps): variant.cases for variant in graph.variants} == counted.paths
    assert {(edge.before, edge.after): edge.wait.median for edge in graph.edges} == pytest.approx(
        counted.medians
    )
    assert graph.duration.median == pytest.approx(median(counted.durations))
    assert graph.reworked == counted.reworked


@given(EVENTS)
def test_map_when_drawn_then_what_comes_in_goes_out(events: list[Event]) -> None:
    graph = map_log(make_log(events))
    assert sum(edge.events for edge in graph.edges) == graph.events - graph.cases
    assert sum(variant.cases for variant in graph.variants) == graph.cases
    assert sum(cases for _, cases in graph.months) == graph.cases
    into, out = Counter[str](), Counter[str]()
    for edge in graph.edges:
        out[edge.before] += edge.events
        into[edge.after] += edge.events
        assert 1 <= edge.cases <= edge.events
        assert 0 <= edge.returns <= edge.events
        assert 0 <= edge.wait.median <= edge.wait.p90 <= edge.wait.total + 1e-6
    for step in graph.steps:
        assert step.events == step.starts + into[step.name] == step.ends + out[step.name]
        assert step.repeated <= step.cases <= step.events
    assert sum(row.events for row in edge_rows(graph)) == graph.events - graph.cases


@given(EVENTS, st.randoms())
def test_map_when_numbered_events_come_in_another_order_then_is_the_same(events: list[Event], chance) -> None:
    mixed = events[:]
    chance.shuffle(mixed)
    assert map_log(make_log(mixed)) == map_log(make_log(events))


@settings(max_examples=40)
@given(EVENTS)
def test_bpmn_when_drawn_from_a_whole_log_then_every_case_fits(events: list[Event]) -> None:
    graph = map_log(make_log(events))
    bpmn = read_bpmn(write_bpmn(graph, show=1))
    assert {step.name for step in bpmn.steps} == {step.name for step in graph.steps}
    found = check_graph(graph, bpmn)
    assert (found.share, found.off_map, found.unknown, found.never) == (1.0, (), (), ())
    assert found.is_complete


@settings(max_examples=40)
@given(EVENTS, st.floats(0, 1), st.sampled_from(["sv", "en"]))
def test_picture_when_drawn_then_is_xml_and_shows_enough(events: list[Event], show: float, language) -> None:
    graph = map_log(make_log(events))
    root = read_tree(graph_svg(graph, show=show, language=language).encode(), "map.svg")
    shown = [each for each in root.iter() if each.get("class") == "process-step"]
    assert 1 <= len(shown) <= len(graph.steps)
    if show == 1:
        assert len(shown) == len(graph.steps)
        lines = [each for each in root.iter() if (each.get("class") or "").startswith("process-line")]
        ends = sum((step.starts > 0) + (step.ends > 0) for step in graph.steps)
        assert len(lines) == len(graph.edges) + ends
