"""Gerd, who administers the whole city, and how she looks at it."""

import re

from django.core import mail

from ringar.core.actions import add_person, invite_people
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


def add_invited(made: dict[str, list[object]], values: dict[str, str], people: People) -> None:
    """For the table of rights: Bo, his unit and role, and an invitation that Dag has sent to somebody new."""
    made |= {"bo": [people.bo], "care": [people.care]}
    sent = invite_people(
        by=viewer_of(people.dag), unit=people.water, role=Role.MANAGER, emails=["INBJUDEN@example.se"]
    )
    made["invitation"] = [*sent.sent]
    letter = re.search(r"/inbjudan/([^/\s]+)/", str(mail.outbox[-1].body))
    made["invite-token"] = [letter[1] if letter else ""]
    values |= {
        "city": str(people.city.uuid),
        "bo-role": str(people.bo.memberships.get().pk),
    }
