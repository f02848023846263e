"""A round's steps, what each of its needs waits for, and who is late. Pure: dates are given, no database, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from ringar.core.rules import Viewer
from ringar.needs.rules import NeedState

LONGEST_TITLE = 200
LONGEST_TEXT = 5_000
MOST_NEEDS = 200
MOST_MEMBERS = 30
MOST_SEK = 10_000_000_000
LONGEST = timedelta(days=366 * 2)
REMIND_AGAIN = timedelta(days=7)
"""How long robots leave somebody alone whom they have reminded; a person who presses the button waits a day."""
BUTTON_AGAIN = timedelta(days=1)


GATHERED_STATES = (NeedState.SHARED, NeedState.EXPLORED, NeedState.CHOSEN, NeedState.MATCHED)
"""States in which a need can be put into a round: seen by others, and not yet on its way."""

MEET_STATES = (*GATHERED_STATES, NeedState.MEETING)
"""States in which there is something to meet about."""


class PlanStep(models.TextChoices):
    """What a round consists of, in order."""

    GATHER = "gather", _("Gather needs")
    WEIGH = "weigh", _("Prioritise")
    CALL = "call", _("Call for solutions")
    MEET = "meet", _("Meet")
    PILOTS = "pilots", _("Begin pilots")


class StepState(models.TextChoices):
    """Where a step stands."""

    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Passed over")
    NOW = "now", _("Now")
    LATE = "late", _("Late")
    LATER = "later", _("Later")


@dataclass(frozen=True)
class Dates:
    """The last day of each step; of the last one, the day from which pilots begin."""

    gather_until: date
    weigh_until: date
    call_until: date
    meet_until: date
    pilots_from: date

    def of(self, step: str) -> date:
        """The day of that step."""
        return dict(zip(PlanStep.values, self.in_order(), strict=True))[step]

    def in_order(self) -> list[date]:
        """The days, by step."""
        return [self.gather_until, self.weigh_until, self.call_until, self.meet_until, self.pilots_from]

    @property
    def is_in_order(self) -> bool:
        """Whether no step ends before the one before it."""
        return self.in_order() == sorted(self.in_order())


@dataclass(frozen=True)
class Done:
    """How far each step has come: whether it has begun, and whether it is over."""

    gather: tuple[bool, bool] = (False, False)
    weigh: tuple[bool, bool] = (False, False)
    call: tuple[bool, bool] = (False, False)
    meet: tuple[bool, bool] = (False, False)
    pilots: tuple[bool, bool] = (False, False)

    def in_order(self) -> list[tuple[bool, bool]]:
        """The pairs, by step."""
        return [self.gather, self.weigh, self.call, self.meet, self.pilots]


def step_states(dates: Dates, done: Done, today: date) -> dict[PlanStep, StepState]:
    """Where each step stands that day.

    A step that never began is passed over once a later one has begun; the first that is neither over nor passed
    over is where the round is: "now", or "late" where its day has passed.
    """
    pairs, states = done.in_order(), {}
    is_now_found = False
    for place, step in enumerate(PlanStep):
        begun, over = pairs[place]
        later_begun = any(pair[0] for pair in pairs[place + 1 :])
        if over or (step == PlanStep.GATHER and begun and later_begun):
            states[step] = StepState.DONE
        elif not begun and later_begun:
            states[step] = StepState.SKIPPED
        elif is_now_found:
            states[step] = StepState.LATER
        else:
            is_now_found = True
            states[step] = StepState.LATE if today > dates.of(step) else StepState.NOW
    return states


def step_now(states: dict[PlanStep, StepState]) -> PlanStep | None:
    """The step that the round is in; None where all are over."""
    now = (StepState.NOW, StepState.LATE)
    return next((step for step, state in states.items() if state in now), None)


class Actor(models.TextChoices):
    """Who has the next step with a need."""

    UNIT = "unit", _("Those who have the need")
    LEADER = "leader", _("Whoever leads the round")


class Wait(models.TextChoices):
    """What a need in a round waits for."""

    FILL_IN = "fill_in", _("What the choice asks for: evidence, an owner, criteria")
    CHOOSE = "choose", _("To be chosen, or not")
    SOLUTION = "solution", _("A solution to be chosen, to meet")
    MEETING = "meeting", _("A meeting to be planned")
    MEETING_HELD = "meeting_held", _("The meeting")
    PILOT = "pilot", _("A pilot, or a no with a reason")


STEP_OF = {
    Wait.FILL_IN: PlanStep.WEIGH,
    Wait.CHOOSE: PlanStep.WEIGH,
    Wait.SOLUTION: PlanStep.CALL,
    Wait.MEETING: PlanStep.MEET,
    Wait.MEETING_HELD: PlanStep.MEET,
    Wait.PILOT: PlanStep.PILOTS,
}
ACTOR_OF = {
    Wait.FILL_IN: Actor.UNIT,
    Wait.CHOOSE: Actor.LEADER,
    Wait.SOLUTION: Actor.UNIT,
    Wait.MEETING: Actor.LEADER,
    Wait.MEETING_HELD: Actor.UNIT,
    Wait.PILOT: Actor.LEADER,
}


def wait_of(state: str, *, lacks: bool, has_meeting: bool, has_pilot: bool) -> Wait | None:
    """What a need in that state waits for; None where the round has nothing more to do with it.

    `lacks`: something that the choice asks for is missing. `has_meeting`: one is planned, and not yet held.
    """
    if has_pilot:
        return None
    if state in {NeedState.SHARED, NeedState.EXPLORED}:
        return Wait.FILL_IN if lacks else Wait.CHOOSE
    if state in {NeedState.CHOSEN, NeedState.MATCHED} and has_meeting:
        return Wait.MEETING_HELD
    return {
        NeedState.CHOSEN: Wait.SOLUTION,
        NeedState.MATCHED: Wait.MEETING,
        NeedState.MEETING: Wait.PILOT,
    }.get(NeedState(state))


def days_late(wait: Wait | None, dates: Dates, today: date) -> int:
    """How many days past its step's day that is; 0 where it is in time, or nothing is waited for."""
    return 0 if wait is None else max(0, (today - dates.of(STEP_OF[wait])).days)


