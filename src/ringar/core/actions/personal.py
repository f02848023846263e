"""A person's own data: all of it to take home, and erasing it lawfully."""

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext

from ringar.core.actions.audit import record_audit
from ringar.core.actions.roles import end_sessions, lock_organisation, refuse_without_administrator
from ringar.core.clock import now
from ringar.core.models import Person
from ringar.core.people_queries import places_of
from ringar.core.queries import roles_of
from ringar.core.registry import personal_tables
from ringar.core.rules import NotAllowed, Refused, Role, Viewer, administers, is_theirs_alone


def personal_data(person: Person) -> list[tuple[str, list[dict[str, Any]]]]:
    """Everything kept about the person: (what it is, the rows) of each table that all rooms declare, empty ones too."""
    return [(str(each.label), each.export(person)) for each in personal_tables()]


@transaction.atomic
def export_personal_data(*, by: Viewer, person: Person) -> str:
    """The data as JSON, for the person alone. Raises NotAllowed for anyone else."""
    if by.person_id != person.pk:
        raise NotAllowed
    data: dict[str, list[dict[str, Any]]] = {}
    for each in personal_tables():
        data.setdefault(each.table, []).extend(each.export(person))
    record_audit(by=by, action="export_personal_data", target=person)
    return json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


@transaction.atomic
def erase_person(*, by: Viewer, person: Person, reason: str = "") -> None:
    """Erases the person as each table's declaration says, all of it or nothing; log-ins end, nobody can log in again.

    By the person, or with a reason by one who administers all places where the person works. Raises NotAllowed;
    Refused without a reason, and for the last who administers a unit. The audit row does not hold the name.
    """
    places = places_of(person)
    if person.erased_at is not None:
        raise NotAllowed
    if by.person_id != person.pk:
        if not administers(by, works_in=places) or not is_theirs_alone(by, works_in=places):
            raise NotAllowed
        if not reason.strip():
            raise Refused(gettext("Say why the person is erased: for instance that the person asked for it."))
    for organisation_id in sorted(set(places.values())):
        lock_organisation(organisation_id)
    administered = [each.unit for each in roles_of(person) if each.role == Role.ADMINISTRATOR]
    end_sessions(person)
    for each in personal_tables():
        each.erase(person)
    for unit in administered:
        refuse_without_administrator(unit)
    person.refresh_from_db()
    label = str(person) if by.person_id == person.pk else by.label
    nameless = Viewer(
        person_id=by.person_id,
        label=label,
        organisation_id=by.organisation_id,
        home_unit_id=by.home_unit_id,
        home_unit=by.home_unit,
    )
    record_audit(by=nameless, action="erase_person", target=person, changes={"reason": reason.strip()})


@transaction.atomic
def end_guide(*, by: Viewer) -> None:
    """Puts the guide of the first steps away."""
    person = Person.objects.filter(pk=by.person_id or 0, guided_at=None).first()
    if person is not None:
        person.guided_at = now()
        person.save(update_fields=["guided_at"])
        record_audit(by=by, action="end_guide", target=person)
