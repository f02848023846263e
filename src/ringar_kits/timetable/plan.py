"""Chooses the meetings of a day and places them: value first, then fairness, then few idle gaps."""

import time
from collections.abc import Callable, Iterable

from ringar_kits.timetable.bound import bound_by_pairs
from ringar_kits.timetable.model import Meeting, Plan, Wish
from ringar_kits.timetable.obstacles import Limit
from ringar_kits.timetable.problem import make_problem
from ringar_kits.timetable.rooms import give_rooms
from ringar_kits.timetable.search import search
from ringar_kits.timetable.unmet import find_unmet


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
    bound = bound_by_pairs(problem)
    slot_of, in_time = search(problem, bound, deadline=began + 0.75 * seconds, seed=seed, progress=told)
    meetings = give_rooms(problem.meetings(slot_of), rooms)
    # What the weight has over the value is the same for the bound: as many musts.
    over = float(problem.weight[slot_of >= 0].sum() - problem.value[slot_of >= 0].sum())
    value = problem.value_of(slot_of)
    unmet = find_unmet(
        meetings, everyone, slots=slots, unavailable=away, rooms=rooms, max_per_party=max_per_party
    )
    told(1.0)
    return Plan(
        meetings=tuple(meetings),
        value=value,
        bound=max(value, bound.weight - over + problem.fixed_value),
        seconds=time.monotonic() - began,
        unmet=unmet,
        in_time=in_time,
    )
