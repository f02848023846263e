"""A need's team from any unit; those concerned are told of each step; closed needs are asked to be opened."""

import html

import pytest
from django.urls import reverse

from ringar.core.actions import add_person, add_team_member, remove_team_member
from ringar.core.models import AuditEvent, Person, TeamMember
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Role, Viewer
from ringar.needs.actions import (
    Flagged,
    add_criterion,
    add_evidence,
    ask_reopen,
    edit_need,
    invite_to_team,
    join_need,
    move_need,
)
from ringar.needs.models import Need
from ringar.needs.queries import listed_needs, need_for, search_ids
from ringar.talk.models import Notification
from tests.people import People
from tests.rooms.needs.cast import ready_to_choose, shared_by


@pytest.fixture
def hidden(people: People) -> Need:
    """A need that only Dag's unit sees."""
    return shared_by(people.dag, "Avtalet löper ut utan att någon vet.", "Avtalet", visibility="unit")


def test_invite_to_team_when_from_another_unit_then_sees_and_writes(people: People, hidden: Need) -> None:
    bo = viewer_of(people.bo)
    assert hidden not in listed_needs(bo) and not search_ids(bo, "avtalet")
    with pytest.raises(NotAllowed):
        need_for(bo, hidden.uuid)
    invite_to_team(by=viewer_of(people.dag), need=hidden, person=people.bo, task="Räknar")
    bo = viewer_of(people.bo)
    assert need_for(bo, hidden.uuid) == hidden and hidden in listed_needs(bo)
    assert search_ids(bo, "avtalet") == [hidden.pk]
    edit_need(by=bo, need=hidden, changes={"tried": "Ringa runt"})
    add_criterion(by=bo, need=hidden, text="Syns i tid")
    told = Notification.objects.get(event="needs.team_added")
    assert told.person == people.bo
    assert AuditEvent.objects.filter(action="add_team_member", target_id=str(hidden.uuid)).exists()


def test_remove_team_member_when_taken_away_then_sees_it_no_more(people: People, hidden: Need) -> None:
    dag = viewer_of(people.dag)
    invite_to_team(by=dag, need=hidden, person=people.bo)
    with pytest.raises(NotAllowed):
        remove_team_member(by=viewer_of(people.alva), row=hidden, person=people.bo)
    remove_team_member(by=viewer_of(people.bo), row=hidden, person=people.bo)
    assert not TeamMember.objects.exists() and hidden not in listed_needs(viewer_of(people.bo))
    remove_team_member(by=dag, row=hidden, person=people.bo)
    assert AuditEvent.objects.filter(action="remove_team_member").count() == 1, "twice changes nothing"


@pytest.mark.parametrize("who", ["sam", "elif_", "farid"])
def test_add_team_member_when_not_working_here_then_refused(people: People, hidden: Need, who: str) -> None:
    with pytest.raises(Refused):
        add_team_member(by=viewer_of(people.dag), row=hidden, person=getattr(people, who))


@pytest.mark.parametrize("who", ["alva", "bo", "sam", "farid"])
def test_add_team_member_when_the_need_is_not_theirs_then_not_allowed(
    people: People, hidden: Need, who: str
) -> None:
    with pytest.raises(NotAllowed):
        add_team_member(by=viewer_of(getattr(people, who)), row=hidden, person=people.bo)


def test_add_team_member_when_added_again_then_only_the_task_changes(people: People, hidden: Need) -> None:
    for task in ("Räknar", "Räknar", "Skriver"):
        invite_to_team(by=viewer_of(people.dag), need=hidden, person=people.bo, task=task)
    assert TeamMember.objects.get().task == "Skriver"
    assert Notification.objects.filter(event="needs.team_added").count() == 1
    assert AuditEvent.objects.filter(action="add_team_member").count() == 2
    with pytest.raises(Refused):
        invite_to_team(by=viewer_of(people.dag), need=hidden, person=people.bo, task="x" * 201)


def test_need_team_when_searched_then_people_are_found_and_added(
    people: People, hidden: Need, logged_in
) -> None:
    client, address = logged_in(people.dag), reverse("need_team", args=[hidden.uuid])
    found = client.get(f"{address}?q=ala").content.decode()
    assert "Ala" not in found and "Alva" in client.get(f"{address}?q=alv").content.decode()
    for text in ("sam", "farid", "elif"):
        assert 'name="person"' not in client.get(f"{address}?q={text}").content.decode(), text
    assert client.post(address, {"person": str(people.alva.uuid), "task": "Frågar"})["Location"] == address
    told = html.unescape(client.get(address).content.decode())
    assert "Alva" in told and "Frågar" in told
    for key in (people.sam.uuid, "nonsense", ""):
        assert client.post(address, {"person": str(key)}).status_code in {200, 404}
    assert TeamMember.objects.count() == 1
    client.post(address, {"remove": str(people.alva.uuid)})
    assert not TeamMember.objects.exists()


