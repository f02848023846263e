"""A round's steps and what its needs wait for: pure decisions, by the dates given."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ringar.core.rules import Viewer
from ringar.matching.plan_rules import (
    Dates,
    Done,
    PilotNote,
    PlanStep,
    StepState,
    Wait,
    above_limit,
    can_lead_plans,
    can_see_plans,
    days_late,
    money_of,
    step_now,
    step_states,
    wait_of,
)
from ringar.needs.rules import NeedState

FIRST = date(2026, 3, 2)
DATES = Dates(*(FIRST + timedelta(days=10 * place) for place in range(5)))
YES, BEGUN, NO = (True, True), (True, False), (False, False)


def states_of(done: Done, day: date = FIRST) -> str:
    """The states' first letters, in order."""
    return " ".join(state.value for state in step_states(DATES, done, day).values())


@pytest.mark.parametrize(
    ("done", "told"),
    [
        (Done(), "now later later later later"),
        (Done(gather=BEGUN), "now later later later later"),
        (Done(gather=YES), "done now later later later"),
        (Done(gather=BEGUN, weigh=BEGUN), "done now later later later"),
        (Done(gather=BEGUN, weigh=YES), "done done now later later"),
        (Done(gather=BEGUN, call=BEGUN), "done skipped now later later"),
        (Done(gather=BEGUN, weigh=BEGUN, call=YES), "done now done later later"),
        (Done(gather=BEGUN, meet=YES), "done skipped skipped done now"),
        (Done(gather=YES, weigh=YES, call=YES, meet=YES, pilots=BEGUN), "done done done done now"),
        (Done(gather=YES, weigh=YES, call=YES, meet=YES, pilots=YES), "done done done done done"),
    ],
)
def test_step_states_when_steps_have_come_so_far_then_one_is_now(done: Done, told: str) -> None:
    assert states_of(done) == told


def test_step_states_when_the_day_has_passed_then_the_step_is_late() -> None:
    assert states_of(Done(), FIRST).startswith("now")
    assert states_of(Done(), FIRST + timedelta(days=1)).startswith("late")
    states = step_states(DATES, Done(gather=YES), FIRST + timedelta(days=11))
    assert states[PlanStep.WEIGH] == StepState.LATE and step_now(states) == PlanStep.WEIGH


def test_step_now_when_all_are_over_then_none() -> None:
    assert step_now(step_states(DATES, Done(YES, YES, YES, YES, YES), FIRST)) is None


def test_dates_when_a_step_ends_before_the_one_before_then_they_are_out_of_order() -> None:
    assert DATES.is_in_order and replace(DATES, weigh_until=DATES.gather_until).is_in_order
    assert not replace(DATES, call_until=DATES.gather_until).is_in_order


@pytest.mark.parametrize(
    ("state", "facts", "wait"),
    [
        (NeedState.SHARED, {"lacks": True}, Wait.FILL_IN),
        (NeedState.EXPLORED, {}, Wait.CHOOSE),
        (NeedState.CHOSEN, {}, Wait.SOLUTION),
        (NeedState.CHOSEN, {"has_meeting": True}, Wait.MEETING_HELD),
        (NeedState.MATCHED, {}, Wait.MEETING),
        (NeedState.MATCHED, {"has_meeting": True}, Wait.MEETING_HELD),
        (NeedState.MEETING, {}, Wait.PILOT),
        (NeedState.MEETING, {"has_pilot": True}, None),
        (NeedState.PILOT, {}, None),
        (NeedState.CLOSED, {}, None),
    ],
)
def test_wait_of_when_in_that_state_then_waits_for_the_next_step(
    state: NeedState, facts: dict[str, bool], wait: Wait | None
) -> None:
    told = {"lacks": False, "has_meeting": False, "has_pilot": False, **facts}
    assert wait_of(state, **told) == wait


def test_days_late_when_past_the_day_of_its_step_then_counts_from_there() -> None:
    assert days_late(Wait.SOLUTION, DATES, DATES.call_until) == 0
    assert days_late(Wait.SOLUTION, DATES, DATES.call_until + timedelta(days=3)) == 3
    assert days_late(None, DATES, DATES.pilots_from + timedelta(days=99)) == 0


def note(promised: int | None, spent: int = 0) -> PilotNote:
    return PilotNote(1, "En pilot", "/p/", "Pilot", promised, spent, FIRST, None)


def test_money_when_pilots_promise_then_what_is_left_is_told() -> None:
    money = money_of(100, [note(60, 10), note(None, 5)])
    assert (money.promised, money.spent, money.used, money.left) == (60, 15, 60, 40)
    assert money_of(100, [note(10, 130)]).left == -30, "more is spent than was promised"
    assert money_of(None, [note(60)]).left is None


def test_above_limit_when_a_pilot_costs_more_than_the_mandate_then_is_named() -> None:
    dear, cheap = note(101), note(100)
    assert above_limit(100, [dear, cheap, note(None)]) == [dear]
    assert above_limit(None, [dear]) == []


def test_rights_when_only_reading_then_sees_and_does_not_lead() -> None:
    auditor = Viewer(person_id=1, organisation_id=1, roles=frozenset({"auditor"}))
    leader = Viewer(person_id=1, organisation_id=1, roles=frozenset({"development_manager"}))
    supplier = Viewer(person_id=1, organisation_id=1, roles=frozenset({"solver"}))
    assert can_see_plans(auditor) and not can_lead_plans(auditor)
    assert can_see_plans(leader) and can_lead_plans(leader)
    assert not can_see_plans(supplier) and not can_see_plans(Viewer())
