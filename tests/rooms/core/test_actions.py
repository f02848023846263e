"""Organisations, units, people and roles; and the audit row that each write leaves."""

from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from ringar.core import clock
from ringar.core.actions import add_person, create_organisation, give_role
from ringar.core.importing import Counts
from ringar.core.imports import IMPORTERS
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Refused, Role, Viewer
from tests.people import People

OPERATOR = Viewer.of_command_line()
UNITS, STAFF = IMPORTERS


def test_create_organisation_when_the_short_name_is_taken_refuses(people: People) -> None:
    with pytest.raises(Refused, match="Choose another"):
        create_organisation(by=OPERATOR, name="En annan", slug=people.city.slug)


def test_every_write_when_done_leaves_an_audit_row_of_who_and_when(people: People) -> None:
    moment = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    with clock.at(moment):
        person = add_person(by=viewer_of(people.dag), email="Ny@Example.se", name="Ny", unit=people.care)
    rows = AuditEvent.objects.filter(at=moment).order_by("id")
    assert [row.action for row in rows] == ["add_person", "give_role"]
    assert {row.label for row in rows} == {"Dag"}
    assert rows[0].target_id == str(person.uuid)
    assert person.email == "ny@example.se"


def test_add_person_when_the_address_exists_adds_the_role_only(people: People) -> None:
    before = people.bo.memberships.count()
    same = add_person(by=OPERATOR, email=people.bo.email.upper(), name="Någon annan", unit=people.water)
    assert same.pk == people.bo.pk
    assert same.name == people.bo.name
    assert same.memberships.count() == before + 1


def test_give_role_when_unknown_names_the_roles(people: People) -> None:
    with pytest.raises(Refused, match="development_manager"):
        give_role(by=OPERATOR, person=people.bo, unit=people.care, role="king")


def rows(*cells: dict[str, str]) -> list[dict[str, object]]:
    return [{"row": place, "external_id": f"id{place}", **row} for place, row in enumerate(cells, start=2)]


def test_import_units_when_run_twice_changes_nothing(people: People) -> None:
    table = rows({"name": "Ny avdelning", "parent": "Ny förvaltning"}, {"name": "Ny förvaltning"})
    first = UNITS.save(
        Viewer.of_command_line(people.city.pk), people.city, "enheter", table, lambda done: None
    )
    second = UNITS.save(
        Viewer.of_command_line(people.city.pk), people.city, "enheter", table, lambda done: None
    )
    assert (first, second) == (Counts(new=2), Counts(unchanged=2))
    unit = people.city.units.get(name="Ny avdelning")
    assert unit.parent is not None
    assert unit.parent.name == "Ny förvaltning"


def test_import_units_when_they_lie_under_each_other_refuses_and_saves_nothing(people: People) -> None:
    table = rows({"name": "A", "parent": "B"}, {"name": "B", "parent": "A"})
    with override("en"), pytest.raises(Refused, match="under each other"):
        UNITS.save(Viewer.of_command_line(people.city.pk), people.city, "enheter", table, lambda done: None)
    assert not people.city.units.filter(name="A").exists()


def test_import_units_when_a_parent_is_unknown_names_the_row(people: People) -> None:
    problems = list(UNITS.check(people.city, rows({"name": "A", "parent": "Finns inte"})))
    assert [(p.row, p.field, p.is_error) for p in problems] == [(2, "parent", True)]


def test_import_people_when_run_twice_changes_nothing(people: People) -> None:
    table = rows(
        {"email": "ny@ringsala.example", "name": "Ny", "unit": people.care.name, "role": Role.MANAGER}
    )
    first = STAFF.save(
        Viewer.of_command_line(people.city.pk), people.city, "personal", table, lambda done: None
    )
    second = STAFF.save(
        Viewer.of_command_line(people.city.pk), people.city, "personal", table, lambda done: None
    )
    assert (first, second) == (Counts(new=1), Counts(unchanged=1))
    person = Person.objects.get(email="ny@ringsala.example")
    assert not person.has_usable_password()
    assert viewer_of(person).unit_ids == {people.care.pk}
