"""The people of the tests, in two invented municipalities, made through actions only.

Alva develops a district, Bo leads home care there, Cilla is CIO, Dag leads innovation for the whole city,
Elif founded a startup, Farid lives there, and Sam of another municipality must see nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client

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


@pytest.fixture
def people(db: None) -> People:
    """Everyone, with their roles."""
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
