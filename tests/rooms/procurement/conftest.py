"""The ceiling that comes with the tables: tests that flush the database take it away."""

from importlib import import_module

import pytest
from django.apps import apps

from ringar.procurement.models import Ceiling


@pytest.fixture(autouse=True)
def first_ceiling(request: pytest.FixtureRequest) -> None:
    """What the migration adds, where it is gone."""
    if {"db", "transactional_db"} & set(request.fixturenames) or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        if not Ceiling.objects.exists():
            import_module("ringar.procurement.migrations.0002_first_ceiling").add_ceiling(apps, None)
