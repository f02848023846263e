"""The ring of steps, the overview's table and what happens next: decisions without a database."""

from itertools import pairwise
from math import hypot
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringar.front.rules import (
    CENTRE,
    RADIUS,
    Row,
    administrations,
    ring_of_steps,
    segments,
    tabulate,
    what_next,
)
from ringar.needs.rules import NeedFacts, NeedState

# 1 the municipality > 2 the board > 3 care (> 5 home care), 4 schools
TREE = MappingProxyType({1: None, 2: 1, 3: 2, 4: 2, 5: 3})
NAMES = MappingProxyType({n: (f"unit {n}", str(n)) for n in TREE})


def test_ring_when_drawn_then_every_stop_is_on_it_and_within_the_picture() -> None:
    stops = ring_of_steps()
    assert [stop.number for stop in stops] == list(range(1, len(stops) + 1))
    assert stops[0].x == CENTRE[0]
    assert stops[0].y < CENTRE[1]
    for stop in stops:
        assert hypot(stop.x - CENTRE[0], stop.y - CENTRE[1]) == pytest.approx(RADIUS, abs=0.1)
        assert 90 < stop.label_x < 430
        assert 10 < stop.label_y < 400
    assert stops[1].anchor == "start"
    assert stops[-1].anchor == "end"


def test_administrations_when_the_top_is_a_chain_then_they_are_below_it() -> None:
    assert administrations(TREE) == {1: 1, 2: 2, 3: 3, 5: 3, 4: 4}


@given(st.lists(st.integers(0, 30), max_size=30))
def test_administrations_when_any_tree_then_every_unit_belongs_to_one(choices: list[int]) -> None:
    parents: dict[int, int | None] = {0: None}
    for number, choice in enumerate(choices, start=1):
        parents[number] = choice % number
    belongs = administrations(parents)
    assert set(belongs) == set(parents)
    assert all(belongs[above] == above for above in belongs.values())


def test_table_when_units_are_counted_then_summed_by_administration_most_first() -> None:
    counts = {(5, "shared"): 2, (3, "chosen"): 1, (4, "shared"): 1, (1, "shared"): 1}
    rows = tabulate(counts, TREE, NAMES, ["shared", "chosen"])
    assert [(row.name, row.counts, row.total) for row in rows] == [
        ("unit 3", (2, 1), 3),
        ("unit 1", (1, 0), 1),
        ("unit 4", (1, 0), 1),
    ]


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=9))
def test_bar_when_cut_then_the_parts_fill_it_without_overlap(counts: list[int]) -> None:
    row = Row("x", "x", tuple(counts), sum(counts))
    parts = segments(row, sum(counts))
    assert len(parts) == sum(1 for count in counts if count)
    assert sum(width for _place, _start, width in parts) == pytest.approx(100 if sum(counts) else 0, abs=0.1)
    for (_p, start, width), (_q, following, _w) in pairwise(parts):
        assert following == pytest.approx(start + width, abs=0.02)


@pytest.mark.parametrize(
    ("state", "evidence", "missing", "has_next"),
    [
        (NeedState.SHARED, 0, 1, True),
        (NeedState.SHARED, 2, 0, True),
        (NeedState.EXPLORED, 1, 4, True),
        (NeedState.ADOPTED, 1, 0, False),
        (NeedState.CLOSED, 0, 0, False),
    ],
)
def test_next_when_asked_then_tells_what_is_missing_or_who_acts(
    state: NeedState, evidence: int, missing: int, has_next: bool
) -> None:
    facts = NeedFacts(
        organisation_id=1,
        unit_id=1,
        author_id=1,
        owner_id=None,
        state=state,
        visibility="organisation",
        evidence=evidence,
    )
    asks, who = what_next(facts)
    assert len(asks) == missing
    assert (who is not None) == has_next
