"""Maps of routines: drawn from logs, opened, marked, signed, decided on; never out of order, never by others."""

import pytest

from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.robots.actions.map_marks import answer_mark, mark_step
from ringar.robots.actions.maps import (
    Decision,
    add_map,
    decide_map,
    draw_version,
    link_log,
    mark_of,
    open_version,
    save_drawing,
    steps_of,
)
from ringar.robots.models.maps import MapVersion
from ringar.robots.queries.maps import gate_facts
from ringar.robots.rules.maps import LONGEST_BPMN, GateFacts, gate
from tests.people import People
from tests.rooms.robots.map_cast import BPMN, decided, handed_in, measured_log, open_map, signed, to_be


@pytest.fixture
def bo(people: People) -> Viewer:
    return viewer_of(people.bo)


def drawn(by: Viewer, version: MapVersion, bpmn: str = BPMN) -> MapVersion:
    return save_drawing(by=by, version=version, bpmn=bpmn, seen=mark_of(version.bpmn))


def first(by: Viewer, people: People, name: str = "Makulera faktura") -> MapVersion:
    return add_map(by=by, unit=people.care, name=name).versions.get()


def test_add_map_when_from_a_log_then_its_steps_are_drawn(people: People, bo: Viewer) -> None:
    made = add_map(by=bo, unit=people.care, name="Makulera faktura", log=measured_log(bo, people.care))
    version = made.versions.get()
    assert {step.name for step in steps_of(version.bpmn).steps} == {"Läs mejlet", "Kreditera", "Svara"}
    assert (made.slug, version.kind, version.state, str(version)) == (
        *("makulera-faktura", "as_is", "draft"),
        "makulera-faktura@1",
    )


def test_add_map_when_the_name_is_taken_then_its_word_is_another(people: People, bo: Viewer) -> None:
    slugs = [first(bo, people).process_map.slug for _ in range(3)]
    assert slugs == ["makulera-faktura", "makulera-faktura-2", "makulera-faktura-3"]
    assert first(bo, people, "漢字 🤖").process_map.slug == "karta"


def test_add_map_when_the_log_is_not_measured_then_refuses(people: People, bo: Viewer) -> None:
    with pytest.raises(Refused):
        add_map(by=bo, unit=people.care, name="Makulera", log=handed_in(bo, people.care))
    with pytest.raises(Refused):
        add_map(by=bo, unit=people.care, name=" \x00 ")


def test_add_map_when_by_another_unit_or_municipality_then_is_not_allowed(people: People, bo: Viewer) -> None:
    for person, unit in [(people.bo, people.water), (people.sam, people.care), (people.farid, people.care)]:
        with pytest.raises(NotAllowed):
            add_map(by=viewer_of(person), unit=unit, name="Makulera")
    theirs = measured_log(viewer_of(people.sam), people.other_care)
    with pytest.raises(NotAllowed):
        add_map(by=bo, unit=people.care, name="Makulera", log=theirs)


def test_save_drawing_when_somebody_saved_meanwhile_then_refuses_and_keeps_theirs(
    people: People, bo: Viewer
) -> None:
    version = first(bo, people)
    seen = mark_of(version.bpmn)
    save_drawing(by=viewer_of(people.alva), version=version, bpmn=BPMN, seen=seen)
    with pytest.raises(Refused):
        save_drawing(by=bo, version=version, bpmn=BPMN.replace("Kreditera", "Annat"), seen=seen)
    version.refresh_from_db()
    assert version.bpmn == BPMN


@pytest.mark.parametrize(
    "bpmn",
    [
        "inte xml",
        "<a/>",
        BPMN.replace('targetRef="credit"', 'targetRef="borta"'),
        BPMN.replace("task", "note").replace("serviceTask", "note").replace("Task", "Note"),
        '<!DOCTYPE x [<!ENTITY y "z">]>' + BPMN.partition("?>")[2],
        BPMN + " " * LONGEST_BPMN,
        "",
    ],
    ids=["no-xml", "no-bpmn", "loose-flow", "no-step", "entity", "huge", "empty"],
)
def test_save_drawing_when_it_is_no_map_then_refuses_and_nothing_changes(
    people: People, bo: Viewer, bpmn: str
) -> None:
    version = drawn(bo, first(bo, people))
    with pytest.raises(Refused):
        drawn(bo, version, bpmn)
    version.refresh_from_db()
    assert version.bpmn == BPMN


def test_open_version_when_there_is_no_step_then_refuses(people: People, bo: Viewer) -> None:
    with pytest.raises(Refused):
        open_version(by=bo, version=first(bo, people))


