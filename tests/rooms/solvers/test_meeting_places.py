"""Where this room meets others: needs that a call is for, and vectors made by the robots."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from ringar.core.clock import now
from ringar.core.models import Person, TextVector
from ringar.core.rules import Viewer
from ringar.needs.actions import edit_need, share_need, start_need
from ringar.needs.models import Need
from ringar.robots.engine.running import run_waiting
from ringar.solvers import queries
from ringar.solvers.actions import edit_solution, start_call
from ringar.solvers.models import Call, Solution
from ringar_kits.texts import load_embedder
from tests.people import People

View = Callable[[Person], Viewer]
LogIn = Callable[[Person], Client]


@pytest.fixture
def need(people: People, viewer: View) -> Need:
    """Bo's need, shared with everyone."""
    draft = start_need(
        by=viewer(people.bo), unit=people.care, title="Äldre äter ensamma", symptom="Tallriken är full."
    )
    return share_need(by=viewer(people.bo), need=draft, visibility="public")


def test_call_new_when_from_a_need_then_it_is_ticked_and_kept(
    need: Need, people: People, logged_in: LogIn
) -> None:
    client = logged_in(people.dag)
    page = reverse("call_new") + f"?need={need.uuid}"
    assert f'value="{need.uuid}"' in client.get(page).content.decode()
    form = {
        "title": "Middag",
        "text": "Hur?",
        "deadline": "2099-01-01T12:00",
        "needs": [str(need.uuid)],
        "criterion_1": "Ja",
    }
    client.post(page, form)
    kept = Call.objects.get().needs.get()
    assert (kept.need_uuid, kept.need_title) == (need.uuid, need.title)
    assert Call.objects.get().created_by == people.dag


def test_need_page_when_there_is_a_call_then_linked_and_those_who_run_calls_can_write_one(
    need: Need, people: People, viewer: View, logged_in: LogIn
) -> None:
    way = reverse("call_new") + f"?need={need.uuid}"
    page = reverse("need_detail", args=[need.uuid])
    assert way in logged_in(people.dag).get(page).content.decode()
    call = start_call(
        by=viewer(people.dag),
        title="Middag för en",
        text="Hur?",
        deadline=now() + timedelta(days=3),
        needs=[(need.uuid, need.title)],
        criteria=["Utan telefon"],
    )
    assert call.get_absolute_url() in logged_in(people.bo).get(page).content.decode()


def test_call_new_when_the_need_is_not_public_then_it_can_not_be_called_for(
    need: Need, people: People, viewer: View, logged_in: LogIn
) -> None:
    edit_need(by=viewer(people.bo), need=need, changes={"visibility": "organisation"})
    client, way = logged_in(people.dag), reverse("call_new") + f"?need={need.uuid}"
    page = client.get(reverse("need_detail", args=[need.uuid])).content.decode()
    assert way not in page and "Låt alla se behovet först" in page
    assert f'value="{need.uuid}"' not in client.get(way).content.decode()


def test_call_new_when_the_need_is_another_organisations_then_refused(
    need: Need, people: People, logged_in: LogIn
) -> None:
    client = logged_in(people.sam)
    form = {
        "title": "M",
        "text": "H",
        "deadline": "2099-01-01T12:00",
        "needs": [str(need.uuid)],
        "criterion_1": "J",
    }
    page = client.post(reverse("call_new") + f"?need={need.uuid}", form)
    assert page.status_code == 200 and need.title not in page.content.decode()
    assert Call.objects.count() == 0


def test_vectors_when_the_robots_have_worked_then_no_solution_waits(
    solution: Solution, people: People, viewer: View
) -> None:
    embedder = load_embedder()
    if embedder is None:
        pytest.skip("no language model: install ringar[semantic] to try this")
    assert list(queries.solutions_awaiting_vectors(embedder.name)) == [solution]
    run_waiting()
    assert TextVector.objects.filter(model=embedder.name, text_hash=solution.text_hash).count() == 1
    assert not queries.solutions_awaiting_vectors(embedder.name).exists()
    edit_solution(by=viewer(people.elif_), solution=solution, what="Något helt annat")
    assert queries.solutions_awaiting_vectors(embedder.name).count() == 1
    run_waiting()
    assert not queries.solutions_awaiting_vectors(embedder.name).exists()
