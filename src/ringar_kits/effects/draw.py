"""Draws who begins when: a start by lot is the cheapest way to an answer that nobody can argue with."""

import math
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import TypeGuard

from ringar_kits.effects.gather import check_monday
from ringar_kits.errors import InputError

Drawn = Mapping[str, date] | Mapping[date, bool]
"""What was drawn: a start week for each unit, or whether the pilot is on for each week."""


def is_by_week(drawn: Drawn) -> TypeGuard[Mapping[date, bool]]:
    """Whether weeks were drawn rather than units' starts."""
    return all(isinstance(key, date) for key in drawn)


def draw_start_weeks(units: Collection[str], weeks: Collection[date], seed: int) -> dict[str, date]:
    """Return a start week for each unit, drawn from `weeks` so that as few as possible begin together.

    Units and weeks are sorted first, so that the same seed gives the same draw in any order.
    """
    names, days = sorted(set(units)), check_weeks(weeks)
    if not names:
        raise InputError("there is no unit to draw for", remedy="Name at least one")
    deal = deal_by_lot(len(names), len(days), random.Random(seed))  # noqa: S311  # a public draw, to be repeated
    return {name: days[place] for name, place in zip(names, deal, strict=True)}


def draw_alternate_weeks(weeks: Collection[date], seed: int) -> dict[date, bool]:
    """Return for each week whether the pilot is on: of each pair of weeks, in order, one by lot."""
    days = check_weeks(weeks)
    if len(days) % 2:
        raise InputError(
            "{count} weeks are no pairs", remedy="Give an even number of weeks", facts={"count": len(days)}
        )
    lot = random.Random(seed)  # noqa: S311  # a public draw, to be repeated
    drawn = {}
    for first, second in zip(days[::2], days[1::2], strict=True):
        drawn[first] = lot.random() < 0.5
        drawn[second] = not drawn[first]
    return drawn


def check_weeks(weeks: Collection[date]) -> list[date]:
    """Return the weeks in order; raises `InputError` where there are none or one is no Monday."""
    if not weeks:
        raise InputError("there is no week to draw from", remedy="Name at least one")
    for week in weeks:
        check_monday(week, "weeks to draw from")
    return sorted(set(weeks))


def deal_by_lot(units: int, weeks: int, lot: random.Random) -> list[int]:
    """Return a week's place for each unit: each week as often as the others, or once more, all deals as likely."""
    base, more = divmod(units, weeks)
    places = [*range(weeks)] * base + lot.sample(range(weeks), more)
    lot.shuffle(places)
    return places


def count_deals(units: int, weeks: int) -> int:
    """Return in how many ways the weeks can be dealt."""
    base, more = divmod(units, weeks)
    alike = math.factorial(base) ** (weeks - more) * math.factorial(base + 1) ** more
    return math.comb(weeks, more) * math.factorial(units) // alike


def all_deals(units: int, weeks: int) -> Iterator[tuple[int, ...]]:
    """Yield every way in which the weeks can be dealt."""
    base, more = divmod(units, weeks)

    def go_on(dealt: tuple[int, ...], counts: Sequence[int]) -> Iterator[tuple[int, ...]]:
        if len(dealt) == units:
            yield dealt
            return
        full = sum(count > base for count in counts)
        for place, count in enumerate(counts):
            if count < base or (count == base and full < more):
                yield from go_on((*dealt, place), [*counts[:place], count + 1, *counts[place + 1 :]])

    yield from go_on((), [0] * weeks)
