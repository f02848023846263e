"""Mends a plan when somebody can not come: their meetings go, and others take the time that came free."""

import time
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

import numpy as np

from ringar_kits.errors import InputError
from ringar_kits.timetable.bound import bound_by_pairs
from ringar_kits.timetable.chains import place_with_moves
from ringar_kits.timetable.colour import Board
from ringar_kits.timetable.model import Meeting, Repair, Wish
from ringar_kits.timetable.obstacles import Limit, limit_of
from ringar_kits.timetable.problem import NOWHERE, Problem, make_problem
from ringar_kits.timetable.reopen import reopen
from ringar_kits.timetable.rooms import give_rooms


def repair_plan(
    meetings: Iterable[Meeting],
    *,
    wishes: Iterable[Wish] = (),
    slots: int,
    unavailable: Iterable[tuple[str, int]] = (),
    rooms: int | None = None,
    max_per_party: Limit = None,
    cancelled: Iterable[str] = (),
    fixed: Iterable[Meeting] = (),
    most_moved: int = 3,
    seconds: float = 2,
) -> Repair:
    """Return the plan without the `cancelled` parties' meetings, and with new ones of `wishes` in the time they leave.

    Only those who lost a meeting get another, none more than were lost: a repair is no new plan. A meeting whose party
    is now `unavailable` in its slot goes too, and may come back in another. At most `most_moved`
    of the other meetings change their slot, none is lost, and the `fixed` ones stay. First what fits as things are is
    chosen exactly; then wishes are tried along chains of moves, by value: good, not proven the best. `seconds` of
    wall-clock time end the trying. Raises `InputError` where the plan itself has a clash.
    """
    began = time.monotonic()
    before, away, out = list(meetings), frozenset(unavailable), frozenset(cancelled)
    _check_before(before, slots)
    kept = [m for m in before if not out & set(m.pair) and not any((p, m.slot) in away for p in m.pair)]
    stays = {meeting.pair for meeting in kept}
    held = {meeting.pair for meeting in fixed} & stays
    known = {(wish.manager, wish.startup): wish for wish in wishes}
    open_ = [wish for pair, wish in known.items() if not out & set(pair)]
    lost = Counter(party for m in before if m.pair not in stays for party in m.pair if party not in out)
    # A meeting that stands is moved at most; what it is worth decides nothing.
    unknown = [Wish(*pair, 1.0) for pair in sorted(stays) if pair not in known or known[pair].value <= 0]
    problem = make_problem(
        [wish for wish in open_ if wish.value > 0 and _may_come(wish, stays, lost)] + unknown,
        slots=slots,
        unavailable=away,
        rooms=rooms,
        max_per_party=_limits(before, open_, max_per_party, lost, slots),
        fixed=[meeting for meeting in kept if meeting.pair in held],
    )
    value_bound = _bound(open_, slots, away, rooms, max_per_party)
    board = _mend(problem, kept, most_moved, began + seconds)
    plan = _with_rooms(problem.meetings(board.slot_of), kept, rooms)
    value = float(sum(known[m.pair].value for m in plan if m.pair in known))
    was = {meeting.pair: meeting for meeting in before}
    return Repair(
        plan=tuple(plan),
        cancelled=tuple(m for m in before if m.pair not in stays),
        moved=tuple((was[m.pair], m) for m in plan if m.pair in stays and m.slot != was[m.pair].slot),
        added=tuple(m for m in plan if m.pair not in stays),
        value=value,
        bound=max(value, value_bound),
        seconds=time.monotonic() - began,
    )


def _may_come(wish: Wish, stays: Container[tuple[str, str]], lost: Container[str]) -> bool:
    """It stands already, or gives one who lost a meeting another."""
    return (wish.manager, wish.startup) in stays or wish.manager in lost or wish.startup in lost


