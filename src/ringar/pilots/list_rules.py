"""A work list tried as a pilot: which week goes by which half, and what a week's ticks are worth. Pure.

The list's two halves were chosen by the model and as before. The lot says, of each pair of weeks, in which one the
crew works from the model's half; so the two ways meet the same seasons and the same people.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ringar.city.rules.fits import Arm
from ringar.city.rules.lists import CAUGHT
from ringar.pilots.measure_rules import WEEK, monday_of
from ringar_kits.effects import draw_alternate_weeks

SOURCE = "city.work_list"
"""What a pilot's source is called that tries a work list; its own id there is the list's uuid."""
FEWEST_WEEKS, MOST_WEEKS = 4, 52


@dataclass(frozen=True)
class ListWeek:
    """A week of the pilot: whose half the crew works from, and the places on the list that it is to do."""

    week: date
    arm: Arm
    places: tuple[int, ...]


@dataclass(frozen=True)
class Tick:
    """A pipe that is done: its half, the day, its metres, and what was found."""

    arm: str
    day: date
    length_m: float
    found: str


@dataclass(frozen=True)
class WeekValue:
    """What a week came to: pipes worth the visit for each kilometre inspected; ticks of the other half are left out."""

    week: date
    value: float
    caught: int
    metres: float
    left_out: int


def weeks_of(start: date, weeks: int, seed: int, places: Mapping[str, Sequence[int]]) -> list[ListWeek]:
    """The pilot's weeks in order, each with its part of its half: as even as can be, in the list's order."""
    mondays = [monday_of(start) + n * WEEK for n in range(weeks // 2 * 2)]
    is_model = draw_alternate_weeks(mondays, seed)
    found = {}
    for arm, turned in ((Arm.MODEL, True), (Arm.AS_BEFORE, False)):
        own = [week for week in mondays if is_model[week] == turned]
        rows = sorted(places.get(arm, ()))
        for n, week in enumerate(own):
            first, last = n * len(rows) // len(own), (n + 1) * len(rows) // len(own)
            found[week] = ListWeek(week, arm, tuple(rows[first:last]))
    return [found[week] for week in mondays]


def values_of(weeks: Iterable[ListWeek], ticks: Iterable[Tick], *, today: date) -> list[WeekValue]:
    """What each week that has ended came to; none for a week in which nothing of its half was inspected."""
    by_week: dict[date, list[Tick]] = {}
    for tick in ticks:
        by_week.setdefault(monday_of(tick.day), []).append(tick)
    found = []
    for each in weeks:
        done = by_week.get(each.week, [])
        own = [tick for tick in done if tick.arm == each.arm]
        metres = sum(tick.length_m for tick in own)
        if metres > 0 and each.week + WEEK <= today:
            caught = sum(tick.found in CAUGHT for tick in own)
            value = round(caught / metres * 1000, 6)
            found.append(WeekValue(each.week, value, caught, metres, len(done) - len(own)))
    return found
