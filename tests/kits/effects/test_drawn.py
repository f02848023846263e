"""Pilots whose start or weeks were drawn are estimated as they were run."""

from datetime import timedelta

import numpy as np
import pytest

from ringar_kits.effects import draw_alternate_weeks, draw_start_weeks, estimate_effect
from ringar_kits.errors import InputError
from tests.kits.effects.made import codes, measured, week

STARTS = {"A": week(12), "B": week(15), "C": week(18)}


def stepped(effect=6.0, seed=0):
    lot = np.random.default_rng(seed)
    shared = lot.normal(size=26)
    rows = {unit: 40 + 2 * place + shared + 0.5 * lot.normal(size=26) for place, unit in enumerate("ABCDEF")}
    for unit, start in STARTS.items():
        rows[unit] = rows[unit] + effect * np.array([week(number) >= start for number in range(26)])
    return measured({unit: list(row) for unit, row in rows.items()})


def asked(data, **more):
    given = {"treated": list(STARTS), "controls": list("DEF"), "start": week(12), "worthwhile": 2} | more
    return estimate_effect(data, **given)


def test_estimate_when_units_begin_one_by_one_then_each_counts_from_its_own_start():
    found = asked(stepped(), drawn=STARTS)
    assert found.effect == pytest.approx(6, abs=0.6)
    assert found.low < 6 < found.high
    assert (found.weeks_before, found.weeks_after) == (12, 14)
    # as if all had begun with the first, part of the effect would be lost
    assert asked(stepped()).effect < 5.3


def test_estimate_when_all_drew_the_same_week_then_is_as_without_a_draw():
    found = asked(stepped(), drawn=dict.fromkeys(STARTS, week(12)))
    assert found == asked(stepped())


def alternating(history, effect=4.0):
    lot = np.random.default_rng(3)
    drawn = draw_alternate_weeks([week(number) for number in range(history, history + 12)], seed=1)
    on = np.array([drawn.get(week(number), False) for number in range(history + 12)])
    rows = {unit: 30 + lot.normal(size=history + 12) for unit in "AB"}
    rows["A"] = rows["A"] + effect * on
    return measured({unit: list(row) for unit, row in rows.items()}), drawn, on


@pytest.mark.parametrize("history", [0, 10])
def test_estimate_when_weeks_alternate_then_on_is_compared_with_off(history):
    data, drawn, on = alternating(history)
    found = estimate_effect(data, treated=["A"], controls=["B"], start=week(history), drawn=drawn, rho=0)
    series = np.subtract(*([each.value for each in data if each.unit == unit] for unit in "AB"))
    assert found.effect == pytest.approx(series[on].mean() - series[~on].mean())
    assert (found.weeks_before, found.weeks_after) == (history + 6, 6)
    assert found.level_before == pytest.approx(
        np.mean([each.value for each in data if each.unit == "A" and not drawn.get(each.week, False)])
    )


def test_estimate_when_weeks_alternate_then_off_weeks_are_no_bad_history():
    data, drawn, _ = alternating(10, effect=-9.0)
    found = estimate_effect(data, treated=["A"], controls=["B"], start=week(10), drawn=drawn)
    assert "worst_before_start" not in codes(found)
    assert found.effect == pytest.approx(-9, abs=2)


@pytest.mark.parametrize(
    ("drawn", "told"),
    [
        ({"A": week(12), "B": week(12)}, "no start was drawn for C"),
        (dict.fromkeys(STARTS, week(11)), "the draw begins before 2026-03-30"),
        ({week(11): True, week(12): False}, "the draw begins before"),
    ],
)
def test_estimate_when_the_draw_does_not_fit_then_says_why(drawn, told):
    with pytest.raises(InputError, match=told):
        asked(stepped(), drawn=drawn)


def test_draw_when_used_for_an_estimate_then_fits_it():
    drawn = draw_start_weeks(list(STARTS), [week(12) + n * timedelta(weeks=1) for n in range(4)], seed=0)
    assert asked(stepped(), start=min(drawn.values()), drawn=drawn).effect is not None
