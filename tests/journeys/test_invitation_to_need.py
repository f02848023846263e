"""From an invitation by e-mail to the first need, through the pages: invited, in, first steps, written, shared."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import translation

from ringar.core.models import AuditEvent, Person
from ringar.needs.models import Need
from tests.chromium import PHONE, Open
from tests.people import PASSWORD, People

NEW_PASSWORD = "regnet faller på taket"


def swedish(client: Client) -> Client:
    client.cookies["django_language"] = "sv"
    return client


def link_in_letter(address: str) -> str:
    """The way that the newest letter to the address holds."""
    letter = next(each for each in reversed(mail.outbox) if each.to == [address])
    found = re.search(r"https?://[^/]+(/inbjudan/\S+)", str(letter.body))
    assert found, letter.body
    return found[1]


@pytest.mark.django_db
def test_newcomer_when_invited_comes_in_and_writes_the_first_need(people: People) -> None:
    with translation.override("sv"):
        bo = swedish(Client())
        bo.post("/konto/login/", {"login": people.bo.email, "password": PASSWORD})
        page = bo.get("/inbjudningar/ny/").content.decode()
        assert "Bjud in" in page and "Administratör" not in page, "a manager invites staff"
        sent = {"emails": "Nina Ny <nina@example.se>", "unit": people.care.uuid, "role": "staff"}
        assert bo.post("/inbjudningar/ny/", {**sent, "language": "sv"})["Location"] == "/inbjudningar/"
        assert "nina@example.se" in bo.get("/inbjudningar/").content.decode()

        nina = swedish(Client())
        way = link_in_letter("nina@example.se")
        assert people.care.name in nina.get(way).content.decode()
        answer = nina.post(way, {"name": "Nina Ny", "password": NEW_PASSWORD}, follow=True)
        assert answer.request["PATH_INFO"] == "/kom-igang/"
        assert "Skriv ner något som inte fungerar" in answer.content.decode()

        told = {"symptom": "Nycklarna ligger i tre olika skåp, och vi letar varje kväll.", "title": "Nycklar"}
        need_page = nina.post("/behov/nytt/", told)["Location"]
        assert nina.post(f"{need_page}dela/", {"visibility": "organisation"}).status_code == 302
        need = Need.objects.get(title="Nycklar")
        assert (need.unit, need.is_draft) == (people.care, False)
        assert "Klart" in nina.get("/kom-igang/").content.decode(), "the first step is marked as done"
        assert "Nycklar" in bo.get("/behov/").content.decode()

        bo.post("/personer/")
        page = bo.get("/personer/").content.decode()
        assert "Nina Ny" in page and "nina@example.se" in page
        assert nina.get("/personer/").status_code == 404, "staff reads no list of people"
        trail = AuditEvent.objects.filter(label="Nina Ny").values_list("action", flat=True)
        assert {"add_person", "give_role", "accept_invitation", "start_need", "share_need"} <= set(trail)


@pytest.mark.browser
def test_newcomer_when_on_a_phone_by_keyboard_comes_in(people: People, open_page: Open) -> None:
    page = open_page("/inbjudningar/ny/", person=people.bo, width=PHONE)
    page.get_by_label("E-postadresser").fill("nina@example.se")
    page.get_by_role("button", name="Skicka inbjudningarna").press("Enter")
    page.wait_for_url("**/inbjudningar/")
    assert page.get_by_text("Väntar på svar").is_visible()

    phone = open_page(link_in_letter("nina@example.se"), width=PHONE)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE
    phone.get_by_label("Ditt namn").fill("Nina Ny")
    phone.get_by_label("Välj ett lösenord").fill(NEW_PASSWORD)
    phone.get_by_label("Välj ett lösenord").press("Enter")
    phone.wait_for_url("**/kom-igang/")
    assert phone.get_by_role("heading", name="Första stegen").is_visible()
    phone.get_by_role("link", name="Skriv ner något som inte fungerar").press("Enter")
    phone.wait_for_url("**/behov/nytt/")
    assert Person.objects.get(email="nina@example.se").memberships.get().unit == people.care
