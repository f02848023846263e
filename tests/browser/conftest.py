"""Browser tests look at the demo's city, made once a module; they only read."""

from collections.abc import Iterator

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.city import PEOPLE, Walk, walk


@pytest.fixture
def db(city: None) -> None:
    """The city, in place of an empty database that is rolled back after each test."""


@pytest.fixture(scope="module")
def served_city(city: None) -> Iterator[str]:
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.fixture
def site(db: None, served_city: str) -> str:
    """Where the city is served, as "http://localhost:PORT"."""
    return served_city


@pytest.fixture(scope="module")
def walks(city: None) -> dict[str, Walk]:
    """For each of the cast, an example of each page they reach."""
    return {person: walk(person) for person in PEOPLE}
