"""Every link of the demo leads somewhere, for each of the cast."""

import pytest

from tests.city import PEOPLE, walk


@pytest.mark.parametrize(("person", "language"), [*((person, "sv") for person in PEOPLE), ("alva", "en")])
def test_links_when_all_are_followed_then_none_is_broken(db: None, person: str, language: str) -> None:
    found = walk(person, language)
    assert found.visited > 5
    assert not found.broken, "\n".join(found.broken)
