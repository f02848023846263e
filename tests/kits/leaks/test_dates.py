from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringar_kits.errors import InputError
from ringar_kits.leaks.dates import decimal_years, read_days
from ringar_kits.leaks.report import Notes


def days_of(cells, order=None):
    return (
        read_days(cells, place="breaks.csv, column datum", notes=Notes(), order=order)[0]
        .astype(object)
        .tolist()
    )


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2017/12/01 15:15:00+00", date(2017, 12, 1)),
        ("1999-05-01", date(1999, 5, 1)),
        ("1999-05-01T12:30:00Z", date(1999, 5, 1)),
        ("19990501", date(1999, 5, 1)),
        ("01.05.1999", date(1999, 5, 1)),
        ("13/5/1999", date(1999, 5, 13)),
        ("1/17/2020 11:58:31 AM", date(2020, 1, 17)),
        ("1/2/2000 12:00:00 AM", date(2000, 1, 2)),
        ("1999-05", date(1999, 5, 1)),
        ("1 maj 1999", date(1999, 5, 1)),
        ("lördag den 1 maj 1999", date(1999, 5, 1)),
        ("Sat, 01 May 1999", date(1999, 5, 1)),
        ("May 1, 1999", date(1999, 5, 1)),
        ("1-Oct-1999", date(1999, 10, 1)),
        ("36647", date(2000, 5, 1)),
        (36647, date(2000, 5, 1)),
        (36647.5, date(2000, 5, 1)),
        (datetime(1999, 5, 1, 12), date(1999, 5, 1)),
        (date(1999, 5, 1), date(1999, 5, 1)),
        (1512141300000, date(2017, 12, 1)),
        ("", None),
        ("okänt", None),
        ("<Null>", None),
        ("31.02.1999", None),
        ("01.05.99", None),
        ("1/5", None),
        ("no date", None),
        ("0001-01-01", None),
    ],
)
def test_read_days_when_written_as_people_do_then_the_day_is_found(cell, day):
    assert days_of([cell]) == [day]


def test_read_days_when_only_the_year_is_given_then_it_is_its_middle_and_marked():
    days, only_year = read_days(["1999", 2001, "2001-02-03"], place="", notes=Notes())
    assert days.astype(object).tolist() == [date(1999, 7, 1), date(2001, 7, 1), date(2001, 2, 3)]
    assert only_year.tolist() == [True, True, False]


def test_read_days_when_three_ways_stand_in_one_column_then_all_are_read():
    assert days_of(["2017/12/01", "01.05.1999", "2004-02-03"]) == [
        date(2017, 12, 1),
        date(1999, 5, 1),
        date(2004, 2, 3),
    ]


def test_read_days_when_one_cell_shows_the_order_then_all_follow_it():
    assert days_of(["3/4/1999", "25/4/1999"]) == [date(1999, 4, 3), date(1999, 4, 25)]
    assert days_of(["3/4/1999", "4/25/1999"]) == [date(1999, 3, 4), date(1999, 4, 25)]


def test_read_days_when_the_order_cannot_be_told_then_it_asks():
    with pytest.raises(InputError, match=r"'3/4/1999' has the day or the month first.*dates=d/m"):
        days_of(["3/4/1999", "5/6/2001"])
    assert days_of(["3/4/1999"], order="d/m") == [date(1999, 4, 3)]
    assert days_of(["3/4/1999"], order="m/d") == [date(1999, 3, 4)]
    assert days_of(["4/4/1999"]) == [date(1999, 4, 4)]


def test_read_days_when_both_orders_stand_in_a_column_then_it_asks():
    with pytest.raises(
        InputError, match=r"both with the day first .'25/4/1999'. and with the month first .'4/26/1999'"
    ):
        days_of(["25/4/1999", "4/26/1999"])


def test_read_days_when_the_order_is_decided_then_it_is_told():
    notes = Notes()
    read_days(["25/4/1999"], place="b", notes=notes)
    assert "read with the day first" in str(notes.remarks[0])


@given(st.dates(date(1850, 1, 1), date(2150, 12, 31)))
def test_read_days_of_any_day_in_any_clear_way_gives_that_day(day):
    ways = [f"{day:%Y-%m-%d}", f"{day:%Y/%m/%d}", f"{day:%d.%m.%Y}", day.isoformat() + " 07:01:00", day]
    assert days_of(ways) == [day] * len(ways)
    assert days_of([f"{day:%d/%m/%Y}"], order="d/m") == [day]
    assert days_of([f"{day:%m/%d/%Y}"], order="m/d") == [day]


@given(st.lists(st.text(max_size=20) | st.integers() | st.floats() | st.none() | st.booleans(), max_size=8))
def test_read_days_of_anything_gives_a_place_for_each_or_asks(cells):
    try:
        assert len(days_of(cells)) == len(cells)
    except InputError as error:
        assert "first" in error.problem


def test_decimal_years_count_from_the_first_of_january():
    days = np.array(["2000-01-01", "2001-07-02", "NaT"], dtype="datetime64[D]")
    found = decimal_years(days)
    assert found[0] == 2000
    assert found[1] == pytest.approx(2001 + 182 / 365)
    assert np.isnan(found[2])
