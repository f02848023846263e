"""Decisions about robots and their cases: states, pauses, what is saved. No database, no clock."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
