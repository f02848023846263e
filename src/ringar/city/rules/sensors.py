"""Sensors: who may set one up and see it, and which readings are not to be trusted as they stand. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import isfinite
from statistics import median

from django.db import models
from django.utils.translation import gettext_lazy as _

from ringar.core.rules import LEADING_ROLES, Role, Viewer

KEEPERS = LEADING_ROLES | {Role.MANAGER.value}
MOST_READINGS = 5_000
"""In one request."""
LONGEST_TOLD = 60
LARGEST = 1e100
"""Nothing in a city measures more, whatever was said of what is possible."""
LATE = timedelta(hours=24)
AHEAD = timedelta(minutes=10)
WINDOW = 50
"""How many readings before it a reading is held against."""
STUCK_FOR = timedelta(hours=6)
FEWEST = 8
FAR = 8.0
SPREAD = 1.4826
"""What the median distance from the median is multiplied by, to be a standard deviation where chance is normal."""
BLUR = 3
"""Decimals of a degree (about 100 m) that outsiders are told of where somebody's own sensor is."""


class Flag(models.TextChoices):
    """Why a reading is not to be trusted as it stands. It is kept all the same."""

    NONE = "", _("As it came")
    NOT_A_NUMBER = "no_number", _("Not a number")
    OUT_OF_RANGE = "range", _("Outside what is possible")
    STUCK = "stuck", _("The same for too long")
    JUMP = "jump", _("A jump")
    LATE = "late", _("Came long after it was taken")
    AHEAD = "ahead", _("From a clock that is ahead")


@dataclass(frozen=True)
class SensorFacts:
    """What the rules ask of a sensor: whose it is, and whether everyone may see what it measures."""

    organisation_id: int
    unit_id: int | None = None
    owner_id: int | None = None
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """A value as it came: when it was taken, the number, or None and what came instead."""

    at: datetime
    value: float | None
    told: str = ""


@dataclass(frozen=True)
class Possible:
    """The values that a series can have; None: not said."""

    lowest: float | None = None
    highest: float | None = None


def can_register(viewer: Viewer) -> bool:
    """Whether the viewer may set up a sensor: who works in the municipality, and residents with an account in it."""
    inside = viewer.may_write or Role.RESIDENT.value in viewer.roles
    return viewer.person_id is not None and viewer.organisation_id is not None and inside


def can_see_sensor(viewer: Viewer, facts: SensorFacts) -> bool:
    """Whether the viewer may see a sensor and what it measures: everyone, if it is public; else its owner and those
    who work in the municipality.
    """
    inside = viewer.organisation_id == facts.organisation_id and viewer.is_inside
    owns = viewer.person_id is not None and viewer.person_id == facts.owner_id
    return facts.is_public or inside or owns


def can_keep_sensor(viewer: Viewer, facts: SensorFacts) -> bool:
    """Whether the viewer may change a sensor, give it a new key and end it: its owner, and who leads its unit; a
    resident's own also who leads the municipality.
    """
    if viewer.organisation_id != facts.organisation_id:
        return False
    if viewer.person_id is not None and viewer.person_id == facts.owner_id:
        return True
    if facts.unit_id is None:
        return viewer.leads and (viewer.person_id is None or bool(viewer.top_unit_ids))
    return viewer.holds_in(facts.unit_id, KEEPERS)


def as_taken(at: datetime, result: object) -> Taken:
    """What came as a value: a number, or text that is one; of anything else only the first characters are kept."""
    if isinstance(result, (int, float, str)) and not isinstance(result, bool):
        try:
            value = float(result)
        except (ValueError, OverflowError):
            value = float("nan")
        if isfinite(value):
            return Taken(at, value)
    return Taken(at, None, str(result)[:LONGEST_TOLD])


def flag_of(taken: Taken, before: Sequence[Taken], possible: Possible, *, received: datetime) -> Flag:
    """The first thing that is wrong with a value. `before`: up to WINDOW values before it, the oldest first."""
    if taken.value is None:
        return Flag.NOT_A_NUMBER
    if taken.at - received > AHEAD:
        return Flag.AHEAD
    if abs(taken.value) > LARGEST:
        return Flag.OUT_OF_RANGE
    if (possible.lowest is not None and taken.value < possible.lowest) or (
        possible.highest is not None and taken.value > possible.highest
    ):
        return Flag.OUT_OF_RANGE
    known = [each for each in before if each.value is not None]
    if is_jump(taken.value, [each.value for each in known if each.value is not None]):
        return Flag.JUMP
    if is_stuck(taken, known):
        return Flag.STUCK
    return Flag.LATE if received - taken.at > LATE else Flag.NONE


def is_jump(value: float, before: Sequence[float]) -> bool:
    """Whether the value lies FAR standard deviations from the median of those before it (Hampel's identifier, 1974).

    The spread is at least the smallest step between the values before, so that a sensor that tells whole degrees is
    not blamed for them; where they never differed nothing can be said, nor where most are 0 (rain, passers-by).
    """
    if len(before) < FEWEST or 2 * sum(each == 0 for each in before) > len(before):
        return False
    middle = median(before)
    steps = [abs(b - a) for a, b in pairwise(before) if a != b]
    if not steps:
        return False
    spread = max(SPREAD * median(abs(each - middle) for each in before), min(steps))
    return abs(value - middle) > FAR * spread


def is_stuck(taken: Taken, before: Sequence[Taken]) -> bool:
    """Whether WINDOW values during at least STUCK_FOR were all the same, and not 0 (no rain, nobody passes by)."""
    if len(before) < WINDOW or not taken.value:
        return False
    return all(each.value == taken.value for each in before) and taken.at - before[0].at >= STUCK_FOR


def shown_place(
    longitude: float | None, latitude: float | None, *, is_exact: bool
) -> tuple[float, float] | None:
    """Where a sensor is shown to be, degrees east and north: for others than its keepers about where, to 100 m."""
    if longitude is None or latitude is None:
        return None
    return (longitude, latitude) if is_exact else (round(longitude, BLUR), round(latitude, BLUR))
