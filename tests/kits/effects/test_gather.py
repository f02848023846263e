import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringar_kits.effects.gather import gather, group_mean
from ringar_kits.effects.model import Observation
from ringar_kits.errors import InputError
from tests.kits.effects.made import measured, week


@given(
    st.integers(2, 6),
    st.integers(3, 12),
    st.integers(0, 10_000),
    st.floats(min_value=0, max_value=0.5),
)
def test_mean_when_units_miss_weeks_then_is_what_it_would_have_been(units, weeks, seed, missing):
    """Where units differ by a level alone, nothing is lost by what is missing."""
    lot = np.random.default_rng(seed)
    whole = 100 * lot.normal(size=(units, 1)) + lot.normal(size=weeks)
    holes = lot.random(whole.shape) < missing
    # the first week is whole, so that all units are tied to each other
    holes[:, 0] = False
    found = group_mean(np.where(holes, np.nan, whole))
    seen = ~holes.all(axis=0)
    assert found[seen] == pytest.approx(whole.mean(axis=0)[seen], abs=1e-6)
    assert np.isnan(found[~seen]).all()


def test_mean_when_nothing_is_missing_then_is_the_plain_mean():
    rows = np.array([[1.0, 2, 4], [3, 2, 0]])
    assert list(group_mean(rows)) == [2, 2, 2]


def test_mean_when_units_never_meet_then_they_lie_at_one_level():
    rows = np.array([[1.0, 3, np.nan, np.nan], [np.nan, np.nan, 50, 70]])
    assert group_mean(rows) == pytest.approx([1, 3, 50, 70])


def test_gather_when_weeks_are_skipped_by_all_then_they_stand_empty():
    data = [Observation("A", week(0), 1.0), Observation("A", week(3), 2.0), Observation("B", week(1), 5.0)]
    frame = gather(data, treated=["A"], controls=["B"], scale="identity")
    assert frame.weeks == tuple(week(number) for number in range(4))
    assert np.isnan(frame.difference(frame.treated, frame.controls)).all()
    assert frame.up_to(week(2)).own.shape == (2, 3)
    assert frame.without(["B"]).controls == ()


@pytest.mark.parametrize(
    ("value", "scale", "told"),
    [
        (float("nan"), "identity", "unit A, week 2026-01-12: the value nan is not a number"),
        (float("inf"), "identity", "is not a number"),
        (-1.0, "log", "the value -1 has no logarithm"),
        (1.0, "logit", "the value 1 is not a share between 0 and 1. Give 0.25 for 25 %"),
    ],
)
def test_gather_when_a_value_cannot_be_used_then_unit_and_week_are_named(value, scale, told):
    with pytest.raises(InputError, match=told):
        gather(measured({"A": [0.5, value]}), treated=["A"], controls=[], scale=scale)


def test_gather_when_a_week_stands_twice_then_it_is_named():
    data = measured({"A": [1, 2]})
    with pytest.raises(InputError, match="unit A, week 2026-01-05: the week stands there twice"):
        gather([*data, data[0]], treated=["A"], controls=[], scale="identity")
