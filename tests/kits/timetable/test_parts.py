"""The parts of the planner, each against what is known without it."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringar_kits.timetable import Meeting, Wish, find_obstacles
from ringar_kits.timetable.bound import bound_by_pairs, bound_by_slots
from ringar_kits.timetable.chains import place_with_moves
from ringar_kits.timetable.colour import Board, colour
from ringar_kits.timetable.fairness import make_fair, top_wishes, without_top
from ringar_kits.timetable.gaps import Days, exchange, fewer_gaps
from ringar_kits.timetable.problem import NOWHERE, Problem, make_problem
from ringar_kits.timetable.reopen import Lift, reopen
from ringar_kits.timetable.rooms import give_rooms
from ringar_kits.timetable.search import search
from ringar_kits.timetable.unmet import find_unmet
from tests.kits.timetable.days import Day, best_value, days, random_day

TINY = days(most_parties=3, most_slots=3, least_value=1)


def problem_of(day: Day, **more: object) -> Problem:
    return make_problem(day.wishes, **day.rules, fixed=(), **more)  # type: ignore[arg-type]


def coloured(problem: Problem) -> Board:
    order = np.argsort(-problem.weight, kind="stable").tolist()
    return colour(problem, order, problem.common)


@settings(max_examples=60)
@given(TINY)
def test_bound_when_everything_can_be_tried_then_neither_is_below_the_best(day: Day) -> None:
    problem, best = problem_of(day), best_value(day)
    by_pairs, by_slots = bound_by_pairs(problem), bound_by_slots(problem, 10)
    assert by_pairs.weight >= best - 1e-6
    if by_slots is not None:
        assert best - 1e-6 <= by_slots.weight <= by_pairs.weight + 1e-6


@pytest.mark.parametrize("seed", range(12))
def test_bound_when_a_wish_is_forced_then_the_best_falls_by_what_it_says_at_least(seed: int) -> None:
    day = random_day(seed, managers=3, startups=3, slots=2, pairs=8, away=0.1)
    problem = problem_of(day)
    by_slots = bound_by_slots(problem, 10)
    assert by_slots is not None
    for place, wish in enumerate(problem.wishes):
        others = [other for other in day.wishes if other != wish]
        forced = [
            wish.value + best_value(Day(others, 2, [*day.away, (wish.manager, slot), (wish.startup, slot)]))
            for slot in range(2)
            if not find_obstacles([], Meeting(wish.manager, wish.startup, slot), **day.rules)
        ]
        for bound in (bound_by_pairs(problem), by_slots):
            assert max(forced, default=-np.inf) <= bound.weight - bound.lost[place] + 1e-6


@given(days(least_value=1))
def test_colour_when_all_can_always_come_then_as_many_meet_as_there_are_slots(day: Day) -> None:
    """König: if nobody has more wishes than there are slots, every wish finds one."""
    wishes = Day(day.wishes, slots=5).wishes
    board = coloured(make_problem(wishes, slots=5, unavailable=(), rooms=None, max_per_party=None, fixed=()))
    assert NOWHERE not in board.slot


@given(days(least_value=1))
def test_colour_when_done_then_the_board_is_legal_and_knows_itself(day: Day) -> None:
    problem = problem_of(day)
    board = coloured(problem)
    assert not day.faults(problem.meetings(board.slot_of))
    again = Board(problem, board.slot_of)
    assert (again.at, again.left, again.rooms) == (board.at, board.left, board.rooms)


@given(days(least_value=1), st.integers(0, 3), st.data())
def test_chains_when_a_wish_is_placed_then_few_move_and_otherwise_none(
    day: Day, moves: int, data: st.DataObject
) -> None:
    problem = problem_of(day)
    board = coloured(problem)
    left = [
        wish
        for wish, slot in enumerate(board.slot)
        if slot == NOWHERE and all(board.left[party] > 0 for party in board.pair[wish])
    ]
    if not left:
        return
    wish, before = data.draw(st.sampled_from(left)), board.slot_of
    moved = place_with_moves(board, wish, moves, time.monotonic() + 60)
    after = board.slot_of
    if moved is None:
        assert (after == before).all()
    else:
        changed = set(np.flatnonzero(after != before).tolist())
        assert changed <= {wish, *moved} and wish in changed and len(moved) <= moves
    assert not day.faults(problem.meetings(after))


def test_reopen_when_all_slots_are_open_then_it_is_the_best_there_is() -> None:
    day = random_day(1, managers=3, startups=3, slots=3, pairs=7, away=0.3)
    problem = problem_of(day)
    nowhere = np.full(7, NOWHERE)
    found = reopen(problem, nowhere, np.arange(3), among=np.ones(7, dtype=bool), seconds=30)
    assert found is not None
    assert problem.value_of(found) == pytest.approx(best_value(day))


def test_reopen_when_a_prize_is_set_then_it_decides_unless_the_floor_forbids() -> None:
    wishes = [Wish("Alva", "a", 1), Wish("Bo", "a", 5)]
    problem = problem_of(Day(wishes, 1))
    asked = {"among": np.ones(2, dtype=bool), "seconds": 30, "lifts": [Lift(np.array([0]), 100.0)]}
    start, slots = np.array([NOWHERE, 0]), np.arange(1)
    found = reopen(problem, start, slots, **asked)  # type: ignore[arg-type]
    assert found is not None and found.tolist() == [0, NOWHERE]
    kept = reopen(problem, start, slots, **asked, floor=4.0)  # type: ignore[arg-type]
    assert kept is not None and kept.tolist() == [NOWHERE, 0]


def test_search_when_free_times_are_bunched_then_the_bound_knows() -> None:
    """Managers come before noon and most startups after: many pairs never meet, and the bound says so."""
    day = random_day(3, slots=8, away=0)
    away = [(f"m{n}", slot) for n in range(20) for slot in range(4, 8) if n % 4]
    away += [(f"s{n}", slot) for n in range(40) for slot in range(4) if n % 3]
    problem = problem_of(Day(day.wishes, 8, away))
    slot_of, bound, in_time = search(
        problem, deadline=time.monotonic() + 60, seed=0, progress=lambda share: None
    )
    assert in_time
    assert problem.value_of(slot_of) >= bound.weight * 0.9999


@given(days(least_value=1))
def test_gaps_when_counted_then_they_are_the_slots_between(day: Day) -> None:
    problem = problem_of(day)
    board, days_ = coloured(problem), Days(problem, [])
    for party in range(len(problem.parties)):
        busy = [slot for slot in range(day.slots) if board.at[party][slot] != NOWHERE]
        between = range(min(busy), max(busy)) if busy else range(0)
        waits = [slot for slot in between if slot not in busy and problem.free[party][slot]]
        assert days_.gaps(party, sum(1 << slot for slot in busy)) == len(waits)


@given(days(least_value=1))
def test_gaps_when_made_fewer_then_the_same_meet_and_the_count_is_true(day: Day) -> None:
    problem = problem_of(day)
    start = coloured(problem).slot_of
    found, before, after = fewer_gaps(problem, start, new_days=[2], deadline=time.monotonic() + 60, seed=0)
    assert ((found >= 0) == (start >= 0)).all()
    assert not day.faults(problem.meetings(found))
    counted = fewer_gaps(problem, found, new_days=[2], deadline=0.0, seed=0)[1]
    assert after == counted <= before


@given(days(least_value=1), st.data())
def test_exchange_when_possible_then_the_plan_stays_legal(day: Day, data: st.DataObject) -> None:
    problem = problem_of(day)
    board = coloured(problem)
    placed = [wish for wish, slot in enumerate(board.slot) if slot != NOWHERE]
    if not placed or day.slots < 2:
        return
    wish = data.draw(st.sampled_from(placed))
    here = board.slot[wish]
    slot = data.draw(st.sampled_from([slot for slot in range(day.slots) if slot != here]))
    changed = exchange(board, wish, slot)
    if changed is not None:
        assert len(set(changed)) == len(changed)
        board.swap(changed, here, slot)
        assert board.slot[wish] == slot
        assert not day.faults(problem.meetings(board.slot_of))


def test_fairness_when_it_would_cost_too_much_then_value_goes_first() -> None:
    wishes = [Wish("Bo", "a", 10), Wish("Alva", "a", 1)]
    problem, top = problem_of(Day(wishes, 1)), top_wishes(wishes)
    bound = bound_by_pairs(problem)
    start = np.array([NOWHERE, 0])  # Alva's wish comes first by name
    found = make_fair(problem, start, bound, top, deadline=time.monotonic() + 60, seed=0)
    assert found.tolist() == start.tolist()
    assert without_top(problem.meetings(found), top) == ("Alva",)


def test_top_wishes_when_some_are_worth_the_same_then_all_of_them_count() -> None:
    wishes = [Wish("Bo", name, value) for name, value in zip("abcde", (5, 4, 3, 3, 1), strict=True)]
    assert top_wishes(wishes)["Bo"] == {("Bo", name) for name in "abcd"}


@given(days(least_value=1))
def test_rooms_when_given_then_no_two_share_one_and_given_rooms_stay(day: Day) -> None:
    meetings = problem_of(day).meetings(coloured(problem_of(day)).slot_of)
    most = day.rooms if day.rooms is not None else 9
    given_ = give_rooms(meetings, most)
    assert not Day(day.wishes, day.slots, rooms=most).faults(given_)
    assert give_rooms(given_, most) == given_
    assert give_rooms(meetings, None) == sorted(meetings, key=lambda meeting: (meeting.slot, meeting.pair))


@pytest.mark.parametrize(
    ("wish", "rules", "why"),
    [
        (Wish("Bo", "b", 0), {}, "veto"),
        (Wish("Bo", "b", 1), {"unavailable": [("Bo", 1), ("b", 0)]}, "no_common_slot"),
        (Wish("Bo", "b", 1), {"max_per_party": {"b": 0}}, "no_limit"),
        (Wish("Bo", "b", 1), {"max_per_party": {"Bo": 1}}, "manager_full"),
        (Wish("Bo", "b", 1), {"unavailable": [("Bo", 1)]}, "manager_full"),
        (Wish("Alva", "a", 1), {"max_per_party": {"a": 1}}, "startup_full"),
        (Wish("Alva", "a", 1), {"max_per_party": {"a": 1, "Alva": 1}}, "startup_full"),
        (Wish("Bo", "c", 1), {"max_per_party": 1}, "both_full"),
        (Wish("Alva", "b", 1), {"rooms": 1}, "rooms_full"),
        (Wish("Bo", "c", 1), {}, "outweighed"),
    ],
)
def test_unmet_when_a_wish_is_left_then_the_nearest_reason_is_given(
    wish: Wish, rules: dict, why: str
) -> None:
    plan = [Meeting("Bo", "a", 0), Meeting("Cilla", "c", 1)]
    asked = {"slots": 2} | rules
    (unmet,) = find_unmet(plan, [wish], **asked)
    assert unmet.why == why


def test_rooms_when_a_manager_has_met_in_one_then_stays_there() -> None:
    meetings = [Meeting("Alva", "a", 0), Meeting("Bo", "b", 0), Meeting("Bo", "a", 1)]
    assert [meeting.room for meeting in give_rooms(meetings, 2)] == [1, 2, 2]
