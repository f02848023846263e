"""A meeting day's timetable as pages show it: a picture of parties and times, and lists by time and by party.

Pure: it lays out rows that were read before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ringar.matching.day_models import Meeting, Party
from ringar.matching.day_rules import PartyKind

FULL = 0.88
"""How much of its slot a meeting fills in the picture: the rest parts it from the next one."""


@dataclass(frozen=True)
class Mark:
    """A meeting in the picture, in per cent of the strip's width."""

    left: str
    width: str
    meeting: Meeting


@dataclass(frozen=True)
class Strip:
    """A party's row: its marks in the picture, and its meetings by slot with None where it is free."""

    party: Party
    marks: list[Mark]
    cells: list[Meeting | None]

    @property
    def meetings(self) -> list[Meeting]:
        """Its meetings, soonest first."""
        return [meeting for meeting in self.cells if meeting is not None]


@dataclass(frozen=True)
class DateTable:
    """One date of the day: its slots, the hours to write above them, a strip a party, and what happens when."""

    date: date
    slots: list[datetime]
    ticks: list[tuple[str, datetime]]
    managers: list[Strip]
    startups: list[Strip]
    by_time: list[tuple[datetime, list[Meeting]]]

    @property
    def count(self) -> int:
        """How many meetings the date has."""
        return sum(len(meetings) for _slot, meetings in self.by_time)


def lay_out(
    meetings: Iterable[Meeting], parties: Iterable[Party], *, slots: Iterable[datetime], zone: ZoneInfo
) -> list[DateTable]:
    """The timetable, a table for each date that has slots or meetings. Meetings outside the slots get one too."""
    rows, everyone = list(meetings), list(parties)
    times = sorted({*slots, *(meeting.starts_at for meeting in rows)})
    dates: dict[date, list[datetime]] = {}
    for moment in times:
        dates.setdefault(moment.astimezone(zone).date(), []).append(moment)
    return [date_table(day, within, rows, everyone, zone) for day, within in dates.items()]


def date_table(
    day: date, slots: list[datetime], meetings: Sequence[Meeting], parties: Sequence[Party], zone: ZoneInfo
) -> DateTable:
    """One date's part of the timetable."""
    place = {moment: index for index, moment in enumerate(slots)}
    within = [meeting for meeting in meetings if meeting.starts_at in place]
    cells: dict[int, list[Meeting | None]] = {party.pk: [None] * len(slots) for party in parties}
    by_time: dict[datetime, list[Meeting]] = {moment: [] for moment in slots}
    for meeting in within:
        by_time[meeting.starts_at].append(meeting)
        for side in (meeting.manager_id, meeting.startup_id):
            if side in cells:
                cells[side][place[meeting.starts_at]] = meeting
    strips = [Strip(party, marks_of(cells[party.pk]), cells[party.pk]) for party in parties]
    return DateTable(
        date=day,
        slots=slots,
        ticks=ticks_of(slots, zone),
        managers=[strip for strip in strips if strip.party.kind == PartyKind.MANAGER],
        startups=[strip for strip in strips if strip.party.kind == PartyKind.STARTUP],
        by_time=[(moment, found) for moment, found in by_time.items() if found],
    )


def marks_of(cells: Sequence[Meeting | None]) -> list[Mark]:
    """Where a party's meetings lie on its strip, all slots being as wide."""
    width = 100 / max(len(cells), 1)
    return [
        Mark(f"{place * width:.2f}%", f"{width * FULL:.2f}%", meeting)
        for place, meeting in enumerate(cells)
        if meeting is not None
    ]


def ticks_of(slots: Sequence[datetime], zone: ZoneInfo) -> list[tuple[str, datetime]]:
    """The hours to write above the picture, (place in per cent, time): the first slot in each hour, at most nine."""
    width, hours = 100 / max(len(slots), 1), set[int]()
    found: list[tuple[str, datetime]] = []
    for place, moment in enumerate(slots):
        hour = moment.astimezone(zone).hour
        if hour not in hours:
            hours.add(hour)
            found.append((f"{place * width:.2f}%", moment))
    return found[:: 1 + (len(found) - 1) // 9]
