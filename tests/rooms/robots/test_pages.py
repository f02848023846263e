"""The queue's page, its "try again", and the outbox: who sees what, and that they stay light."""

import uuid
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from ringar.core.rules import Viewer
from ringar.robots.actions.work import queue_work, register_worker
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.work import OutgoingMail, Work
from ringar.robots.rules.work import State
from tests.people import People

OPERATOR = Viewer.of_command_line()


@pytest.fixture
def demo(settings: Settings) -> None:
    settings.DEMO = True


def queue_some(people: People) -> Work:
    """One that has failed in the city, one that waits in the other city, one that belongs to no one."""
    failed = queue_work("trial.nobody", by=OPERATOR, key="city", organisation_id=people.city.pk)
    run_waiting()
    queue_work("trial.note", by=OPERATOR, key="other", organisation_id=people.other_city.pk)
    queue_work("robots.send_mail", by=OPERATOR, key="mail", payload={"mail": "?"})
    return failed


def test_work_list_when_seen_by_each_then_only_leaders_see_it(people: People, logged_in: Any) -> None:
    queue_some(people)
    seen = {p.name: logged_in(p).get(reverse("work_list")).status_code for p in people.all()}
    allowed = {name for name, status in seen.items() if status == 200}
    assert allowed == {"Alva", "Cilla", "Dag"}
    assert set(seen.values()) == {200, 404}
    assert Client().get(reverse("work_list")).status_code == 404


def test_work_list_when_a_leader_looks_then_other_organisations_work_is_not_there(
    people: People, logged_in: Any
) -> None:
    queue_some(people)
    page = logged_in(people.cilla).get(reverse("work_list"), headers={"accept-language": "en"})
    html = page.content.decode()
    assert "There is no task called" in html
    assert "Send an e-mail" in html
    assert "trial.note" not in html
    assert [row[2] for row in page.context["states"]] == [1, 0, 0, 1]
    assert "Try again" in html
    assert "ringar work" in html, "no worker is alive, and the page says what to do"


def test_work_list_when_a_worker_lives_and_a_state_is_chosen_then_it_shows_them(
    people: People, logged_in: Any
) -> None:
    queue_some(people)
    register_worker("here-1-abc")
    page = logged_in(people.cilla).get(
        reverse("work_list") + "?state=failed", headers={"accept-language": "sv"}
    )
    html = page.content.decode()
    assert "1 i arbete" in html
    assert [work.state for work, _ in page.context["rows"]] == [State.FAILED]
    assert "Försök igen" in html


@pytest.mark.parametrize(
    "query", ["?before=x", "?before=" + "9" * 40, "?state=%00", "?state=nonsense", "?before=-1", "?before=²"]
)
def test_work_list_when_the_address_is_nonsense_then_the_page_is_there_all_the_same(
    people: People, logged_in: Any, query: str
) -> None:
    assert logged_in(people.cilla).get(reverse("work_list") + query).status_code == 200


def test_work_list_when_there_is_much_work_then_it_is_paged_in_few_queries(
    people: People, logged_in: Any
) -> None:
    client = logged_in(people.cilla)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse("work_list"))
        return len(queries)

    queue_some(people)
    few = cost()
    for number in range(60):
        queue_work("trial.note", by=OPERATOR, key=f"n{number}")
    assert cost() == few <= 10
    page = client.get(reverse("work_list"))
    shown = [work.pk for work, _ in page.context["rows"]]
    older = client.get(reverse("work_list") + f"?before={page.context['next']}")
    assert len(shown) == 25
    assert shown[-1] > older.context["rows"][0][0].pk


def test_work_retry_when_a_leader_presses_then_it_waits_again_and_twice_is_told(
    people: People, logged_in: Any
) -> None:
    failed = queue_some(people)
    client = logged_in(people.cilla)
    address = reverse("work_retry", args=[failed.uuid])
    assert (
        "nobody” is in the queue again."
        in client.post(address, follow=True, headers={"accept-language": "en"}).content.decode()
    )
    assert Work.objects.get(pk=failed.pk).state == State.WAITING
    again = client.post(address, follow=True, headers={"accept-language": "sv"}).content.decode()
    assert "Bara det som har misslyckats kan köras igen." in again


def test_work_retry_when_somebody_else_presses_then_nothing_happens(people: People, logged_in: Any) -> None:
    failed = queue_some(people)
    others = Work.objects.get(key="other")
    Work.objects.filter(pk=others.pk).update(state=State.FAILED)
    for person in (people.bo, people.elif_, people.farid, people.sam):
        assert logged_in(person).post(reverse("work_retry", args=[failed.uuid])).status_code == 404
    assert logged_in(people.cilla).post(reverse("work_retry", args=[others.uuid])).status_code == 404
    assert logged_in(people.cilla).get(reverse("work_retry", args=[failed.uuid])).status_code == 405
    assert Work.objects.filter(state=State.FAILED).count() == 2


def test_work_list_when_in_the_demo_then_anyone_may_look_and_try_again(people: People, demo: None) -> None:
    failed = queue_some(people)
    assert Client().get(reverse("work_list")).status_code == 200
    Client().post(reverse("work_retry", args=[failed.uuid]))
    assert Work.objects.get(pk=failed.pk).state == State.WAITING


def send_one(settings: Settings) -> OutgoingMail:
    settings.EMAIL_BACKEND = "ringar.robots.mail.QueueBackend"
    message = EmailMessage(
        "Svar <b>på</b> utlysning",
        "Hej!\n\nLäs https://ringsala.example/x <script>",
        to=["elif@startup.example"],
    )
    message.attach("mote.ics", "BEGIN:VCALENDAR", "text/calendar")
    message.attach("bild.png", b"\x89PNG", "image/png")
    message.send()
    run_waiting()
    return OutgoingMail.objects.get()


def test_outbox_when_in_the_demo_then_anyone_reads_each_message(
    people: People, demo: None, settings: Settings
) -> None:
    assert Client().get(reverse("outbox")).status_code == 200
    mail = send_one(settings)
    listed = Client().get(reverse("outbox"), headers={"accept-language": "sv"}).content.decode()
    assert "Svar &lt;b&gt;på&lt;/b&gt; utlysning" in listed
    assert "elif@startup.example" in listed
    assert "Sparat här, inte skickat" in listed
    read = (
        Client()
        .get(reverse("outbox_mail", args=[mail.uuid]), headers={"accept-language": "sv"})
        .content.decode()
    )
    assert '<a href="https://ringsala.example/x"' in read
    assert "&lt;script&gt;" in read
    assert "BEGIN:VCALENDAR" in read
    assert "bild.png" in read
    assert Client().get(reverse("outbox_mail", args=[uuid.uuid4()])).status_code == 404


def test_outbox_when_not_in_the_demo_then_nobody_reads_it(
    people: People, logged_in: Any, settings: Settings
) -> None:
    mail = send_one(settings)
    for client in (Client(), logged_in(people.cilla), logged_in(people.sam)):
        assert client.get(reverse("outbox")).status_code == 404
        assert client.get(reverse("outbox_mail", args=[mail.uuid])).status_code == 404
