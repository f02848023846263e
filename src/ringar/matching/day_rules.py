"""What meeting days, wishes and meetings can be. Pure: no database, no clock."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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


class MeetingState(models.TextChoices):
    """What became of a meeting."""

    PLANNED = "planned", _("Planned")
    HELD = "held", _("Held")
    MISSED = "missed", _("Somebody did not come")
    CANCELLED = "cancelled", _("Cancelled")


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
