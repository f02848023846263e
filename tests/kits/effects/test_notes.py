"""What the kit tells beside the number, and when it gives none."""

import re
from pathlib import Path

import numpy as np
import pytest

import ringar_kits.effects as effects
from ringar_kits.effects import Observation, estimate_effect, explain, explain_estimate, plan_design
from ringar_kits.effects.explain import CODES
from tests.kits.effects.made import codes, measured, noisy, week

SOURCE = Path(effects.__file__).parent


def asked(data, **more):
    return estimate_effect(
        data, **({"treated": ["A"], "controls": ["B", "C", "D"], "start": week(12), "worthwhile": 2} | more)
    )


def test_codes_when_used_then_each_can_be_explained():
    used = {
        code for path in SOURCE.glob("*.py") for code in re.findall(r'Note\("(\w+)"', path.read_text("utf-8"))
    }
    assert used == set(CODES)


def test_estimate_when_there_is_nothing_to_compare_with_then_nothing_is_concluded():
    found = asked(noisy(effect=20), controls=())
    assert found.verdict == "no_conclusion"
    assert found.effect > 15
    assert found.nesta_level == 2
    assert "season" in " ".join(explain_estimate(found))
    assert all(point.controls is None and point.expected is not None for point in found.series)


@pytest.mark.parametrize(
    ("start", "weeks", "code"),
    [(3, 20, "too_little_before"), (12, 14, "too_little_after"), (30, 20, "too_little_after")],
)
def test_estimate_when_data_are_too_few_then_there_is_no_number(start, weeks, code):
    found = asked(noisy(weeks=weeks), start=week(start))
    assert code in codes(found)
    assert code in {note.code for note in found.reasons}
    assert (found.effect, found.low, found.high, found.p_better, found.rho) == (None,) * 5
    assert (found.verdict, found.nesta_level, found.placebos) == ("no_conclusion", 1, ())
    assert explain_estimate(found)[0].startswith("No number can be given")
    assert found.series[0].treated is not None


def test_estimate_when_data_just_suffice_then_there_is_one():
    found = asked(noisy(weeks=7, start=4), start=week(4))
    assert (found.weeks_before, found.weeks_after) == (4, 3)
    assert found.effect is not None


@pytest.mark.parametrize("level", [5, 0.1, 1e-8, 1e12, 1e-200])
def test_estimate_when_nothing_varies_then_there_is_no_number(level):
    rows = {"A": [level] * 12 + [3 * level] * 8, "B": [level / 3] * 20, "C": [7 * level] * 20}
    found = asked(measured(rows), controls=["B", "C"])
    assert "no_variation" in codes(found)
    assert found.effect is None


@pytest.mark.parametrize("size", [1e-50, 1e-9, 1e9, 1e14])
def test_estimate_when_numbers_are_tiny_or_huge_then_is_as_sure(size):
    lot = np.random.default_rng(3)
    rows = {unit: list(size * (1 + lot.random(20) / 10)) for unit in "ABCD"}
    found = asked(measured(rows), worthwhile=size)
    usual = asked(
        measured({unit: [value / size for value in row] for unit, row in rows.items()}), worthwhile=1
    )
    assert found.p_better == pytest.approx(usual.p_better)
    assert found.effect == pytest.approx(usual.effect * size)


def test_estimate_when_weeks_are_missing_then_the_gaps_are_told():
    data = [each for each in noisy() if each.week not in (week(5), week(15))]
    found = asked([each for each in data if (each.unit, each.week) != ("B", week(7))])
    told = {note.code: dict(note.facts) for note in found.notes}
    assert told["missing_weeks"] == {"weeks": 2}
    assert told["filled_weeks"] == {"values": 1}
    assert (found.weeks_before, found.weeks_after) == (11, 7)
    assert [point.week for point in found.series if point.treated is None] == [week(5), week(15)]


