"""States and choices of fits and work lists."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FitState(models.TextChoices):
    """Where a fit stands."""

    WAITING = "waiting", _("Waits for a robot")
    RUNNING = "running", _("Is being worked out")
    DONE = "done", _("Done")
    FAILED = "failed", _("Could not be worked out")


class CapacityIn(models.TextChoices):
    """What a crew's capacity is counted in."""

    PIPES = "pipes", _("Pipes")
    METRES = "metres", _("Metres")


class ChosenBy(models.TextChoices):
    """Who chooses what stands on a work list."""

    MODEL = "model", _("All by the model")
    HALVES = "halves", _("Half by the model, half as before, drawn by lot")


class OrderedBy(models.TextChoices):
    """What the model's choice goes by."""

    RATE = "rate", _("Breaks to expect per kilometre")
    EXPECTED = "expected", _("Breaks to expect on the pipe")
    RISK = "risk", _("Breaks to expect times what they would mean")


class AsBefore(models.TextChoices):
    """The way that pipes were chosen before there was a model."""

    OLDEST = "oldest", _("The oldest first")
    BREAKS = "breaks", _("Most breaks per kilometre so far")


class ListState(models.TextChoices):
    """Where a work list stands."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("In the field")
    CLOSED = "closed", _("Closed")


class Arm(models.TextChoices):
    """By whom a pipe on the list was chosen."""

    MODEL = "model", _("By the model")
    AS_BEFORE = "as_before", _("As before")


class Found(models.TextChoices):
    """What the field crew found."""

    NOTHING = "nothing", _("Nothing wrong")
    LEAK = "leak", _("A leak")
    WORN = "worn", _("A worn pipe")
    OTHER = "other", _("Something else")
