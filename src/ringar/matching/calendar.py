"""A person's own meetings, and the last days for wishes, in the private calendar. UIDs are those of the letters."""

from django.db.models import Q
from django.utils.translation import gettext as _

from ringar.core.calendars import CalendarEntry
from ringar.core.clock import now
from ringar.core.rules import Viewer
from ringar.matching.day_calendar import place_of
from ringar.matching.day_models import Meeting
from ringar.matching.day_queries import own_parties
from ringar.matching.day_rules import MeetingState
from ringar.matching.meeting_queries import meeting_rows

MOST_MEETINGS = 200


def own_meetings(viewer: Viewer) -> list[CalendarEntry]:
    """The viewer's meetings as they were told, those cancelled among them, the latest first. 1 query."""
    if viewer.person_id is None:
        return []
    mine = Q(manager__person=viewer.person_id) | Q(startup__person=viewer.person_id)
    rows = meeting_rows().filter(mine, sequence__gt=0).order_by("-starts_at", "-id")[:MOST_MEETINGS]
    return [entry_of(viewer, meeting) for meeting in rows]


def entry_of(viewer: Viewer, meeting: Meeting) -> CalendarEntry:
    """A meeting as its side has it."""
    other = meeting.startup if meeting.manager.person_id == viewer.person_id else meeting.manager
    return CalendarEntry(
        uuid=meeting.uuid,
        title=_("Meeting: %(party)s") % {"party": other.name},
        url=meeting.get_absolute_url(),
        starts=meeting.starts_at,
        ends=meeting.ends_at(meeting.day.slot_minutes),
        zone=meeting.day.organisation.time_zone,
        changed=meeting.told_at or meeting.day.created_at,
        about=meeting.day.title,
        place=place_of(meeting),
        sequence=meeting.sequence - 1,
        is_cancelled=meeting.state == MeetingState.CANCELLED,
    )


def last_days_for_wishes(viewer: Viewer) -> list[CalendarEntry]:
    """Until when the viewer says whom to meet, for invitations not answered. 0–1 queries."""
    if viewer.person_id is None:
        return []
    return [
        CalendarEntry(
            uuid=party.uuid,
            title=_("Last day for wishes: %(day)s") % {"day": party.day.title},
            url=party.day.get_absolute_url(),
            starts=party.day.wishes_until,
            zone=party.day.organisation.time_zone,
            changed=party.invited_at or now(),
        )
        for party in own_parties(viewer)
    ]


EVENTS = [own_meetings, last_days_for_wishes]
