"""Data sets: described, restricted unless said otherwise, released and withdrawn by leaders; who looked is kept."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ringar.city.actions.data import (
    Description,
    add_data_set,
    add_observation,
    edit_data_set,
    note_look,
    release_data_set,
    withdraw_observation,
    withdraw_release,
)
from ringar.city.models import DataSet, Release
from ringar.city.queries.data import assets_for, holding, known_sets, open_sets
from ringar.city.rules.data import Holding, can_know_of, can_look_into, can_release
from ringar.core.actions import merge_unit
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Role, Viewer
from tests.people import People
from tests.rooms.city.data_cast import WORD, Data, add_network, add_pipes, add_streets

LoggedIn = Callable[[Person], Client]


@pytest.fixture
def data(people: People, tmp_path: object, settings: object) -> Data:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    return add_network(people)


def everyone(people: People) -> list[Viewer]:
    return [Viewer(), *(viewer_of(person) for person in people.all()), Viewer.of_robot(people.city.pk)]


def test_rules_when_compared_with_the_queries_then_they_say_the_same_of_everyone(
    people: People, data: Data
) -> None:
    add_streets(people)
    add_pipes(people, "Delat").releases.create(to="exchange", reason="Avtal")
    free = add_pipes(people, "Fritt")
    DataSet.objects.filter(pk=free.pk).update(is_restricted=False)
    kept = add_pipes(people, "Vårdat")
    DataSet.objects.filter(pk=kept.pk).update(keeper=people.farid)
    for viewer in everyone(people):
        known, opened = set(known_sets(viewer)), set(open_sets(viewer))
        for row in DataSet.objects.all():
            held = holding(row)
            assert (row in known) == can_know_of(viewer, held), (viewer, row)
            assert (row in opened) == can_look_into(viewer, held), (viewer, row)


def test_looking_when_the_unit_is_ones_own_or_below_then_yes_elsewhere_no() -> None:
    held = Holding(organisation_id=1, unit_id=5)
    staff = {"organisation_id": 1, "person_id": 9, "roles": frozenset({Role.STAFF.value})}
    assert can_look_into(Viewer(**staff, unit_ids=frozenset({5})), held)
    assert not can_look_into(Viewer(**staff, unit_ids=frozenset({6})), held)
    assert not can_look_into(Viewer(**staff | {"organisation_id": 2}, unit_ids=frozenset({5})), held)
    assert not can_look_into(Viewer(**staff | {"roles": frozenset({Role.RESIDENT.value})}), held)
    keeper = Holding(organisation_id=1, unit_id=5, keeper_id=9)
    assert can_look_into(Viewer(**staff), keeper)
    robot = Viewer.of_robot(1)
    assert can_look_into(robot, held) and not can_release(robot, held)


def test_add_data_set_when_pipes_then_restricted_and_audited(people: People) -> None:
    made = add_pipes(people)
    assert made.is_restricted
    event = AuditEvent.objects.get(action="add_data_set")
    assert event.target_id == str(made.uuid) and event.changes["is_restricted"] is True


def test_add_data_set_when_streets_then_open_to_all_who_work_here(people: People) -> None:
    told = Description(name="Gator", owner_unit=people.care)
    made = add_data_set(by=viewer_of(people.bo), kind="roads", told=told)
    assert not made.is_restricted and can_look_into(viewer_of(people.alva), holding(made))


def test_add_data_set_when_the_unit_is_another_ones_then_not_allowed(people: People) -> None:
    for who, unit in ((people.bo, people.water), (people.sam, people.care), (people.elif_, people.care)):
        with pytest.raises(NotAllowed):
            told = Description(name="Ledningar", owner_unit=unit)
            add_data_set(by=viewer_of(who), kind="pipes", told=told)


def test_add_data_set_when_the_name_is_taken_or_empty_then_refused(people: People) -> None:
    add_pipes(people)
    for name in ("Vattenledningar", " \x00 "):
        with pytest.raises(Refused):
            add_pipes(people, name)
    assert DataSet.objects.count() == 1


def test_add_data_set_when_the_keeper_works_elsewhere_then_refused(people: People) -> None:
    with pytest.raises(Refused):
        told = Description(name="Nät", owner_unit=people.care, keeper=people.sam)
        add_data_set(by=viewer_of(people.bo), kind="pipes", told=told)


def test_edit_data_set_when_a_manager_lifts_the_restriction_then_refused_a_leader_may(people: People) -> None:
    row = add_pipes(people)
    told = Description(name="Nätet", owner_unit=people.care, is_restricted=False)
    with pytest.raises(Refused):
        edit_data_set(by=viewer_of(people.bo), data_set=row, told=told)
    row.refresh_from_db()
    assert row.is_restricted and row.name == "Vattenledningar"
    edit_data_set(by=viewer_of(people.dag), data_set=row, told=told)
    event = AuditEvent.objects.get(action="edit_data_set")
    assert event.changes["is_restricted"] == [True, False] and event.changes["name"][1] == "Nätet"


def test_edit_data_set_when_a_person_keeps_it_then_the_trail_holds_no_name(people: People) -> None:
    row = add_pipes(people)
    told = Description(name=row.name, owner_unit=people.care, keeper=people.alva)
    edit_data_set(by=viewer_of(people.bo), data_set=row, told=told)
    event = AuditEvent.objects.get(action="edit_data_set")
    assert event.changes["keeper"] == [None, str(people.alva.uuid)]


def test_release_when_by_others_than_a_leader_then_not_allowed(people: People, data: Data) -> None:
    for who in (people.bo, people.sam, people.elif_):
        with pytest.raises(NotAllowed):
            release_data_set(by=viewer_of(who), data_set=data.pipes, to="open_data", reason="Ja")
    with pytest.raises(NotAllowed):
        robot = Viewer.of_robot(people.city.pk)
        release_data_set(by=robot, data_set=data.pipes, to="open_data", reason="Ja")
    assert not Release.objects.exists()


def test_release_when_there_is_no_reason_or_it_holds_already_then_refused(people: People, data: Data) -> None:
    dag = viewer_of(people.dag)
    with pytest.raises(Refused):
        release_data_set(by=dag, data_set=data.pipes, to="exchange", reason="  ")
    release_data_set(by=dag, data_set=data.pipes, to="exchange", reason="Avtal 14")
    with pytest.raises(Refused):
        release_data_set(by=dag, data_set=data.pipes, to="exchange", reason="Avtal 14")
    assert Release.objects.count() == 1


def test_release_when_withdrawn_then_those_outside_see_nothing_more_and_both_decisions_are_kept(
    people: People, data: Data
) -> None:
    dag, sam = viewer_of(people.dag), viewer_of(people.sam)
    assert not assets_for(sam).exists()
    made = release_data_set(by=dag, data_set=data.pipes, to="exchange", reason="Avtal 14")
    assert assets_for(sam).count() == 4 and not assets_for(Viewer()).exists()
    with pytest.raises(Refused):
        withdraw_release(by=dag, release=made, reason="")
    withdraw_release(by=dag, release=made, reason="Avtalet är slut")
    assert not assets_for(sam).exists()
    told = list(AuditEvent.objects.filter(target_id=str(data.pipes.uuid)).values_list("action", flat=True))
    assert {"release_data_set", "withdraw_release"} <= set(told)
    with pytest.raises(Refused):
        withdraw_release(by=dag, release=made, reason="Igen")
    assert release_data_set(by=dag, data_set=data.pipes, to="exchange", reason="Nytt avtal").pk != made.pk


def test_looks_when_restricted_then_kept_once_in_half_a_day(people: People, data: Data) -> None:
    for who in (people.bo, people.bo, people.dag):
        note_look(by=viewer_of(who), data_set=data.pipes)
    looks = AuditEvent.objects.filter(action="look_into_data_set")
    assert sorted(looks.values_list("person_id", flat=True)) == sorted([people.bo.pk, people.dag.pk])


def test_pages_when_restricted_data_is_looked_into_or_taken_out_then_the_trail_says_who(
    people: People, data: Data, logged_in: LoggedIn
) -> None:
    client = logged_in(people.bo)
    page = client.get(reverse("asset_list", args=[data.pipes.uuid]))
    assert WORD in page.content.decode()
    assert client.get(reverse("asset_geojson", args=[data.pipes.uuid])).status_code == 200
    told = AuditEvent.objects.filter(person_id=people.bo.pk, target_id=str(data.pipes.uuid))
    actions = set(told.values_list("action", flat=True))
    assert {"look_into_data_set", "export_data_set"} <= actions


@pytest.mark.parametrize("most", [500, 0])
def test_asset_list_when_words_are_sought_then_what_begins_so_however_spelled(
    people: People, data: Data, logged_in: LoggedIn, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Few and many found go different ways to the same answer."""
    monkeypatch.setattr("ringar.city.queries.data.MOST_FOUND", most)
    client, address = logged_in(people.bo), reverse("asset_list", args=[data.pipes.uuid])
    sought = {
        "l2": {"L2"},
        "storg": {"L3", "L4"},
        WORD: {"L1", "L2"},
        f"{WORD} g": {"L1", "L2"},
        "_": set(),
        "%": set(),
    }
    for words, wanted in sought.items():
        page = client.get(address, {"q": words}).content.decode()
        assert {each for each in ("L1", "L2", "L3", "L4") if f">{each}</a>" in page} == wanted
    assert ">L1</a>" not in client.get(address, {"ur": "1"}).content.decode()


