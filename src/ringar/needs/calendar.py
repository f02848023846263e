"""The last days of rounds that wait for the viewer's scores."""

from django.utils.translation import gettext as _

from ringar.core.calendars import CalendarEntry
from ringar.core.clock import now
from ringar.core.rules import Viewer
from ringar.needs.round_models import Round
from ringar.needs.round_queries import rounds_awaiting_scores


def last_days(viewer: Viewer) -> list[CalendarEntry]:
    """When the viewer's scores are to be handed in at the latest. 1–2 queries, none for nobody."""
    if viewer.person_id is None:
        return []
    rounds = Round.objects.filter(pk__in=[each.pk for each in rounds_awaiting_scores(viewer)])
    return [
        CalendarEntry(
            uuid=each.uuid,
            title=_("Last day to score: %(round)s") % {"round": each.title},
            url=each.get_absolute_url(),
            starts=each.deadline,
            zone=each.organisation.time_zone,
            changed=now(),  # a round does not say when its last day was moved
        )
        for each in rounds.select_related("organisation")
    ]


EVENTS = [last_days]
