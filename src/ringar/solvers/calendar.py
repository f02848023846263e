"""The deadlines of calls."""

from datetime import timedelta

from django.utils.translation import gettext as _

from ringar.core.calendars import CalendarEntry
from ringar.core.clock import now
from ringar.core.rules import Viewer
from ringar.solvers.models import Call
from ringar.solvers.rules import CallState

KEPT = timedelta(days=90)
MOST_CALLS = 200


def deadlines(_viewer: Viewer) -> list[CalendarEntry]:
    """When open calls take their last answers; those whose deadline has passed stay a while. 1 query."""
    rows = Call.objects.filter(state=CallState.OPEN, deadline__gt=now() - KEPT)
    return [
        CalendarEntry(
            uuid=call.uuid,
            title=_("Last answers: %(call)s") % {"call": call.title},
            url=call.get_absolute_url(),
            starts=call.deadline,
            zone=call.organisation.time_zone,
            changed=call.changed_at,
            about=call.organisation.name,
        )
        for call in rows.select_related("organisation").order_by("-deadline", "-id")[:MOST_CALLS]
    ]


EVENTS = [deadlines]
