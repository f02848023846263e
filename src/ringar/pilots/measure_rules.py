"""What a measurement must be, and which weeks are expected. Pure: no database, no clock."""

import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from ringar.core.rules import Viewer
from ringar.pilots.rules import PilotState, Scale

WEEK = timedelta(days=7)
MOST_HISTORY = 156
"""Weeks before the start that may be handed in: three years, enough for two summers and two Christmases."""
LATE_AFTER = timedelta(days=14)
"""Counted from a week's Monday: a value that comes more than a week after its week has ended is late."""
REMIND_AFTER = timedelta(days=8)
"""From the Monday of the week: whoever measures has one day to hand it in before a reminder comes."""
REMIND_EVERY = timedelta(days=6, hours=12)
READY_ON = timedelta(days=4)
"""A week's value may be handed in from its Friday; before that there is too little of the week."""
LARGEST = 1e12
LONGEST_WHY = 300
MEASURED_STATES = frozenset({PilotState.PLANNED, PilotState.RUNNING})


@dataclass(frozen=True)
class Fault:
    """What is wrong with something handed in, and what to do about it."""

    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.problem} {self.remedy}"


@dataclass(frozen=True)
class Span:
    """The Mondays from which and to which a pilot takes values; `asked` is the first that it expects by itself."""

    first: date
    last: date | None
    asked: date


def monday_of(day: date) -> date:
    """The Monday of the day's ISO week."""
    return day - timedelta(days=day.weekday())


def span_of(
    *,
    created: date,
    starts_on: date | None,
    ends_on: date | None,
    weeks_planned: int,
    start_week: date | None,
) -> Span:
    """Which weeks a pilot takes values for: three years before its start to the last that is measured.

    The last is the end's week, or the last planned one where that is later; None while neither is known.
    """
    start = start_week or (monday_of(starts_on) if starts_on else None)
    ends = [monday_of(ends_on)] if ends_on else []
    if start:
        ends.append(start + (weeks_planned - 1) * WEEK)
    begun = monday_of(created)
    first = min(start or begun, begun) - MOST_HISTORY * WEEK
    return Span(first=first, last=max(ends) if ends else None, asked=min(begun, start or begun))


def week_fault(week: date, span: Span, *, today: date) -> Fault | None:
    """Why a value can not be for that week, or None: it is no Monday, has not been, or is outside the pilot."""
    if week != monday_of(week):
        return Fault(
            _("%(week)s is not a Monday.") % {"week": week},
            _("Write the Monday of the week: %(monday)s.") % {"monday": monday_of(week)},
        )
    if week > today:
        return Fault(
            _("the week of %(week)s has not come yet.") % {"week": week},
            _("Hand it in when the week has been, or correct the date."),
        )
    if span.last and week > span.last:
        return Fault(
            _("the week of %(week)s is after the pilot’s last, %(last)s.")
            % {"week": week, "last": span.last},
            _("Correct the date, or move the pilot’s last day."),
        )
    if week < span.first:
        return Fault(
            _("the week of %(week)s is more than three years before the start.") % {"week": week},
            _("The earliest week that is taken is %(first)s.") % {"first": span.first},
        )
    return None


def value_fault(value: float, scale: str) -> Fault | None:
    """Why a number can not be a value on the metric's scale, or None."""
    if not math.isfinite(value):
        return Fault(_("the value is not a number."), _("Write digits, for instance 12.5."))
    if scale == Scale.LOGIT and not 0 <= value <= 1:
        return Fault(
            _("%(value)s is not a share between 0 and 1.") % {"value": f"{value:g}"},
            _("Write 0.42 for forty-two in a hundred."),
        )
    if scale == Scale.LOG and value < 0:
        return Fault(
            _("%(value)s is below zero, and what is counted can not be.") % {"value": f"{value:g}"},
            _("Write 0 or more."),
        )
    if abs(value) > LARGEST:
        return Fault(
            _("%(value)s is too large.") % {"value": f"{value:g}"}, _("Check the number and its unit.")
        )
    return None


def read_number(text: str) -> float:
    """A number as people write it: "12,5", "1 200", "42 %"; programs write all decimals.

    Raises ValueError ("problem|remedy").
    """
    plain = re.sub(r"[\s\u00a0\u202f]", "", text).replace("\N{MINUS SIGN}", "-")
    share = plain.endswith("%")
    plain = plain.removesuffix("%").replace(",", ".")
    if not re.fullmatch(r"[-+]?(\d{1,15}(\.\d{0,30})?|\.\d{1,30})", plain, re.ASCII):
        raise ValueError(
            _(
                "%(value)r is not a number.|Write digits, for instance 12.5. Leave out the week if there is no value."
            )
            % {"value": text[:40]}
        )
    return float(plain) / 100 if share else float(plain)


def read_week(text: str) -> date:
    """The Monday of a week as people write it: "2026-03-02", "2026-W10", "2026 v. 10". Raises ValueError.

    Other days of a week are returned as they are; `week_fault` tells of them.
    """
    told = text.strip()
    try:
        if named := re.fullmatch(r"(\d{4})[\s-]*[wv]\.?\s*(\d{1,2})", told, re.IGNORECASE | re.ASCII):
            return date.fromisocalendar(int(named[1]), int(named[2]), 1)
        return date.fromisoformat(re.sub(r"[ T]00:00(:00)?$", "", told))
    except ValueError:
        raise ValueError(
            _("%(value)r is not a week.|Write the date of its Monday, for instance 2026-03-02.")
            % {"value": told[:40]}
        ) from None


def is_late(week: date, span: Span, *, handed_in: date) -> bool:
    """Whether a value came late: more than a week after its week, for a week that the pilot expected by itself."""
    return week >= span.asked and handed_in >= week + LATE_AFTER


def weeks_between(first: date, last: date) -> list[date]:
    """The Mondays from the first to the last, in order; none where the last is before the first."""
    return [first + place * WEEK for place in range((last - first).days // 7 + 1)]


def last_ended(span: Span, *, today: date) -> date:
    """The Monday of the last week that has ended and that the pilot takes a value for."""
    ended = monday_of(today) - WEEK
    return min(ended, span.last) if span.last else ended


def missing_weeks(measured: Collection[date], span: Span, *, today: date) -> list[date]:
    """The weeks that have ended and that the pilot expects a value for, without one, in order."""
    has = set(measured)
    return [week for week in weeks_between(span.asked, last_ended(span, today=today)) if week not in has]


def can_measure(
    viewer: Viewer, *, organisation_id: int, unit_id: int, measurer_id: int | None, edits: bool
) -> bool:
    """Whether the viewer may hand in a unit's values: its measurer, its own people, and who may change the pilot."""
    if not viewer.may_write or viewer.organisation_id != organisation_id:
        return False
    is_measurer = viewer.person_id is not None and viewer.person_id == measurer_id
    return edits or is_measurer or unit_id in viewer.unit_ids
