"""One need's way, through the pages: written on a phone, duplicate seen, evidence, shared, matched, judged."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.utils import translation

from ringar.core.models import Person
from ringar.needs.models import Need
from ringar.robots.engine.running import run_waiting
from tests.chromium import PHONE, Open
from tests.people import People
from tests.rooms.matching.cast import make_market, shared_need

WRITTEN = (
    "Våra äldre i hemtjänsten är ensamma på kvällarna. Flera säger att de inte träffar någon annan än oss."
)
TITLE = "Ensamma kvällar"
LEARNED = "Hon sa att hon helst äter med någon, det är då hon äter. Hon skulle gå ut om någon gick med."


@pytest.fixture(autouse=True)
def swedish() -> Iterator[None]:
    with translation.override("sv"):
        yield


def page(client: Client, address: str) -> str:
    client.cookies["django_language"] = "sv"
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return str(response.content.decode())


def names_in_order(text: str, names: list[str]) -> list[str]:
    """Those of the names that stand on the page, in the order of their cards."""
    cards = {name: text.find(f'lang="sv">{name}</a></h3>') for name in names}
    return sorted((name for name in names if cards[name] >= 0), key=cards.__getitem__)


@pytest.mark.django_db
def test_need_when_written_shared_matched_and_judged_goes_all_the_way(
    people: People, logged_in: Callable[[Person], Client]
) -> None:
    market = make_market(people)
    same = shared_need(
        people.dag, "De äldre är ensamma om kvällarna och träffar ingen.", title="Ingen att äta med"
    )
    run_waiting()
    bo = logged_in(people.bo)

    # Two fields save it, and the same need in another silo is seen.
    response = bo.post("/behov/nytt/", {"symptom": WRITTEN, "title": TITLE})
    address = response["Location"]
    assert same.title in page(bo, address)
    need = Need.objects.get(title=TITLE)
    assert need.is_draft and logged_in(people.alva).get(address).status_code == 404

    # Shared, after a look at what others will see.
    assert logged_in(people.alva).get(f"{address}losningar/").status_code == 404
    response = bo.post(f"{address}dela/", {"visibility": "organisation"})
    assert response.status_code == 302, response.content.decode()

    # Evidence from outside the building.
    form = {"kind": "interview", "met": "en dotter, 58 år", "summary": LEARNED, "is_outside": "on"}
    assert bo.post(f"{address}underlag/nytt/", form).status_code == 302
    assert "Hon sa att hon helst äter" in page(bo, address)

    # Matched by the robots, with reasons.
    run_waiting()
    matches = f"{address}losningar/"
    first, second = names_in_order(page(bo, matches), list(market.solutions))[:2]
    assert {first, second} == {"Kaffesällskap", "Långbord"}
    assert "Tar upp" in page(bo, matches)
    assert first in page(bo, address)

    # Judged: the ranking moves, for the colleagues too.
    response = bo.post(
        f"{matches}{market[first].uuid}/bedom/", {"fits": "no", "why": "Bara på dagtid.", "rank": "1"}
    )
    assert response.status_code == 302
    bo.post(f"{matches}{market[second].uuid}/bedom/", {"fits": "yes", "rank": "2"})
    run_waiting()
    for client in (bo, logged_in(people.alva)):
        assert names_in_order(page(client, matches), list(market.solutions))[0] == second
    assert logged_in(people.sam).get(matches).status_code == 404


def test_need_when_on_a_phone_is_written_shared_and_matched(people: People, open_page: Open) -> None:
    market = make_market(people)
    shared_need(people.dag, "De äldre är ensamma om kvällarna och träffar ingen.", title="Ingen att äta med")
    run_waiting()
    phone = open_page("/", person=people.bo, width=PHONE)

    phone.get_by_role("link", name="Skriv ner ett behov").first.click()
    phone.get_by_label("Vad ser du?").press_sequentially(WRITTEN[:40])
    phone.get_by_label("Vad ser du?").fill(WRITTEN)
    phone.get_by_label("Vad ser du?").press("End")
    phone.get_by_label("Kalla det något kort").fill(TITLE)
    phone.get_by_role("button", name="Spara", exact=True).click()
    phone.wait_for_url("**/behov/*-*/")
    assert phone.get_by_text("Ingen att äta med").first.is_visible()

    phone.get_by_role("link", name="Dela", exact=True).click()
    phone.get_by_role("button", name="Dela", exact=True).click()
    phone.wait_for_url("**/behov/*-*/")
    phone.get_by_role("link", name="Allt som kom upp, och varför").click()
    assert phone.get_by_text("Robotarna letar efter lösningar").is_visible()
    run_waiting()
    first = phone.locator("article.card").first
    first.wait_for()  # the page looks again by itself
    name = first.locator("h3").inner_text()
    assert name in {"Kaffesällskap", "Långbord"}
    assert first.locator(".reasons li").count() > 0
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE
    first.get_by_role("button", name="Passar inte").click()
    phone.wait_for_load_state()
    assert phone.locator("article.card").first.locator("h3").inner_text() != name
    assert market[name].judgements.get().rank_shown == 1
