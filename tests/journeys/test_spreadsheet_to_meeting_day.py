"""Monday's spreadsheet of needs is a call, a ranked list of startups and a draft meeting day by lunch: by the pages."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import translation

from ringar.core.clock import today
from ringar.core.models import Person
from ringar.matching.day_models import MeetingDay
from ringar.matching.day_rules import PartyKind
from ringar.matching.plan_models import RoundPlan
from ringar.needs.models import Need
from ringar.robots.engine.running import run_waiting
from ringar.solvers.models import Call
from tests.people import People
from tests.rooms.matching.cast import make_market

SHEET = """rubrik;text;enhet;ägare;synlighet
Ensamma kvällar;Äldre i våra hemtjänstgrupper är ensamma och träffar ingen på hela dagen.;Hemtjänst Björkliden;;
Läckor;Vattenläckor på ledningar syns först när vattnet står på gatan.;Vattennätet;alva@ringsala-kommun.example;alla
Språket;Barnen på förskolan behöver träna svenska, och vi saknar bilder och ljud.;Förskolan Granen;;alla
"""


@pytest.fixture(autouse=True)
def swedish() -> Iterator[None]:
    with translation.override("sv"):
        yield


class Steps:
    """A client that counts what its person does: each page opened and each form sent is a step."""

    def __init__(self, client: Client) -> None:
        self.client, self.count = client, 0
        client.cookies["django_language"] = "sv"

    def open(self, address: str) -> str:
        self.count += 1
        response = self.client.get(address)
        assert response.status_code == 200, (address, response.status_code)
        return str(response.content.decode())

    def send(self, address: str, form: dict[str, Any]) -> tuple[str, str]:
        """Sends the form; returns the page that it leads to, and its address."""
        self.count += 1
        response: HttpResponse = self.client.post(address, form, follow=True)
        assert response.redirect_chain, response.content.decode()  # type: ignore[attr-defined]
        return str(response.content.decode()), response.redirect_chain[-1][0]  # type: ignore[attr-defined]


def fields_of(page: str) -> dict[str, Any]:
    """What the page's form would send as it stands: the values that it suggests, and all that is ticked."""
    form: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        kind, name = found.get("type"), found.get("name", "")
        if name in {"csrfmiddlewaretoken", "q", ""} or kind in {"submit", "hidden"}:
            continue
        if kind == "checkbox":
            if " checked" in tag:
                form.setdefault(name, []).append(found.get("value", "on"))
        else:
            form[name] = found.get("value", "")
    for name, text in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\s*([^<]*)</textarea>', page):
        form[name] = text
    return form


@pytest.mark.django_db
def test_spreadsheet_when_taken_in_becomes_a_call_a_ranking_and_a_draft_meeting_day(
    people: People, logged_in: Callable[[Person], Client], settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    make_market(people)
    dag = Steps(logged_in(people.dag))

    # The spreadsheet is taken in, and the page offers the round.
    dag.open("/importera/")
    sheet = SimpleUploadedFile("behov v47.csv", SHEET.encode())
    dag.send("/importera/", {"kind": "needs", "file": sheet})
    page, _address = dag.send("/importera/needs/", {"save": "1"})
    assert Need.objects.count() == 3
    way = re.search(r'href="(/omgangar/plan/ny/\?kalla=[^"]+)"', page)
    assert way, page

    # A round of those needs, with the dates that the page suggests.
    page = dag.open(way[1])
    form = fields_of(page)
    assert form["title"] == "behov v47" and len(form["needs"]) == 3
    page, plan_address = dag.send(way[1], {**form, "budget_sek": "300000", "limit_sek": "100000"})
    plan = RoundPlan.objects.get()
    assert plan_address == plan.get_absolute_url() and plan.entries.count() == 3
    assert "robotarna letar" in page

    # The ranked list of startups, once the robots have looked.
    run_waiting()
    page = dag.open(plan_address)
    assert "Läckörat" in page and "Ordlek" in page and "Kaffesällskap" in page

    # A draft of a call: the need that not everyone may read is opened first.
    page = dag.open(f"{plan_address}utlysning/")
    assert "Ensamma kvällar" in page
    page, _address = dag.send(f"{plan_address}utlysning/", {"open": "1"})
    assert Need.objects.get(title="Ensamma kvällar").visibility == "public"
    page, call_address = dag.send(f"{plan_address}utlysning/", fields_of(page))
    call = Call.objects.get()
    assert call.state == "draft" and call.needs.count() == 3
    assert str(call.uuid) in call_address and "Vattenläckor" in page

    # A draft of a meeting day, with those who have the needs and the startups from the top of the rankings.
    page = dag.open(f"{plan_address}motesdag/")
    page, day_address = dag.send(f"{plan_address}motesdag/", fields_of(page))
    day = MeetingDay.objects.get()
    assert day_address == day.get_absolute_url() and day.state == "draft"
    managers = day.parties.filter(kind=PartyKind.MANAGER)
    assert {party.person.name for party in managers if party.person} == {"Alva", "Bo", "Dag"}
    startups = set(day.parties.filter(kind=PartyKind.STARTUP).values_list("name", flat=True))
    assert startups == {"Läckörat AB", "Ordlek AB", "Långbord AB"}, "those that likely fit, and no others"
    assert day.call == call and not day.parties.exclude(invited_at=None).exists()
    assert day.hours.get(starts="09:00").date > today() + timedelta(days=1)

    # All of it hangs together on one page, in so many steps.
    page = dag.open(plan_address)
    assert call.get_absolute_url() in page and day.get_absolute_url() in page
    assert dag.count <= 12, f"{dag.count} pages and forms"
