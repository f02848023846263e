"""Decisions about robots and their cases: states, pauses, what is saved. No database, no clock."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from ringar.core.rules import LEADING_ROLES, Role, Viewer


class RobotState(models.TextChoices):
    """Whether a robot may work."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class CaseState(models.TextChoices):
    """Where a case stands."""

    NEW = "new", _("New")
    WORKING = "working", _("Working")
    WAITING = "waiting", _("Waiting for a person")
    RETRYING = "retrying", _("Tries again soon")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    TAKEN = "taken", _("Taken over by a person")


class Outcome(models.TextChoices):
    """How a run of a case ended."""

    DONE = "done", _("Done")
    QUESTION = "question", _("Asked a person")
    FAULT = "fault", _("Technical fault")
    DIED = "died", _("The robot stopped")
    STOPPED = "stopped", _("Stopped by a person")


class StepKind(models.TextChoices):
    """What a step of a run does to the world."""

    READ = "read", _("Reads")
    EFFECT = "effect", _("Does")
    KEPT = "kept", _("Was done before")
    DRY = "dry", _("Would do")


ATTEMPTS = 5  # technical faults of one case in a row, with a target that works for others
FAULTS_TO_PAUSE = 5  # technical faults of a queue in a row: its target is down
LONGEST_PROBE = timedelta(minutes=30)
OPEN = (CaseState.NEW, CaseState.WORKING, CaseState.WAITING, CaseState.RETRYING)
TAKEABLE = (*OPEN, CaseState.FAILED)
BEFORE_A_RUN = (CaseState.NEW, CaseState.RETRYING)
MOST_PAYLOAD = 1_000_000  # characters of JSON


def probe_pause(faults_in_row: int, first_pause: float) -> timedelta:
    """How long a paused queue leaves its target in peace before one case tries: doubles with each fault."""
    doubled = first_pause * 2 ** min(max(faults_in_row - FAULTS_TO_PAUSE, 0), 16)
    return min(timedelta(seconds=doubled), LONGEST_PROBE)


@dataclass(frozen=True)
class Saved:
    """Hours that a robot has saved, and what they are made of. None where nobody has timed the work by hand."""

    hours: float | None
    by_robot: int
    exceptions: int
    upkeep_hours: float


def hours_saved(
    *,
    by_robot: int,
    exceptions: int,
    upkeep_hours: float,
    minutes_by_hand: float | None,
    minutes_per_exception: float | None,
) -> Saved:
    """The hours of the cases that the robot finished, less those of exceptions and of upkeep. May be below zero.

    An exception costs the median that was timed for one; where none was timed, as much as the whole case by hand.
    It is not measured from opening the form: that would time single persons, and a form left open is no work.
    """
    if minutes_by_hand is None:
        return Saved(None, by_robot, exceptions, upkeep_hours)
    each = minutes_by_hand if minutes_per_exception is None else minutes_per_exception
    hours = (by_robot * minutes_by_hand - exceptions * each) / 60 - upkeep_hours
    return Saved(hours, by_robot, exceptions, upkeep_hours)


def can_see_queue(viewer: Viewer, *, organisation_id: int, unit_id: int) -> bool:
    """Whether the viewer may see a queue and its cases: who works in its unit, or above it; robots and operators."""
    if viewer.person_id is None:
        return Role.ADMINISTRATOR in viewer.roles and viewer.organisation_id in (None, organisation_id)
    return viewer.organisation_id == organisation_id and viewer.is_inside and unit_id in viewer.unit_ids


def can_handle_cases(viewer: Viewer, *, organisation_id: int, unit_id: int) -> bool:
    """Whether the viewer may answer, retry and take over cases: who sees the queue, except auditors."""
    return viewer.may_write and can_see_queue(viewer, organisation_id=organisation_id, unit_id=unit_id)


KEEPERS = LEADING_ROLES | {Role.MANAGER.value}


def can_keep_robots(viewer: Viewer, *, organisation_id: int, unit_id: int) -> bool:
    """Whether the viewer may publish robots and pause queues: manages or leads the unit, or one above it."""
    return can_see_queue(viewer, organisation_id=organisation_id, unit_id=unit_id) and viewer.holds_in(
        unit_id, KEEPERS
    )
