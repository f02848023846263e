"""What pilots can be and become, and who may do what. Pure: no database, no clock.

What a gate asks for is in `gate_rules`.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from ringar.core.rules import Viewer, can_see


class Stage(models.TextChoices):
    """How far something has come on its way from a try to use everywhere."""

    EXERCISE = "exercise", _("Exercise")
    PROOF = "proof", _("Proof of concept")
    PILOT = "pilot", _("Pilot")
    BETA = "beta", _("Beta")
    FULL_SCALE = "full_scale", _("Full scale")


class PilotState(models.TextChoices):
    """Whether what a stage is for goes on. A stage begins as planned, and is started by its gate."""

    PLANNED = "planned", _("Being prepared")
    RUNNING = "running", _("Under way")
    STOPPED = "stopped", _("Stopped, with what was learned")
    DONE = "done", _("Done")


class PilotKind(models.TextChoices):
    """Form of a light test."""

    TEST = "test", _("Test")
    SPRINT = "sprint", _("Sprint of five days")


class Better(models.TextChoices):
    """Which way is better for a metric."""

    HIGHER = "higher", _("More is better")
    LOWER = "lower", _("Less is better")


class Scale(models.TextChoices):
    """On which scale effects are compared: differences, ratios, or odds."""

    IDENTITY = "identity", _("As it is (minutes, points)")
    LOG = "log", _("As a ratio (counts, kronor)")
    LOGIT = "logit", _("As a share between 0 and 1")


class Design(models.TextChoices):
    """How it is decided who tries, and when."""

    FIXED = "fixed", _("A start date that we choose")
    RANDOM_START = "random_start", _("Start weeks drawn by lot")
    ALTERNATE = "alternate", _("Every other week, drawn by lot")


class UnitRole(models.TextChoices):
    """What a unit does in a pilot."""

    TRIES = "tries", _("Tries it")
    COMPARES = "compares", _("Is compared with")


class GateOutcome(models.TextChoices):
    """What came of asking to pass a gate."""

    ASKED = "asked", _("Waits for a decision")
    OPENED = "opened", _("Opened")
    REFUSED = "refused", _("Refused")


class DecisionKind(models.TextChoices):
    """What is decided when a stage has been measured."""

    SCALE = "scale", _("Scale up")
    ADJUST = "adjust", _("Adjust and go on")
    EXTEND = "extend", _("Measure longer")
    STOP = "stop", _("Stop")


class HindranceKind(models.TextChoices):
    """What holds back."""

    TIME = "time", _("Time")
    MONEY = "money", _("Money")
    SKILLS = "skills", _("Skills")
    LAW = "law", _("Law")
    TECHNOLOGY = "technology", _("Technology")
    CULTURE = "culture", _("Culture")


class CostKind(models.TextChoices):
    """A line of a pilot's calculation."""

    COST = "cost", _("Cost")
    HOURS = "hours", _("Own hours")
    GAIN = "gain", _("Gain a year")


class Phase(models.TextChoices):
    """When staff were asked."""

    BEFORE = "before", _("Before")
    AFTER = "after", _("After")


class Step(models.TextChoices):
    """What takes a pilot from one place to another."""

    GATE = "gate", _("A gate is opened")
    SCALE = "scale", _("Decided: scale up")
    STOP = "stop", _("Decided: stop")


class Who(models.TextChoices):
    """Who takes a step."""

    TEAM = "team", _("those who work with the pilot")
    LEADERS = "leaders", _("those who lead development")


STAGES: tuple[Stage, ...] = tuple(Stage)
"""The way forward, in order."""

LIGHT_STAGES = frozenset({Stage.EXERCISE, Stage.PROOF})
"""Stages that cost little, and whose gates ask for little: those who work with the pilot open them themselves."""


@dataclass(frozen=True)
class Transition:
    """One arrow of the table: from a stage and state to another, by which step, and who takes it."""

    stage: Stage
    state: PilotState
    step: Step
    to_stage: Stage
    to_state: PilotState
    who: Who


def next_stage(stage: str) -> Stage | None:
    """The stage after this one, or None after the last."""
    place = STAGES.index(Stage(stage)) + 1
    return STAGES[place] if place < len(STAGES) else None


