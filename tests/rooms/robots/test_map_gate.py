"""The gate: what was seen is signed, no objection is silenced, owners, and where a robot only prepares."""

import pytest

from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.robots.actions.map_marks import answer_mark, mark_step
from ringar.robots.actions.maps import (
    Decision,
    decide_map,
    draw_version,
    drawn_in_words,
    mark_of,
    open_version,
    save_drawing,
    sign_version,
    steps_of,
)
from ringar.robots.models.maps import MapVersion, ProcessMap
from ringar.robots.queries.maps import objected_before, unanswered
from ringar.robots.rules.maps import GateFacts, can_keep, only_prepares, refuse_decision
from tests.people import People
from tests.rooms.robots.map_cast import BPMN, decided, open_map, signed


@pytest.fixture
def bo(people: People) -> Viewer:
    return viewer_of(people.bo)


def drawn(by: Viewer, version: MapVersion) -> MapVersion:
    return save_drawing(by=by, version=version, bpmn=BPMN, seen=mark_of(version.bpmn))


def test_can_keep_when_of_another_municipality_then_no_robot_or_operator_there_may(people: People) -> None:
    place = {"organisation_id": people.city.pk, "unit_id": people.care.pk}
    assert not can_keep(Viewer.of_robot(people.other_city.pk), **place)
    assert not can_keep(Viewer.of_command_line(people.other_city.pk), **place)
    assert can_keep(Viewer.of_command_line(people.city.pk), **place)


def test_sign_version_when_somebody_drew_it_otherwise_meanwhile_then_refuses(
    people: People, bo: Viewer
) -> None:
    version = open_map(bo, people.care)
    seen = mark_of(version.bpmn)
    drawn(viewer_of(people.alva), version)
    with pytest.raises(Refused):
        sign_version(by=bo, version=version, seen=seen)
    version.refresh_from_db()
    assert signed(by=bo, version=version).bpmn == BPMN


def test_sign_version_when_an_older_drawing_has_an_objection_then_a_new_one_does_not_silence_it(
    people: People, bo: Viewer
) -> None:
    version = open_map(bo, people.care)
    mark = mark_step(by=viewer_of(people.dag), version=version, bpmn_id="", kind="wrong", text="Nej")
    newer = open_version(by=bo, version=draw_version(by=bo, process_map=version.process_map, kind="as_is"))
    with pytest.raises(Refused):
        signed(by=bo, version=newer)
    assert (unanswered(newer), objected_before(newer), objected_before(version)) == (1, [1], [])
    answer_mark(by=bo, mark=mark, reply="Ändrat i version 2")
    assert signed(by=bo, version=newer).state == "signed"


def test_sign_version_when_only_a_newer_drawing_or_the_plan_has_an_objection_then_it_may_be_signed(
    people: People, bo: Viewer
) -> None:
    version = open_map(bo, people.care)
    for kind in ("as_is", "to_be"):
        other = draw_version(by=bo, process_map=version.process_map, kind=kind)
        mark_step(by=bo, version=open_version(by=bo, version=other), bpmn_id="", kind="wrong", text="Nej")
    assert signed(by=bo, version=version).state == "signed"


def test_owner_when_of_the_routine_then_answers_draws_and_signs_but_does_not_decide(
    people: People, bo: Viewer
) -> None:
    row = decided(bo, people.care, people.cilla)
    owner, other = viewer_of(people.cilla), viewer_of(people.dag)
    plan = draw_version(by=owner, process_map=row, kind="to_be")
    plan = open_version(by=owner, version=drawn(owner, plan))
    mark = mark_step(by=other, version=plan, bpmn_id="", kind="missing", text="Vem svarar?")
    assert answer_mark(by=owner, mark=mark, reply="Vi").replied_by == people.cilla
    assert signed(by=owner, version=plan).signed_by == people.cilla
    ProcessMap.objects.update(owner=people.farid)
    for stranger in (people.farid, people.sam):
        with pytest.raises(NotAllowed):
            draw_version(by=viewer_of(stranger), process_map=row, kind="to_be")


def test_decide_map_when_a_robot_does_the_routine_then_it_is_withdrawn_first(
    people: People, bo: Viewer
) -> None:
    facts = GateFacts(True, True, True, "robot", True, True)
    refuse_decision(facts, "robot")
    for decision in ("drop", "simplify", "integrate"):
        with pytest.raises(Refused):
            refuse_decision(facts, decision)


@pytest.mark.parametrize(
    ("is_authority", "delegation", "is_procurement", "prepares"),
    [
        (False, "", False, False),
        (True, "", False, True),
        (True, "  ", False, True),
        (True, "KS 12", False, False),
        (False, "", True, True),
        (True, "KS 12", True, True),
    ],
)
def test_only_prepares_when_asked_then_so_it_is_without_delegation_and_in_procurement(
    is_authority: bool, delegation: str, is_procurement: bool, prepares: bool
) -> None:
    found = only_prepares(is_authority=is_authority, delegation=delegation, is_procurement=is_procurement)
    assert found is prepares


def test_decide_map_when_in_procurement_then_nothing_is_delegated(people: People, bo: Viewer) -> None:
    row = decided(bo, people.care, people.bo)
    facts = ("robot", "x", people.bo, "y", True)
    with pytest.raises(Refused):
        decide_map(by=bo, process_map=row, made=Decision(*facts, delegation="KS 1", is_procurement=True))
    row = decide_map(by=bo, process_map=row, made=Decision(*facts, is_procurement=True))
    assert (row.is_procurement, row.delegation) == (True, "")
    event = AuditEvent.objects.filter(action="decide_map").latest("id")
    assert event.changes["is_procurement"] == [False, True]


def test_drawn_in_words_when_written_one_a_line_then_is_a_map_in_that_order(
    people: People, bo: Viewer
) -> None:
    bpmn = drawn_in_words(' Läs mejlet \r\n\nKreditera <x> & "y"\n\tSvara 🚰\x00\n')
    assert [step.name for step in steps_of(bpmn).steps] == ['Kreditera <x> & "y"', "Läs mejlet", "Svara 🚰"]
    after = {step.id: step.name for step in steps_of(bpmn).steps}
    ways = {(flow.source, flow.target) for flow in steps_of(bpmn).flows}
    named = {(after.get(a, ""), after.get(b, "")) for a, b in ways}
    assert (
        ("Läs mejlet", 'Kreditera <x> & "y"') in named
        and ("", "Läs mejlet") in named
        and ("Svara 🚰", "") in named
    )
    for text in ("", " \n ", "x\n" * 201, "x" * 301):
        with pytest.raises(Refused):
            drawn_in_words(text)


def test_drawn_in_words_when_a_list_is_pasted_then_its_marks_are_no_part_of_the_names(people: People) -> None:
    bpmn = drawn_in_words("1. Läs mejlet\n 2) Ring 3 kunder\n- Kreditera\n• Svara\n-\n-5 grader")
    names = {step.name for step in steps_of(bpmn).steps}
    assert names == {"Läs mejlet", "Ring 3 kunder", "Kreditera", "Svara", "-5 grader"}
