"""The people of the tests, in two invented municipalities, made through actions only.

They are made once in a run, and their rows written anew for each test, as a copy: the actions take twenty times longer.

Alva develops a district, Bo leads home care there, Cilla is CIO, Dag leads innovation for the whole city,
Elif founded a startup, Farid lives there, and Sam of another municipality must see nothing.
"""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import GeneratedField, Model
from django.db.models.sql import InsertQuery
from django.test import Client
from pytest_django import DjangoDbBlocker

from ringar.core.actions import add_person, add_unit, create_organisation
from ringar.core.models import Organisation, Person, Unit
from ringar.core.queries import viewer_of
from ringar.core.rules import Role, Viewer

PASSWORD = "ett långt lösenord"


@dataclass(frozen=True)
class People:
    """The cast, and where they work. `district` holds `care` and `preschool`; `water` is in another silo."""

    city: Organisation
    district: Unit
    care: Unit
    preschool: Unit
    water: Unit
    other_city: Organisation
    other_care: Unit
    alva: Person
    bo: Person
    cilla: Person
    dag: Person
    elif_: Person
    farid: Person
    sam: Person

    def all(self) -> list[Person]:
        return [self.alva, self.bo, self.cilla, self.dag, self.elif_, self.farid, self.sam]


Statements = list[tuple[str, tuple[object, ...]]]
Cast = tuple[bytes, Statements]


def rows() -> dict[type[Model], dict[object, Model]]:
    """All that the database holds."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return {model: {row.pk: row for row in model._base_manager.all()} for model in models}


def inserts(before: dict[type[Model], dict[object, Model]]) -> Statements:
    """What to execute, with its parameters, to write again all that has come since `before`."""
    statements = []
    for model, now in rows().items():
        new = [row for pk, row in now.items() if pk not in before[model]]
        if new:
            query = InsertQuery(model)
            fields = [each for each in model._meta.concrete_fields if not isinstance(each, GeneratedField)]
            query.insert_values(fields, new, raw=True)
            statements += query.get_compiler(connection=connection).as_sql()
    return statements


def changed(before: dict[type[Model], dict[object, Model]]) -> list[Model]:
    """The rows of `before` that hold other values now."""
    found = []
    for model, now in rows().items():
        names = [field.attname for field in model._meta.concrete_fields]
        for pk, old in before[model].items():
            new = now.get(pk)
            if new and any(getattr(old, name) != getattr(new, name) for name in names):
                found.append(new)
    return found


def write_rows(made: bytes, statements: Statements) -> Any:
    """Writes what `inserts` noted, and returns what was pickled with it."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
    return pickle.loads(made)  # noqa: S301 (our own)


@pytest.fixture(scope="session")
def cast(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Cast:
    """Everyone as made by the actions, pickled, and what writes their rows; nothing of it is left in the database."""
    with django_db_blocker.unblock(), transaction.atomic():
        before = rows()
        made = pickle.dumps(make_people())
        statements = inserts(before)
        transaction.set_rollback(True)
    return made, statements


@pytest.fixture
def people(db: None, cast: Cast) -> People:
    """Everyone, with their roles."""
    found = write_rows(*cast)
    assert isinstance(found, People)
    return found


def make_people() -> People:
    operator = Viewer.of_command_line()
    city = create_organisation(by=operator, name="Ringsala kommun", is_invented=True)
    other_city = create_organisation(by=operator, name="Fjärdinge kommun", is_invented=True)
    top = city.units.get(parent=None)

    def unit(name: str, parent: Unit | None = None, organisation: Organisation = city) -> Unit:
        return add_unit(by=operator, organisation=organisation, name=name, parent=parent)

    def person(name: str, unit: Unit, role: Role) -> Person:
        email = f"{name.lower()}@{unit.organisation.slug}.example"
        return add_person(by=operator, email=email, name=name, unit=unit, role=role, password=PASSWORD)

    district = unit("Stadsdelen Björkliden")
    care, preschool = unit("Hemtjänst Björkliden", district), unit("Förskolan Granen", district)
    other_care = unit("Äldreomsorgen", organisation=other_city)
    return People(
        city=city,
        district=district,
        care=care,
        preschool=preschool,
        water=unit("Vattennätet"),
        other_city=other_city,
        other_care=other_care,
        alva=person("Alva", district, Role.DEVELOPMENT_MANAGER),
        bo=person("Bo", care, Role.MANAGER),
        cilla=person("Cilla", top, Role.CIO),
        dag=person("Dag", top, Role.DEVELOPMENT_MANAGER),
        elif_=person("Elif", top, Role.SOLVER),
        farid=person("Farid", top, Role.RESIDENT),
        sam=person("Sam", other_care, Role.MANAGER),
    )


@pytest.fixture
def viewer() -> Callable[[Person], Viewer]:
    """The person as a viewer: `viewer(people.bo)`."""
    return viewer_of


@pytest.fixture
def logged_in() -> Callable[[Person], Client]:
    """A test client logged in as the person: `logged_in(people.bo).get("/")`."""

    def client(person: Person) -> Client:
        made = Client()
        made.force_login(person)
        return made

    return client
