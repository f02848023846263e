"""Chooses the meetings of a day and places them: value first, then fairness, then few idle gaps."""

import time
from collections.abc import Callable, Iterable

from ringar_kits.timetable.colour import Board, fill
from ringar_kits.timetable.fairness import make_fair, top_wishes, without_top
from ringar_kits.timetable.gaps import fewer_gaps
from ringar_kits.timetable.model import Meeting, Plan, Wish
from ringar_kits.timetable.obstacles import Limit
from ringar_kits.timetable.problem import Ints, Problem, make_problem
from ringar_kits.timetable.rooms import give_rooms
from ringar_kits.timetable.search import search
from ringar_kits.timetable.unmet import find_unmet

SHARES = (0.75, 0.9)
"""When the search and the fairness must have ended, as shares of the seconds; fewer gaps take the rest."""


def plan_meetings(
    wishes: Iterable[Wish],
    *,
    slots: int,
    unavailable: Iterable[tuple[str, int]] = (),
    rooms: int | None = None,
    max_per_party: Limit = None,
    fixed: Iterable[Meeting] = (),
    new_days: Iterable[int] = (),
    seconds: float = 30,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Plan:
    """Return the best plan found within `seconds` of wall-clock time, with the bound beside it.

    `unavailable` are (party, slot) that can not be used; parties without wishes in it do no harm. `rooms` is how many
    meetings there can be at once, `max_per_party` the most meetings of a party (one number, or by name). `fixed`
    meetings stand as they are. `new_days` are slots where a day begins: waiting over night is no gap. `progress` is
    told the share of the time or the work that is done, 0 to 1. Raises `InputError` where the input cannot be used.
    """
    began = time.monotonic()
    told = progress or (lambda _: None)
    everyone, away = list(wishes), frozenset(unavailable)
    problem = make_problem(
        everyone, slots=slots, unavailable=away, rooms=rooms, max_per_party=max_per_party, fixed=fixed
    )
    slot_of, bound, in_time = search(problem, deadline=began + SHARES[0] * seconds, seed=seed, progress=told)
    top = top_wishes(everyone)
    slot_of = make_fair(problem, slot_of, bound, top, deadline=began + SHARES[1] * seconds, seed=seed)
    board = Board(problem, slot_of)
    fill(board)
    slot_of, gaps_before, gaps = fewer_gaps(
        problem, board.slot_of, new_days=new_days, deadline=began + seconds, seed=seed
    )
    meetings = give_rooms(problem.meetings(slot_of), rooms)
    value = problem.value_of(slot_of)
    told(1.0)
    return Plan(
        meetings=tuple(meetings),
        value=value,
        bound=max(value, bound.weight - _over(problem, slot_of) + problem.fixed_value),
        seconds=time.monotonic() - began,
        unmet=find_unmet(
            meetings, everyone, slots=slots, unavailable=away, rooms=rooms, max_per_party=max_per_party
        ),
        gaps=gaps,
        gaps_before=gaps_before,
        without_top=without_top(meetings, top),
        in_time=in_time,
    )


def _over(problem: Problem, slot_of: Ints) -> float:
    """What musts weigh over their value; the bound holds for plans with as many of them."""
    return float((problem.weight - problem.value)[slot_of >= 0].sum())
