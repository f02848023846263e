"""A work list tried as a pilot: weeks by lot, values by what is ticked off."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ringar.city.actions.lists import close_list
from ringar.city.actions.ticks import tick_item, untick_item
from ringar.city.models import WorkList
from ringar.city.rules.fits import Arm, ChosenBy, Found
from ringar.core.clock import at
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused
from ringar.pilots.actions.work_lists import measure_by_list, start_list_pilot
from ringar.pilots.list_rules import SOURCE, Tick, values_of, weeks_of
from ringar.pilots.models import Correction, Measurement, Pilot
from ringar.pilots.queries.work_lists import list_weeks
from ringar.pilots.rules import Design, PilotState, Stage
from ringar.pilots.tasks import look_at_lists
from ringar.robots.engine.running import run_waiting
from tests.people import People
from tests.rooms.city.town import Town, add_town, fitted, handed_out

MONDAY = date(2026, 3, 2)
WEEK = timedelta(days=7)
TOLD = {"baseline": 1.0, "baseline_source": "Fjolårets inspektioner", "target": 2.0, "worthwhile": 0.5}


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=ZoneInfo("Europe/Stockholm"))


def begun(town: Town, work_list: WorkList, **told: object) -> Pilot:
    asked = {
        "title": "Rätt rör först",
        "goal": "Färre läckor i gatan",
        "told": TOLD,
        "first_day": MONDAY,
        "weeks": 8,
    }
    return start_list_pilot(by=town.by, work_list=work_list, **{**asked, **told})


@pytest.fixture
def town(people: People) -> Town:
    return add_town(people)


@pytest.fixture
def work_list(town: Town) -> WorkList:
    with at(moment(MONDAY - WEEK)):
        return handed_out(town, fitted(town, MONDAY - WEEK), capacity=16)


def test_start_list_pilot_sets_goal_comparison_by_lot_and_unit(town: Town, work_list: WorkList):
    with at(moment(MONDAY - WEEK)):
        pilot = begun(town, work_list)
    goal = pilot.effect_goal
    assert (pilot.stage, pilot.state, pilot.source) == (Stage.PILOT, PilotState.PLANNED, SOURCE)
    assert (goal.design, goal.seed, goal.start_week) == (Design.ALTERNATE, work_list.seed, MONDAY)
    assert pilot.is_simulated
    assert pilot.ends_on == MONDAY + 8 * WEEK - timedelta(days=1)
    assert [of.unit for of in pilot.units.all()] == [work_list.unit]
    work_list.refresh_from_db()
    assert work_list.pilot_uuid == pilot.uuid


def test_start_list_pilot_twice_is_the_same_pilot(town: Town, work_list: WorkList):
    assert begun(town, work_list) == begun(town, work_list)
    assert Pilot.objects.count() == 1


@pytest.mark.parametrize(
    "told", [{"weeks": 7}, {"weeks": 2}, {"weeks": 54}, {"told": {**TOLD, "target": 0.5}}]
)
def test_start_list_pilot_refuses_and_leaves_nothing_half_begun(town: Town, work_list: WorkList, told):
    with pytest.raises(Refused):
        begun(town, work_list, **told)
    assert not Pilot.objects.exists()
    work_list.refresh_from_db()
    assert work_list.pilot_uuid is None


def test_start_list_pilot_of_a_list_without_halves_or_closed_is_refused(town: Town, work_list: WorkList):
    with pytest.raises(Refused, match=r"hal[fv]"):
        begun(town, handed_out(town, chosen_by=ChosenBy.MODEL, name="Modellens"))
    close_list(by=town.by, work_list=work_list)
    with pytest.raises(Refused):
        begun(town, work_list)
    assert not Pilot.objects.exists()


def test_start_list_pilot_by_who_only_ticks_is_not_allowed(town: Town, work_list: WorkList):
    with pytest.raises(NotAllowed):
        start_list_pilot(
            by=viewer_of(town.crew),
            work_list=work_list,
            title="x",
            goal="y",
            told=TOLD,
            first_day=MONDAY,
            weeks=8,
        )


def tick_week(town: Town, pilot: Pilot, work_list: WorkList, number: int, found: list[str]) -> None:
    """Ticks off the week's pipes with those finds, in the week."""
    week = list_weeks(pilot, work_list)[number]
    with at(moment(week.week + timedelta(days=2))):
        for place, what in zip(week.places, found, strict=False):
            tick_item(by=viewer_of(town.crew), item=work_list.items.get(place=place), found=what)


