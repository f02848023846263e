"""What of this room came of a lower room's rows: meetings that led to a pilot."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from ringar.core.registry import Outcome
from ringar.pilots.models import Pilot
from ringar.pilots.rules import PilotState, Stage


def meetings_with_pilot(meetings: QuerySet[Any]) -> Collection[int]:
    """The ids of the meetings after which something was tried; what is only being prepared does not count. 1 query."""
    begun = Pilot.objects.exclude(stage=Stage.EXERCISE, state=PilotState.PLANNED)
    rows = begun.filter(meeting__in=meetings.values("pk"))
    return {pk for pk in rows.values_list("meeting_id", flat=True) if pk is not None}


OUTCOMES = [Outcome("meeting", "pilot", meetings_with_pilot)]
