"""What people change about themselves."""

from django.db import transaction

from ringar.core.actions.audit import record_audit
from ringar.core.models import Person
from ringar.core.rules import NotAllowed, Viewer


@transaction.atomic
def change_own_account(*, by: Viewer, name: str, title: str, language: str) -> Person:
    """Changes the viewer's own name, title and language. Raises NotAllowed for one who is not logged in."""
    if by.person_id is None:
        raise NotAllowed
    person = Person.objects.select_for_update().get(pk=by.person_id)
    wanted = {"name": name, "title": title, "language": language}
    changes: dict[str, object] = {
        field: [getattr(person, field), value]
        for field, value in wanted.items()
        if getattr(person, field) != value
    }
    if changes:
        Person.objects.filter(pk=person.pk).update(**wanted)
        person.refresh_from_db()
        record_audit(by=by, action="change_own_account", target=person, changes=changes)
    return person