class LateKind(models.TextChoices):
    """What somebody is late with."""

    UNIT = "unit", _("No need has come from the unit")
    NEED = "need", _("The need stands still")
    SCORES = "scores", _("Scores are not handed in")
    CHOICE = "choice", _("The needs are scored, and nobody has chosen")
    OPEN_CALL = "open_call", _("The call is a draft still")
    ANSWERS = "answers", _("Answers to the call wait for a reason")
    WISHES = "wishes", _("Wishes for the meeting day are missing")
    WORDS = "words", _("Nothing is told of a meeting that was held")


@dataclass(frozen=True)
class Late:
    """One thing that is late: what, since which day, and who has it (ids of people who can be reminded)."""

    kind: LateKind
    title: str
    url: str
    since: date
    people: tuple[int, ...] = ()
    language: str = ""
    who: str = ""  # where it is nobody who works here: somebody invited to meet


@dataclass(frozen=True)
class PilotNote:
    """What the room of pilots tells of a need's pilot. `promised` and `spent` are SEK; None where nothing is told."""

    need_id: int
    title: str
    url: str
    told: str
    promised_sek: int | None
    spent_sek: int
    made_on: date
    begun_on: date | None
    is_over: bool = False


@dataclass(frozen=True)
class Money:
    """A round's budget, what its pilots are promised and what they have spent, in SEK."""

    budget: int | None
    promised: int
    spent: int

    @property
    def used(self) -> int:
        """What is promised; what is spent, where that has come to more."""
        return max(self.promised, self.spent)

    @property
    def left(self) -> int | None:
        """What is not used; below zero where more is promised than there is."""
        return None if self.budget is None else self.budget - self.used


def money_of(budget: int | None, pilots: Iterable[PilotNote]) -> Money:
    """The round's money, given its pilots."""
    rows = list(pilots)
    return Money(budget, sum(row.promised_sek or 0 for row in rows), sum(row.spent_sek for row in rows))


def above_limit(limit: int | None, pilots: Iterable[PilotNote]) -> list[PilotNote]:
    """The pilots that cost more than the group may decide on."""
    return [row for row in pilots if limit is not None and (row.promised_sek or 0) > limit]


def can_see_plans(viewer: Viewer) -> bool:
    """Whether the viewer sees the organisation's rounds: all who work there or audit it do."""
    return viewer.is_inside


def can_lead_plans(viewer: Viewer) -> bool:
    """Whether the viewer may make and change rounds: those who lead development."""
    return viewer.organisation_id is not None and viewer.may_write and viewer.leads
