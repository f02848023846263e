from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringar_kits.effects import Observation, draw_alternate_weeks, draw_start_weeks, randomisation_test
from ringar_kits.effects.draw import all_deals, count_deals
from ringar_kits.errors import InputError
from tests.kits.effects.made import measured, noisy, week

WEEKS = [week(number) for number in range(8, 14)]


@given(st.integers(1, 9), st.integers(1, 6), st.integers(0, 1000))
def test_draw_when_units_are_dealt_then_weeks_are_used_evenly(units, weeks, seed):
    names = [f"unit {number}" for number in range(units)]
    drawn = draw_start_weeks(names, WEEKS[:weeks], seed)
    counts = Counter(drawn.values())
    assert sorted(drawn) == sorted(names)
    assert max(counts.values()) - min(counts.get(each, 0) for each in WEEKS[:weeks]) <= 1
    assert drawn == draw_start_weeks(reversed(names), WEEKS[:weeks][::-1], seed)


def test_draw_when_repeated_with_other_seeds_then_every_deal_is_as_likely():
    counts = Counter(tuple(sorted(draw_start_weeks("AB", WEEKS[:3], seed).items())) for seed in range(3000))
    assert len(counts) == 6
    assert min(counts.values()) > 400


@pytest.mark.parametrize(("units", "weeks"), [(1, 8), (2, 3), (3, 3), (4, 2), (5, 3), (5, 2)])
def test_deals_when_all_are_told_then_are_as_many_as_counted(units, weeks):
    deals = list(all_deals(units, weeks))
    assert len(set(deals)) == len(deals) == count_deals(units, weeks)
    if units <= weeks:
        assert set(deals) == set(permutations(range(weeks), units))


@given(st.integers(1, 20), st.integers(0, 100))
def test_draw_when_weeks_alternate_then_one_of_each_pair_is_on(pairs, seed):
    weeks = [week(number) for number in range(2 * pairs)]
    drawn = draw_alternate_weeks(weeks, seed)
    assert all(drawn[a] != drawn[b] for a, b in zip(weeks[::2], weeks[1::2], strict=True))


@pytest.mark.parametrize(
    ("draw", "told"),
    [
        (lambda: draw_alternate_weeks(WEEKS[:3], 0), "3 weeks are no pairs"),
        (lambda: draw_start_weeks([], WEEKS, 0), "no unit to draw for"),
        (lambda: draw_start_weeks("A", [], 0), "no week to draw from"),
        (lambda: draw_start_weeks("A", [week(1).replace(day=13)], 0), "is no Monday"),
    ],
)
def test_draw_when_it_cannot_be_made_then_says_why(draw, told):
    with pytest.raises(InputError, match=told):
        draw()


def test_exact_test_when_the_effect_is_clear_then_only_the_true_start_fits():
    data = noisy(effect=30, start=10)
    found = randomisation_test(data, drawn={"A": week(10)}, weeks=WEEKS, controls=["B"])
    assert found.p == pytest.approx(1 / 6)
    assert (found.draws, found.exact) == (6, True)
    assert found.effect == pytest.approx(30, abs=2)
    assert randomisation_test(data, drawn={"A": week(10)}, weeks=WEEKS, controls=["B"], better="lower").p == 1


def test_exact_test_when_several_begin_by_lot_then_all_orders_are_tried():
    lot = np.random.default_rng(0)
    starts = draw_start_weeks("ABCD", WEEKS, seed=4)
    rows = {unit: 10 + lot.normal(size=20) for unit in "ABCD"}
    for unit, start in starts.items():
        rows[unit] += 9 * (np.array([week(number) for number in range(20)]) >= start)
    found = randomisation_test(measured({u: list(row) for u, row in rows.items()}), drawn=starts, weeks=WEEKS)
    assert found.draws == 360
    assert found.p <= 0.02


def test_exact_test_when_nothing_happens_then_p_is_even():
    """Over all seeds of the draw the p of an effectless pilot is at most p as often as p says."""
    data = noisy(effect=0, weeks=20, seed=9)
    ps = [randomisation_test(data, drawn={"A": start}, weeks=WEEKS, controls=["B"]).p for start in WEEKS]
    assert sorted(ps) == pytest.approx(np.arange(1, 7) / 6)


def alternating(effect, pairs=6, seed=0):
    lot = np.random.default_rng(seed)
    weeks = [week(number) for number in range(2 * pairs)]
    drawn = draw_alternate_weeks(weeks, seed)
    data = [Observation("A", each, 10 + lot.normal() + effect * drawn[each]) for each in weeks]
    return data, drawn


def test_exact_test_when_weeks_alternate_then_signs_are_turned():
    data, drawn = alternating(20)
    found = randomisation_test(data, drawn=drawn, treated=["A"])
    assert (found.p, found.draws) == (1 / 64, 64)
    assert found.effect == pytest.approx(20, abs=2)
    assert randomisation_test(data[3:], drawn=drawn, treated=["A"]).draws == 16


def test_exact_test_when_draws_are_too_many_then_many_are_tried_by_lot():
    data, drawn = alternating(20, pairs=30)
    found = randomisation_test(data, drawn=drawn, treated=["A"])
    assert (found.exact, found.draws) == (False, 2**30)
    assert 0 < found.p <= 1 / 20_000
    assert found == randomisation_test(data, drawn=drawn, treated=["A"])


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"drawn": {}}, "the draw is empty"),
        ({"drawn": {"A": week(2)}, "weeks": WEEKS}, "nobody could draw 2026-01-19"),
        ({"drawn": {"A": week(8)}, "weeks": [week(8), week(40)]}, "no values on both sides of 2026-10-12"),
        ({"drawn": {"Q": week(8)}, "weeks": WEEKS}, "no unit Q"),
        ({"drawn": {week(1): True, week(2): True}, "treated": ["A"]}, "not one on and one off"),
        ({"drawn": {week(50): True, week(51): False}, "treated": ["A"]}, "no pair of weeks"),
        ({"drawn": {"A": week(8)}, "weeks": WEEKS, "better": "x"}, "higher or lower"),
    ],
)
def test_exact_test_when_the_draw_does_not_fit_then_says_why(more, told):
    with pytest.raises(InputError, match=told):
        randomisation_test(noisy(), **more)