def test_estimate_when_a_unit_began_to_measure_late_then_it_is_left_out():
    data = [each for each in noisy() if each.unit != "B" or each.week >= week(12)]
    found = asked(data)
    assert {"unit": "B"} in [dict(note.facts) for note in found.notes if note.code == "unit_left_out"]
    assert found.effect == asked(data, controls=["C", "D"]).effect
    assert len(found.placebos) == 2


def test_estimate_when_the_treated_unit_began_with_the_pilot_then_there_is_no_number():
    found = asked([each for each in noisy() if each.unit != "A" or each.week >= week(12)])
    assert found.effect is None
    assert "too_little_before" in codes(found)
    assert "unit_left_out" not in codes(found)
    assert found.series[-1].treated is not None


def test_estimate_when_cases_are_few_then_it_is_told():
    lot = np.random.default_rng(1)
    rows = {unit: list(lot.poisson(6, size=20)) for unit in "ABCD"}
    assert "few_counts" in codes(asked(measured(rows)))
    assert "few_counts" not in codes(
        asked(measured({unit: [v + 50 for v in row] for unit, row in rows.items()}))
    )
    assert "few_counts" not in codes(
        asked(measured({unit: [v + 0.5 for v in row] for unit, row in rows.items()}))
    )


def test_estimate_when_it_began_at_the_worst_then_mending_by_itself_is_told():
    data = [
        Observation(
            each.unit, each.week, each.value - 8 * (each.unit == "A" and week(8) <= each.week < week(12))
        )
        for each in noisy(seed=2)
    ]
    assert "worst_before_start" in codes(asked(data))
    assert "worst_before_start" not in codes(asked(data, better="lower"))
    assert "worst_before_start" not in codes(asked(noisy(seed=2)))


def test_estimate_when_comparison_units_drift_then_the_interval_widens():
    calm = noisy(seed=5, weeks=24)
    moved = {"B": 9, "C": -9, "D": 0}
    drifting = [
        Observation(each.unit, each.week, each.value + moved.get(each.unit, 0) * (each.week >= week(12)))
        for each in calm
    ]
    first, second = asked(calm), asked(drifting)
    assert "controls_drift" in codes(second)
    assert second.high - second.low > 3 * (first.high - first.low)
    assert second.effect == pytest.approx(first.effect, abs=0.5)
    assert {placebo.unit for placebo in second.placebos if abs(placebo.effect) > 8} == {"B", "C"}
    after = [point.high - point.low for point in second.series if point.phase == "after"]
    before = [point.high - point.low for point in second.series if point.phase == "before"]
    assert min(after) > max(before)


def test_estimate_when_a_trend_runs_then_strong_memory_is_told():
    lot = np.random.default_rng(1)
    rows = {"A": list(np.arange(40) * 2 + lot.normal(size=40)), "B": list(lot.normal(size=40))}
    found = asked(measured(rows), controls=["B"], start=week(25))
    assert "strong_memory" in codes(found)
    assert found.low < 0 < found.high


def test_explain_when_asked_then_facts_stand_in_the_words():
    found = asked(noisy(), controls=["B"], burn_in=2)
    texts = [explain(note) for note in (*found.notes, *found.reasons)]
    assert any("Only B" in text for text in texts)
    assert any("first 2 weeks" in text for text in texts)
    assert not any("{" in text for text in texts)


def test_plan_when_history_is_short_or_even_then_no_number_is_given():
    short = plan_design(noisy(weeks=7), treated=["A"], controls=["B"], weeks_after=8)
    assert {note.code for note in short.notes} == {"one_comparison", "too_little_before"}
    assert (short.smallest, short.chance, short.alternatives) == (None, None, ())
    even = plan_design(
        measured({"A": [0.1] * 9, "B": [0.3] * 9}), treated=["A"], controls=["B"], weeks_after=8
    )
    assert "no_variation" in {note.code for note in even.notes}
    assert even.smallest is None
