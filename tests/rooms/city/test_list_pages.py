"""Pages of fits and work lists: blind until closed, flat in the number of rows, told well when something is wrong."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ringar.city.actions.lists import close_list, draw_list, open_list
from ringar.city.actions.ticks import tick_item
from ringar.city.models import Fit, WorkList
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from tests.people import People
from tests.rooms.city.list_cast import failed
from tests.rooms.city.town import Town, add_town, fitted, handed_out

LogIn = Callable[[Person], Client]


@pytest.fixture
def town(people: People) -> Town:
    return add_town(people)


def queries_of(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200
    return len(found)


def several(town: Town, fit: Fit, count: int) -> None:
    for number in range(count):
        made = draw_list(by=town.by, fit=fit, name=f"Lista {number}", unit=town.pipes.owner_unit, capacity=4)
        close_list(by=town.by, work_list=open_list(by=town.by, work_list=made))


@pytest.mark.parametrize("name", ["work_list_list", "was_it_right", "fit_list"])
def test_lists_take_as_many_queries_however_many_there_are(town: Town, logged_in: LogIn, name: str):
    client, fit = logged_in(town.keeper), fitted(town)
    several(town, fit, 1)
    few = queries_of(client, reverse(name))
    several(town, fit, 5)
    assert queries_of(client, reverse(name)) <= few <= 16


def test_list_of_many_pipes_takes_as_many_queries_as_one_of_few(town: Town, logged_in: LogIn):
    client, fit = logged_in(town.crew), fitted(town)
    few = queries_of(client, handed_out(town, fit, capacity=4).get_absolute_url())
    assert queries_of(client, handed_out(town, fit, capacity=30).get_absolute_url()) <= few


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()


def test_who_chose_which_pipe_is_told_once_the_list_is_closed(town: Town, logged_in: LogIn):
    client, made = logged_in(town.keeper), handed_out(town)
    addresses = [made.get_absolute_url(), reverse("work_list_csv", args=[made.uuid])]
    assert not any("Av modellen" in text_of(client, address) for address in addresses)
    close_list(by=town.by, work_list=made)
    assert all("Av modellen" in text_of(client, address) for address in addresses)


def test_crew_ticks_off_and_takes_back_by_forms_alone(town: Town, logged_in: LogIn):
    crew, made = logged_in(town.crew), handed_out(town)
    tick = reverse("work_list_tick", args=[made.uuid, 1])
    page = crew.post(tick, {"found": "worn", "note": "rost 🚰 ‏"}, follow=True)
    assert page.status_code == 200
    assert reverse("work_list_untick", args=[made.uuid, 1]) in page.content.decode()
    assert made.items.get(place=1).note == "rost 🚰 ‏".strip()
    crew.post(reverse("work_list_untick", args=[made.uuid, 1]), follow=True)
    assert made.items.get(place=1).done_at is None


def test_tick_form_tells_what_is_missing_and_keeps_what_was_written(town: Town, logged_in: LogIn):
    crew, made = logged_in(town.crew), handed_out(town)
    page = crew.post(reverse("work_list_tick", args=[made.uuid, 1]), {"found": "", "note": "Nästan klart"})
    assert page.status_code == 200
    assert "Nästan klart" in page.content.decode()
    assert made.items.get(place=1).done_at is None


def test_page_of_a_fit_that_failed_tells_why_and_lets_it_be_tried_again(town: Town, logged_in: LogIn):
    fit = failed(town)
    page = text_of(logged_in(town.keeper), fit.get_absolute_url())
    assert "too few breaks" in page
    assert reverse("fit_again", args=[fit.uuid]) in page
    assert reverse("fit_again", args=[fit.uuid]) not in text_of(logged_in(town.crew), fit.get_absolute_url())


def test_list_form_takes_kilometres_and_refuses_what_no_crew_can_do(town: Town, logged_in: LogIn):
    client, fit = logged_in(town.keeper), fitted(town)
    unit = town.pipes.owner_unit.uuid
    form = {"fit": fit.uuid, "name": "2026", "unit": unit, "year": 2026, "capacity_in": "metres"}
    ways = {"chosen_by": "halves", "ordered_by": "rate", "as_before": "breaks"}
    address = reverse("work_list_new")
    assert client.post(address, {**form, **ways, "capacity": "900"}).status_code == 200
    assert not WorkList.objects.exists()
    client.post(address, {**form, **ways, "capacity": "1.2"}, follow=True)
    made = WorkList.objects.get()
    assert made.capacity == 1200
    assert made.items.count() == 12


def test_list_closed_keeps_what_was_ticked_off(town: Town, logged_in: LogIn):
    made = handed_out(town)
    tick_item(by=viewer_of(town.crew), item=made.items.get(place=1), found="leak")
    close_list(by=town.by, work_list=made)
    page = text_of(logged_in(town.crew), made.get_absolute_url())
    assert "En läcka" in page
    assert reverse("work_list_tick", args=[made.uuid, 2]) not in page
