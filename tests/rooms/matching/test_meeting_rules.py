"""Figures of meetings, their intervals, and when a letter is due."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ringar.matching.day_models import Meeting, Party
from ringar.matching.meeting_rules import FIELD_COLLABORATIONS, Share, Told, figures_of, takes_letter
from ringar.matching.timetable import DateTable, lay_out

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
HERE = ZoneInfo("Europe/Stockholm")


def test_figures_of_when_states_differ_counts_each_once() -> None:
    found = figures_of(
        [
            Told("held", True, ("yes", "yes"), led_to_pilot=True),
            Told("held", True, ("yes", "no")),
            Told("held", True, ("maybe",)),
            Told("held", True),
            Told("missed", True),
            Told("planned", True),
            Told("planned", False),
            Told("cancelled", True, ("yes", "yes"), led_to_pilot=True),
        ]
    )
    assert (found.planned, found.held, found.missed, found.silent) == (7, 4, 1, 1)
    assert (found.both, found.either, found.pilots) == (Share(1, 4), Share(2, 4), Share(1, 4))
    assert found.answers == Share(5, 8)


def test_figures_of_when_there_are_none_have_no_share() -> None:
    found = figures_of([])
    assert found.both.per_cent is None and found.both.interval is None


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(0, 10, 0.0, 27.75), (5, 10, 23.66, 76.34), (10, 10, 72.25, 100.0), (63, 100, 53.22, 71.82)],
)
def test_share_when_of_few_has_wilsons_interval(count: int, of: int, low: float, high: float) -> None:
    assert Share(count, of).interval == pytest.approx((low, high), abs=0.01)


def test_field_figures_when_computed_are_those_that_are_known() -> None:
    assert [round(each.per_cent, 1) for each in FIELD_COLLABORATIONS] == [8.0, 14.6]


@pytest.mark.parametrize(
    ("hours", "letters", "due"),
    [(1, 0, False), (2, 0, True), (50, 1, False), (96, 1, True), (200, 2, False), (24 * 31, 0, False)],
)
def test_takes_letter_when_time_goes_is_after_two_hours_and_four_days(
    hours: int, letters: int, due: bool
) -> None:
    assert takes_letter(NOW - timedelta(hours=hours), letters, NOW) is due


def party(pk: int, kind: str) -> Party:
    return Party(pk=pk, kind=kind, name=f"{kind} {pk}")


def meeting(manager: Party, startup: Party, starts_at: datetime) -> Meeting:
    return Meeting(manager=manager, startup=startup, starts_at=starts_at)


def laid_out(rows: list[Meeting], parties: list[Party], slots: list[datetime]) -> list[DateTable]:
    return lay_out(rows, parties, slots=slots, zone=HERE, minutes=20, pause=5)


def test_lay_out_when_over_two_dates_has_a_table_each_with_a_mark_a_meeting() -> None:
    anna, bo, rymd = party(1, "manager"), party(2, "manager"), party(3, "startup")
    slots = [NOW + timedelta(minutes=25 * n) for n in range(4)]
    slots += [slot + timedelta(days=1) for slot in slots]
    rows = [meeting(anna, rymd, slots[1]), meeting(bo, rymd, slots[6])]
    first, second = laid_out(rows, [anna, bo, rymd], slots)
    assert (first.count, second.count) == (1, 1)
    # Four slots are 95 minutes: the second begins after 25 of them and lasts 20.
    assert [(mark.left, mark.width) for mark in first.managers[0].marks] == [("26.32%", "21.05%")]
    assert first.managers[1].marks == [] and first.managers[1].meetings == []
    assert [mark.left for mark in second.startups[0].marks] == ["52.63%"]
    assert [[row.manager for row in found] for _at, found in second.by_time] == [[bo]]
    assert first.breaks == [] and [(bed.left, bed.right) for bed in first.beds] == [("0.00%", "100.00%")]


def test_lay_out_when_there_is_lunch_leaves_its_time_free() -> None:
    morning = [datetime(2026, 12, 1, 8, tzinfo=UTC) + timedelta(minutes=25 * n) for n in range(2)]
    after = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)  # 45 minutes after the morning's last meeting ends
    (table,) = laid_out([], [], [*morning, after])
    assert [(each.left, each.width) for each in table.breaks] == [("40.91%", "40.91%")]
    assert [(each.left, each.right) for each in table.beds] == [("0.00%", "40.91%"), ("81.82%", "100.00%")]
    assert [(place, at.hour) for place, at in table.ticks] == [("0.00%", 9), ("54.55%", 10)]


def test_lay_out_when_nothing_parts_the_slots_draws_meetings_apart_all_the_same() -> None:
    anna, rymd = party(1, "manager"), party(3, "startup")
    slots = [NOW + timedelta(minutes=20 * n) for n in range(2)]
    rows = [meeting(anna, rymd, slots[0])]
    (table,) = lay_out(rows, [anna], slots=slots, zone=HERE, minutes=20, pause=0)
    assert [mark.width for mark in table.managers[0].marks] == ["44.00%"] and table.breaks == []


def test_lay_out_when_late_in_the_evening_goes_by_the_local_date() -> None:
    late = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)  # half past midnight on the 1st in Stockholm
    (table,) = laid_out([], [], [late])
    assert f"{table.date}" == "2026-12-01"
    assert [(place, f"{at:%H:%M}") for place, at in table.ticks] == [("0.00%", "00:30")]


def test_lay_out_when_there_is_nothing_is_empty() -> None:
    assert laid_out([], [], []) == []


def test_lay_out_when_the_day_is_long_writes_at_most_eight_hours() -> None:
    slots = [datetime(2026, 12, 1, 5, tzinfo=UTC) + timedelta(minutes=10 * n) for n in range(96)]
    (table,) = laid_out([], [], slots)
    assert 5 <= len(table.ticks) <= 8
