"""Small meeting days drawn by Hypothesis, and what is known of them without any planner."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from ringar_kits.timetable import Meeting, Wish, check_plan

FEW = settings(max_examples=50)
"""For what plans a whole day for every example."""


@dataclass(frozen=True)
class Day:
    """One small day: its wishes, and its rules as the kit takes them."""

    wishes: list[Wish]
    slots: int
    away: list[tuple[str, int]] = field(default_factory=list)
    rooms: int | None = None
    limit: int | None = None

    @property
    def rules(self) -> dict[str, Any]:
        return {
            "slots": self.slots,
            "unavailable": self.away,
            "rooms": self.rooms,
            "max_per_party": self.limit,
        }

    def faults(self, meetings: Sequence[Meeting]) -> list[str]:
        return check_plan(meetings, self.wishes, **self.rules)

    def value(self, meetings: Sequence[Meeting]) -> float:
        worth = {(wish.manager, wish.startup): wish.value for wish in self.wishes}
        return sum(worth[meeting.pair] for meeting in meetings)


@st.composite
def days(draw: st.DrawFn, most_parties: int = 5, most_slots: int = 6, least_value: int = -1) -> Day:
    """A day with few parties, any free times, and rooms and limits that may be missing or 0."""
    managers = [f"m{n}" for n in range(draw(st.integers(1, most_parties)))]
    startups = [f"s{n}" for n in range(draw(st.integers(1, most_parties)))]
    slots = draw(st.integers(0, most_slots))
    values = draw(
        st.dictionaries(
            st.tuples(st.sampled_from(managers), st.sampled_from(startups)), st.integers(least_value, 9)
        )
    )
    every = [(party, slot) for party in managers + startups for slot in range(slots)]
    away = draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    return Day(
        wishes=[Wish(*pair, float(value)) for pair, value in values.items()],
        slots=slots,
        away=away,
        rooms=draw(st.none() | st.integers(0, 3)),
        limit=draw(st.none() | st.integers(0, 3)),
    )


def random_day(
    seed: int, *, managers: int = 20, startups: int = 40, slots: int = 12, pairs: int = 300, away: float = 0.3
) -> Day:
    """A larger day by chance, always the same for a seed."""
    chance = random.Random(seed)
    ours, theirs = [f"m{n}" for n in range(managers)], [f"s{n}" for n in range(startups)]
    chosen = chance.sample([(manager, startup) for manager in ours for startup in theirs], pairs)
    wishes = [Wish(*pair, chance.uniform(0.05, 1)) for pair in chosen]
    gone = [(party, slot) for party in ours + theirs for slot in range(slots) if chance.random() < away]
    return Day(wishes, slots, gone)


def best_value(day: Day) -> float:
    """The highest value there is, by trying everything."""
    taken: set[tuple[str, int]] = set(day.away)
    count: dict[str, int] = {}
    rooms = [len(day.wishes) if day.rooms is None else day.rooms] * day.slots

    def best(place: int) -> float:
        if place == len(day.wishes):
            return 0.0
        wish, found = day.wishes[place], best(place + 1)
        pair = (wish.manager, wish.startup)
        full = day.limit is not None and any(count.get(party, 0) >= day.limit for party in pair)
        if wish.value <= 0 or full:
            return found
        for slot in range(day.slots):
            keys = {(party, slot) for party in pair}
            if rooms[slot] and not keys & taken:
                taken.update(keys)
                rooms[slot] -= 1
                count.update({party: count.get(party, 0) + 1 for party in pair})
                found = max(found, wish.value + best(place + 1))
                taken.difference_update(keys)
                rooms[slot] += 1
                count.update({party: count[party] - 1 for party in pair})
        return found

    return best(0)
