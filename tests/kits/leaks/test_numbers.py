import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringar_kits.leaks.numbers import read_numbers, read_texts


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12.5", 12.5),
        ("12,5", 12.5),
        ("1 234,5", 1234.5),
        ("1\u00a0234,5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("150 mm", 150),
        ("DN150", 150),
        ("ø 110", 110),
        ('6"', 152.4),
        ("34,2 m", 34.2),
        ("110x6,6", 110),
        ("ø110x10 mm", 110),
        ("-3", -3),
        (7, 7),
        ("1e3", 1000),
    ],
)
def test_read_numbers_when_written_as_people_do_then_the_number_is_found(cell, number):
    values, bad = read_numbers([cell])
    assert values[0] == pytest.approx(number)
    assert bad == []


@pytest.mark.parametrize("cell", ["abc", "1_000", "12 kg", "1.2.3.4", "2x110", "inf", True, "9" * 17])
def test_read_numbers_when_a_cell_is_no_number_then_its_place_is_told(cell):
    values, bad = read_numbers([3, cell])
    assert bad == [1]
    assert math.isnan(values[1])


@pytest.mark.parametrize("cell", ["", " ", "-", "okänt", "<Null>", "n/a"])
def test_read_numbers_when_a_cell_says_nothing_then_it_is_only_not_known(cell):
    values, bad = read_numbers([cell])
    assert math.isnan(values[0])
    assert bad == []


@given(st.lists(st.text(max_size=12) | st.integers() | st.floats() | st.none(), max_size=8))
def test_read_numbers_of_anything_are_finite_or_not_known(cells):
    values, bad = read_numbers(cells)
    assert len(values) == len(cells)
    assert not np.isinf(values).any()
    assert all(np.isnan(values[place]) for place in bad)


def test_read_texts_trims_and_takes_spreadsheets_for_what_they_mean():
    assert read_texts([" 4430 ", 4430.0, 4430, "Okänt", "0", ""]) == ("4430", "4430", "4430", "", "0", "")
