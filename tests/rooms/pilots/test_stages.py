"""The table of stages, who takes each step, and what each gate asks for. No database."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.urls import get_resolver
from hypothesis import given
from hypothesis import strategies as some

from ringar.core.rules import Role, Viewer
from ringar.pilots.diagram import PAGE, stages_page
from ringar.pilots.gate_rules import ASKS, PAGES, GateFacts, Missing, missing_evidence
from ringar.pilots.rules import (
    LIGHT_STAGES,
    STAGES,
    TRANSITIONS,
    Design,
    PilotFacts,
    PilotKind,
    PilotState,
    Stage,
    Step,
    can_edit_pilot,
    can_prepare,
    can_see_pilot,
    can_take,
    next_stage,
    transition,
)
from ringar.procurement.rules import Room

HERE, UNIT, ABOVE = 1, 10, 11
HEAVY = [stage for stage in Stage if stage not in LIGHT_STAGES]
WHOLE = GateFacts(
    need=True,
    goal=True,
    owner=True,
    cap=True,
    ends_on=date(2026, 12, 31),
    starts_on=date(2026, 9, 7),
    effect_goal=True,
    start=True,
    hypothesis=True,
    trying=1,
    comparing=1,
    cost_lines=1,
    gain_lines=1,
    who_pays=True,
    cost_sek=80_000,
    stop_rule=True,
    data_check=True,
    buys=True,
    choice=True,
    room=Room(bought=600_000, wanted=80_000, ceiling=700_000),
    limit_sek=100_000,
)


def someone(*roles: str, unit: int = UNIT, person: int = 1, organisation: int = HERE, **facts: Any) -> Viewer:
    return Viewer(
        person_id=person,
        organisation_id=organisation,
        roles=frozenset(roles),
        unit_ids=frozenset({unit}),
        own_unit_ids=frozenset({unit}),
        role_units={role: frozenset({unit}) for role in roles},
        **facts,
    )


def facts_of(stage: Stage, state: PilotState, **facts: Any) -> PilotFacts:
    told: dict[str, Any] = {"author_id": 99, "owner_id": 98, "visibility": "organisation", "uuid": uuid4()}
    return PilotFacts(organisation_id=HERE, unit_id=UNIT, stage=stage, state=state, **told | facts)


def codes(stage: str, facts: GateFacts) -> list[str]:
    return [each.code for each in missing_evidence(stage, facts)]


def test_transition_for_every_stage_begins_by_a_gate() -> None:
    for stage in Stage:
        arrow = transition(stage, PilotState.PLANNED, Step.GATE)
        assert arrow is not None
        assert (arrow.to_stage, arrow.to_state) == (stage, PilotState.RUNNING)


def test_transition_to_the_next_stage_only_one_step_at_a_time() -> None:
    for arrow in TRANSITIONS:
        assert STAGES.index(arrow.to_stage) - STAGES.index(arrow.stage) in (0, 1)


def test_transition_from_a_heavy_stage_that_runs_has_no_gate() -> None:
    assert all(transition(stage, PilotState.RUNNING, Step.GATE) is None for stage in HEAVY)
    assert transition(Stage.EXERCISE, PilotState.RUNNING, Step.GATE).to_stage == Stage.PROOF  # type: ignore[union-attr]


@pytest.mark.parametrize("state", [PilotState.STOPPED, PilotState.DONE])
def test_transition_from_what_is_over_is_none(state: PilotState) -> None:
    assert not [arrow for arrow in TRANSITIONS if arrow.state == state]


def test_next_stage_after_the_last_is_none() -> None:
    assert [next_stage(stage) for stage in Stage] == [*STAGES[1:], None]


@pytest.mark.parametrize("stage", Stage)
def test_can_take_gate_by_staff_of_the_unit_only_in_light_stages(stage: Stage) -> None:
    facts = facts_of(stage, PilotState.PLANNED)
    assert can_take(someone(Role.STAFF), facts, Step.GATE) == (stage in LIGHT_STAGES)
    assert can_take(someone(Role.CIO), facts, Step.GATE)


def test_can_take_by_a_leader_of_another_unit_is_refused() -> None:
    facts = facts_of(Stage.PILOT, PilotState.PLANNED)
    assert not can_take(someone(Role.DEVELOPMENT_MANAGER, unit=55), facts, Step.GATE)


def test_can_edit_by_team_owner_author_and_unit_but_not_others() -> None:
    facts = facts_of(Stage.EXERCISE, PilotState.PLANNED)
    far = {"unit": 55, "person": 5}
    assert can_edit_pilot(someone(Role.STAFF), facts)
    assert not can_edit_pilot(someone(Role.STAFF, **far), facts)
    assert can_edit_pilot(someone(Role.STAFF, **far, team_rows=frozenset({facts.uuid})), facts)
    assert can_edit_pilot(someone(Role.STAFF, unit=55, person=98), facts)
    assert can_edit_pilot(someone(Role.STAFF, unit=55, person=99), facts)
    assert not can_edit_pilot(someone(Role.AUDITOR), facts)
    assert not can_edit_pilot(someone(Role.STAFF, organisation=2), facts)


def test_can_see_when_only_the_unit_may_then_others_do_not() -> None:
    facts = facts_of(Stage.EXERCISE, PilotState.PLANNED, visibility="unit")
    assert can_see_pilot(someone(Role.STAFF), facts)
    assert not can_see_pilot(someone(Role.STAFF, unit=55, person=5), facts)
    assert can_see_pilot(Viewer(), replace(facts, visibility="public"))


def test_can_prepare_until_a_heavy_stage_runs() -> None:
    by = someone(Role.CIO)
    assert can_prepare(by, facts_of(Stage.PROOF, PilotState.RUNNING))
    assert can_prepare(by, facts_of(Stage.BETA, PilotState.PLANNED))
    assert not can_prepare(by, facts_of(Stage.PILOT, PilotState.RUNNING))
    assert not can_prepare(by, facts_of(Stage.EXERCISE, PilotState.STOPPED))


@pytest.mark.parametrize("stage", Stage)
def test_missing_evidence_when_all_is_there_is_nothing(stage: Stage) -> None:
    assert codes(stage, WHOLE) == []


def test_missing_evidence_for_an_exercise_asks_for_five_things_only() -> None:
    assert codes(Stage.EXERCISE, GateFacts()) == ["need", "goal", "owner", "cap", "end"]
    light = GateFacts(need=True, goal=True, owner=True, cap=True, ends_on=date(2026, 12, 31))
    assert codes(Stage.EXERCISE, light) == codes(Stage.PROOF, light) == []


@pytest.mark.parametrize("stage", HEAVY)
def test_missing_evidence_without_an_effect_goal_never_opens(stage: Stage) -> None:
    assert "effect_goal" in codes(stage, replace(WHOLE, effect_goal=False, start=False))


LACKS = {
    "need": {"need": False},
    "goal": {"goal": False},
    "owner": {"owner": False},
    "end": {"ends_on": None},
    "order": {"starts_on": date(2027, 1, 1)},
    "effect_goal": {"effect_goal": False},
    "start": {"start": False},
    "hypothesis": {"hypothesis": False},
    "trying": {"trying": 0},
    "comparing": {"comparing": 0},
    "costs": {"cost_lines": 0},
    "gains": {"gain_lines": 0},
    "who_pays": {"who_pays": False},
    "mandate": {"limit_sek": 79_999},
    "stop_rule": {"stop_rule": False},
    "data_check": {"data_check": False},
    "data_gaps": {"data_gaps": True},
    "choice": {"choice": False},
    "ceiling": {"room": Room(bought=620_001, wanted=80_000, ceiling=700_000)},
}


@pytest.mark.parametrize("code", LACKS)
def test_missing_evidence_for_a_pilot_names_the_one_thing_that_is_not_there(code: str) -> None:
    assert codes(Stage.PILOT, replace(WHOLE, **LACKS[code])) == [code]  # type: ignore[arg-type]


def test_missing_evidence_when_the_sum_meets_the_ceiling_is_nothing() -> None:
    met = Room(bought=620_000, wanted=80_000, ceiling=700_000)
    assert codes(Stage.PILOT, replace(WHOLE, room=met)) == []


def test_missing_evidence_for_a_sprint_asks_what_came_out() -> None:
    sprint = replace(WHOLE, kind=PilotKind.SPRINT)
    assert codes(Stage.EXERCISE, sprint) == []
    assert codes(Stage.PROOF, sprint) == ["sprint_outcome"]
    assert codes(Stage.PROOF, replace(sprint, sprint_outcome=True)) == []


def test_missing_evidence_by_lot_compares_those_who_try_with_each_other() -> None:
    drawn = replace(WHOLE, design=Design.RANDOM_START, comparing=0)
    assert codes(Stage.PILOT, replace(drawn, trying=1)) == ["comparing"]
    assert codes(Stage.PILOT, replace(drawn, design=Design.ALTERNATE, trying=1)) == []
    assert codes(Stage.PILOT, replace(drawn, trying=2)) == []


def test_missing_evidence_at_full_scale_has_nobody_to_compare_with() -> None:
    assert codes(Stage.FULL_SCALE, replace(WHOLE, comparing=0)) == []
    assert codes(Stage.BETA, replace(WHOLE, comparing=0)) == ["comparing"]


def test_missing_evidence_when_nothing_is_bought_asks_for_no_supplier() -> None:
    own = replace(WHOLE, buys=False, choice=False, room=None, cost_sek=0)
    assert codes(Stage.PILOT, own) == []


@given(
    some.sampled_from(HEAVY),
    some.builds(GateFacts, room=some.none(), ends_on=some.none() | some.dates(), starts_on=some.none()),
)
def test_missing_evidence_for_a_heavy_stage_holds_all_of_a_light_one_but_the_cap(
    stage: Stage, facts: GateFacts
) -> None:
    light = {code for code in codes(Stage.PROOF, facts) if code != "cap"}
    assert light <= set(codes(stage, facts))


@pytest.mark.usefixtures("english")
def test_missing_text_says_by_how_much_and_what_to_do() -> None:
    [missing] = missing_evidence(
        Stage.PILOT, replace(WHOLE, room=Room(bought=650_000, wanted=80_000, ceiling=700_000))
    )
    assert "SEK\N{NO-BREAK SPACE}30,000 above the ceiling" in missing.text
    assert "Talk with a buyer" in missing.text


def test_missing_each_has_words_and_a_page_that_exists() -> None:
    addresses = get_resolver().reverse_dict
    assert set(ASKS) == set(PAGES) >= set(LACKS)
    assert all(Missing(code).where in addresses for code in ASKS)


def test_stages_page_is_fresh() -> None:
    told = "run `python -m ringar.pilots.diagram`"
    assert Path(PAGE).read_text(encoding="utf-8") == stages_page(), told
