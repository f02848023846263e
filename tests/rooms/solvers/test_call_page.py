"""The call's page as those outside meet it: the way to answer, what is linked, what comes after an answer."""

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.urls import reverse

from ringar.core.clock import at, now
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.solvers.actions import open_call, start_call
from ringar.solvers.models import Answer, Call
from tests.people import People
from tests.rooms.needs.cast import shared_by

FORM = {"email": "vera@example.se", "text": "Fyra stolar och ett bord"}


def page_of(client: Client, address: str) -> str:
    return client.get(address, headers={"accept-language": "sv"}).content.decode()


def test_call_detail_when_open_then_two_ways_to_answer_and_no_draft_in_its_steps(
    call: Call, people: People, logged_in: Callable[[Person], Client]
) -> None:
    page = page_of(Client(), call.get_absolute_url())
    assert page.count(f'href="{reverse("answer_new", args=[call.uuid])}"') == 2
    assert "Utkast" not in page and "CET" not in page
    assert "Har du en fråga men inget konto?" in page
    assert "Utkast" in page_of(logged_in(people.dag), call.get_absolute_url())


def test_call_detail_when_needs_may_be_seen_then_linked_else_named(people: People) -> None:
    by = viewer_of(people.dag)
    seen = shared_by(people.dag, "De gamla sitter ensamma.", "Ensamma kvällar", "public")
    hidden = shared_by(people.dag, "Bara för oss här.", "Inre angelägenhet")
    needs = [(need.uuid, need.title) for need in (seen, hidden)]
    draft = start_call(
        by=by, title="M", text="H", deadline=now() + timedelta(days=2), needs=needs, criteria=["a"]
    )
    page = page_of(Client(), open_call(by=by, call=draft).get_absolute_url())
    assert f'href="{seen.get_absolute_url()}"' in page
    assert "Inre angelägenhet" in page and hidden.get_absolute_url() not in page


def test_call_detail_when_this_browser_has_answered_then_told_what_comes_next(call: Call) -> None:
    client, address = Client(), call.get_absolute_url()
    client.post(reverse("answer_new", args=[call.uuid]), FORM)
    page = page_of(client, address)
    assert "Du har svarat" in page and FORM["text"] in page and "Öppna länken i kvittot" in page
    assert Answer.objects.get().token not in page
    assert "Svara på utlysningen" not in page
    assert "Du har svarat" not in page_of(Client(), address)
    with at(now() + timedelta(hours=2)):
        later = page_of(client, address)
    assert "Du har svarat" in later and FORM["text"] not in later


def test_call_detail_when_the_person_has_answered_then_linked_to_their_page(
    call: Call, people: People, logged_in: Callable[[Person], Client]
) -> None:
    client = logged_in(people.farid)
    client.post(reverse("answer_new", args=[call.uuid]), FORM)
    token = Answer.objects.get().token
    page = page_of(logged_in(people.farid), call.get_absolute_url())
    assert "Du har svarat" in page and token in page


def test_answer_new_when_read_then_one_form_of_address_and_the_law_once(call: Call) -> None:
    page = page_of(Client(), reverse("answer_new", args=[call.uuid]))
    form = page[page.index('<form method="post" class="stack"') : page.index("</main>")]
    assert form.count("31 kap. 16 §") == 1
    assert not [word for word in (" ni ", " er ", " ert ", " era ") if word in form]
    assert 'rows="12"' in form and "webbsida" in form


def test_call_list_when_a_stranger_finds_nothing_then_led_on(call: Call) -> None:
    page = page_of(Client(), reverse("call_list"))
    assert "Passar inget det du erbjuder?" in page and reverse("solver_register") in page
    assert reverse("feed_list") in page
