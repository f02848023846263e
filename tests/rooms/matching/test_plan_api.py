"""Rounds in the JSON interface: listed, shown with their needs, and only to those who work there."""

from typing import Any

import pytest
from django.test import Client

from ringar.core.actions.tokens import make_token
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from tests.people import People
from tests.rooms.matching.cast import shared_need
from tests.rooms.matching.plan_cast import plan_of

pytestmark = pytest.mark.django_db


def ask(person: Person, address: str) -> Any:
    key = make_token(by=viewer_of(person), name="Program", scopes=["needs:read"], days=1)[1]
    return Client().get(address, headers={"Authorization": f"Bearer {key}"})


def test_rounds_when_asked_for_then_told_with_their_needs(people: People) -> None:
    need = shared_need(people.bo, title="Bilbrist")
    plan = plan_of(people, [need])
    listed = ask(people.bo, "/api/rounds/").json()
    assert [row["title"] for row in listed] == ["Vårens omgång"]
    told = ask(people.bo, f"/api/rounds/{plan.uuid}").json()
    assert told["url"] == plan.get_absolute_url() and told["limit_sek"] == 100_000
    assert told["steps"]["gather"] == "now" and told["promised_sek"] == 0
    [row] = told["needs"]
    assert (row["title"], row["waits_for"], row["days_late"]) == ("Bilbrist", "fill_in", 0)


def test_rounds_when_asked_from_elsewhere_then_nothing_is_told(people: People) -> None:
    plan = plan_of(people)
    assert ask(people.sam, "/api/rounds/").json() == []
    assert ask(people.sam, f"/api/rounds/{plan.uuid}").status_code == 404
    assert Client().get("/api/rounds/").json() == []
    assert Client().get(f"/api/rounds/{plan.uuid}").status_code == 401
