"""Pages of purchases, ceilings and choices."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from ringar.core.clock import today
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.procurement.actions import add_purchase
from ringar.procurement.models import Ceiling, Purchase, SupplierChoice
from ringar.procurement.rules import Room
from tests.people import People
from tests.rooms.pilots.prepared import exercise

pytestmark = pytest.mark.django_db
LogIn = Callable[[Person], Client]


def english(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


def buy(people: People, number: int, sek: int = 1_000) -> None:
    for place in range(number):
        add_purchase(
            by=viewer_of(people.dag),
            unit=people.water,
            kind="Möbler",
            what=f"Stol {place}",
            supplier="Stolbolaget",
            sek=sek,
            date=today(),
        )


def test_purchase_list_then_sums_stand_against_the_ceiling(people: People, logged_in: LogIn) -> None:
    buy(people, 2, 400_000)
    page = english(logged_in(people.bo)).get("/inkop/").content.decode()
    assert "Möbler comes to SEK\N{NO-BREAK SPACE}800,000, which is above the ceiling" in page
    assert "SEK\N{NO-BREAK SPACE}100,000 above the ceiling" in page


def test_purchase_list_when_empty_then_says_why_it_matters(people: People, logged_in: LogIn) -> None:
    page = english(logged_in(people.cilla)).get("/inkop/?ar=hundra").content.decode()
    assert "Nothing is written down for that year" in page


def test_purchase_list_of_many_then_flat_in_queries_and_pages(
    people: People, logged_in: LogIn, django_assert_max_num_queries: Any
) -> None:
    buy(people, 60, 1)
    client = english(logged_in(people.dag))
    with django_assert_max_num_queries(14):
        first = client.get("/inkop/")
    assert len(first.context["purchases"]) == 50
    second = client.get("/inkop/", {"after": first.context["more"]})
    assert len(second.context["purchases"]) == 10
    assert client.get("/inkop/", {"after": "i går_9"}).status_code == 200


def test_purchase_csv_then_numbers_and_dates_stay_such(people: People, logged_in: LogIn) -> None:
    buy(people, 1)
    lines = english(logged_in(people.bo)).get("/inkop/lista.csv").getvalue().decode("utf-8-sig").splitlines()
    assert lines[0].replace(";", ",").startswith("Date,What,Kind")
    assert f"{today()}" in lines[1]


def test_purchase_new_then_it_counts(people: People, logged_in: LogIn) -> None:
    client = english(logged_in(people.bo))
    told = {
        "what": "Larm",
        "kind": "Teknik",
        "supplier": "Larmbolaget",
        "sek": "5000",
        "date": "2026-03-02",
        "unit": people.care.pk,
    }
    answer = client.post("/inkop/nytt/", told)
    assert answer["Location"] == "/inkop/?ar=2026"
    assert Purchase.objects.get().sek == 5_000
    wrong = client.post("/inkop/nytt/", {**told, "sek": "många"})
    assert "Larmbolaget" in wrong.content.decode()
    assert Purchase.objects.count() == 1


def test_ceiling_list_then_says_that_the_ceiling_itself_is_within(people: People, logged_in: LogIn) -> None:
    page = english(logged_in(people.bo)).get("/inkop/tak/").content.decode()
    assert "exactly the ceiling is counted as within it" in page
    assert (Room(600_000, 100_000, 700_000).over, Room(600_000, 100_001, 700_000).over) == (0, 1)


def test_ceiling_list_by_the_cio_then_the_next_one_is_set(people: People, logged_in: LogIn) -> None:
    told = {"sek": "800000", "valid_from": "2027-01-01", "source": "Lag (2026:1)"}
    assert english(logged_in(people.cilla)).post("/inkop/tak/", told).status_code == 302
    assert Ceiling.objects.get(valid_from=date(2027, 1, 1)).sek == 800_000
    page = english(logged_in(people.bo)).get("/inkop/tak/").content.decode()
    assert "SEK\N{NO-BREAK SPACE}700,000 without VAT, since 1 February 2022" in page
    assert "Set the next one" not in page


def test_supplier_choice_then_documented_and_shown_to_those_who_may_not_write(
    people: People, logged_in: LogIn
) -> None:
    pilot = exercise(people)
    address = f"/inkop/val/pilot/{pilot.uuid}/"
    client = english(logged_in(people.bo))
    told = {"kind": "Teknik", "supplier": "Larmbolaget", "reason": "Bäst"}
    wrong = client.post(address, told).content.decode()
    assert "Name at least one other supplier" in wrong
    told |= {"other_0": "Kamerabolaget", "why_not_0": "Filmar."}
    assert client.post(address, told)["Location"] == pilot.get_absolute_url()
    assert SupplierChoice.objects.get().alternatives.get().supplier == "Kamerabolaget"
    assert "Kamerabolaget" in client.get(address).content.decode()


def test_supplier_choice_for_a_row_of_no_kind_then_not_found(people: People, logged_in: LogIn) -> None:
    pilot = exercise(people)
    assert logged_in(people.bo).get(f"/inkop/val/mane/{pilot.uuid}/").status_code == 404
    assert logged_in(people.sam).get(f"/inkop/val/pilot/{pilot.uuid}/").status_code == 404
