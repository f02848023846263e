from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringar_kits.errors import InputError
from ringar_kits.timetable import Meeting, Wish, plan_meetings, repair_plan
from tests.kits.timetable.days import FEW, Day, days, random_day


@FEW
@given(days(least_value=1), st.data())
def test_repair_when_a_party_cancels_then_the_plan_is_legal_and_others_hardly_move(
    day: Day, data: st.DataObject
) -> None:
    plan = plan_meetings(day.wishes, **day.rules, seconds=5)
    parties = sorted({party for meeting in plan.meetings for party in meeting.pair}) or ["m0"]
    party = data.draw(st.sampled_from(parties))
    most = data.draw(st.integers(0, 3))
    repair = repair_plan(
        plan.meetings, wishes=day.wishes, **day.rules, cancelled=[party], most_moved=most, seconds=5
    )
    assert not day.faults(repair.plan)
    assert not any(party in meeting.pair for meeting in repair.plan)
    assert set(repair.cancelled) == {meeting for meeting in plan.meetings if party in meeting.pair}
    assert len(repair.moved) <= most
    told = set(plan.meetings) - set(repair.cancelled) - {before for before, _ in repair.moved}
    assert {(m.pair, m.slot) for m in told} <= {(m.pair, m.slot) for m in repair.plan}
    assert len(repair.plan) == len(plan.meetings) - len(repair.cancelled) + len(repair.added)
    assert repair.value == pytest.approx(day.value(repair.plan))
    assert repair.value <= repair.bound * (1 + 1e-9)


@FEW
@given(days(least_value=1))
def test_repair_when_done_then_nothing_more_fits_those_who_lost_a_meeting(day: Day) -> None:
    plan = plan_meetings(day.wishes, **day.rules, seconds=5)
    repair = repair_plan(plan.meetings, wishes=day.wishes, **day.rules, cancelled=["m0"], seconds=5)
    met = {meeting.pair for meeting in repair.plan}
    had, has = (Counter(p for m in which for p in m.pair) for which in (plan.meetings, repair.plan))
    assert all(has[party] <= had[party] for _, party in (m.pair for m in repair.cancelled))
    for wish in day.wishes:
        pair = (wish.manager, wish.startup)
        may_come = any(("m0", party) in {m.pair for m in repair.cancelled} for party in pair)
        is_full = any(("m0", p) in {m.pair for m in repair.cancelled} and has[p] >= had[p] for p in pair)
        if pair not in met and "m0" not in pair and may_come and not is_full:
            assert all(day.faults([*repair.plan, Meeting(*pair, slot)]) for slot in range(day.slots))


def test_repair_when_one_must_move_for_another_to_fit_then_it_does() -> None:
    meetings = [Meeting("Bo", "a", 0), Meeting("Alva", "b", 1), Meeting("Bo", "c", 1)]
    wishes = [Wish("Bo", "a", 1), Wish("Alva", "b", 1), Wish("Bo", "c", 1), Wish("Bo", "b", 1)]
    rules = {"slots": 2, "unavailable": [("c", 0)], "wishes": wishes}
    repair = repair_plan(meetings, **rules, cancelled=["a"])
    assert {meeting.pair for meeting in repair.added} == {("Bo", "b")}
    assert repair.moved == ()
    tight = rules | {"unavailable": [("Bo", 1)], "wishes": [*wishes[:2], wishes[3]]}
    moved = repair_plan([Meeting("Bo", "a", 0), Meeting("Alva", "b", 0)], **tight, cancelled=["a"])
    assert moved.moved == ((Meeting("Alva", "b", 0), Meeting("Alva", "b", 1)),)
    assert moved.added == (Meeting("Bo", "b", 0),)
    held = repair_plan(
        [Meeting("Bo", "a", 0), Meeting("Alva", "b", 0)], **tight, cancelled=["a"], most_moved=0
    )
    assert (held.moved, held.added) == ((), ())
    fixed = [Meeting("Alva", "b", 0)]
    stays = repair_plan([Meeting("Bo", "a", 0), *fixed], **tight, cancelled=["a"], fixed=fixed)
    assert (stays.moved, stays.added) == ((), ())


