"""Answers that can be reckoned another way."""

import doctest
from datetime import timedelta

import numpy as np
import pytest
from scipy import integrate, stats

import ringar_kits.effects
from ringar_kits.effects import estimate_effect
from ringar_kits.effects.fit import MEMORIES, Mixture, fit_memory, fit_step
from ringar_kits.effects.placebos import drift_variance
from tests.kits.effects.made import measured, noisy, week


def test_example_when_run_then_holds():
    assert doctest.testmod(ringar_kits.effects).failed == 0


def test_estimate_when_memory_is_held_at_nothing_then_is_least_squares():
    data = noisy(units="AB", seed=3)
    found = estimate_effect(data, treated=["A"], controls=["B"], start=week(12), rho=0, worthwhile=4)
    values = {unit: np.array([each.value for each in data if each.unit == unit]) for unit in "AB"}
    series = values["A"] - values["B"]
    usual = stats.ttest_ind(series[12:], series[:12])
    interval = usual.confidence_interval(0.95)
    assert found.effect == pytest.approx(series[12:].mean() - series[:12].mean())
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert 2 * (1 - found.p_better) == pytest.approx(usual.pvalue, abs=1e-12)
    error = found.effect / usual.statistic
    assert found.p_worthwhile == pytest.approx(stats.t.cdf((found.effect - 4) / error, 18))


def direct(series, weeks, step, rho):
    """Generalised least squares from the whole covariance matrix: centre, scale, log evidence."""
    matrix = rho ** np.abs(np.subtract.outer(weeks, weeks)) if rho else np.eye(len(weeks))
    inverse, x = np.linalg.inv(matrix), np.column_stack([np.ones(len(weeks)), step])
    inner = x.T @ inverse @ x
    found = np.linalg.solve(inner, x.T @ inverse @ series)
    rest = series - x @ found
    total, dof = rest @ inverse @ rest, len(weeks) - 2
    evidence = -0.5 * (np.linalg.slogdet(matrix)[1] + np.linalg.slogdet(inner)[1] + dof * np.log(total))
    return found[1], np.sqrt(total / dof * np.linalg.inv(inner)[1, 1]), evidence


def test_fit_when_weeks_are_missing_then_is_what_the_whole_matrix_gives():
    lot = np.random.default_rng(5)
    weeks = np.array([0, 1, 2, 4, 5, 9, 10, 11, 12, 15, 16])
    step, series = (weeks > 9).astype(float), 100 + lot.normal(size=11)
    fit = fit_step(series[None, :], weeks, step).change
    parts = np.array([direct(series, weeks, step, rho) for rho in MEMORIES])
    assert fit.centres[0] == pytest.approx(parts[:, 0])
    assert fit.scales[0] == pytest.approx(parts[:, 1])
    weights = np.exp(parts[:, 2] - parts[:, 2].max())
    assert fit.weights[0] == pytest.approx(weights / weights.sum())
    assert fit.dof == 9


def test_fit_when_a_single_week_is_foretold_then_holds_its_own_noise_and_the_levels():
    lot = np.random.default_rng(6)
    step, series = (np.arange(12) >= 6).astype(float), lot.normal(size=12)
    without = fit_step(series[None, :], np.arange(12), step, rho=0.0).without
    error = np.sqrt(
        sum(
            (series[side] - series[side].mean()) @ (series[side] - series[side].mean())
            for side in (slice(6), slice(6, 12))
        )
        / 10
    )
    assert without.centres[0, 0] == pytest.approx(series[:6].mean())
    assert without.scales[0, 0] == pytest.approx(error * np.sqrt(1 + 1 / 6))


def test_mixture_when_asked_then_agrees_with_integration():
    mixture = Mixture(np.array([[0.3, 0.7]]), np.array([[-1.0, 2.0]]), np.array([[0.5, 1.5]]), dof=7)

    def density(x):
        return 0.3 * stats.t.pdf(x, 7, -1, 0.5) + 0.7 * stats.t.pdf(x, 7, 2, 1.5)

    assert mixture.below(0.4)[0] == pytest.approx(integrate.quad(density, -60, 0.4)[0], abs=1e-6)
    assert mixture.below(mixture.quantile(0.31))[0] == pytest.approx(0.31)
    mean = 0.3 * -1 + 0.7 * 2
    second = integrate.quad(lambda x: (x - mean) ** 2 * density(x), -200, 200, points=[-1, 2], limit=400)[0]
    assert mixture.variance()[0] == pytest.approx(second, rel=1e-3)
    assert mixture.widened(2.0).scales ** 2 == pytest.approx(mixture.scales**2 + 2)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
