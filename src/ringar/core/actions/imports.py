"""Units and people from spreadsheets."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from ringar.core.actions.audit import record_audit
from ringar.core.actions.people import add_person
from ringar.core.actions.units import add_unit, refuse_circle
from ringar.core.importing import Counts, Progress, Rows
from ringar.core.models import Organisation, Person, Unit
from ringar.core.rules import NotAllowed, Refused, Role, Viewer


def require_keeper(by: Viewer, organisation: Organisation) -> None:
    """Raises NotAllowed unless the viewer may take spreadsheets into that organisation."""
    if not by.keeps or by.organisation_id != organisation.pk:
        raise NotAllowed


@transaction.atomic
def import_units(
    by: Viewer, organisation: Organisation, source: str, rows: Rows, progress: Progress
) -> Counts:
    """Units from a checked spreadsheet. The same id or name is the same unit; importing twice changes nothing.

    Raises NotAllowed, or Refused where units would lie under each other.
    """
    require_keeper(by, organisation)
    top = organisation.units.filter(parent=None).order_by("id").first()
    by_name = {unit.name: unit for unit in organisation.units.all()}
    new = changed = 0
    for row in rows:
        if row["name"] not in by_name:
            by_name[row["name"]] = add_unit(
                by=by,
                organisation=organisation,
                name=row["name"],
                parent=top,
                source=source,
                external_id=row["external_id"],
            )
            new += 1
    for row in rows:
        unit, parent = by_name[row["name"]], by_name.get(row.get("parent", ""), top)
        if parent is not None and unit.pk != parent.pk and unit.parent_id != parent.pk:
            refuse_circle(unit, parent)
            before, unit.parent = unit.parent, parent
            unit.save(update_fields=["parent"])
            record_audit(
                by=by, action="move_unit", target=unit, changes={"parent": [str(before), str(parent)]}
            )
            changed += 1
        progress(1)
    changed = max(0, changed - new)
    return Counts(new=new, changed=changed, unchanged=len(rows) - new - changed)


@transaction.atomic
def import_people(
    by: Viewer, organisation: Organisation, source: str, rows: Rows, progress: Progress
) -> Counts:
    """People and roles from a checked spreadsheet, without passwords: they set one by e-mail. Idempotent.

    Raises NotAllowed, or Refused for a role that the viewer may not give.
    """
    require_keeper(by, organisation)
    units = {unit.name: unit for unit in organisation.units.all()}
    top = organisation.units.filter(parent=None).order_by("id").first()
    new = changed = 0
    for row in rows:
        existed = Person.objects.filter(email=row["email"]).first()
        roles_before = existed.memberships.count() if existed else 0
        person = person_of_row(by, row, units.get(row.get("unit", ""), top))
        new += existed is None
        changed += existed is not None and person.memberships.count() > roles_before
        progress(1)
    return Counts(new=new, changed=changed, unchanged=len(rows) - new - changed)


def person_of_row(by: Viewer, row: dict[str, Any], unit: Unit | None) -> Person:
    """The person whom one row tells of, with the role. Raises Refused, naming the row, for a role not to be given."""
    role = row.get("role", Role.STAFF)
    try:
        return add_person(
            by=by, email=row["email"], name=row["name"], title=row.get("title", ""), unit=unit, role=role
        )
    except (NotAllowed, Refused) as error:
        why = str(error) or gettext("you may not give the role “%(role)s” there.") % {
            "role": Role(role).label
        }
        raise Refused(
            gettext("Row %(row)s: %(why)s Nothing was saved.") % {"row": row["row"], "why": why}
        ) from error
