"""A startup's way, through the pages: registers itself, is checked, answers a need, gets the decision by mail."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from ringar.core.clock import at, now
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.solvers.actions import open_call, start_call
from ringar.solvers.models import Answer, Solver
from tests.people import PASSWORD, People
from tests.rooms.needs.cast import shared_by
from tests.rooms.solvers.cast import letter_link

TOLD = {
    "name": "Grannbordet AB",
    "kind": "company",
    "organisation_number": "559000-0005",
    "website": "https://grannbordet.example",
    "person": "Vera",
    "email": "vera@grannbordet.example",
}
TEXT = "Vi börjar med fyra grannar och ett bord, samma veckodag."
NO = "Vi söker något som når dem som inte går ut."


def page(client: Client, address: str) -> str:
    client.cookies["django_language"] = "sv"
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return str(response.content.decode())


@pytest.mark.django_db
def test_startup_when_it_registers_is_checked_and_answers_then_gets_a_decision_by_mail(
    people: People, logged_in: Callable[[Person], Client]
) -> None:
    need = shared_by(people.bo, "De äldre sitter ensamma hela kvällen.", "Ensamma kvällar", "public")
    dag = logged_in(people.dag)
    draft = start_call(
        by=viewer_of(people.dag),
        title="Middag för en",
        text="Hur kan äldre få sällskap?",
        deadline=now() + timedelta(days=14),
        needs=[(need.uuid, need.title)],
        criteria=["Utan smart telefon"],
    )
    call = open_call(by=viewer_of(people.dag), call=draft)

    # A stranger finds the way in, tells who they are, and opens the letter.
    vera = Client()
    assert "/leverantorer/registrera/" in page(vera, "/leverantorer/")
    assert TOLD["email"] in vera.post("/leverantorer/registrera/", TOLD).content.decode()
    link = letter_link("registrera")
    assert TOLD["person"] in page(vera, link)
    home = vera.post(link, {"password": PASSWORD})["Location"]
    assert "Inte kontrollerad än" in page(vera, home)
    assert Client().get(home).status_code == 404

    # Somebody at the municipality sees what to look at, and takes them in.
    solver = Solver.objects.get()
    check = f"{home}kontroll/"
    assert check in page(dag, "/leverantorer/kontroll/")
    assert "Samma domän" in page(dag, check)
    dag.post(check, {"interest": "none", "saw_number": "on", "saw_domain": "on", "decision": "verify"})
    assert "Kontrollerad" in page(Client(), home)
    assert "Grannbordet" in page(vera, "/aviseringar/")

    # They answer in the company's name; the address is proved already.
    answer_at = f"{call.get_absolute_url()}svara/"
    assert str(solver.uuid) in page(vera, answer_at)
    sent = {"text": TEXT, "email": TOLD["email"], "name": "Vera", "acting": str(solver.uuid)}
    vera.post(answer_at, sent)
    answer = Answer.objects.get()
    assert answer.solver == solver and answer.email_verified_at
    assert f"/svar/{answer.token}/" in page(vera, call.get_absolute_url())

    # After the deadline a person without an interest decides, and the reason goes out by mail.
    with at(call.deadline + timedelta(hours=1)):
        answers = page(dag, f"{call.get_absolute_url()}svar/")
        assert "Grannbordet AB" in answers and "Kontrollerad" in answers
        dag.post(
            f"{call.get_absolute_url()}svar/{answer.uuid}/",
            {f"{answer.pk}-interest": "none", f"{answer.pk}-reason": NO, "decision": "decline"},
        )
        assert NO in page(vera, f"/svar/{answer.token}/")
    letter = mail.outbox[-1]
    assert letter.to == [TOLD["email"]] and NO in letter.body
