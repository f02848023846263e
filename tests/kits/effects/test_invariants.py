"""What must hold for any numbers."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringar_kits.effects import Observation, estimate_effect
from tests.kits.effects.made import week

START = 8
values = st.floats(min_value=1, max_value=100).map(lambda value: round(value, 3))


@st.composite
def panels(draw, units=3, weeks=14):
    """Observations of units A, B, C … for weeks in a row, each value apart from the one before."""
    return [
        Observation("ABCDE"[unit], week(number), draw(values) + 0.01 * (number % 2) * (unit + 1))
        for unit in range(units)
        for number in range(weeks)
    ]


def asked(data, **more):
    return estimate_effect(
        data, **({"treated": ["A"], "controls": ["B", "C"], "start": week(START), "worthwhile": 2.0} | more)
    )


def changed(data, change):
    return [Observation(each.unit, each.week, change(each)) for each in data]


def same(first, second, size=1.0, shift=0.0):
    for name in ("effect", "low", "high"):
        assert getattr(second, name) == pytest.approx(
            size * getattr(first, name) + shift, rel=1e-6, abs=1e-6 * max(1, abs(size))
        )
    assert second.rho == pytest.approx(first.rho, abs=1e-6)


@settings(max_examples=40)
@given(panels(), st.sampled_from(["identity", "log"]))
def test_estimate_when_asked_then_its_numbers_are_in_order(data, scale):
    found = asked(data, scale=scale, cost=100, weeks_planned=6)
    assert found.low <= found.effect <= found.high
    assert 0 <= found.p_worthwhile <= found.p_better <= 1
    assert 0 <= found.rho <= 0.95
    assert found.value_of_waiting >= 0
    assert found.verdict in {"scale", "stop", "extend"}
    assert found.cost_per_unit is None or found.cost_per_unit > 0
    assert sum(found.posterior.weights) == pytest.approx(1)
    assert all(point.low <= point.expected <= point.high for point in found.series)
    assert [look.passed is None for look in found.looks] == [False, False, False]


@settings(max_examples=40)
@given(panels(), st.floats(min_value=-50, max_value=1000))
def test_estimate_when_all_units_move_by_the_same_then_is_the_same(data, shift):
    same(asked(data), asked(changed(data, lambda each: each.value + shift)))


@settings(max_examples=40)
@given(panels(), st.lists(values, min_size=14, max_size=14))
def test_estimate_when_weeks_are_shared_by_all_then_they_cancel(data, weeks):
    shared = {week(number): value for number, value in enumerate(weeks)}
    same(asked(data), asked(changed(data, lambda each: each.value + shared[each.week])))


@settings(max_examples=40)
@given(panels(), st.floats(min_value=-30, max_value=30))
def test_estimate_when_the_effect_grows_then_it_moves_by_as_much(data, more):
    moved = changed(data, lambda each: each.value + more * (each.unit == "A" and each.week >= week(START)))
    same(asked(data), asked(moved), shift=more)


@settings(max_examples=40)
@given(panels(), st.floats(min_value=0.001, max_value=1000), st.sampled_from(["identity", "log"]))
def test_estimate_when_the_unit_changes_then_so_do_the_numbers(data, size, scale):
    first = asked(data, scale=scale)
    second = asked(changed(data, lambda each: each.value * size), scale=scale, worthwhile=2.0 * size)
    same(first, second, size=size)
    assert second.p_worthwhile == pytest.approx(first.p_worthwhile, abs=1e-6)


@settings(max_examples=40)
@given(panels(units=2))
def test_estimate_when_sides_are_swapped_then_the_sign_turns(data):
    first = asked(data, controls=["B"])
    second = asked(data, treated=["B"], controls=["A"], better="lower")
    assert (second.low, second.effect, second.high) == pytest.approx(
        (-first.high, -first.effect, -first.low), abs=1e-7
    )
    assert second.p_better == pytest.approx(first.p_better)
    assert second.p_worthwhile == pytest.approx(first.p_worthwhile)


@settings(max_examples=40)
@given(panels())
def test_estimate_when_lower_is_better_then_only_the_judgement_turns(data):
    first, second = asked(data), asked(data, better="lower")
    assert (first.effect, first.low, first.high) == (second.effect, second.low, second.high)
    assert first.p_better == pytest.approx(1 - second.p_better)
    assert second.p_worthwhile == pytest.approx(asked(data, better="lower", worthwhile=-2.0).p_worthwhile)


@settings(max_examples=40)
@given(panels(), st.randoms(use_true_random=False))
def test_estimate_when_rows_are_shuffled_or_units_renamed_then_is_the_same(data, lot):
    names = {"A": "Ö-huset 🏠", "B": "zzz", "C": "aaa"}
    renamed = [Observation(names[each.unit], each.week, each.value) for each in data]
    lot.shuffle(renamed)
    other = [Observation("not asked about", each.week, float("nan")) for each in data[:3]]
    same(asked(data), asked([*renamed, *other], treated=[names["A"]], controls=[names["C"], names["B"]]))


@settings(max_examples=40)
@given(panels(), st.integers(min_value=-200, max_value=200))
def test_estimate_when_time_is_moved_then_is_the_same(data, weeks):
    by = timedelta(weeks=weeks)
    moved = [Observation(each.unit, each.week + by, each.value) for each in data]
    same(asked(data), asked(moved, start=week(START) + by))


@settings(max_examples=40)
@given(panels(units=5, weeks=12), st.sets(st.tuples(st.integers(0, 4), st.integers(0, 11)), max_size=25))
def test_estimate_when_values_are_missing_then_there_is_a_number_or_a_reason(data, missing):
    left = [each for place, each in enumerate(data) if divmod(place, 12) not in missing]
    names = {each.unit for each in left}
    if not {"A", "B"} <= names:
        return
    found = asked(left, controls=sorted(names - {"A"}), start=week(6))
    assert (found.effect is None) == (found.verdict == "no_conclusion")
    if found.effect is None:
        assert found.reasons
        assert (found.low, found.p_better, found.rho, found.posterior) == (None,) * 4
    else:
        assert found.weeks_before >= 4
        assert found.weeks_after >= 3
        assert np.isfinite([found.low, found.effect, found.high]).all()


@settings(max_examples=40)
@given(panels(units=3, weeks=14), st.sets(st.integers(0, 13), min_size=1, max_size=6))
def test_estimate_when_a_unit_misses_weeks_then_its_level_makes_no_jump(data, missing):
    """B lies far from C; a plain mean of those present would jump by hundreds."""
    there = [
        Observation(each.unit, each.week, each.value + (800 if each.unit == "B" else 0))
        for each in data
        if not (each.unit == "B" and each.week in {week(number) for number in missing})
    ]
    found = asked(there)
    if found.effect is not None and len({each.unit for each in there if each.week < week(START)}) == 3:
        assert abs(found.effect) < 200
