"""Protected identity: who reads the name, and what the others read instead."""

import pytest
from django.utils.translation import override

from ringar.core.actions import add_person, record_audit
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import findable_people, shown_name, viewer_of, with_shown_labels
from ringar.core.rules import Role, Viewer, can_name
from tests.people import People

OPERATOR = Viewer.of_command_line()
CITY, OTHER_CITY, UNIT, OTHER_UNIT = 1, 2, 10, 11


def viewer(role: str, unit: int = UNIT, city: int = CITY) -> Viewer:
    return Viewer(
        person_id=7,
        organisation_id=city,
        roles=frozenset({role}),
        unit_ids=frozenset({UNIT, OTHER_UNIT}),
        own_unit_ids=frozenset({unit}),
    )


@pytest.mark.parametrize(
    ("who", "reads"),
    [
        (Viewer(), False),
        (viewer(Role.STAFF), True),
        (viewer(Role.STAFF, OTHER_UNIT), False),
        (viewer(Role.CIO, OTHER_UNIT), False),
        (viewer(Role.AUDITOR, OTHER_UNIT), False),
        (viewer(Role.ADMINISTRATOR, OTHER_UNIT), True),
        (viewer(Role.ADMINISTRATOR, 99, OTHER_CITY), False),
        (viewer(Role.RESIDENT), False),
    ],
)
def test_can_name_for_each_viewer_follows_the_table(who: Viewer, reads: bool) -> None:
    assert can_name(who, works_in={UNIT: CITY}) is reads


@pytest.fixture
def hidden(people: People) -> Person:
    """Gun, who works with Bo and whose identity is protected."""
    person = add_person(
        by=OPERATOR, email="gun@ringsala.example", name="Gun Gömd", unit=people.care, title="Undersköterska"
    )
    person.is_protected = True
    person.save(update_fields=["is_protected"])
    return person


def test_shown_name_when_protected_is_read_in_the_own_unit_only(people: People, hidden: Person) -> None:
    assert shown_name(hidden, viewer_of(people.bo)) == "Gun Gömd"
    for other in (people.alva, people.cilla, people.sam, people.farid):
        assert shown_name(hidden, viewer_of(other)) == "Undersköterska"
    assert shown_name(hidden, Viewer()) == "Undersköterska"
    assert shown_name(hidden, viewer_of(hidden)) == "Gun Gömd"


@override("en")
def test_shown_name_when_there_is_no_title_tells_the_unit(people: People, hidden: Person) -> None:
    hidden.title = ""
    assert shown_name(hidden, Viewer()) == f"Someone at {people.care.name}"
    assert shown_name(None, Viewer()) == ""
    assert shown_name(people.bo, Viewer()) == "Bo"


def test_shown_name_when_asked_for_often_costs_one_query(
    people: People, hidden: Person, django_assert_num_queries: object
) -> None:
    sam = viewer_of(people.sam)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert {shown_name(hidden, sam) for _ in range(5)} == {"Undersköterska"}


def test_audit_row_when_protected_never_holds_the_name(people: People, hidden: Person) -> None:
    record_audit(by=viewer_of(hidden), action="try", target=hidden)
    row = AuditEvent.objects.get(action="try")
    assert str(hidden.pk) in row.label
    assert "Gun" not in row.label + row.target_label


def test_with_shown_labels_when_protected_later_hides_the_old_name(people: People, hidden: Person) -> None:
    old = AuditEvent.objects.get(action="add_person", target_id=str(hidden.uuid))
    assert old.target_label == "Gun Gömd"
    [shown] = with_shown_labels([old], viewer_of(people.cilla))
    assert shown.target_label == "Undersköterska"
    old.refresh_from_db()
    assert old.target_label == "Gun Gömd"


def test_findable_people_when_protected_is_found_in_the_own_unit_only(people: People, hidden: Person) -> None:
    everyone = Person.objects.all()
    assert hidden in findable_people(viewer_of(people.bo), everyone)
    assert hidden not in findable_people(viewer_of(people.cilla), everyone)
    assert hidden not in findable_people(viewer_of(people.farid), everyone)
    assert hidden not in findable_people(Viewer(), everyone)
    assert people.bo in findable_people(viewer_of(people.cilla), everyone)


def test_viewer_of_when_roles_differ_by_unit_leads_only_where_the_role_holds(people: People) -> None:
    add_person(by=OPERATOR, email=people.alva.email, name="Alva", unit=people.water, role=Role.STAFF)
    alva = viewer_of(people.alva)
    assert alva.leads_in(people.care.pk) and alva.leads_in(people.district.pk)
    assert not alva.leads_in(people.water.pk)
    assert people.water.pk in alva.unit_ids


def test_viewer_of_when_a_resident_works_in_one_unit_works_in_that_alone(people: People) -> None:
    add_person(by=OPERATOR, email=people.farid.email, name="Farid", unit=people.water, role=Role.STAFF)
    assert viewer_of(people.farid).unit_ids == {people.water.pk}
