"""What the tests of this room share."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from tests.rooms.procurement.conftest import first_ceiling  # noqa: F401 (autouse here too)


@pytest.fixture
def english() -> Iterator[None]:
    """Words are told in English, so that a test can tell what they say."""
    with translation.override("en"):
        yield
