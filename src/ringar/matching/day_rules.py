"""What meeting days, wishes and meetings can be. Pure: no database, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from math import floor
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from ringar.core.rules import Role, Viewer

MOST_PARTIES = 300
"""Parties of a day, both sides together."""
MOST_ROOMS = 60
MOST_STRETCHES = 12
MOST_SLOTS = 200
MOST_MUSTS = 3
"""How many a party may say that it must meet: were all a must, none would be."""
LEAST_MINUTES, MOST_MINUTES, MOST_PAUSE = 5, 120, 60
LONGEST_TITLE, LONGEST_ABOUT, LONGEST_PLACE, LONGEST_NAME, LONGEST_REASON = 200, 5_000, 200, 120, 300
LONGEST_AHEAD = timedelta(days=400)
REMIND_BEFORE = timedelta(days=2)
"""So long before the last day for wishes the robots remind those who have not answered."""
REMIND_APART = timedelta(hours=20)
MATCHED_PLACES = 10
"""Places down a need's ranking that make two parties worth a meeting before they have said anything."""
PLAN_SECONDS = 30.0


class DayState(models.TextChoices):
    """Where a meeting day stands."""

    DRAFT = "draft", _("Being prepared")
    INVITED = "invited", _("Invited, wishes are gathered")
    PUBLISHED = "published", _("Timetable sent out")
    CANCELLED = "cancelled", _("Cancelled")


class PartyKind(models.TextChoices):
    """Which side of the table somebody sits on."""

    MANAGER = "manager", _("Manager with needs")
    STARTUP = "startup", _("Startup")


class WishKind(models.TextChoices):
    """What one party says of meeting another. One "no", from either side, is a veto."""

    MUST = "must", _("Must meet")
    WANT = "want", _("Want to meet")
    NO = "no", _("No")


WEIGHTS = {WishKind.MUST.value: 3.0, WishKind.WANT.value: 1.0}
"""What a side's wish adds to a meeting's worth (`worth_of`)."""


class MeetingState(models.TextChoices):
    """What became of a meeting."""

    PLANNED = "planned", _("Planned")
    HELD = "held", _("Held")
    MISSED = "missed", _("Somebody did not come")
    CANCELLED = "cancelled", _("Cancelled")


STANDING = (MeetingState.PLANNED, MeetingState.HELD, MeetingState.MISSED)
"""States of a meeting that takes a place in the timetable."""


class NoShow(models.TextChoices):
    """Who did not come."""

    MANAGER = "manager", _("The manager")
    STARTUP = "startup", _("The startup")
    BOTH = "both", _("Neither came")


class GoOn(models.TextChoices):
    """Whether a side wants to go on after a meeting."""

    YES = "yes", _("Yes")
    MAYBE = "maybe", _("Maybe")
    NO = "no", _("No")


def can_run_days(viewer: Viewer) -> bool:
    """Whether the viewer may make and run meeting days: who leads in the organisation."""
    return viewer.leads and viewer.may_write


def can_run_day(viewer: Viewer, organisation_id: int) -> bool:
    """Whether the viewer may run that organisation's meeting day."""
    return can_run_days(viewer) and viewer.organisation_id == organisation_id


def can_see_day(viewer: Viewer, organisation_id: int, state: str) -> bool:
    """Whether the viewer may see the day: everyone who works there, a draft only by who runs days or audits."""
    if not viewer.is_inside or viewer.organisation_id != organisation_id:
        return False
    return state != DayState.DRAFT or viewer.leads or Role.AUDITOR in viewer.roles


@dataclass(frozen=True)
class Stretch:
    """Hours without a break, as the clock on the wall tells them where the organisation is."""

    date: date
    starts: time
    ends: time


def slots_of(stretches: Iterable[Stretch], zone: ZoneInfo, minutes: int, pause: int) -> list[datetime]:
    """When meetings can begin (UTC, soonest first): every `minutes` + `pause` as long as a whole meeting fits."""
    found = []
    for each in stretches:
        starts = datetime.combine(each.date, each.starts, zone).astimezone(UTC)
        ends = datetime.combine(each.date, each.ends, zone).astimezone(UTC)
        while starts + timedelta(minutes=minutes) <= ends:
            found.append(starts)
            starts += timedelta(minutes=minutes + pause)
    return sorted(found)


def first_overlap(stretches: Iterable[Stretch]) -> tuple[Stretch, Stretch] | None:
    """The first two stretches that share time, or None."""
    rows = sorted(stretches, key=lambda each: (each.date, each.starts))
    for before, after in pairwise(rows):
        if before.date == after.date and after.starts < before.ends:
            return before, after
    return None


def takes_wishes(state: str, wishes_until: datetime, at: datetime) -> bool:
    """Whether those invited may answer, or change what they answered, at that time."""
    return state == DayState.INVITED and at <= wishes_until


def is_over(slots: Sequence[datetime], minutes: int, at: datetime) -> bool:
    """Whether the last of these slots has passed; a day without slots is not over."""
    return bool(slots) and slots[-1] + timedelta(minutes=minutes) <= at


def takes_plan(state: str) -> bool:
    """Whether meetings may be planned, moved, added and taken away."""
    return state != DayState.CANCELLED


def worth_of(match: float, *wishes: str) -> float:
    """What a meeting is worth, 0 where it must not be: one "no" is a veto.

    `match` is how likely a solution of the one fits a need of the other (0 to 1; 1 where it is chosen to be met).
    Each side's "must" adds 3 and each "want" 1: so a wish goes before any match without one, one side's must before
    both sides' want, and the match decides between wishes that are alike.
    """
    if WishKind.NO in wishes:
        return 0.0
    return round(match + sum(WEIGHTS.get(each, 0.0) for each in wishes), 4)


def share_of(value: float | None, bound: float | None) -> float | None:
    """How much of the bound is reached, in per cent rounded down to a tenth; None before a plan is made."""
    if value is None or bound is None:
        return None
    return floor(1000 * value / bound + 1e-6) / 10 if bound > 0 else 100.0


STEPS = (_("Prepare"), _("Invite and gather wishes"), _("Plan"), _("Send out the timetable"), _("Meet"))


def step_of(state: str, *, is_planned: bool, is_over: bool = False) -> int:
    """At which of STEPS the day stands, from 0; beyond the last once people have met."""
    if state == DayState.PUBLISHED:
        return len(STEPS) if is_over else 4
    if state == DayState.DRAFT:
        return 0
    return 3 if is_planned else 1