def test_need_team_when_others_joined_then_they_can_be_asked(people: People, logged_in) -> None:
    need = shared_by(people.bo)
    join_need(by=viewer_of(people.cilla), need=need, unit=people.water)
    assert "Cilla" in logged_in(people.bo).get(reverse("need_team", args=[need.uuid])).content.decode()


def test_need_team_when_a_person_is_protected_then_neither_found_nor_named(
    people: People, hidden: Need, logged_in
) -> None:
    invite_to_team(by=viewer_of(people.dag), need=hidden, person=people.bo)
    type(people.bo).objects.filter(pk=people.bo.pk).update(is_protected=True)
    address = reverse("need_team", args=[hidden.uuid])
    told = logged_in(people.dag).get(f"{address}?q=bo@").content.decode()
    assert ">Bo<" not in told and 'name="person"' not in told


def test_move_need_when_it_moves_then_those_concerned_are_told_why(people: People) -> None:
    need, leader = ready_to_choose(people.bo), viewer_of(people.alva)
    join_need(by=viewer_of(people.cilla), need=need, unit=people.water)
    need = move_need(by=leader, need=need, to="explored")
    need = move_need(by=leader, need=need, to="chosen", reason="Störst nytta")
    need = move_need(by=leader, need=need, to="explored", reason="Pengarna räcker inte")
    move_need(by=leader, need=need, to="closed", reason="Löst på annat sätt")
    told = list(
        Notification.objects.filter(person=people.bo).order_by("id").values_list("event", "is_answer")
    )
    assert told == [
        ("needs.joined", False),
        ("needs.explored", False),
        ("needs.chosen", True),
        ("needs.moved", False),
        ("needs.closed", True),
    ]
    closed = Notification.objects.get(person=people.cilla, event="needs.closed")
    assert closed.facts["reason"] == "Löst på annat sätt"
    assert not Notification.objects.filter(person=people.alva).exclude(event="needs.joined").exists()


def test_add_evidence_when_it_is_shown_then_told_once(people: People) -> None:
    need = shared_by(people.bo)
    add_evidence(by=viewer_of(people.alva), need=need, kind="data", summary="Fyrtio larm.")
    assert Notification.objects.get(event="needs.evidence").person == people.bo
    add_evidence(by=viewer_of(people.alva), need=need, kind="data", summary="Astrid Karlsson larmar.")
    assert Notification.objects.filter(event="needs.evidence").count() == 1, "a draft is nobody else's"


def test_ask_reopen_when_one_may_not_open_then_those_who_may_are_told(people: People) -> None:
    need = shared_by(people.bo)
    join_need(by=viewer_of(people.dag), need=need, unit=people.water)
    need = move_need(by=viewer_of(people.bo), need=need, to="closed", reason="Lagat")
    water = viewer_of(add_staff(people))
    ask_reopen(by=water, need=need, reason="Det läcker än")
    told = Notification.objects.filter(event="needs.reopen_asked")
    assert {"Bo", "Alva", "Dag"} <= {row.person.name for row in told}
    assert Need.objects.get(pk=need.pk).state == "closed"
    with pytest.raises(Refused):
        ask_reopen(by=water, need=need, reason=" ")
    with pytest.raises(Flagged):
        ask_reopen(by=water, need=need, reason="Astrid Karlsson är arg")
    for person in (people.bo, people.sam, people.farid):
        with pytest.raises(NotAllowed):
            ask_reopen(by=viewer_of(person), need=need, reason="Jag med")


def add_staff(people: People) -> Person:
    return add_person(
        by=Viewer.of_command_line(),
        email="v@ringsala.example",
        name="Vera",
        unit=people.water,
        role=Role.STAFF,
    )


def test_need_reopen_ask_when_sent_then_thanked(people: People, logged_in) -> None:
    need = move_need(by=viewer_of(people.bo), need=shared_by(people.bo), to="closed", reason="Lagat")
    client, address = logged_in(add_staff(people)), reverse("need_reopen_ask", args=[need.uuid])
    assert address in client.get(need.get_absolute_url()).content.decode()
    assert 'name="kept"' in client.post(address, {"reason": "Astrid Karlsson är arg"}).content.decode()
    assert client.post(address, {"reason": "Det är inte löst"})["Location"] == need.get_absolute_url()
