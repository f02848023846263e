"""Days in the invented city, told by its own clock."""

from datetime import datetime

from django.utils import timezone


def end_of_day(moment: datetime) -> datetime:
    """The last minute of that day where the city is: when calls and rounds close."""
    return timezone.localtime(moment).replace(hour=23, minute=59, second=0, microsecond=0)
