"""Measurements by a machine: with a key that has the scope, all or none, the same again changes nothing."""

import json
from typing import Any

import pytest
from django.test import Client

from ringar.core import clock
from ringar.core.actions.tokens import make_token
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.pilots.models import Correction, Measurement, Pilot
from tests.people import People
from tests.rooms.pilots.measuring import FIFTH_WEEK, followed, hand_in

pytestmark = pytest.mark.django_db
BOTH = ("measurements:read", "measurements:write")


def key_of(person: Person, *scopes: str) -> dict[str, str]:
    key = make_token(by=viewer_of(person), name="Larmsystemet", scopes=scopes or BOTH, days=1)[1]
    return {"Authorization": f"Bearer {key}", "Accept-Language": "en"}


def post(pilot: Pilot, key: dict[str, str], *values: dict[str, Any]) -> Any:
    address, body = f"/api/pilots/{pilot.uuid}/measurements", json.dumps({"values": values})
    with clock.at(FIFTH_WEEK):
        return Client().post(address, body, content_type="application/json", headers=key)


def value(people: People, number: Any, week: str = "2026-03-02", **more: str) -> dict[str, Any]:
    return {"unit": str(people.care.uuid), "week": week, "value": number, **more}


def test_api_when_values_are_handed_in_then_kept_and_read_back_page_by_page(people: People) -> None:
    pilot, key = followed(people), key_of(people.bo)
    answer = post(pilot, key, value(people, 38.5), value(people, 39, "2026-03-09"))
    assert answer.status_code == 201 and answer.json() == {"new": 2, "corrected": 0, "unchanged": 0}
    assert post(pilot, key, value(people, 38.5)).json()["unchanged"] == 1
    address = f"/api/pilots/{pilot.uuid}/measurements?limit=1"
    first = Client().get(address, headers=key).json()
    second = Client().get(f"{address}&cursor={first['next']}", headers=key).json()
    assert [each["value"] for each in (*first["items"], *second["items"])] == [38.5, 39.0]
    assert second["next"] is None and first["items"][0]["unit_name"] == "Hemtjänst Björkliden"


@pytest.mark.parametrize(
    ("told", "status", "words"),
    [
        ({"week": "2026-03-03"}, 409, "is not a Monday"),
        ({"week": "2026-05-04"}, 409, "has not come yet"),
        ({"week": "nonsense"}, 422, "values"),
        ({"value": "nonsense"}, 422, "values"),
        ({"unit": "00000000-0000-0000-0000-000000000000"}, 409, "not one of the pilot"),
        ({"week": "2026-03-02"}, 409, "twice"),
    ],
)
def test_api_when_one_is_wrong_then_told_where_and_none_is_kept(
    people: People, told: dict[str, str], status: int, words: str
) -> None:
    pilot = followed(people)
    answer = post(pilot, key_of(people.bo), value(people, 1.0), value(people, 2.0, "2026-03-09") | told)
    assert answer.status_code == status and words in answer.content.decode()
    assert not Measurement.objects.exists()


def test_api_when_it_corrects_then_asks_why(people: People) -> None:
    pilot, key = followed(people), key_of(people.bo)
    hand_in(people, pilot, 40)
    assert post(pilot, key, value(people, 38.5)).status_code == 409
    assert post(pilot, key, value(people, 38.5, why="Loggen räknades om")).json()["corrected"] == 1
    assert Correction.objects.get().before == 40.0 and Measurement.objects.get().via == "api"


def test_api_when_the_key_is_wrong_then_nothing_is_taken(people: People) -> None:
    pilot = followed(people)
    assert post(pilot, {}, value(people, 1.0)).status_code == 401
    assert post(pilot, key_of(people.bo, "measurements:read"), value(people, 1.0)).status_code == 403
    for person in (people.sam, people.farid):
        assert post(pilot, key_of(person), value(people, 1.0)).status_code == 404
    assert not Measurement.objects.exists()
