"""What pilots can be and become. Pure: no database, no clock."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """How far something has come on its way from a try to use everywhere."""

    EXERCISE = "exercise", _("Exercise")
    PROOF = "proof", _("Proof of concept")
    PILOT = "pilot", _("Pilot")
    BETA = "beta", _("Beta")
    FULL_SCALE = "full_scale", _("Full scale")


class PilotState(models.TextChoices):
    """Whether what a stage is for goes on. A stage begins as planned, and is started by its gate."""

    PLANNED = "planned", _("Being prepared")
    RUNNING = "running", _("Under way")
    STOPPED = "stopped", _("Stopped, with what was learned")
    DONE = "done", _("Done")


class PilotKind(models.TextChoices):
    """Form of a light test."""

    TEST = "test", _("Test")
    SPRINT = "sprint", _("Sprint of five days")


class Better(models.TextChoices):
    """Which way is better for a metric."""

    HIGHER = "higher", _("More is better")
    LOWER = "lower", _("Less is better")


class Scale(models.TextChoices):
    """On which scale effects are compared: differences, ratios, or odds."""

    IDENTITY = "identity", _("As it is (minutes, points)")
    LOG = "log", _("As a ratio (counts, kronor)")
    LOGIT = "logit", _("As a share between 0 and 1")


class Design(models.TextChoices):
    """How it is decided who tries, and when."""

    FIXED = "fixed", _("A start date that we choose")
    RANDOM_START = "random_start", _("Start weeks drawn by lot")
    ALTERNATE = "alternate", _("Every other week, drawn by lot")


class UnitRole(models.TextChoices):
    """What a unit does in a pilot."""

    TRIES = "tries", _("Tries")
    COMPARES = "compares", _("Is compared with")


class GateOutcome(models.TextChoices):
    """What came of asking to pass a gate."""

    OPENED = "opened", _("Opened")
    REFUSED = "refused", _("Refused")


class DecisionKind(models.TextChoices):
    """What is decided when a stage has been measured."""

    SCALE = "scale", _("Scale up")
    ADJUST = "adjust", _("Adjust and go on")
    EXTEND = "extend", _("Measure longer")
    STOP = "stop", _("Stop")


class HindranceKind(models.TextChoices):
    """What holds back."""

    TIME = "time", _("Time")
    MONEY = "money", _("Money")
    SKILLS = "skills", _("Skills")
    LAW = "law", _("Law")
    TECHNOLOGY = "technology", _("Technology")
    CULTURE = "culture", _("Culture")


class CostKind(models.TextChoices):
    """A line of a pilot's calculation."""

    COST = "cost", _("Cost")
    HOURS = "hours", _("Own hours")
    GAIN = "gain", _("Gain a year")


class Phase(models.TextChoices):
    """When staff were asked."""

    BEFORE = "before", _("Before")
    AFTER = "after", _("After")
