"""What a measurement must be: weeks, numbers, what is late and what is missing."""

from datetime import date, timedelta

import pytest

from ringar.core.rules import Viewer
from ringar.pilots.measure_rules import (
    Span,
    can_measure,
    is_late,
    missing_weeks,
    read_number,
    read_week,
    span_of,
    value_fault,
    week_fault,
)
from ringar.pilots.rules import Scale

pytestmark = pytest.mark.usefixtures("english")
WEEK = timedelta(days=7)
START = date(2026, 3, 2)
SPAN = Span(first=START - 156 * WEEK, last=START + 11 * WEEK, asked=START - 2 * WEEK)
TODAY = START + 5 * WEEK + timedelta(days=2)


@pytest.mark.parametrize(
    ("week", "told"),
    [
        (date(2026, 3, 3), "not a Monday"),
        (TODAY + timedelta(days=5), "has not come yet"),
        (START - 157 * WEEK, "more than three years"),
    ],
)
def test_week_fault_when_the_week_is_wrong_then_says_why_and_what_to_do(week: date, told: str) -> None:
    fault = week_fault(week, SPAN, today=TODAY)
    assert fault and told in fault.problem and fault.remedy


def test_week_fault_when_after_the_last_then_names_the_last() -> None:
    fault = week_fault(START + 12 * WEEK, SPAN, today=START + 20 * WEEK)
    assert fault and "2026-05-18" in fault.problem


def test_week_fault_when_not_a_monday_then_names_the_monday() -> None:
    fault = week_fault(date(2026, 3, 8), SPAN, today=TODAY)
    assert fault and "2026-03-02" in fault.remedy


@pytest.mark.parametrize("week", [START, START - 156 * WEEK, TODAY - timedelta(days=2)])
def test_week_fault_when_the_week_is_right_then_none(week: date) -> None:
    assert week_fault(week, SPAN, today=TODAY) is None


def test_span_of_when_planned_weeks_reach_further_than_the_end_then_they_count() -> None:
    told = {"created": START, "starts_on": START, "ends_on": START + 4 * WEEK, "start_week": None}
    assert span_of(**told, weeks_planned=12).last == START + 11 * WEEK
    assert span_of(**told, weeks_planned=2).last == START + 4 * WEEK


def test_span_of_when_nothing_is_planned_then_has_no_end() -> None:
    span = span_of(
        created=START + timedelta(days=3), starts_on=None, ends_on=None, weeks_planned=12, start_week=None
    )
    assert (span.last, span.asked) == (None, START)


@pytest.mark.parametrize(
    ("value", "scale", "is_right"),
    [
        (0.42, Scale.LOGIT, True),
        (42.0, Scale.LOGIT, False),
        (-0.1, Scale.LOGIT, False),
        (0.0, Scale.LOG, True),
        (-1.0, Scale.LOG, False),
        (-1.0, Scale.IDENTITY, True),
        (float("nan"), Scale.IDENTITY, False),
        (float("inf"), Scale.LOG, False),
        (1e13, Scale.IDENTITY, False),
    ],
)
def test_value_fault_when_on_a_scale_then_only_what_can_be_is_taken(
    value: float, scale: str, is_right: bool
) -> None:
    assert (value_fault(value, scale) is None) is is_right


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,5", 12.5),
        ("12.5", 12.5),
        ("1 200", 1200.0),
        ("1\N{NO-BREAK SPACE}200,5", 1200.5),
        ("42 %", 0.42),
        ("\N{MINUS SIGN}3", -3.0),
        ("+3", 3.0),
        (f"{1 / 7}", 1 / 7),
    ],
)
def test_read_number_when_written_as_people_do_then_understood(text: str, value: float) -> None:
    assert read_number(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["tolv", "1,2,3", "", "1e5", "nan", "12 min", "٣", "--1", "9" * 20])
def test_read_number_when_it_is_none_then_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a number\.\|Write digits"):
        read_number(text)


@pytest.mark.parametrize("text", ["2026-03-02", "2026-W10", "2026 v. 10", "2026v10", "2026-03-02 00:00:00"])
def test_read_week_when_written_as_people_do_then_its_monday(text: str) -> None:
    assert read_week(text) == START


@pytest.mark.parametrize("text", ["v. 10", "2026-W60", "2 mars", "2026-02-30", "20260", ""])
def test_read_week_when_it_is_none_then_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a week\.\|Write the date of its Monday"):
        read_week(text)


def test_is_late_when_more_than_a_week_after_its_week_then_late() -> None:
    assert not is_late(START, SPAN, handed_in=START + timedelta(days=13))
    assert is_late(START, SPAN, handed_in=START + timedelta(days=14))
    assert not is_late(
        SPAN.asked - WEEK, SPAN, handed_in=TODAY
    )  # history from before the pilot is never late


def test_missing_weeks_when_some_lack_then_only_ended_and_expected_ones() -> None:
    has = [SPAN.asked, START, START - 30 * WEEK]
    found = missing_weeks(has, SPAN, today=START + 2 * WEEK)
    assert found == [START - WEEK, START + WEEK]
    assert missing_weeks(has, SPAN, today=START + 200 * WEEK)[-1] == SPAN.last


def test_can_measure_when_measurer_own_unit_or_editor_then_may() -> None:
    viewer = Viewer(person_id=1, organisation_id=1, roles=frozenset({"staff"}), unit_ids=frozenset({7}))
    told = {"organisation_id": 1, "unit_id": 8, "measurer_id": None, "edits": False}
    assert not can_measure(viewer, **told)
    assert can_measure(viewer, **told | {"unit_id": 7})
    assert can_measure(viewer, **told | {"measurer_id": 1})
    assert can_measure(viewer, **told | {"edits": True})
    assert not can_measure(viewer, **told | {"organisation_id": 2, "measurer_id": 1})


def test_can_measure_when_only_auditing_then_may_not() -> None:
    auditor = Viewer(person_id=1, organisation_id=1, roles=frozenset({"auditor"}), unit_ids=frozenset({7}))
    assert not can_measure(auditor, organisation_id=1, unit_id=7, measurer_id=1, edits=False)
