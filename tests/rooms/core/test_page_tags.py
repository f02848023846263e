"""Money and weeks the way people here write them, and the main menu."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.utils import translation

from ringar.core.models import Person
from ringar.core.templatetags.page import sek, week
from tests.people import People


@pytest.mark.parametrize(
    ("language", "amount", "shown"),
    [
        ("sv", 40000, "40\u00a0000\u00a0kr"),
        ("sv", 0, "0\u00a0kr"),
        ("sv", 999.6, "1\u00a0000\u00a0kr"),
        ("sv", 1234567, "1\u00a0234\u00a0567\u00a0kr"),
        ("en", 40000, "SEK\u00a040,000"),
        ("sv", None, ""),
    ],
)
def test_sek_when_shown_then_as_people_write_it(language: str, amount: float | None, shown: str) -> None:
    with translation.override(language):
        assert sek(amount) == shown


@pytest.mark.parametrize(
    ("language", "day", "shown"),
    [
        ("sv", date(2026, 3, 16), "v.\u00a012"),
        ("en", date(2026, 3, 16), "week 12"),
        ("sv", date(2027, 1, 1), "v.\u00a053"),
        ("sv", None, ""),
    ],
)
def test_week_when_shown_then_it_is_the_iso_week(language: str, day: date | None, shown: str) -> None:
    with translation.override(language):
        assert week(day) == shown


def test_menu_when_on_a_page_below_then_its_entry_is_marked(
    people: People, logged_in: Callable[[Person], Client]
) -> None:
    page = logged_in(people.cilla).get("/oversikt/").content.decode()
    assert 'href="/oversikt/" aria-current="page"' in page


def test_menu_when_looked_at_by_others_then_shows_only_what_they_may_open(
    people: People, client: Client, logged_in: Callable[[Person], Client]
) -> None:
    for outsider in (client, logged_in(people.elif_), logged_in(people.farid)):
        page = outsider.get("/").content.decode()
        assert 'href="/oversikt/"' not in page
        assert 'href="/robotar/"' not in page
    assert 'href="/robotar/"' in logged_in(people.alva).get("/").content.decode()