@pytest.mark.parametrize("most", [0, 1, 2])
def test_repair_when_each_new_meeting_takes_a_move_then_no_more_than_are_allowed_in_all(most: int) -> None:
    """Twice the same: Bo lost a, and can meet b where Alva, who has b then, takes another slot."""
    before, wishes, away = [], [], []
    for n in "12":
        before += [Meeting(f"Bo{n}", f"a{n}", 0), Meeting(f"Alva{n}", f"b{n}", 0)]
        wishes += [Wish(f"Alva{n}", f"b{n}", 1), Wish(f"Bo{n}", f"b{n}", 1)]
        away.append((f"Bo{n}", 1))
    repair = repair_plan(
        before, wishes=wishes, slots=2, unavailable=away, cancelled=["a1", "a2"], most_moved=most
    )
    assert (len(repair.moved), len(repair.added)) == (most, most)


def test_repair_when_all_rooms_are_taken_then_a_meeting_makes_room() -> None:
    meetings = [Meeting("Bo", "a", 1, 1), Meeting("Alva", "b", 0, 1)]
    wishes = [Wish("Bo", "a", 1), Wish("Alva", "b", 1), Wish("Bo", "c", 1)]
    away = [("c", 1)]
    repair = repair_plan(meetings, wishes=wishes, slots=2, rooms=1, unavailable=away, cancelled=["a"])
    assert repair.added == (Meeting("Bo", "c", 0, 1),)
    assert repair.moved == ((Meeting("Alva", "b", 0, 1), Meeting("Alva", "b", 1, 1)),)


def test_repair_when_much_time_is_left_then_it_is_no_new_plan() -> None:
    meetings = [Meeting("Bo", "a", 0), Meeting("Alva", "b", 1)]
    wishes = [Wish(manager, startup, 1) for manager in ("Bo", "Alva", "Cilla") for startup in "abcd"]
    repair = repair_plan(meetings, wishes=wishes, slots=6, cancelled=["a"])
    assert [meeting.manager for meeting in repair.added] == ["Bo"]
    assert meetings[1] in repair.plan


def test_repair_when_a_party_leaves_early_then_its_meeting_finds_another_slot() -> None:
    repair = repair_plan(
        [Meeting("Bo", "a", 1)], wishes=[Wish("Bo", "a", 1)], slots=2, unavailable=[("Bo", 1)]
    )
    assert repair.cancelled == (Meeting("Bo", "a", 1),)
    assert repair.added == (Meeting("Bo", "a", 0),)


def test_repair_when_there_are_no_wishes_then_only_the_cancelled_go() -> None:
    meetings = [Meeting("Bo", "a", 0, 2), Meeting("Bo", "b", 1, 2), Meeting("Alva", "a", 1, 1)]
    repair = repair_plan(meetings, slots=2, rooms=2, cancelled=["b"])
    assert set(repair.plan) == {meetings[0], meetings[2]}
    assert (repair.added, repair.moved, repair.value) == ((), (), 0)


def test_repair_when_the_plan_is_large_then_gained_time_is_filled() -> None:
    day = random_day(3, managers=60, startups=120, slots=20, pairs=1800, away=0.4)
    plan = plan_meetings(day.wishes, **day.rules, seconds=3)
    repair = repair_plan(plan.meetings, wishes=day.wishes, **day.rules, cancelled=["s7"], seconds=30)
    assert not day.faults(repair.plan)
    assert len(repair.moved) <= 3
    assert repair.added


@pytest.mark.parametrize(
    ("meetings", "words"),
    [
        ([Meeting("Bo", "a", 0), Meeting("Bo", "b", 0)], "Bo has two meetings in slot 0"),
        ([Meeting("Bo", "a", 0), Meeting("Bo", "a", 1)], "meet twice"),
        ([Meeting("Bo", "a", 5)], "there are 2"),
    ],
)
def test_repair_when_the_plan_has_a_fault_then_it_is_named(meetings: list[Meeting], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        repair_plan(meetings, slots=2, cancelled=["Bo"])
    assert caught.value.remedy
