import numpy as np
import pytest

from ringar_kits.errors import InputError
from ringar_kits.leaks import Backtest, City, backtest


@pytest.fixture(scope="module")
def looked_back(town: City) -> Backtest:
    return backtest(town.pipes, town.breaks, first=2022, last=2025)


def test_a_look_back_beats_the_simple_methods_on_a_town(looked_back: Backtest) -> None:
    model, *simple = looked_back.methods
    assert model.method == "model"
    assert {each.method for each in simple} == {
        "random",
        "oldest first",
        "breaks so far",
        "breaks per km so far",
        "EB rate",
    }
    for each in simple:
        assert model.share[20] > each.share[20] - 0.02, each.method
        assert each.low[10] <= each.share[10] <= each.high[10]
    assert model.share[20] > 0.5


def test_a_look_back_is_calibrated(looked_back: Backtest) -> None:
    assert 0.7 < looked_back.calibration_slope < 1.3
    assert 0.6 < looked_back.calibration_level < 1.6
    assert looked_back.coverage > 0.6


def test_each_year_tells_its_breaks_and_shares(town: City, looked_back: Backtest) -> None:
    days = town.breaks.day
    for each in looked_back.years:
        in_year = (days >= np.datetime64(f"{each.year}-01-01")) & (
            days < np.datetime64(f"{each.year + 1}-01-01")
        )
        assert 0 < each.breaks <= int(in_year.sum())
        assert 0 <= each.share["model"][1] <= each.share["model"][20] <= 1
    curve = looked_back.methods[0].curve
    assert (curve.inspected[0], curve.inspected[-1]) == (0, 1)
    assert curve.caught[-1] == pytest.approx(1)


def test_the_random_order_catches_its_share(looked_back: Backtest) -> None:
    chance = next(each for each in looked_back.methods if each.method == "random")
    assert chance.share[20] == pytest.approx(0.2, abs=0.12)


def test_few_breaks_are_said_to_be_few(looked_back: Backtest) -> None:
    assert "few_breaks" in [note.code for note in looked_back.notes]
    assert "survivors" in [note.code for note in looked_back.notes]


@pytest.mark.parametrize(("first", "last"), [(2024, 2023), (2024, 2026), (1500, 2020)])
def test_years_that_cannot_be_looked_back_on_are_refused(town: City, first: int, last: int) -> None:
    with pytest.raises(InputError, match="cannot be looked back on"):
        backtest(town.pipes, town.breaks, first=first, last=last)