def _limits(
    before: Sequence[Meeting], wishes: Iterable[Wish], most: Limit, lost: Container[str], slots: int
) -> dict[str, int]:
    """Who lost meetings gets back as many at most; the others keep their limit."""
    had = Counter(party for meeting in before for party in meeting.pair)
    everyone = set(had).union(*((wish.manager, wish.startup) for wish in wishes))
    limits = {party: limit_of(most, party, slots) for party in everyone}
    return {party: min(limit, had[party]) if party in lost else limit for party, limit in limits.items()}


def _bound(
    wishes: Sequence[Wish], slots: int, away: frozenset[tuple[str, int]], rooms: int | None, most: Limit
) -> float:
    plain = [replace(wish, must=False) for wish in wishes]
    anew = make_problem(plain, slots=slots, unavailable=away, rooms=rooms, max_per_party=most, fixed=())
    return bound_by_pairs(anew).weight


def _check_before(meetings: Sequence[Meeting], slots: int) -> None:
    places = Counter((party, meeting.slot) for meeting in meetings for party in meeting.pair)
    clash = next(((party, slot) for (party, slot), count in places.items() if count > 1), None)
    if clash:
        raise InputError(f"{clash[0]} has two meetings in slot {clash[1]}", remedy="Plan the day anew")
    twice = next((pair for pair, count in Counter(m.pair for m in meetings).items() if count > 1), None)
    if twice:
        raise InputError(f"{twice[0]} and {twice[1]} meet twice", remedy="Take one of the two meetings away")
    beyond = next((meeting for meeting in meetings if not 0 <= meeting.slot < slots), None)
    if beyond:
        who = f"{beyond.manager} and {beyond.startup}"
        raise InputError(f"{who} meet in slot {beyond.slot}, but there are {slots}", remedy="Give all slots")


def _mend(problem: Problem, kept: Sequence[Meeting], most_moved: int, deadline: float) -> Board:
    slot_of = {meeting.pair: meeting.slot for meeting in kept}
    start = np.array([slot_of.get((w.manager, w.startup), NOWHERE) for w in problem.wishes], dtype=np.int64)
    new = np.flatnonzero(start == NOWHERE)
    order = new[np.argsort(-problem.weight[new], kind="stable")].tolist()
    still = Board(problem, _fill_exactly(problem, start, deadline))
    _try(still, order, range(most_moved + 1), most_moved, deadline)
    bold = Board(problem, start)
    for wish in order:
        most_moved -= len(_try(bold, [wish], range(most_moved + 1), most_moved, deadline))
    return max(still, bold, key=lambda board: float(problem.weight[board.slot_of >= 0].sum()))


def _fill_exactly(problem: Problem, start: np.ndarray, deadline: float) -> np.ndarray:
    """The best that fits between the meetings that stand."""
    board = Board(problem, start)
    empty = np.array(board.at, dtype=np.int64).reshape(problem.free.shape) == NOWHERE
    rest = replace(
        problem,
        free=problem.free & empty & (np.array(board.rooms) > 0),
        limit=np.maximum(board.left, 0),
        rooms=np.maximum(board.rooms, 0),
    )
    found = reopen(
        rest,
        np.full_like(start, NOWHERE),
        np.arange(problem.slots),
        among=start == NOWHERE,
        seconds=(deadline - time.monotonic()) / 2,
    )
    return start if found is None else np.where(found >= 0, found, start)


def _try(
    board: Board, order: Iterable[int], budgets: Iterable[int], moves: int, deadline: float
) -> list[int]:
    """Place wishes along chains, short ones first; returns the wishes that were moved."""
    moved: list[int] = []
    wishes = list(order)
    for budget in budgets:
        for wish in wishes:
            if board.slot[wish] != NOWHERE or any(board.left[party] <= 0 for party in board.pair[wish]):
                continue
            if len(moved) + budget > moves or time.monotonic() > deadline:
                return moved
            moved += place_with_moves(board, wish, budget, deadline) or []
    return moved


def _with_rooms(plan: list[Meeting], kept: Sequence[Meeting], rooms: int | None) -> list[Meeting]:
    room_of = {(*meeting.pair, meeting.slot): meeting.room for meeting in kept}
    return give_rooms([replace(m, room=room_of.get((*m.pair, m.slot))) for m in plan], rooms)