def test_open_version_when_done_twice_then_refuses_the_second(people: People, bo: Viewer) -> None:
    version = open_version(by=bo, version=drawn(bo, first(bo, people)))
    with pytest.raises(Refused):
        open_version(by=bo, version=version)


def test_mark_step_when_by_anyone_who_works_here_then_is_kept(people: People, bo: Viewer) -> None:
    version = open_map(bo, people.care)
    step = steps_of(version.bpmn).steps[0]
    mark_step(by=viewer_of(people.dag), version=version, bpmn_id=step.id, kind="wrong", text="Så gör vi inte")
    mark_step(by=bo, version=version, bpmn_id="", kind="agree", text="")
    assert [(mark.kind, mark.bpmn_id) for mark in version.marks.order_by("id")] == [
        ("wrong", step.id),
        ("agree", ""),
    ]
    for outsider in (people.sam, people.elif_, people.farid):
        with pytest.raises(NotAllowed):
            mark_step(by=viewer_of(outsider), version=version, bpmn_id="", kind="agree", text="")


@pytest.mark.parametrize(
    ("bpmn_id", "kind", "text"),
    [
        ("finns-inte", "wrong", "Fel"),
        ("", "wrong", " "),
        ("", "nonsense", "Fel"),
        ("", "missing", "x" * 50_000),
        ("", "missing", "Kunden 811218-9876 fick fel faktura"),
    ],
)
def test_mark_step_when_it_says_nothing_that_can_be_kept_then_refuses(
    people: People, bo: Viewer, bpmn_id: str, kind: str, text: str
) -> None:
    version = open_map(bo, people.care)
    with pytest.raises(Refused):
        mark_step(by=bo, version=version, bpmn_id=bpmn_id, kind=kind, text=text)
    assert not version.marks.exists()


def test_mark_step_when_the_form_is_sent_twice_then_is_said_once_until_it_is_answered(
    people: People, bo: Viewer
) -> None:
    version = open_map(bo, people.care)
    said = {"version": version, "bpmn_id": "", "kind": "wrong"}
    first = mark_step(by=bo, text="Fel ordning.", **said)
    assert mark_step(by=bo, text=" Fel ordning. ", **said) == first
    alva = viewer_of(people.alva)
    assert mark_step(by=alva, text="Fel ordning.", **said) != first != mark_step(by=bo, text="Nej.", **said)
    answer_mark(by=bo, mark=first, reply="Rättat.")
    assert mark_step(by=bo, text="Fel ordning.", **said) != first


def test_mark_step_when_the_map_is_a_draft_or_signed_then_refuses(people: People, bo: Viewer) -> None:
    version = drawn(bo, first(bo, people))
    with pytest.raises(Refused):
        mark_step(by=bo, version=version, bpmn_id="", kind="agree", text="")
    version = signed(by=bo, version=open_version(by=bo, version=version))
    with pytest.raises(Refused):
        mark_step(by=bo, version=version, bpmn_id="", kind="agree", text="")


@pytest.mark.parametrize("kind", ["wrong", "missing", "authority"])
def test_sign_version_when_an_objection_has_no_answer_then_refuses_until_it_has(
    people: People, bo: Viewer, kind: str
) -> None:
    version = open_map(bo, people.care)
    mark = mark_step(by=viewer_of(people.dag), version=version, bpmn_id="", kind=kind, text="Hm")
    with pytest.raises(Refused):
        signed(by=bo, version=version)
    with pytest.raises(Refused):
        answer_mark(by=bo, mark=mark, reply="  ")
    answer_mark(by=bo, mark=mark, reply="Vi har ändrat steget")
    assert signed(by=bo, version=version).signed_by == people.bo


def test_sign_version_when_only_agreed_with_then_needs_no_answer(people: People, bo: Viewer) -> None:
    version = open_map(bo, people.care)
    mark_step(by=viewer_of(people.dag), version=version, bpmn_id="", kind="agree", text="")
    assert signed(by=bo, version=version).state == "signed"


def test_sign_version_when_signed_then_nothing_on_it_changes(people: People, bo: Viewer) -> None:
    version = open_map(bo, people.care)
    mark = mark_step(by=bo, version=version, bpmn_id="", kind="agree", text="")
    version = signed(by=bo, version=version)
    before = version.bpmn
    for change in (
        lambda: drawn(bo, version),
        lambda: signed(by=bo, version=version),
        lambda: answer_mark(by=bo, mark=mark, reply="Tack"),
    ):
        with pytest.raises(Refused):
            change()
    version.refresh_from_db()
    assert version.bpmn == before
    event = AuditEvent.objects.get(action="sign_version")
    assert event.changes["drawing"] == mark_of(before)


