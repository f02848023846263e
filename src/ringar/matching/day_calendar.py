"""Meetings as iCalendar (RFC 5545, 5546): invitations, changes and cancellations by mail, and each party's feed.

A meeting's UID is its uuid at our host, for ever. SEQUENCE is 0 when the parties are first told, and grows with each
change that they are told of, so that calendars know the newest.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from ringar.core.calendars import REFRESH
from ringar.core.text import tidy_text
from ringar.matching.day_models import Meeting, Party
from ringar.matching.day_rules import MeetingState

Method = Literal["REQUEST", "CANCEL", "PUBLISH"]


def meeting_uid(meeting: Meeting) -> str:
    """The event's name in every calendar."""
    return f"{meeting.uuid}@{urlsplit(settings.BASE_URL).hostname}"


def other_side(meeting: Meeting, party: Party) -> Party:
    """Whom the party meets."""
    return meeting.startup if meeting.manager_id == party.pk else meeting.manager


def write_meetings(
    party: Party, meetings: Iterable[Meeting], *, method: Method, stamp: datetime, url: str
) -> bytes:
    """The party's meetings as a file, in the language that is on; `url` is the party's own page.

    For REQUEST and CANCEL give one meeting: RFC 5546 allows one UID in each, and programs read no more than the
    first. The meetings bring day, organisation, room and both parties along.
    """
    written = Calendar()
    written.add("version", "2.0")
    written.add("prodid", "-//Ringar//Ringar//SV")
    written.add("method", method)
    if method == "PUBLISH":
        for name in ("name", "x-wr-calname"):
            written.add(name, tidy_text(party.day.title))
        written.add("x-wr-timezone", party.day.organisation.time_zone)
        written.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        written.add("x-published-ttl", REFRESH)
    for meeting in meetings:
        written.add_component(meeting_event(meeting, party, stamp=stamp, url=url))
    return bytes(written.to_ical())


def meeting_event(meeting: Meeting, party: Party, *, stamp: datetime, url: str) -> Event:
    """One meeting as its party's calendar has it."""
    day, event = meeting.day, Event()
    event.add("uid", meeting_uid(meeting))
    event.add("dtstamp", stamp)
    event.add("sequence", max(meeting.sequence - 1, 0))
    # In UTC: calendars show their own time, and hundreds of files need no rules of summer time in each.
    event.add("dtstart", meeting.starts_at.astimezone(UTC))
    event.add("dtend", meeting.ends_at(day.slot_minutes).astimezone(UTC))
    event.add("summary", tidy_text(_("Meeting: %(party)s") % {"party": other_side(meeting, party)}))
    event.add("location", tidy_text(place_of(meeting)))
    event.add("description", tidy_text(describe(meeting, url)))
    event.add("url", url)
    event.add("status", "CANCELLED" if meeting.state == MeetingState.CANCELLED else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if meeting.state == MeetingState.CANCELLED else "OPAQUE")
    event["organizer"] = address_of(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], str(day.organisation))
    if party.email:
        attendee = address_of(party.email, party.name)
        attendee.params["role"], attendee.params["partstat"] = vText("REQ-PARTICIPANT"), vText("ACCEPTED")
        attendee.params["rsvp"] = vText("FALSE")
        event.add("attendee", attendee, encode=False)
    return event


def address_of(email: str, name: str) -> vCalAddress:
    """An address with its name, as calendars have it."""
    address = vCalAddress(f"mailto:{email}")
    # A parameter's value can hold neither quotation marks nor line breaks.
    address.params["cn"] = vText(" ".join(tidy_text(name).replace('"', "'").split()))
    return address


def place_of(meeting: Meeting) -> str:
    """The video link where the room has one, else the room and the place."""
    if meeting.room.link:
        return meeting.room.link
    return ", ".join(part for part in (meeting.room.name, meeting.day.place) if part)


def describe(meeting: Meeting, url: str) -> str:
    """What the meeting is about, and where the party's own page is."""
    about = [
        _("Need: %(need)s") % {"need": meeting.need.title} if meeting.need else "",
        _("Solution: %(solution)s") % {"solution": meeting.solution.name} if meeting.solution else "",
        url,
    ]
    return "\n".join(part for part in about if part)
