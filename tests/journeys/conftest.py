"""Journeys go through the web pages, in an empty installation of their own."""

import pytest
from pytest_django.live_server_helper import LiveServer


@pytest.fixture
def site(transactional_db: None, live_server: LiveServer) -> str:
    """Where the tests' installation is served."""
    return str(live_server.url)
