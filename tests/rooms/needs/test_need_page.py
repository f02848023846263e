"""A need's page: what is on top, who has it, with whom it is shared, and what each reader is told to do."""

import re

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ringar.core.queries import viewer_of
from ringar.needs.actions import add_evidence, join_need, leave_need
from ringar.needs.models import Need
from tests.people import People
from tests.rooms.needs.cast import SYMPTOM, draft_of, shared_by

BUTTON = re.compile(r'<a class="button" href="[^"]*/vi-ocksa/">')


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, f"{address}: {response.status_code}"
    return response.content.decode()


def told(response) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


@pytest.mark.parametrize(
    ("visibility", "who"),
    [
        ("unit", "ara de som arbetar i Hemtjänst Björkliden eller en enhet ovanför"),
        ("organisation", "lla som arbetar i Ringsala kommun"),
        ("public", "lla i och utanför Ringsala kommun"),
    ],
)
def test_need_share_when_shared_then_says_with_whom_in_the_words_of_the_choice(
    people: People, logged_in, visibility: str, who: str
) -> None:
    client, need = logged_in(people.bo), draft_of(people.bo)
    address = reverse("need_share", args=[need.uuid])
    assert who in page(client, address) and "arbetar här" not in page(client, address)
    response = client.post(address, {"visibility": visibility})
    assert re.search(rf"^Delat: \w{who} ser det nu\. Nästa steg: träffa", told(response))
    assert who in page(client, need.get_absolute_url())


def test_need_share_when_others_have_it_then_the_box_is_there_too(people: People, logged_in) -> None:
    shared_by(people.dag, "De gamla sitter ensamma framför teven om kvällen", "Ensamma kvällar")
    need = draft_of(people.bo)
    client, address = logged_in(people.bo), reverse("need_share", args=[need.uuid])
    with CaptureQueriesContext(connection) as queries:
        body = page(client, address)
    assert "Ensamma kvällar" in body and f"?draft={need.uuid}" in body
    assert len(queries) <= 16


def test_need_similar_when_the_like_one_is_ones_own_units_then_marked_and_not_joined(
    people: People, logged_in
) -> None:
    other, need = shared_by(people.bo), draft_of(people.bo)
    body = page(logged_in(people.bo), need.get_absolute_url())
    assert other.get_absolute_url() in body and "Er enhets behov" in body and "/vi-ocksa/" not in body


def test_need_detail_when_a_draft_then_throwing_away_is_apart_from_sharing(people: People, logged_in) -> None:
    body = page(logged_in(people.bo), draft_of(people.bo).get_absolute_url())
    share, discard = body.index("/dela/"), body.index("/slang/")
    assert "<details" in body[share:discard] and "button-danger" not in body


def test_need_detail_when_another_unit_has_it_then_one_button_and_who_has_it_on_top(
    people: People, logged_in
) -> None:
    need = shared_by(people.dag)
    body = page(logged_in(people.bo), need.get_absolute_url())
    assert len(BUTTON.findall(body)) == 1
    order = [
        "Vilka har det (1 enhet)",
        "/vi-ocksa/",
        "Nästa steg: träffa någon",
        "Vad de ser",
        'id="criteria"',
    ]
    places = [body.index(text) for text in order]
    assert places == sorted(places)
    assert f"tas av {need.unit.name}" in body and "tas av din enhet" not in body
    assert "/andra/" not in body  # no link to what this reader may not change


def test_need_detail_when_ones_own_then_said_why_there_is_no_button_and_where_the_like_are(
    people: People, logged_in
) -> None:
    need = shared_by(people.bo, title="Kvällar & helger")
    body = page(logged_in(people.bo), need.get_absolute_url())
    assert "tas av din enhet" in body and "Vad ni ser" in body and not BUTTON.search(body)
    assert "er enhets behov" in body and "?q=Kv%C3%A4llar%20%26%20helger" in body
    above = page(logged_in(people.alva), need.get_absolute_url())
    assert "en enhet under er" in above and "er enhets behov" not in above


def test_need_detail_when_one_may_not_change_it_then_only_evidence_is_linked(
    people: People, logged_in
) -> None:
    need = shared_by(people.dag)
    evidence = reverse("evidence_new", args=[need.uuid])
    assert page(logged_in(people.bo), need.get_absolute_url()).count(evidence) >= 2
    assert evidence not in page(logged_in(people.farid), shared_public(people).get_absolute_url())


def shared_public(people: People) -> Need:
    return shared_by(people.dag, title="Öppet", visibility="public")


def test_need_join_when_joined_then_said_with_names_and_the_button_gives_way(
    people: People, logged_in
) -> None:
    need, client = shared_by(people.dag), logged_in(people.bo)
    response = client.post(reverse("need_join", args=[need.uuid]), {"unit": people.care.pk, "note": ""})
    assert "Hemtjänst Björkliden är med. Nu har 2 enheter behovet." in told(response)
    body = page(client, need.get_absolute_url())
    assert "Vilka har det (2 enheter)" in body and "</span>Hemtjänst Björkliden är med" in body
    assert not BUTTON.search(body) and "Ångra" in body
    response = client.post(reverse("need_leave", args=[need.uuid]), {"unit": str(people.care.uuid)})
    assert "Hemtjänst Björkliden är inte längre med. 1 enhet har behovet." in told(response)
    assert BUTTON.search(page(client, need.get_absolute_url()))


def test_need_join_when_one_has_more_units_then_a_quiet_way_to_add_them(people: People, logged_in) -> None:
    need = shared_by(people.dag)
    join_need(by=viewer_of(people.alva), need=need, unit=people.care)
    body = page(logged_in(people.alva), need.get_absolute_url())
    assert "Ännu en av våra enheter" in body and not BUTTON.search(body)
    assert "Ännu en av våra enheter" not in page(logged_in(people.bo), need.get_absolute_url())


def test_join_need_when_joined_or_left_then_the_need_is_as_old_as_it_was(people: People) -> None:
    need = shared_by(people.dag)
    bo, before = viewer_of(people.bo), Need.objects.get().changed_at
    join_need(by=bo, need=need)
    assert (Need.objects.get().changed_at, Need.objects.get().joined_count) == (before, 1)
    leave_need(by=bo, need=need, unit=people.care)
    assert (Need.objects.get().changed_at, Need.objects.get().joined_count) == (before, 0)


def test_need_list_when_a_need_is_of_ones_own_unit_then_marked_in_lists_and_searches(
    people: People, logged_in
) -> None:
    shared_by(people.bo)
    for address in ("/behov/", "/behov/?q=ensamma", f"{reverse('search')}?q=ensamma"):
        assert page(logged_in(people.bo), address).count("Er enhets behov") == 1, address
        assert "Er enhets behov" not in page(logged_in(people.dag), address), address
    assert "delat " in page(logged_in(people.bo), "/behov/")


def test_need_detail_when_there_is_much_evidence_then_one_stands_open(people: People, logged_in) -> None:
    need, bo = shared_by(people.bo), viewer_of(people.bo)
    for text in ("Hon sa ingenting.", "Han ringde aldrig.", "De satt tysta."):
        add_evidence(by=bo, need=need, kind="interview", summary=text, met="en boende")
    body = page(logged_in(people.bo), need.get_absolute_url())
    assert "2 underlag till" in body and SYMPTOM in body
    assert all(text in body for text in ("Hon sa ingenting.", "Han ringde aldrig.", "De satt tysta."))
