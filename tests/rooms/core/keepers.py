"""Gerd, who administers the whole city, and how she looks at it."""

from ringar.core.actions import add_person
from ringar.core.models import Person, Unit
from ringar.core.queries import viewer_of
from ringar.core.rules import Role, Viewer
from tests.people import PASSWORD, People

OPERATOR = Viewer.of_command_line()


def administrator(people: People, name: str = "Gerd", unit: Unit | None = None) -> Person:
    """An administrator, of the whole city unless a unit is named."""
    return add_person(
        by=OPERATOR,
        email=f"{name.lower()}@ringsala.example",
        name=name,
        unit=unit or people.city.units.get(parent=None),
        role=Role.ADMINISTRATOR,
        password=PASSWORD,
    )


def gerd(people: People) -> Viewer:
    """The administrator as a viewer."""
    return viewer_of(administrator(people))


def newcomer(people: People, unit: Unit, name: str = "Hanna", role: str = Role.STAFF) -> Person:
    """Somebody more in a unit."""
    email = f"{name.lower()}@ringsala.example"
    return add_person(by=OPERATOR, email=email, name=name, unit=unit, role=role, password=PASSWORD)