def test_measure_by_list_hands_in_finds_for_each_kilometre(town: Town, work_list: WorkList):
    with at(moment(MONDAY)):
        pilot = begun(town, work_list)
    tick_week(town, pilot, work_list, 0, [Found.LEAK, Found.NOTHING])
    with at(moment(MONDAY + WEEK)):
        assert measure_by_list(by=town.by, pilot=pilot).new == 1
        assert measure_by_list(by=town.by, pilot=pilot).new == 0
    value = Measurement.objects.get(of__pilot=pilot)
    assert (value.week, value.value, value.via) == (MONDAY, pytest.approx(5.0), "list")


def test_measure_by_list_not_before_the_week_has_ended(town: Town, work_list: WorkList):
    with at(moment(MONDAY)):
        pilot = begun(town, work_list)
    tick_week(town, pilot, work_list, 0, [Found.LEAK])
    with at(moment(MONDAY + timedelta(days=5))):
        measure_by_list(by=town.by, pilot=pilot)
    assert not Measurement.objects.exists()


def test_measure_by_list_a_tick_taken_back_corrects_and_keeps_what_stood(town: Town, work_list: WorkList):
    with at(moment(MONDAY)):
        pilot = begun(town, work_list)
    tick_week(town, pilot, work_list, 0, [Found.LEAK, Found.NOTHING])
    with at(moment(MONDAY + WEEK)):
        measure_by_list(by=town.by, pilot=pilot)
        place = list_weeks(pilot, work_list)[0].places[1]
        untick_item(by=viewer_of(town.crew), item=work_list.items.get(place=place))
        assert measure_by_list(by=town.by, pilot=pilot).changed == 1
    assert Correction.objects.get().before == pytest.approx(5.0)
    assert Measurement.objects.get().value == pytest.approx(10.0)


def test_robots_hand_in_the_weeks_by_themselves(town: Town, work_list: WorkList):
    with at(moment(MONDAY)):
        pilot = begun(town, work_list)
    tick_week(town, pilot, work_list, 0, [Found.WORN])
    with at(moment(MONDAY + WEEK)):
        look_at_lists()
        run_waiting(only="pilots.measure_lists")
    assert Measurement.objects.get(of__pilot=pilot).value == pytest.approx(10.0)


def test_weeks_of_gives_each_pair_one_week_of_each_half_and_every_place_once():
    weeks = weeks_of(MONDAY, 9, 3, {Arm.MODEL: range(1, 14), Arm.AS_BEFORE: range(14, 21)})
    assert len(weeks) == 8
    assert all({a.arm, b.arm} == set(Arm) for a, b in zip(weeks[::2], weeks[1::2], strict=True))
    assert sorted(place for week in weeks for place in week.places) == list(range(1, 21))
    sizes = [len(week.places) for week in weeks if week.arm == Arm.MODEL]
    assert max(sizes) - min(sizes) <= 1


def test_values_of_leaves_out_ticks_of_the_other_half_and_weeks_with_none_of_their_own():
    weeks = weeks_of(MONDAY, 4, 3, {Arm.MODEL: [1, 2], Arm.AS_BEFORE: [3, 4]})
    first, other = weeks[0].arm, weeks[1].arm
    ticks = [
        Tick(first, MONDAY, 200.0, Found.LEAK),
        Tick(first, MONDAY + timedelta(days=6), 300.0, Found.NOTHING),
        Tick(other, MONDAY, 100.0, Found.LEAK),
        Tick(first, MONDAY + WEEK, 100.0, Found.WORN),
    ]
    found = values_of(weeks, ticks, today=MONDAY + 3 * WEEK)
    assert [(each.week, each.value, each.left_out) for each in found] == [(MONDAY, pytest.approx(2.0), 1)]
