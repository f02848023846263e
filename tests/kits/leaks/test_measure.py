import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringar_kits.leaks.measure import (
    Scored,
    bootstrap_shares,
    calibrate,
    capture,
    draw_curve,
    mean_curve,
)
from ringar_kits.leaks.spread import count_interval, gamma_interval

LENGTHS = st.lists(st.floats(0.1, 500), min_size=2, max_size=40)


def test_the_share_is_of_length_and_not_of_pipes() -> None:
    length = np.array([10.0, 10.0, 80.0])
    assert capture(
        np.array([3.0, 2.0, 1.0]), length, np.array([1.0, 1.0, 2.0]), [10, 20, 60]
    ) == pytest.approx({10: 0.25, 20: 0.5, 60: 0.75})


def test_no_breaks_no_share() -> None:
    assert np.isnan(capture(np.ones(2), np.ones(2), np.zeros(2))[10])


@given(LENGTHS, st.integers(0, 10_000))
def test_a_curve_rises_from_nothing_to_all_and_the_oracle_is_above_it(
    lengths: list[float], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    length = np.array(lengths)
    came = rng.poisson(1.0, len(length)).astype(float)
    came[0] += 1
    curve = draw_curve(rng.random(len(length)), length, came)
    best = draw_curve(came / length, length, came)
    assert curve.caught[0] == 0
    assert curve.caught[-1] == pytest.approx(1)
    assert np.all(np.diff(curve.caught) >= -1e-12)
    assert np.all(best.caught >= curve.caught - 1e-9)


def test_years_with_more_breaks_weigh_more_in_the_curve() -> None:
    low, high = (
        draw_curve(np.array(score), np.ones(2), np.array([1.0, 0.0])) for score in ([0.0, 1.0], [1.0, 0.0])
    )
    middle = mean_curve([low, high], [1.0, 3.0])
    assert middle.caught[100] == pytest.approx(0.75)


def test_the_interval_is_wider_with_fewer_breaks() -> None:
    rng = np.random.default_rng(0)

    def width(rate: float) -> float:
        years = []
        for _ in range(6):
            hazard = rng.gamma(0.5, 2 * rate, 2_000)
            came = rng.poisson(hazard).astype(float)
            years.append([Scored(hazard, np.full(2_000, 50.0), came, np.arange(2_000) // 4)])
        low, high = np.quantile(bootstrap_shares(years, draws=60, seed=1)[:, 0, 2], [0.025, 0.975])
        return float(high - low)

    assert width(0.005) > 1.5 * width(0.05)


def test_bold_numbers_have_a_slope_below_one() -> None:
    rng = np.random.default_rng(3)
    hazard = rng.gamma(0.5, 0.4, 30_000)
    came = rng.poisson(hazard).astype(float)
    slope, level = calibrate(hazard, came)
    assert slope == pytest.approx(1, abs=0.05)
    assert level == pytest.approx(1, abs=0.05)
    assert calibrate(hazard**2, came)[0] == pytest.approx(0.5, abs=0.05)
    assert calibrate(2 * hazard, came) == pytest.approx((slope, level / 2))


def test_intervals_hold_what_they_say() -> None:
    rng = np.random.default_rng(4)
    rates = 3.0 * rng.gamma(2.0, 0.5, 20_000)
    low, high = gamma_interval(np.array([3.0]), np.array([0.5]))
    assert np.mean((rates >= low) & (rates <= high)) == pytest.approx(0.8, abs=0.01)
    few, many = count_interval(3.0, 0.5)
    counts = rng.poisson(rates)
    assert 0.78 < np.mean((counts >= few) & (counts <= many)) < 0.95
