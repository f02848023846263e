"""The tables of the room: who sees a need, who may change it, and what each step asks."""

from itertools import pairwise

import pytest

from ringar.core.rules import Viewer, Visibility
from ringar.needs.rules import (
    ASKS,
    SET_BY_OTHERS,
    STEPS,
    TRANSITIONS,
    NeedFacts,
    NeedState,
    can_add_evidence,
    can_edit_need,
    can_join,
    can_move,
    can_see_need,
    missing_for,
    next_step,
    title_from,
    transition,
)

CITY, OTHER, CARE, WATER = 1, 2, 10, 20
VIEWERS = {
    "author": Viewer(
        person_id=1, organisation_id=CITY, unit_ids=frozenset({CARE}), roles=frozenset({"staff"})
    ),
    "same unit": Viewer(
        person_id=2, organisation_id=CITY, unit_ids=frozenset({CARE}), roles=frozenset({"staff"})
    ),
    "other unit": Viewer(
        person_id=3, organisation_id=CITY, unit_ids=frozenset({WATER}), roles=frozenset({"manager"})
    ),
    "leader": Viewer(
        person_id=4,
        organisation_id=CITY,
        unit_ids=frozenset({CARE, WATER}),
        roles=frozenset({"cio"}),
        role_units={"cio": frozenset({CARE, WATER})},
    ),
    "leader elsewhere": Viewer(
        person_id=8,
        organisation_id=CITY,
        unit_ids=frozenset({WATER}),
        roles=frozenset({"cio"}),
        role_units={"cio": frozenset({WATER})},
    ),
    "auditor": Viewer(
        person_id=5, organisation_id=CITY, unit_ids=frozenset({CARE}), roles=frozenset({"auditor"})
    ),
    "resident": Viewer(
        person_id=6, organisation_id=CITY, unit_ids=frozenset({CARE}), roles=frozenset({"resident"})
    ),
    "Sam": Viewer(person_id=7, organisation_id=OTHER, unit_ids=frozenset({99}), roles=frozenset({"manager"})),
    "nobody": Viewer(),
}
EVERYONE = set(VIEWERS)
UNIT = {"author", "same unit", "leader", "auditor"}
INSIDE = UNIT | {"other unit", "leader elsewhere"}
WRITERS = INSIDE - {"auditor"}


def facts(state: str = "shared", visibility: str = "organisation", **more: object) -> NeedFacts:
    return NeedFacts(
        organisation_id=CITY,
        unit_id=CARE,
        author_id=1,
        owner_id=None,
        state=state,
        visibility=visibility,
        **more,
    )


def who(decide: object, *arguments: object) -> set[str]:
    return {name for name, viewer in VIEWERS.items() if decide(viewer, *arguments)}


@pytest.mark.parametrize(
    ("state", "visibility", "seen_by"),
    [
        ("draft", "unit", {"author"}),
        ("draft", "organisation", {"author"}),
        ("draft", "public", {"author"}),
        ("shared", "unit", UNIT),
        ("shared", "organisation", INSIDE),
        ("shared", "public", EVERYONE),
        ("closed", "unit", UNIT),
        ("closed", "public", EVERYONE),
    ],
)
def test_can_see_need_when_state_and_visibility_then_these(
    state: str, visibility: str, seen_by: set[str]
) -> None:
    assert who(can_see_need, facts(state, visibility)) == seen_by


@pytest.mark.parametrize("state", [s for s in NeedState if s != "draft"])
@pytest.mark.parametrize("visibility", Visibility.values)
def test_can_edit_need_when_shared_then_author_unit_and_leaders(state: str, visibility: str) -> None:
    assert who(can_edit_need, facts(state, visibility)) == {"author", "same unit", "leader"}


def test_can_edit_need_when_draft_then_the_author_alone() -> None:
    assert who(can_edit_need, facts("draft")) == {"author"}


@pytest.mark.parametrize(
    ("start", "to", "moved_by"),
    [
        ("draft", "shared", {"author"}),
        ("shared", "explored", {"author", "same unit", "leader"}),
        ("explored", "chosen", {"leader"}),
        ("chosen", "matched", {"author", "same unit", "leader"}),
        ("matched", "meeting", {"author", "same unit", "leader"}),
        ("meeting", "pilot", {"leader"}),
        ("pilot", "decided", {"leader"}),
        ("decided", "adopted", {"leader"}),
        ("shared", "closed", {"author", "same unit", "leader"}),
        ("chosen", "closed", {"leader"}),
        ("closed", "shared", {"author", "same unit", "leader"}),
        ("shared", "chosen", set()),
        ("draft", "closed", set()),
        ("closed", "draft", set()),
    ],
)
def test_can_move_when_arrow_then_these(start: str, to: str, moved_by: set[str]) -> None:
    assert who(can_move, facts(start), to) == moved_by


@pytest.mark.parametrize("state", list(NeedState))
def test_can_join_when_open_and_seen_then_those_who_work_there(state: str) -> None:
    expected = set() if state in {"draft", "closed"} else WRITERS
    assert who(can_join, facts(state)) == expected


def test_can_add_evidence_when_seen_then_those_who_work_there() -> None:
    assert who(can_add_evidence, facts("shared")) == WRITERS
    assert who(can_add_evidence, facts("shared", "unit")) == {"author", "same unit", "leader"}
    assert who(can_add_evidence, facts("draft")) == {"author"}
    assert who(can_add_evidence, facts("closed")) == set()


def test_missing_for_when_chosen_then_all_that_was_optional_before() -> None:
    assert missing_for("chosen", facts("explored")) == [
        "who_affected",
        "good_effect",
        "owner",
        "evidence",
        "criteria",
    ]
    whole = NeedFacts(CITY, CARE, 1, 4, "explored", "organisation", True, True, True, evidence=1, criteria=2)
    assert missing_for("chosen", whole) == []


def test_transitions_when_read_then_whole() -> None:
    pairs = [(t.start, t.to) for t in TRANSITIONS]
    assert len(pairs) == len(set(pairs))
    assert {ask for t in TRANSITIONS for ask in t.asks} == set(ASKS)
    for step, after in pairwise(STEPS):
        assert transition(step, after), f"the way forward has a gap after {step}"
        assert next_step(step) == after
    assert next_step("adopted") is None and next_step("closed") is None
    reached, waiting = {"draft"}, ["draft"]
    while waiting:
        start = waiting.pop()
        new = {t.to for t in TRANSITIONS if t.start == start} - reached
        reached |= new
        waiting.extend(new)
    assert reached == set(NeedState.values)
    assert all(any(t.start == state and t.to == "closed" for t in TRANSITIONS) for state in SET_BY_OTHERS)


@pytest.mark.parametrize(
    ("symptom", "title"),
    [
        ("Bussen är full. Personalen väntar.", "Bussen är full"),
        ("Rad ett\nRad två", "Rad ett"),
        ("ord " * 50, "ord " * 15 + "…"),
        ("x" * 5_000, "x" * 60 + " …"),
        ("👵🏽 ensam", "👵🏽 ensam"),
    ],
)
def test_title_from_when_symptom_then_its_first_words(symptom: str, title: str) -> None:
    assert title_from(symptom) == title
