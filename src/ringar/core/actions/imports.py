"""Units and people from spreadsheets."""

from django.db import transaction
from django.utils.translation import gettext

from ringar.core.actions.audit import record_audit
from ringar.core.actions.people import add_person, add_unit
from ringar.core.importing import Counts, Progress, Rows
from ringar.core.models import Organisation, Person, Unit
from ringar.core.rules import Refused, Role, Viewer


@transaction.atomic
def import_units(
    by: Viewer, organisation: Organisation, source: str, rows: Rows, progress: Progress
) -> Counts:
    """Units from a checked spreadsheet. The same id or name is the same unit; importing twice changes nothing."""
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


def refuse_circle(unit: Unit, parent: Unit) -> None:
    """Raises Refused where the unit would come to lie under itself."""
    above: Unit | None = parent
    while above is not None:
        if above.pk == unit.pk:
            raise Refused(
                gettext(
                    "%(unit)s and %(parent)s lie under each other. Correct the parent column of one of them."
                )
                % {"unit": unit.name, "parent": parent.name}
            )
        above = above.parent


@transaction.atomic
def import_people(
    by: Viewer, organisation: Organisation, source: str, rows: Rows, progress: Progress
) -> Counts:
    """People and roles from a checked spreadsheet, without passwords: they set one by e-mail. Idempotent."""
    units = {unit.name: unit for unit in organisation.units.all()}
    top = organisation.units.filter(parent=None).order_by("id").first()
    new = changed = 0
    for row in rows:
        existed = Person.objects.filter(email=row["email"]).first()
        roles_before = existed.memberships.count() if existed else 0
        person = add_person(
            by=by,
            email=row["email"],
            name=row["name"],
            title=row.get("title", ""),
            unit=units.get(row.get("unit", ""), top),
            role=row.get("role", Role.STAFF),
        )
        new += existed is None
        changed += existed is not None and person.memberships.count() > roles_before
        progress(1)
    return Counts(new=new, changed=changed, unchanged=len(rows) - new - changed)
