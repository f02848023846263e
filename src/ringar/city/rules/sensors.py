"""What is said of a sensor's reading."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Flag(models.TextChoices):
    """Why a reading is not to be trusted as it stands. It is kept all the same."""

    NONE = "", _("As it came")
    NOT_A_NUMBER = "no_number", _("Not a number")
    OUT_OF_RANGE = "range", _("Outside what is possible")
    STUCK = "stuck", _("The same for too long")
    JUMP = "jump", _("A jump")
    LATE = "late", _("Came long after it was taken")
