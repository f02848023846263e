"""A meeting day's timetable as pages show it: a picture of parties and times, and lists by time and by party.

Pure: it lays out rows that were read before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from ringar.matching.day_models import Meeting, Party
from ringar.matching.day_rules import PartyKind

FULL = 0.88
"""How much of the time to the next slot a meeting fills at most: the rest parts it from the next one."""
MOST_TICKS = 8


@dataclass(frozen=True)
class Lapse:
    """A stretch of time in the picture, in per cent of the strip's width."""

    left: str
    width: str

    @property
    def right(self) -> str:
        """Where it ends."""
        return f"{float(self.left[:-1]) + float(self.width[:-1]):.2f}%"


@dataclass(frozen=True)
class Mark(Lapse):
    """A meeting in the picture."""

    meeting: Meeting


@dataclass(frozen=True)
class Scale:
    """A date's width: from the first slot's beginning to the last one's end, as the clock runs."""

    slots: Sequence[datetime]
    minutes: int
    pause: int

    def place(self, moment: datetime) -> float:
        """How far along the width that is, in per cent."""
        begins = self.slots[0]
        whole = self.slots[-1] + timedelta(minutes=self.minutes) - begins
        return 100 * ((moment - begins) / whole)

    def lapse(self, starts: datetime, ends: datetime) -> Lapse:
        """From the one to the other."""
        left = self.place(starts)
        return Lapse(f"{left:.2f}%", f"{self.place(ends) - left:.2f}%")

    def mark(self, meeting: Meeting) -> Mark:
        """The meeting's place; where no pause parts slots, it is drawn a little shorter than it is."""
        length = min(float(self.minutes), FULL * (self.minutes + self.pause))
        drawn = self.lapse(meeting.starts_at, meeting.starts_at + timedelta(minutes=length))
        return Mark(drawn.left, drawn.width, meeting)

    def stretches(self) -> list[list[datetime]]:
        """The slots, parted where more than a pause lies between two: at lunch and other breaks."""
        found = [[self.slots[0]]]
        for before, after in pairwise(self.slots):
            if after - before > timedelta(minutes=self.minutes + self.pause):
                found.append([])
            found[-1].append(after)
        return found

    def beds(self) -> list[Lapse]:
        """When there are meetings, stretch by stretch."""
        length = timedelta(minutes=self.minutes)
        return [self.lapse(each[0], each[-1] + length) for each in self.stretches()]

    def breaks(self) -> list[Lapse]:
        """What lies between the stretches."""
        length = timedelta(minutes=self.minutes)
        return [self.lapse(one[-1] + length, two[0]) for one, two in pairwise(self.stretches())]

    def ticks(self, zone: ZoneInfo) -> list[tuple[str, datetime]]:
        """The whole hours to write above the picture, (place, time there): at most MOST_TICKS, evenly.

        The first slot's time where no hour begins within the width.
        """
        first = self.slots[0].astimezone(zone)
        hour = first.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
        found: list[tuple[str, datetime]] = []
        while (place := self.place(hour)) <= 100:
            if place >= 0:
                found.append((f"{place:.2f}%", hour.astimezone(zone)))
            hour += timedelta(hours=1)
        found = found or [("0.00%", first)]
        return found[:: 1 + (len(found) - 1) // MOST_TICKS]


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
    """One date of the day: its slots and breaks, the hours to write above, a strip a party, and what happens when."""

    date: date
    slots: list[datetime]
    beds: list[Lapse]
    breaks: list[Lapse]
    ticks: list[tuple[str, datetime]]
    managers: list[Strip]
    startups: list[Strip]
    by_time: list[tuple[datetime, list[Meeting]]]

    @property
    def count(self) -> int:
        """How many meetings the date has."""
        return sum(len(meetings) for _slot, meetings in self.by_time)


def lay_out(
    meetings: Iterable[Meeting],
    parties: Iterable[Party],
    *,
    slots: Iterable[datetime],
    zone: ZoneInfo,
    minutes: int,
    pause: int,
) -> list[DateTable]:
    """The timetable, a table for each date that has slots or meetings. Meetings outside the slots get one too.

    `minutes` is a meeting's length, `pause` what lies between two slots.
    """
    rows, everyone = list(meetings), list(parties)
    times = sorted({*slots, *(meeting.starts_at for meeting in rows)})
    dates: dict[date, list[datetime]] = {}
    for moment in times:
        dates.setdefault(moment.astimezone(zone).date(), []).append(moment)
    return [
        date_table(day, Scale(within, minutes, pause), rows, everyone, zone) for day, within in dates.items()
    ]


def date_table(
    day: date, scale: Scale, meetings: Sequence[Meeting], parties: Sequence[Party], zone: ZoneInfo
) -> DateTable:
    """One date's part of the timetable."""
    slots = list(scale.slots)
    place = {moment: index for index, moment in enumerate(slots)}
    within = [meeting for meeting in meetings if meeting.starts_at in place]
    cells: dict[int, list[Meeting | None]] = {party.pk: [None] * len(slots) for party in parties}
    by_time: dict[datetime, list[Meeting]] = {moment: [] for moment in slots}
    for meeting in within:
        by_time[meeting.starts_at].append(meeting)
        for side in (meeting.manager_id, meeting.startup_id):
            if side in cells:
                cells[side][place[meeting.starts_at]] = meeting
    strips = [
        Strip(party, [scale.mark(each) for each in cells[party.pk] if each is not None], cells[party.pk])
        for party in parties
    ]
    return DateTable(
        date=day,
        slots=slots,
        beds=scale.beds(),
        breaks=scale.breaks(),
        ticks=scale.ticks(zone),
        managers=[strip for strip in strips if strip.party.kind == PartyKind.MANAGER],
        startups=[strip for strip in strips if strip.party.kind == PartyKind.STARTUP],
        by_time=[(moment, found) for moment, found in by_time.items() if found],
    )
