"""Meeting days' pure decisions: times, what a meeting is worth, who may what."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from ringar.core.rules import Role, Viewer
from ringar.matching.day_rules import (
    DayState,
    Stretch,
    can_run_day,
    can_see_day,
    first_overlap,
    is_over,
    share_of,
    slots_of,
    step_of,
    takes_wishes,
    worth_of,
)

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DAY = date(2026, 11, 24)


def viewer(role: Role, organisation: int = 1) -> Viewer:
    return Viewer(person_id=7, organisation_id=organisation, roles=frozenset({role.value}))


def test_slots_of_when_an_hour_is_given_then_only_whole_meetings() -> None:
    found = slots_of([Stretch(DAY, time(9), time(10))], STOCKHOLM, 20, 5)
    assert [f"{each:%H:%M}" for each in found] == ["08:00", "08:25"]
    assert slots_of([Stretch(DAY, time(9), time(9, 19))], STOCKHOLM, 20, 5) == []


def test_slots_of_when_lunch_lies_between_then_it_is_kept_free() -> None:
    rows = [Stretch(DAY, time(13), time(14)), Stretch(DAY, time(11), time(12))]
    hours = [each.astimezone(STOCKHOLM).hour for each in slots_of(rows, STOCKHOLM, 20, 0)]
    assert hours == [11, 11, 11, 13, 13, 13]


def test_slots_of_when_summer_time_ends_that_night_then_the_clock_on_the_wall_holds() -> None:
    found = slots_of([Stretch(date(2026, 10, 25), time(1), time(4))], STOCKHOLM, 60, 0)
    assert len(found) == 4  # the hour from two to three comes twice
    assert found[0] == datetime(2026, 10, 24, 23, tzinfo=UTC)


def test_first_overlap_when_two_share_time_then_both() -> None:
    early, late = Stretch(DAY, time(9), time(11)), Stretch(DAY, time(10), time(12))
    assert first_overlap([late, early]) == (early, late)
    assert first_overlap([early, Stretch(DAY, time(11), time(12))]) is None
    assert first_overlap([early, Stretch(date(2026, 11, 25), time(10), time(12))]) is None


def test_worth_of_when_one_side_says_no_then_nothing() -> None:
    assert worth_of(0.9, "must", "no") == 0
    assert worth_of(0.0) == 0


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ((0.0, "want"), (0.99,)),
        ((0.0, "must"), (0.9, "want", "want")),
        ((0.5, "want"), (0.4, "want")),
        ((0.1, "must", "want"), (0.9, "must")),
    ],
)
def test_worth_of_when_wishes_are_stronger_then_more(more: tuple, less: tuple) -> None:
    assert worth_of(*more) > worth_of(*less)


def test_share_of_when_nearly_reached_then_never_rounded_up() -> None:
    assert share_of(9999.4, 10000) == 99.9
    assert share_of(10, 10) == 100.0
    assert share_of(0, 0) == 100.0
    assert share_of(None, 3) is None


def test_takes_wishes_when_invited_and_in_time_then_only() -> None:
    until = datetime(2026, 11, 20, tzinfo=UTC)
    assert takes_wishes(DayState.INVITED, until, until)
    assert not takes_wishes(DayState.INVITED, until, datetime(2026, 11, 21, tzinfo=UTC))
    assert not takes_wishes(DayState.PUBLISHED, until, until)


def test_step_of_when_states_pass_then_on() -> None:
    told = [step_of("draft", is_planned=True), step_of("invited", is_planned=False)]
    told += [step_of("invited", is_planned=True), step_of("published", is_planned=True)]
    told.append(step_of("published", is_planned=True, is_over=True))
    assert told == [0, 1, 3, 4, 5]


@pytest.mark.parametrize(("minutes_after", "over"), [(0, False), (19, False), (20, True)])
def test_is_over_when_the_last_meeting_has_ended(minutes_after: int, over: bool) -> None:
    slots = [datetime(2026, 12, 1, hour, tzinfo=UTC) for hour in (8, 9)]
    assert is_over(slots, 20, slots[-1] + timedelta(minutes=minutes_after)) is over
    assert not is_over([], 20, slots[-1])


@pytest.mark.parametrize(
    ("role", "runs", "sees_draft", "sees"),
    [
        (Role.DEVELOPMENT_MANAGER, True, True, True),
        (Role.CIO, True, True, True),
        (Role.AUDITOR, False, True, True),
        (Role.MANAGER, False, False, True),
        (Role.STAFF, False, False, True),
        (Role.SOLVER, False, False, False),
        (Role.RESIDENT, False, False, False),
    ],
)
def test_can_run_day_when_the_role_is_another_then_as_the_table_says(
    role: Role, runs: bool, sees_draft: bool, sees: bool
) -> None:
    assert can_run_day(viewer(role), 1) is runs
    assert can_see_day(viewer(role), 1, DayState.DRAFT) is sees_draft
    assert can_see_day(viewer(role), 1, DayState.INVITED) is sees
    assert not can_run_day(viewer(role, 2), 1) and not can_see_day(viewer(role, 2), 1, DayState.PUBLISHED)