def test_asset_list_and_asset_when_shown_then_the_queries_are_few(
    people: People, data: Data, logged_in: LoggedIn, django_assert_max_num_queries: Any
) -> None:
    client = logged_in(people.bo)
    for address in (
        reverse("asset_list", args=[data.pipes.uuid]) + "?q=l",
        data.pipe("L1").get_absolute_url(),
    ):
        client.get(address)  # the first look is written down
        with django_assert_max_num_queries(11):
            assert client.get(address).status_code == 200


def test_search_feeds_and_catalogue_when_restricted_then_no_word_of_it(
    people: People, data: Data, logged_in: LoggedIn
) -> None:
    for client in (Client(), logged_in(people.elif_), logged_in(people.bo)):
        for address in ("/sok/?q=" + WORD, reverse("data_catalogue"), reverse("feed_list")):
            answer = client.get(address)
            assert data.pipes.name not in answer.content.decode()
            if "sok" not in address:
                assert WORD not in answer.content.decode()


def test_catalogue_when_open_then_gathered_with_its_files(people: People, data: Data) -> None:
    streets = add_streets(people)
    told = Client().get(reverse("data_catalogue")).json()
    (found,) = told["dcat:dataset"]
    assert found["dcterms:title"]["@value"] == "Gator" and str(streets.uuid) in found["@id"]
    for each in found["dcat:distribution"]:
        assert Client().get(each["@id"].removeprefix("http://testserver")).status_code == 200


