"""Numbers at the end of a scale that knows none."""

from datetime import date, timedelta

import pytest

from ringar.pilots.zeros import off_the_ends
from ringar_kits.effects import Observation

MONDAY = date(2026, 3, 2)


def observed(*values: float) -> list[Observation]:
    """One unit's weeks."""
    return [Observation("A", MONDAY + place * timedelta(days=7), value) for place, value in enumerate(values)]


def moved(scale: str, *values: float) -> list[float]:
    return [row.value for row in off_the_ends(observed(*values), scale)[0]]


def test_off_the_ends_when_zeros_of_ratios_then_half_of_the_smallest() -> None:
    rows, count, step = off_the_ends(observed(0, 8, 4, 0), "log")
    assert [row.value for row in rows] == [2, 8, 4, 2]
    assert count == 2 and step == 2
    assert [row.week for row in rows] == [row.week for row in observed(0, 8, 4, 0)]


def test_off_the_ends_when_shares_of_none_and_all_then_both_inside() -> None:
    assert moved("logit", 0, 0.9, 0.5, 1) == pytest.approx([0.05, 0.9, 0.5, 0.95])


@pytest.mark.parametrize(
    ("scale", "values"), [("identity", (0, 3)), ("log", (0, 0)), ("log", (1, 2)), ("log", (-1, 2))]
)
def test_off_the_ends_when_nothing_is_to_be_moved_then_stands(scale: str, values: tuple[float, ...]) -> None:
    assert off_the_ends(observed(*values), scale) == (tuple(observed(*values)), 0, None)
