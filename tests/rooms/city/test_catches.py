"""Breaks per kilometre with interval, and the curve: against published values and by simulation."""

import numpy as np
import pytest

from ringar.city.rules.catches import catch_curve, caught_on_length, rate_of, times_of


@pytest.mark.parametrize(
    ("breaks", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39), (100, 81.36, 121.63)]
)
def test_rate_interval_is_that_of_the_tables(breaks, low, high):
    """Exact limits of a Poisson mean, 95 % (Garwood 1936, table)."""
    rate = rate_of(breaks, 1000)
    assert rate.low == pytest.approx(low, rel=1e-3)
    assert rate.high == pytest.approx(high, rel=1e-3)


def test_rate_without_length_tells_nothing():
    rate = rate_of(3, 0)
    assert (rate.per_km, rate.low, rate.high) == (None, None, None)


def test_times_holds_the_truth_at_least_as_often_as_it_says():
    lot = np.random.default_rng(1)
    inside = 0
    for _round in range(800):
        one, other = rate_of(int(lot.poisson(9)), 3000), rate_of(int(lot.poisson(6)), 4000)
        found = times_of(one, other)
        low, high = found.low or 0, np.inf if found.high is None else found.high
        inside += low <= 2.0 <= high
    assert inside / 800 >= 0.94


def test_times_of_equal_halves_is_not_sure():
    found = times_of(rate_of(5, 2000), rate_of(4, 2000))
    assert found.times == pytest.approx(1.25)
    assert not found.is_sure
    assert times_of(rate_of(20, 2000), rate_of(3, 2000)).is_sure


def test_times_without_breaks_or_with_none_on_one_side():
    assert times_of(rate_of(0, 10), rate_of(0, 10)).times is None
    found = times_of(rate_of(6, 1000), rate_of(0, 1000))
    assert found.times is None
    assert found.high is None
    assert found.low == pytest.approx(1.178, rel=0.01)


def test_curve_counts_by_length_and_takes_equals_together():
    curve = catch_curve("model", [3, 2, 2, 1], [10, 20, 20, 50], [2, 1, 0, 1])
    assert curve.inspected == (0.0, 0.1, 0.5, 1.0)
    assert curve.caught == (0.0, 0.5, 0.75, 1.0)
    assert curve.at(0.3) == pytest.approx(0.625)


def test_curve_without_breaks_is_empty():
    assert catch_curve("model", [1, 2], [5, 5], [0, 0]).inspected == ()
    assert catch_curve("model", [], [], []).at(0.5) == 0.0


def test_curve_of_many_pipes_keeps_its_shape_in_few_points():
    lot = np.random.default_rng(2)
    score, metres, breaks = lot.random(5000), lot.random(5000) * 100, lot.random(5000) < 0.02
    curve = catch_curve("model", score, metres, breaks)
    assert len(curve.inspected) == 200
    order = np.argsort(-score)
    exact = breaks[order][np.cumsum(metres[order]) <= 0.25 * metres.sum()].sum() / breaks.sum()
    assert curve.at(0.25) == pytest.approx(exact, abs=0.02)


def test_caught_on_length_takes_part_of_the_pipe_at_the_limit():
    assert caught_on_length([3, 2, 1], [10, 20, 70], [1, 2, 0], most_m=20) == pytest.approx(2.0)
    assert caught_on_length([3, 2, 1], [10, 20, 70], [1, 2, 0], most_m=500) == pytest.approx(3.0)