def test_sign_version_when_by_another_or_by_no_person_then_is_not_allowed(people: People, bo: Viewer) -> None:
    version = open_map(bo, people.care)
    others = [viewer_of(people.sam), viewer_of(people.elif_), Viewer.of_robot(people.city.pk)]
    for other in others:
        with pytest.raises(NotAllowed):
            signed(by=other, version=version)


def test_decide_map_when_it_is_not_known_yet_then_refuses(people: People, bo: Viewer) -> None:
    made = Decision("robot", "Ofta", people.bo, "Bokföringslagen")
    version = drawn(bo, first(bo, people))
    with pytest.raises(Refused):
        decide_map(by=bo, process_map=version.process_map, made=made)
    version = signed(by=bo, version=open_version(by=bo, version=version))
    with pytest.raises(Refused):  # signed, but nobody has measured
        decide_map(by=bo, process_map=version.process_map, made=made)
    link_log(by=bo, version=version, log=measured_log(bo, people.care))
    assert decide_map(by=bo, process_map=version.process_map, made=made).decision == "robot"


@pytest.mark.parametrize(
    ("decision", "reason", "basis"),
    [("", "x", "y"), ("robot", " ", "y"), ("robot", "x", ""), ("sälj", "x", "y")],
)
def test_decide_map_when_a_part_is_missing_then_refuses(
    people: People, bo: Viewer, decision: str, reason: str, basis: str
) -> None:
    version = signed(by=bo, version=open_map(bo, people.care))
    with pytest.raises(Refused):
        decide_map(by=bo, process_map=version.process_map, made=Decision(decision, reason, people.bo, basis))
    with pytest.raises(Refused):
        decide_map(by=bo, process_map=version.process_map, made=Decision("drop", "x", people.sam, "y"))


def test_decide_map_when_it_decides_about_nobody_then_keeps_no_delegation(people: People, bo: Viewer) -> None:
    row = decided(bo, people.care, people.bo, is_authority=False, delegation="KS 2026-01")
    assert (row.is_authority, row.delegation) == (False, "")
    row = decide_map(by=bo, process_map=row, made=Decision("robot", "x", people.bo, "y", True, "KS 2026-01"))
    assert (row.is_authority, row.delegation) == (True, "KS 2026-01")
    event = AuditEvent.objects.filter(action="decide_map").latest("id")
    assert event.changes["delegation"] == ["", "KS 2026-01"]


def test_sign_version_when_as_it_is_to_be_then_only_after_a_decision(people: People, bo: Viewer) -> None:
    version = signed(by=bo, version=open_map(bo, people.care))
    plan = open_version(by=bo, version=to_be(bo, version.process_map))
    with pytest.raises(Refused):
        signed(by=bo, version=plan)
    facts = Decision("drop", "Behövs inte", people.bo, "Inget")
    decide_map(by=bo, process_map=version.process_map, made=facts)
    with pytest.raises(Refused):
        signed(by=bo, version=plan)
    decide_map(
        by=bo, process_map=version.process_map, made=Decision("simplify", "Kortare", people.bo, "Lagen")
    )
    assert signed(by=bo, version=plan).state == "signed"
    assert gate_facts(version.process_map).to_be_signed


def test_draw_version_when_after_another_then_goes_on_from_its_drawing(people: People, bo: Viewer) -> None:
    version = drawn(bo, first(bo, people))
    made = draw_version(by=bo, process_map=version.process_map, kind="to_be")
    assert (made.number, made.bpmn, made.state, made.log) == (2, BPMN, "draft", None)
    with pytest.raises(NotAllowed):
        draw_version(by=viewer_of(people.sam), process_map=version.process_map, kind="to_be")


@pytest.mark.parametrize(
    ("facts", "steps", "done"),
    [
        ((False, False, False, "", False, False), 5, 0),
        ((True, True, True, "", False, False), 5, 2),
        ((True, True, True, "drop", False, False), 3, 3),
        ((True, True, True, "simplify", True, False), 4, 4),
        ((True, True, True, "robot", True, False), 5, 4),
        ((True, True, True, "robot", True, True), 5, 5),
    ],
)
def test_gate_when_asked_then_has_the_steps_of_what_was_decided(
    facts: tuple[bool, bool, bool, str, bool, bool], steps: int, done: int
) -> None:
    found = gate(GateFacts(*facts))
    assert (len(found), sum(step.is_done for step in found)) == (steps, done)
