"""Who may decide on a pilot, and what: pure decisions, no database, no clock."""

from ringar.core.rules import Viewer
from ringar.pilots.rules import (
    DecisionKind,
    PilotFacts,
    PilotState,
    Stage,
    Step,
    Who,
    can_edit_pilot,
    can_take,
    who_takes,
)

LONGEST_TEXT = 5_000
LONGEST_NOTE = 1_000
SHORTEST_REASON = 20
"""Characters; whoever put work into it deserves to know why."""

STEPS = {DecisionKind.SCALE: Step.SCALE, DecisionKind.STOP: Step.STOP}
MEASURED_STAGES = frozenset({Stage.PILOT, Stage.BETA, Stage.FULL_SCALE})
"""Stages whose end answers the need."""


def can_decide(viewer: Viewer, facts: PilotFacts, kind: str) -> bool:
    """Whether the viewer may decide so: by the table of stages; to go on otherwise, who may end the stage."""
    if step := STEPS.get(DecisionKind(kind)):
        return can_take(viewer, facts, step)
    if facts.state != PilotState.RUNNING or not can_edit_pilot(viewer, facts):
        return False
    return who_takes(Stage(facts.stage)) == Who.TEAM or viewer.leads_in(facts.unit_id)


def kinds_open(viewer: Viewer, facts: PilotFacts) -> list[DecisionKind]:
    """What the viewer may decide now."""
    return [kind for kind in DecisionKind if can_decide(viewer, facts, kind)]


def can_publish(viewer: Viewer, facts: PilotFacts) -> bool:
    """Whether the viewer may show the pilot's page to everyone, and take it back: the owner, and who leads its unit."""
    is_owner = viewer.person_id is not None and viewer.person_id == facts.owner_id
    return can_edit_pilot(viewer, facts) and (is_owner or viewer.leads_in(facts.unit_id))


def answers_need(kind: str, stage: str) -> bool:
    """Whether the decision answers the need that the pilot was tried for."""
    return kind == DecisionKind.STOP or (kind == DecisionKind.SCALE and stage in MEASURED_STAGES)
