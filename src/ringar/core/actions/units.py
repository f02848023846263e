"""The tree of units: grown, renamed, moved, joined together."""

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext

from ringar.core.actions.audit import record_audit
from ringar.core.actions.roles import lock_organisation
from ringar.core.models import Organisation, Unit
from ringar.core.people_queries import unit_tree
from ringar.core.queries import units_below
from ringar.core.rules import NotAllowed, Refused, Role, Viewer, may_give


def refuse_unless_administered(by: Viewer, *units: Unit) -> None:
    """Raises NotAllowed where the viewer does not administer all of the units."""
    for unit in units:
        if not may_give(by, Role.ADMINISTRATOR, organisation_id=unit.organisation_id, unit_id=unit.pk):
            raise NotAllowed


@transaction.atomic
def add_unit(
    *,
    by: Viewer,
    organisation: Organisation,
    name: str,
    parent: Unit | None = None,
    source: str = "",
    external_id: str = "",
) -> Unit:
    """A unit below `parent` (default: the organisation's top unit).

    Who may is decided before: administrators on the page (`grow_unit`), keepers in imports.
    """
    parent = parent or organisation.units.filter(parent=None).first()
    unit = Unit.objects.create(
        organisation=organisation, name=name, parent=parent, source=source, external_id=external_id
    )
    record_audit(by=by, action="add_unit", target=unit)
    return unit


@transaction.atomic
def grow_unit(*, by: Viewer, parent: Unit, name: str) -> Unit:
    """A new unit below `parent`, by one who administers it. Raises NotAllowed, Refused for a name that is taken."""
    refuse_unless_administered(by, parent)
    lock_organisation(parent.organisation_id)
    refuse_taken_name(parent, name)
    return add_unit(by=by, organisation=parent.organisation, name=name, parent=parent)


@transaction.atomic
def rename_unit(*, by: Viewer, unit: Unit, name: str) -> None:
    """Gives the unit another name. Raises NotAllowed; Refused where a unit beside it has that name."""
    refuse_unless_administered(by, unit)
    lock_organisation(unit.organisation_id)
    if unit.name == name:
        return
    if unit.parent is not None:
        refuse_taken_name(unit.parent, name, but=unit)
    before, unit.name = unit.name, name
    unit.save(update_fields=["name"])
    record_audit(by=by, action="rename_unit", target=unit, changes={"name": [before, name]})


def refuse_taken_name(parent: Unit, name: str, *, but: Unit | None = None) -> None:
    """Raises Refused where a unit below `parent`, `but` for one, has the name already, in whatever case."""
    beside = [unit for unit in parent.children.all() if unit != but]
    if name.casefold() in {unit.name.casefold() for unit in beside}:  # SQLite folds no å, ä and ö
        raise Refused(
            gettext("There is already a unit called %(name)s below %(parent)s. Choose another name.")
            % {"name": name, "parent": parent.name}
        )


@transaction.atomic
def move_unit(*, by: Viewer, unit: Unit, parent: Unit) -> None:
    """Hangs the unit, and all below it, under another one. Raises NotAllowed; Refused for a circle, and for the top."""
    refuse_unless_administered(by, unit, parent)
    lock_organisation(unit.organisation_id)
    unit.refresh_from_db(fields=["parent"])
    if unit.parent is None:
        raise Refused(gettext("%(unit)s is the whole organisation, and stays on top.") % {"unit": unit.name})
    refuse_circle(unit, parent)
    if unit.parent_id == parent.pk:
        return
    before, unit.parent = unit.parent, parent
    unit.save(update_fields=["parent"])
    record_audit(by=by, action="move_unit", target=unit, changes={"parent": [str(before), str(parent)]})


def refuse_circle(unit: Unit, parent: Unit) -> None:
    """Raises Refused where the unit would come to lie under itself. 1 query."""
    if unit.organisation_id != parent.organisation_id:
        raise NotAllowed
    if parent.pk in units_below(unit_tree(unit.organisation_id), {unit.pk}):
        raise Refused(
            gettext(
                "%(unit)s and %(parent)s would lie under each other. Choose another unit to put it under."
            )
            % {"unit": unit.name, "parent": parent.name}
        )


@transaction.atomic
def merge_unit(*, by: Viewer, unit: Unit, into: Unit) -> int:
    """Closes the unit: its people, needs and units below go over to another one. Returns how many rows moved.

    Raises NotAllowed; Refused for the top, for a circle, and where both units have the same thing and can not have
    it twice (both joined one need): then nothing is moved.
    """
    refuse_unless_administered(by, unit, into)
    lock_organisation(unit.organisation_id)
    if unit.parent_id is None or unit.pk == into.pk:
        raise Refused(gettext("Choose another unit for what %(unit)s has.") % {"unit": unit.name})
    refuse_circle(unit, into)
    unit.memberships.filter(
        models.Exists(into.memberships.filter(person=models.OuterRef("person"), role=models.OuterRef("role")))
    ).delete()
    moved = 0
    # Rooms above point to units too; Django knows all of them, so that none is forgotten.
    for relation in Unit._meta.related_objects:
        moved += move_rows(relation, unit, into)
    record_audit(by=by, action="merge_unit", target=unit, changes={"into": str(into), "moved": moved})
    unit.delete()
    return moved


def move_rows(relation: models.ForeignObjectRel, unit: Unit, into: Unit) -> int:
    """Lets all rows that point to `unit` through this relation point to `into`."""
    rows = relation.related_model._base_manager.filter(**{relation.field.name: unit})
    if relation.many_to_many:
        lists = [getattr(row, relation.field.name) for row in rows]
        for units in lists:
            units.add(into)
            units.remove(unit)
        return len(lists)
    try:
        with transaction.atomic():
            return int(rows.update(**{relation.field.name: into}))
    except IntegrityError:
        names = ", ".join(str(row) for row in rows[:3])
        raise Refused(
            gettext("%(unit)s and %(into)s both have: %(names)s. Take one of them away first.")
            % {"unit": unit.name, "into": into.name, "names": names}
        ) from None
