"""Days to keep, as an iCalendar (RFC 5545) that calendar programs subscribe to.

A room declares its days in calendar.py: EVENTS = [function], found by `registry.declared`. `function(viewer)` returns
CalendarEntry rows: for nobody the public ones, for a person also those that wait for that person.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Calendar, Event, Timezone

from ringar.core.feeds import absolute
from ringar.core.registry import declared
from ringar.core.rules import Viewer
from ringar.core.text import tidy_text

REFRESH = timedelta(hours=1)
FIRST_DAY = date(2020, 1, 1)
"""From when on the rules of summer time are told."""


@dataclass(frozen=True)
class CalendarEntry:
    """One day or hour to keep. `url` is a path of ours; `zone` names the organisation's time zone.

    Without `ends` it is a moment, such as a deadline. `changed` is when it was last written to. `sequence` is what
    an invitation by mail has told of it (RFC 5545), None where none is sent.
    """

    uuid: UUID
    title: str
    url: str
    starts: datetime
    zone: str
    changed: datetime
    about: str = ""
    ends: datetime | None = None
    place: str = ""
    sequence: int | None = None
    is_cancelled: bool = False


def entries_for(viewer: Viewer) -> list[CalendarEntry]:
    """What the rooms have for the viewer, the soonest first."""
    found: list[CalendarEntry] = []
    for events in declared("calendar", "EVENTS"):
        found += events(viewer)
    return sorted(found, key=lambda entry: (entry.starts, entry.uuid))


def write_calendar(entries: list[CalendarEntry], *, title: str) -> bytes:
    """The calendar as a file. Times are told in the organisation's zone, with the zone's summer time beside."""
    written = Calendar()
    written.add("version", "2.0")
    written.add("prodid", "-//Ringar//Ringar//SV")
    for name in ("name", "x-wr-calname"):
        written.add(name, title)
    written.add("x-wr-timezone", settings.TIME_ZONE)
    written.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    written.add("x-published-ttl", REFRESH)
    for zone in sorted({entry.zone for entry in entries}):
        written.add_component(zone_rules(zone))
    for entry in entries:
        written.add_component(event_of(entry))
    return bytes(written.to_ical())


@cache
def zone_rules(zone: str) -> Timezone:
    """When the zone has summer time. Kept, as it takes longer to write than all the rest."""
    return Timezone.from_tzid(zone, first_date=FIRST_DAY)


def event_of(entry: CalendarEntry) -> Event:
    """One entry as calendars have it. What has no end takes up no time: a deadline does not make anyone busy."""
    event, zone = Event(), ZoneInfo(entry.zone)
    event.add("uid", f"{entry.uuid}@{urlsplit(settings.BASE_URL).hostname}")
    event.add("dtstamp", entry.changed)
    event.add("last-modified", entry.changed)
    event.add("dtstart", entry.starts.astimezone(zone))
    if entry.ends is not None:
        event.add("dtend", entry.ends.astimezone(zone))
    event.add("summary", tidy_text(entry.title))
    address = absolute(entry.url)
    event.add("description", f"{tidy_text(entry.about)}\n{address}".strip())
    event.add("url", address)
    if entry.place:
        event.add("location", tidy_text(entry.place))
    if entry.sequence is not None:
        event.add("sequence", entry.sequence)
        event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE" if entry.ends and not entry.is_cancelled else "TRANSPARENT")
    return event