def test_memory_when_the_series_is_long_then_is_found(rho):
    lot = np.random.default_rng(8)
    rows = [lot.normal()]
    for _ in range(1500):
        rows.append(rho * rows[-1] + np.sqrt(1 - rho**2) * lot.normal())
    weights, noise = fit_memory(3 * np.array(rows), np.arange(len(rows)))
    assert weights @ MEMORIES == pytest.approx(rho, abs=0.06)
    assert weights @ noise == pytest.approx(3, rel=0.15)


def test_drift_when_units_move_by_themselves_then_is_that_variance():
    lot = np.random.default_rng(4)
    moved = lot.normal(scale=2, size=(5, 40_000))
    placebos = moved - np.array([np.delete(moved, row, axis=0).mean(axis=0) for row in range(5)])
    found = drift_variance(placebos, np.zeros_like(placebos))
    assert found.mean() == pytest.approx(4, rel=0.03)
    assert (drift_variance(placebos, np.full_like(placebos, 1e3)) == 0).all()


def test_estimate_when_a_rate_falls_by_a_share_then_the_fall_counts_from_the_level_before():
    wobble = [1.01, 0.99, 1.02, 0.98, 1.0] * 4
    rows = {
        "A": [200 * w * (0.5 if n >= 12 else 1) for n, w in enumerate(wobble)],
        "B": [80 / w for w in wobble],
    }
    found = estimate_effect(
        measured(rows),
        treated=["A"],
        controls=["B"],
        start=week(12),
        scale="log",
        better="lower",
        worthwhile=50,
    )
    assert found.effect == pytest.approx(-100, rel=0.02)
    assert found.level_before == pytest.approx(200, rel=0.01)
    assert found.verdict == "scale"


def test_estimate_when_a_share_rises_then_it_stays_a_share():
    lot = np.random.default_rng(2)
    before, after = 0.9 + 0.01 * lot.normal(size=12), 0.97 + 0.005 * lot.normal(size=8)
    rows = {"A": [*before, *after], "B": list(0.9 + 0.01 * lot.normal(size=20))}
    found = estimate_effect(
        measured(rows), treated=["A"], controls=["B"], start=week(12), scale="logit", worthwhile=0.2
    )
    assert found.effect == pytest.approx(0.07, abs=0.015)
    assert found.level_before + found.high < 1
    # 0.9 + 0.2 is no share: that can never be
    assert found.p_worthwhile == pytest.approx(0, abs=1e-12)


def test_value_of_waiting_when_integrated_then_is_the_same():
    data = noisy(units="AB", seed=3, effect=1.0)
    found = estimate_effect(
        data, treated=["A"], controls=["B"], start=week(12), rho=0, worthwhile=1.5, cost=3000
    )
    scale = (found.high - found.effect) / stats.t.ppf(0.975, 18)
    gain = integrate.quad(
        lambda x: (x - 1.5) * stats.t.pdf(x, 18, found.effect, scale), 1.5, found.effect + 40 * scale
    )[0]
    assert found.value_of_waiting == pytest.approx(gain - max(0, found.effect - 1.5), rel=0.01)
    assert found.value_of_waiting_money == pytest.approx(found.value_of_waiting * 2000)
    assert found.cost_per_unit == pytest.approx(3000 / found.effect)


def test_estimate_when_weeks_are_left_out_by_burn_in_then_they_do_not_count():
    data = noisy(seed=7)
    spoilt = [
        type(each)(
            each.unit, each.week, each.value + 1000 * (each.unit == "A" and each.week in (week(12), week(13)))
        )
        for each in data
    ]
    asked = {"treated": ["A"], "controls": ["B"], "start": week(12), "burn_in": 2}
    first, second = estimate_effect(data, **asked), estimate_effect(spoilt, **asked)
    assert (first.effect, first.low) == pytest.approx((second.effect, second.low))
    assert first.weeks_after == 6
    assert [point.phase for point in first.series].count("burn_in") == 2


def test_estimate_when_until_is_given_then_later_weeks_are_not_looked_at():
    data = noisy(weeks=30, seed=1)
    asked = {"treated": ["A"], "controls": ["B", "C"], "start": week(12)}
    cut = [each for each in data if each.week <= week(19)]
    assert estimate_effect(data, until=week(19), **asked) == estimate_effect(cut, **asked)
    assert estimate_effect(data, until=week(19) + timedelta(days=6), **asked).weeks_after == 8
