import re
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringar_kits.errors import InputError
from ringar_kits.processes import graph_svg, map_log
from ringar_kits.processes.drawn import MAX_EDGES, choose
from ringar_kits.processes.layers import Wire
from ringar_kits.processes.layout import Box, lay_out
from ringar_kits.processes.markup import read_tree
from ringar_kits.processes.words import figure, span
from tests.kits.processes.logs import log_of

GRAPH = map_log(log_of(*["abcd"] * 50, *["abbd"] * 30, *["acbacd"] * 20))


def titles(svg: str) -> list[str]:
    return [
        each.text or "" for each in read_tree(svg.encode(), "map.svg").iter() if each.tag.endswith("title")
    ]


def test_picture_when_drawn_then_a_strict_policy_lets_it_through() -> None:
    svg = graph_svg(GRAPH, show=1)
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=|href|url\(|\sid=", svg)
    assert "currentColor" in svg and "#" not in svg


def test_picture_when_drawn_then_each_line_tells_volume_wait_and_way() -> None:
    told = titles(graph_svg(GRAPH, show=1, language="en"))
    assert told[0] == "Map of 100 cases: 4 steps and 8 ways between them"
    assert "a → b: 80 times in 80 cases; 1.0 h (median), 1.0 h (nine in ten)" in told
    assert (
        "b → a: 20 times in 20 cases; 1.0 h (median), 1.0 h (nine in ten); 20 times back to an earlier step"
        in told
    )
    assert "b: 130 times in 100 cases; 30 cases do it again" in told
    assert "100 cases begin with a" in told and "100 cases end with d" in told
    swedish = titles(graph_svg(GRAPH, show=1))
    assert "a → b: 80 gånger i 80 ärenden; 1,0 tim (median), 1,0 tim (nio av tio)" in swedish


def test_picture_when_one_path_is_enough_then_says_so_of_one() -> None:
    assert "The picture shows the most common of 3 paths" in graph_svg(GRAPH, show=0.1, language="en")
    assert "Bilden visar den vanligaste av 3 vägar" in graph_svg(GRAPH, show=0.1, language="sv")
    assert "shows the 3 most common of 3 paths" in graph_svg(GRAPH, show=1, language="en")


def test_picture_when_a_line_goes_back_then_it_is_dashed_and_not_only_coloured() -> None:
    svg = graph_svg(GRAPH, show=1)
    dashed = [part for part in svg.split('<g class="') if "stroke-dasharray" in part]
    assert {re.findall(r"<title>(. → .):", part)[0] for part in dashed} == {"b → a", "b → b"}


@pytest.mark.parametrize(
    ("show", "steps", "variants"), [(0, 4, 1), (0.5, 4, 1), (0.51, 4, 2), (0.8, 4, 2), (1, 4, 3)]
)
def test_paths_when_chosen_then_the_fewest_that_have_the_share(
    show: float, steps: int, variants: int
) -> None:
    drawn = choose(GRAPH, show)
    assert (len(drawn.steps), drawn.variants) == (steps, variants)
    assert drawn.share >= show


@pytest.mark.parametrize("show", [-0.1, 1.1, float("nan")])
def test_paths_when_the_share_is_none_then_is_refused(show: float) -> None:
    with pytest.raises(InputError, match="no share"):
        graph_svg(GRAPH, show=show)


def test_picture_when_there_are_too_many_lines_then_the_rarest_stand_in_the_table_only() -> None:
    letters = [chr(code) for code in range(ord("a"), ord("a") + 26)]
    graph = map_log(log_of(*("".join(pair) for pair in combinations(letters, 2)), *["xyz"] * 9))
    drawn = choose(graph, 1)
    assert (len(drawn.edges), drawn.left) == (MAX_EDGES, len(graph.edges) - MAX_EDGES)
    assert drawn.edges[0].events == 10
    assert "Ytterligare 175 vägar" in graph_svg(graph, show=1)


def test_names_when_long_or_odd_then_the_picture_holds_and_the_title_tells_all() -> None:
    name = "Handläggning av <ansökan> & " + "utredning " * 20 + "🚰"
    log = replace(log_of("ab"), activities=[name, "ا ب"])
    svg = graph_svg(map_log(log), show=1)
    assert any(name.strip() in title for title in titles(svg))
    assert max(map(len, re.findall(r">([^<>]*)</text>", svg))) < 120


WIRES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.floats(1, 1000)), max_size=25)


@settings(max_examples=30)
@given(WIRES, st.lists(st.floats(10, 300), min_size=8, max_size=8))
def test_layout_when_made_then_nothing_overlaps_and_lines_meet_their_boxes(wires, widths) -> None:
    boxes = [Box(width, 40) for width in widths]
    joined = [Wire(*wire) for wire in wires]
    labels = [Box(30, 12)] * len(joined)
    layout = lay_out(boxes, joined, labels)
    things = [(*place, box) for place, box in zip(layout.places, boxes, strict=True)]
    things += [(*place, labels[number]) for number, place in layout.labels.items()]
    for (x, y, box), (to_x, to_y, other) in combinations(things, 2):
        apart = abs(x - to_x) - (box.width + other.width) / 2, abs(y - to_y) - (box.height + other.height) / 2
        assert max(apart) > -1e-6
    assert all(x - box.width / 2 >= 0 and x + box.width / 2 <= layout.width for x, _, box in things)
    for number, wire in enumerate(joined):
        if wire.source != wire.target:
            for box, (x, y) in (
                (wire.source, layout.lines[number][0]),
                (wire.target, layout.lines[number][-1]),
            ):
                assert abs(x - layout.places[box][0]) <= widths[box] / 2
                assert abs(y - layout.places[box][1]) == pytest.approx(20)


@pytest.mark.parametrize(
    ("seconds", "swedish", "english"),
    [
        (0, "0 s", "0 s"),
        (35.4, "35 s", "35 s"),
        (59, "1 min", "1 min"),
        (5400, "1,5 tim", "1.5 h"),
        (86_400, "1,0 d", "1.0 d"),
        (20.3 * 86_400, "20 d", "20 d"),
        (2000 * 86_400, "2\u202f000 d", "2,000 d"),
    ],
)
def test_span_when_told_then_in_the_unit_that_suits_it(seconds: float, swedish: str, english: str) -> None:
    assert (span(seconds, "sv"), span(seconds, "en")) == (swedish, english)
    assert (figure(1434.5, "sv", 1), figure(1434.5, "en", 1)) == ("1\u202f434,5", "1,434.5")