def who_takes(stage: Stage) -> Who:
    """Who decides in that stage."""
    return Who.TEAM if stage in LIGHT_STAGES else Who.LEADERS


def transitions_of(stage: Stage) -> tuple[Transition, ...]:
    """The arrows that begin in a stage. From a light one the next gate is asked for straight away."""
    ready, on, who, after = PilotState.PLANNED, PilotState.RUNNING, who_takes(stage), next_stage(stage)
    arrows = [Transition(stage, ready, Step.GATE, stage, on, who)]
    if after and stage in LIGHT_STAGES:
        arrows.append(Transition(stage, on, Step.GATE, after, on, who_takes(after)))
    if after:
        arrows.append(Transition(stage, on, Step.SCALE, after, ready, who))
    else:
        arrows.append(Transition(stage, on, Step.SCALE, stage, PilotState.DONE, who))
    arrows += [Transition(stage, state, Step.STOP, stage, PilotState.STOPPED, who) for state in (ready, on)]
    return tuple(arrows)


TRANSITIONS: tuple[Transition, ...] = tuple(arrow for stage in STAGES for arrow in transitions_of(stage))
"""The whole table: whatever is not in it can not happen, for anyone."""


def transition(stage: str, state: str, step: str) -> Transition | None:
    """The arrow that a step takes from there, or None where there is none."""
    return next((t for t in TRANSITIONS if (t.stage, t.state, t.step) == (stage, state, step)), None)


@dataclass(frozen=True)
class PilotFacts:
    """What the rules of rights ask about a pilot; every field has its counterpart on `models.Pilot`."""

    organisation_id: int
    unit_id: int
    author_id: int | None
    owner_id: int | None
    stage: str
    state: str
    visibility: str
    uuid: UUID | None = None


def works_with(viewer: Viewer, facts: PilotFacts) -> bool:
    """Whether the viewer, from whatever unit, is in the pilot's team or owns it."""
    is_owner = viewer.person_id is not None and viewer.person_id == facts.owner_id
    return is_owner or facts.uuid in viewer.team_rows


def can_see_pilot(viewer: Viewer, facts: PilotFacts, *, measures: bool = False) -> bool:
    """Whether the viewer may see the pilot: by its visibility, which is public once it is published.

    `measures`: the viewer hands in values of it, and so must know what it is about, from whatever unit.
    """
    return can_see(
        viewer,
        organisation_id=facts.organisation_id,
        unit_id=facts.unit_id,
        visibility=facts.visibility,
        author_id=facts.author_id,
        is_draft=False,
        in_team=measures or works_with(viewer, facts),
    )


def can_start_pilot(viewer: Viewer) -> bool:
    """Whether the viewer may begin to prepare a pilot: whoever works here. What it takes, its gate says."""
    return viewer.may_write


def can_edit_pilot(viewer: Viewer, facts: PilotFacts) -> bool:
    """Whether the viewer may fill in and change the pilot: author, owner, team, its unit, and who leads there."""
    if not viewer.may_write or viewer.organisation_id != facts.organisation_id:
        return False
    is_author = viewer.person_id is not None and viewer.person_id == facts.author_id
    is_theirs = facts.unit_id in viewer.unit_ids or viewer.leads_in(facts.unit_id)
    return can_see_pilot(viewer, facts) and (is_author or is_theirs or works_with(viewer, facts))


def can_prepare(viewer: Viewer, facts: PilotFacts) -> bool:
    """Whether the viewer may still change what a gate looks at: until a heavy stage runs, or all is over."""
    is_open = facts.state == PilotState.PLANNED or (
        facts.state == PilotState.RUNNING and facts.stage in LIGHT_STAGES
    )
    return is_open and can_edit_pilot(viewer, facts)


def can_take(viewer: Viewer, facts: PilotFacts, step: str) -> bool:
    """Whether the viewer is one who may take a step from where the pilot is; what it asks for is not looked at."""
    arrow = transition(facts.stage, facts.state, step)
    if arrow is None or not can_edit_pilot(viewer, facts):
        return False
    return arrow.who == Who.TEAM or viewer.leads_in(facts.unit_id)