def test_observation_when_the_crew_writes_then_it_stands_and_can_be_taken_back(
    people: People, data: Data, logged_in: LoggedIn
) -> None:
    pipe, client = data.pipe("L1"), logged_in(people.bo)
    address = reverse("asset_detail", args=[pipe.uuid])
    assert client.post(address, {"kind": "other", "text": ""}).status_code == 200
    assert not pipe.observations.exists()
    client.post(address, {"kind": "leak", "text": "Vatten i gatan 💧"})
    seen = pipe.observations.get()
    assert "Vatten i gatan 💧" in client.get(address).content.decode()
    with pytest.raises(NotAllowed):
        withdraw_observation(by=viewer_of(people.sam), observation=seen)
    withdraw_observation(by=viewer_of(people.bo), observation=seen)
    assert "Vatten i gatan 💧" not in client.get(address).content.decode()


def test_observation_when_bad_input_then_refused_and_nothing_kept(people: People, data: Data) -> None:
    pipe, bo = data.pipe("L1"), viewer_of(people.bo)
    for told in ({"kind": "leak", "text": "x" * 50_000}, {"kind": "nonsense"}, {"kind": "other"}):
        with pytest.raises(Refused):
            add_observation(by=bo, asset=pipe, **told)
    for who in (people.sam, people.elif_, people.farid):
        with pytest.raises(NotAllowed):
            add_observation(by=viewer_of(who), asset=pipe, kind="leak")
    assert not pipe.observations.exists()


def test_units_when_merged_then_their_data_go_over(people: People, data: Data) -> None:
    operator = Viewer.of_command_line(people.city.pk)
    merge_unit(by=operator, unit=people.care, into=people.preschool)
    data.pipes.refresh_from_db()
    assert data.pipes.owner_unit_id == people.preschool.pk


def test_list_when_there_are_many_then_queries_do_not_grow(
    people: People, logged_in: LoggedIn, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for number in range(30):
        add_pipes(people, f"Nät {number}")
    client = logged_in(people.bo)
    client.get(reverse("data_set_list"))
    with django_assert_max_num_queries(10):  # type: ignore[attr-defined]
        page = client.get(reverse("data_set_list"))
    assert page.content.decode().count("Nät ") >= 30
