"""Ceilings and sums, and who may do what with purchases. Pure: no database, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from ringar.core.rules import LEADING_ROLES, Role, Viewer

LONGEST_REASON = 5_000
MOST_ALTERNATIVES = 5
MOST_SEK = 10**12

BUYERS = LEADING_ROLES | {Role.BUYER.value}
"""Roles that write purchases for any unit of the organisation; a manager writes those of the own unit."""


class Dated(Protocol):
    """Something that holds from a day on, until a later one takes over."""

    valid_from: date


Held = TypeVar("Held", bound=Dated)


def financial_year(day: date) -> tuple[date, date]:
    """The first and last day of the financial year: for Swedish municipalities the calendar year.

    Source: Lag (2018:597) om kommunal bokföring och redovisning, chapter 3.
    """
    return date(day.year, 1, 1), date(day.year, 12, 31)


def valid_on(rows: Iterable[Held], day: date) -> Held | None:
    """The row that holds on that day: the latest that began then or before; None before the first."""
    begun = [row for row in rows if row.valid_from <= day]
    return max(begun, key=lambda row: row.valid_from, default=None)


@dataclass(frozen=True)
class Room:
    """What is left up to a ceiling: `bought` of the same kind so far this year and `wanted` now, in SEK.

    `since`: the day from which the ceiling holds, where it is told.
    A sum equal to the ceiling is within it: pages say so, since the letter of the law is for a buyer to read.
    """

    bought: int
    wanted: int
    ceiling: int
    since: date | None = None

    @property
    def over(self) -> int:
        """By how much the sum would pass the ceiling; 0 where it does not."""
        return max(self.bought + self.wanted - self.ceiling, 0)

    @property
    def left(self) -> int:
        """What more could be bought besides; never below 0."""
        return max(self.ceiling - self.bought - self.wanted, 0)


def still_planned(planned: int, bought: int) -> int:
    """What of a planned sum is still to come, when so much of it has been bought."""
    return max(planned - bought, 0)


def can_see_purchases(viewer: Viewer) -> bool:
    """Whether the viewer reads the organisation's purchases: whoever works there, or audits it."""
    return viewer.is_inside


def can_write_purchase(viewer: Viewer, unit_id: int) -> bool:
    """Whether the viewer may write down a purchase of that unit: buyers and leaders any, managers their own."""
    if not viewer.may_write:
        return False
    return bool(viewer.roles & BUYERS) or viewer.holds_in(unit_id, {Role.MANAGER.value})


def writes_purchases(viewer: Viewer) -> bool:
    """Whether there is some unit whose purchases the viewer may write down."""
    return viewer.may_write and bool(viewer.roles & (BUYERS | {Role.MANAGER.value}))


def can_set_ceiling(viewer: Viewer) -> bool:
    """Whether the viewer may say what the ceiling is: a CIO, and the operator of the installation."""
    is_operator = viewer.person_id is None and Role.ADMINISTRATOR in viewer.roles
    return is_operator or (viewer.may_write and Role.CIO in viewer.roles)
