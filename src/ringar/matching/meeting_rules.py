"""What may be done with a meeting, by whom and when; and what came of meetings. Pure: no database, no clock."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from ringar.core.rules import Role, Viewer
from ringar.matching.day_rules import DayState, GoOn, MeetingState, PartyKind, can_run_day, can_see_day

TOLD_STATES = (DayState.PUBLISHED, DayState.CANCELLED)
"""States of a day whose parties have been told of their meetings."""
LONGEST_ANSWER = 5_000
FIRST_LETTER = timedelta(hours=2)
"""After a party's last meeting began: it is asked how the meetings went."""
SECOND_LETTER = timedelta(days=4)
MOST_LETTERS = 2
ASKED_FOR = timedelta(days=30)
"""Nobody is asked about meetings longer ago."""
SURE = 1.959964
"""Standard deviations of a 95 % interval."""


@dataclass(frozen=True)
class MeetingFacts:
    """What the rules look at. `people` are the persons of the two sides: {"manager": id, "startup": id}."""

    organisation_id: int
    day_state: str
    state: str
    starts_at: datetime
    people: tuple[tuple[str, int | None], ...]


def side_of(viewer: Viewer, facts: MeetingFacts) -> str:
    """On which side of the table the viewer sits ("manager", "startup"), "" for others."""
    if viewer.person_id is None:
        return ""
    return next((kind for kind, person in facts.people if person == viewer.person_id), "")


def can_see_timetable(viewer: Viewer, organisation_id: int, day_state: str) -> bool:
    """Who may see the day: once the timetable is sent out. Before that, who leads or audits."""
    if not can_see_day(viewer, organisation_id, day_state):
        return False
    return day_state in TOLD_STATES or viewer.leads or Role.AUDITOR in viewer.roles


def can_see_meeting(viewer: Viewer, facts: MeetingFacts) -> bool:
    """Who may see the day's timetable, and both sides once it is sent out."""
    if can_see_timetable(viewer, facts.organisation_id, facts.day_state):
        return True
    return facts.day_state in TOLD_STATES and bool(side_of(viewer, facts))


def can_read_answers(viewer: Viewer, facts: MeetingFacts) -> bool:
    """Who may read what both sides said: who runs the day, who audits, and the manager. A startup reads its own."""
    if viewer.organisation_id == facts.organisation_id and (viewer.leads or Role.AUDITOR in viewer.roles):
        return True
    return viewer.is_inside and side_of(viewer, facts) == PartyKind.MANAGER


def can_mark(viewer: Viewer, facts: MeetingFacts, *, is_side: bool) -> bool:
    """Whether the viewer may say if the meeting was held: runs the day, or is one of its sides."""
    return is_side or can_run_day(viewer, facts.organisation_id)


def has_begun(facts: MeetingFacts, at: datetime) -> bool:
    """Whether the meeting stands in a timetable that was sent out, and its time has come."""
    return (
        facts.day_state == DayState.PUBLISHED
        and facts.state != MeetingState.CANCELLED
        and facts.starts_at <= at
    )


def takes_letter(last: datetime, letters: int, at: datetime) -> bool:
    """Whether a party that has not answered is asked now: two hours after its last meeting began, or four days."""
    if letters >= MOST_LETTERS or at - last > ASKED_FOR:
        return False
    return at - last >= (SECOND_LETTER if letters else FIRST_LETTER)


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def per_cent(self) -> float | None:
        """The share in per cent; None of nothing."""
        return 100 * self.count / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval in per cent (Wilson 1927), which holds for few too; None of nothing."""
        if not self.of:
            return None
        share, n, z2 = self.count / self.of, self.of, SURE**2
        middle = (share + z2 / (2 * n)) / (1 + z2 / n)
        half = SURE * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
        return 100 * max(middle - half, 0.0), 100 * min(middle + half, 1.0)


@dataclass(frozen=True)
class Told:
    """What is told of one meeting: its state, whether its time has come, and what each side said of going on."""

    state: str
    has_begun: bool
    go_on: tuple[str, ...] = ()
    led_to_pilot: bool = False


@dataclass(frozen=True)
class Figures:
    """What came of meetings.

    A meeting counts as held once a side has answered, or somebody has said that it was held: `silent` ones are over
    and nobody has told. `both`, the follow-up rate: held meetings after which both sides say yes to going on, of all
    held, so that silence counts as no. `either`: at least one side says yes. `pilots`: held meetings that led to one.
    """

    planned: int
    held: int
    missed: int
    silent: int
    answers: Share
    both: Share
    either: Share
    pilots: Share


def figures_of(meetings: Iterable[Told]) -> Figures:
    """The figures of these meetings. Cancelled ones count for nothing."""
    rows = [each for each in meetings if each.state != MeetingState.CANCELLED]
    held = [each for each in rows if each.state == MeetingState.HELD]
    missed = sum(each.state == MeetingState.MISSED for each in rows)
    silent = sum(each.state == MeetingState.PLANNED and each.has_begun for each in rows)

    def share(sure: Collection[bool]) -> Share:
        return Share(sum(sure), len(held))

    return Figures(
        planned=len(rows),
        held=len(held),
        missed=missed,
        silent=silent,
        answers=Share(sum(len(each.go_on) for each in held), 2 * len(held)),
        both=share([each.go_on.count(GoOn.YES) == 2 for each in held]),
        either=share([GoOn.YES in each.go_on for each in held]),
        pilots=share([each.led_to_pilot for each in held]),
    )


@dataclass(frozen=True)
class FieldFigure:
    """A figure of Sweden's own meetings between startups and organisations, as Ignite Sweden has told it."""

    year: str
    count: int
    of: int

    @property
    def per_cent(self) -> float:
        """The share in per cent."""
        return 100 * self.count / self.of


FIELD_COLLABORATIONS = (FieldFigure("–2022", 453, 5_655), FieldFigure("2023", 157, 1_074))
"""Collaborations of meetings. A collaboration is not quite a pilot: the field does not say how it counts."""
FIELD_FOLLOW_UP = 63
"""Per cent of the field's meetings in 2023 that were followed up (55 before); how it counts is not told."""
