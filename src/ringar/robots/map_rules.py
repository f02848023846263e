"""Decisions about process maps: kinds, states, what a routine may become. No database, no clock."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MapKind(models.TextChoices):
    """How it is, or how it is to be."""

    AS_IS = "as_is", _("As it is today")
    TO_BE = "to_be", _("As it is to be")


class MapState(models.TextChoices):
    """Where a version of a map stands."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open for comments")
    SIGNED = "signed", _("Signed")


class Ruling(models.TextChoices):
    """What is to become of a routine, once it is known how it goes."""

    DROP = "drop", _("Drop it")
    SIMPLIFY = "simplify", _("Make it simpler")
    INTEGRATE = "integrate", _("Connect the systems")
    ROBOT = "robot", _("Let a robot do it")


class MarkKind(models.TextChoices):
    """What somebody says of a step on the map."""

    WRONG = "wrong", _("This is wrong")
    MISSING = "missing", _("Something is missing")
    AUTHORITY = "authority", _("Here we decide about somebody (exercise of public authority)")
    AGREE = "agree", _("This is right")


class LogState(models.TextChoices):
    """Where an event log stands."""

    UPLOADED = "uploaded", _("Handed in")
    MEASURED = "measured", _("Measured")
    UNREADABLE = "unreadable", _("Could not be read")
