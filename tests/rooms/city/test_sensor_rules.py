"""Which readings are not to be trusted, and who may do what with a sensor."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringar.city.rules.sensors import (
    FEWEST,
    WINDOW,
    Flag,
    Possible,
    SensorFacts,
    Taken,
    as_taken,
    can_keep_sensor,
    can_register,
    can_see_sensor,
    flag_of,
    shown_place,
)
from ringar.core.rules import Role, Viewer

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def run(values: list[float], *, step: timedelta = MINUTE, end: datetime = NOON) -> list[Taken]:
    """Values before `end`, one for each step."""
    return [Taken(end - step * (len(values) - n), value) for n, value in enumerate(values)]


def flagged(
    value: object, before: list[Taken] | None = None, *, at: datetime = NOON, **possible: float
) -> Flag:
    return flag_of(as_taken(at, value), before or [], Possible(**possible), received=NOON)


@pytest.mark.parametrize("result", ["nan", "inf", "-", None, True, "4,2", "1e999", ""])
def test_as_taken_when_it_is_no_number_then_what_came_is_kept(result: object) -> None:
    taken = as_taken(NOON, result)
    assert taken.value is None and taken.told == str(result)
    assert flagged(result) == Flag.NOT_A_NUMBER


@pytest.mark.parametrize("result", [4, 4.0, "4", " 4.0 "])
def test_as_taken_when_it_is_a_number_then_it_is_one(result: object) -> None:
    assert as_taken(NOON, result) == Taken(NOON, 4.0)


def test_flag_when_outside_what_is_possible_then_so_it_says_and_the_ends_are_possible() -> None:
    assert flagged(-41, lowest=-40) == Flag.OUT_OF_RANGE == flagged(61, highest=60)
    assert flagged(-40, lowest=-40) == Flag.NONE == flagged(60, highest=60)


def test_flag_when_far_from_those_before_then_it_is_a_jump_and_a_slow_rise_is_none() -> None:
    quiet = run([4.0, 4.1, 4.2, 4.1, 4.0, 4.1, 4.2, 4.1, 4.0, 4.1])
    assert flagged(25, quiet) == Flag.JUMP
    assert flagged(4.6, quiet) == Flag.NONE
    assert flagged(25, quiet[: FEWEST - 1]) == Flag.NONE
    assert flagged(25, run([4.0] * 20)) == Flag.NONE, "of a sensor that never moved nothing can be said"


def test_flag_when_rain_begins_then_it_is_no_jump() -> None:
    assert flagged(7, run([0.0] * 11 + [0.1, 0.2, 0.1, 0.3])) == Flag.NONE


def test_flag_when_the_level_has_changed_for_good_then_it_is_believed_in_the_end() -> None:
    window, flags = run([4.0, 4.1] * 10), []
    for n in range(60):
        taken = Taken(NOON + n * MINUTE, 25.0 + n % 2 / 10)
        flags.append(flag_of(taken, window, Possible(), received=taken.at))
        window = [*window[-WINDOW + 1 :], taken]
    assert flags[0] == Flag.JUMP and flags[-1] == Flag.NONE


def test_flag_when_the_same_for_hours_then_it_is_stuck_but_not_the_rain_that_does_not_fall() -> None:
    long = timedelta(minutes=10)
    assert flagged(4.2, run([4.2] * WINDOW, step=long)) == Flag.STUCK
    assert flagged(4.2, run([4.2] * WINDOW)) == Flag.NONE, "fifty minutes are no long time"
    assert flagged(4.2, run([4.2] * (WINDOW - 1), step=long)) == Flag.NONE
    assert flagged(0, run([0.0] * WINDOW, step=long)) == Flag.NONE


def test_flag_when_the_clock_is_wrong_then_it_says_which_way() -> None:
    assert flagged(4, at=NOON + timedelta(minutes=11)) == Flag.AHEAD
    assert flagged(4, at=NOON + timedelta(minutes=9)) == Flag.NONE
    assert flagged(4, at=NOON - timedelta(hours=25)) == Flag.LATE
    assert flagged(4, at=NOON - timedelta(hours=23)) == Flag.NONE


@given(
    value=st.floats() | st.text(max_size=80) | st.none() | st.integers(),
    before=st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=WINDOW),
)
def test_flag_when_anything_comes_then_there_is_an_answer(value: object, before: list[float]) -> None:
    assert flagged(value, run(before)) in Flag


def test_shown_place_when_not_exact_then_a_hundred_metres_are_blurred() -> None:
    assert shown_place(18.07109, 59.32512, is_exact=True) == (18.07109, 59.32512)
    assert shown_place(18.07109, 59.32512, is_exact=False) == (18.071, 59.325)
    assert shown_place(None, 59.3, is_exact=True) is None


def viewer(*roles: Role, person: int = 1, organisation: int = 1, units: tuple[int, ...] = ()) -> Viewer:
    return Viewer(
        person_id=person,
        organisation_id=organisation,
        roles=frozenset(role.value for role in roles),
        unit_ids=frozenset(units),
        role_units={role.value: frozenset(units) for role in roles},
    )


def test_rights_when_asked_then_they_are_as_the_table_says() -> None:
    resident, other = viewer(Role.RESIDENT), viewer(Role.RESIDENT, person=2)
    staff, manager = viewer(Role.STAFF, person=3, units=(7,)), viewer(Role.MANAGER, person=4, units=(7,))
    auditor, nobody = viewer(Role.AUDITOR, person=5), Viewer()
    stranger = viewer(Role.ADMINISTRATOR, person=6, organisation=2)
    own = SensorFacts(1, owner_id=1)
    citys = SensorFacts(1, unit_id=7, owner_id=3)
    assert [can_register(each) for each in (resident, staff, auditor, nobody)] == [True, True, False, False]
    assert [can_see_sensor(each, own) for each in (resident, other, staff, auditor, nobody, stranger)] == [
        True,
        False,
        True,
        True,
        False,
        False,
    ]
    assert can_see_sensor(nobody, SensorFacts(1, owner_id=1, is_public=True))
    assert [can_keep_sensor(each, own) for each in (resident, other, staff, manager, stranger)] == [
        True,
        False,
        False,
        False,
        False,
    ]
    assert [can_keep_sensor(each, citys) for each in (resident, staff, manager, stranger)] == [
        False,
        True,
        True,
        False,
    ]
