from datetime import date

import pytest

from ringar_kits.leaks import City, Ranking, make_city, rank_pipes


@pytest.fixture(scope="session")
def town() -> City:
    """A town whose utility has 25 years of breaks, and one more to foretell."""
    return make_city(3_000, 26, 5, last=2025)


@pytest.fixture(scope="session")
def ranking(town: City) -> Ranking:
    """The town ranked for its last year."""
    return rank_pipes(town.pipes, town.breaks, as_of=date(2025, 1, 1))
