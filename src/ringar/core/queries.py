"""Reads that more than one place needs: what a viewer may see, the tree of units."""

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import FilteredRelation, Model, Q, QuerySet
from django.utils.translation import gettext as _

from ringar.core.models import (
    AuditEvent,
    Interest,
    Membership,
    Organisation,
    Person,
    TeamMember,
    Unit,
)
from ringar.core.rules import OUTSIDE_ROLES, Role, Viewer, Visibility, can_name

Row = TypeVar("Row", bound=Model)


def visible_to(
    viewer: Viewer, rows: "QuerySet[Row]", *, author: str = "created_by_id", owner: str = ""
) -> "QuerySet[Row]":
    """The rows that the viewer may see. The rows have organisation, unit, visibility, is_draft and an author.

    A draft is seen by its author alone; the rest by unit, team, organisation or everyone (`core.rules.can_see`).
    `owner`: the column of who answers for the row, where there is one; sees it as its team does.
    """
    seen = Q(visibility=Visibility.PUBLIC, is_draft=False)
    if viewer.is_inside:
        seen |= Q(organisation_id=viewer.organisation_id, visibility=Visibility.ORGANISATION, is_draft=False)
        if viewer.unit_ids:
            seen |= Q(unit_id__in=viewer.unit_ids, is_draft=False)
        if viewer.person_id is not None:
            works_with = Q(uuid__in=viewer.team_rows)
            if owner:
                works_with |= Q(**{owner: viewer.person_id})
            seen |= works_with & Q(organisation_id=viewer.organisation_id, is_draft=False)
        if viewer.person_id is None and viewer.leads:  # the operator and the robots of the installation
            seen |= Q(organisation_id=viewer.organisation_id, is_draft=False)
    if viewer.person_id is not None:
        seen |= Q(**{author: viewer.person_id})
    return rows.filter(seen)


def team_rows(person_id: int, organisation_id: int | None) -> frozenset[UUID]:
    """The uuids of the organisation's rows that the person works with in a team. 1 query."""
    mine = TeamMember.objects.filter(person_id=person_id, organisation_id=organisation_id or 0)
    return frozenset(mine.values_list("row", flat=True))


def team_of(row: UUID) -> "QuerySet[TeamMember]":
    """The members of the row's team, in the order they came. 1 query."""
    return TeamMember.objects.filter(row=row).select_related("person").order_by("added_at", "id")


def works_in(person: Person, organisation_id: int) -> bool:
    """Whether the person has a role inside the organisation now, not only as a resident or supplier. 1 query."""
    inside = Membership.objects.filter(person=person, unit__organisation_id=organisation_id)
    return person.is_active and inside.exclude(role__in=OUTSIDE_ROLES).exists()


def units_below(units: Iterable[tuple[int, int | None]], roots: set[int]) -> frozenset[int]:
    """The ids of the root units and all below them, given (id, parent id) of all units."""
    children: dict[int | None, list[int]] = {}
    for unit_id, parent_id in units:
        children.setdefault(parent_id, []).append(unit_id)
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        unit_id = waiting.pop()
        if unit_id not in found:
            found.add(unit_id)
            waiting.extend(children.get(unit_id, []))
    return frozenset(found)


def viewer_of(person: Person, organisation_id: int | None = None) -> Viewer:
    """The person as a viewer in the given organisation, else in the first one with a membership. 2 queries."""
    rows = list(
        Unit.objects.filter(organisation__units__memberships__person=person)
        .annotate(mine=FilteredRelation("memberships", condition=Q(memberships__person=person)))
        .values_list("organisation_id", "id", "parent_id", "mine__id", "mine__role", "name")
        .distinct()
    )
    held = sorted(((row[3], row[0]) for row in rows if row[3]), key=lambda one: one[0])
    if organisation_id not in [organisation for _, organisation in held]:
        organisation_id = held[0][1] if held else None
    here = [row for row in rows if row[0] == organisation_id]
    tree, mine = {(row[1], row[2]) for row in here}, [row for row in here if row[3]]
    home = min(mine, key=lambda row: row[3], default=None)
    own = {row[1] for row in mine if row[4] not in OUTSIDE_ROLES}
    roles = frozenset(row[4] for row in mine)
    return Viewer(
        person_id=person.pk,
        label=str(person),
        organisation_id=organisation_id,
        unit_ids=units_below(tree, own),
        roles=roles,
        home_unit_id=home[1] if home else None,
        home_unit=home[5] if home else "",
        own_unit_ids=frozenset(own),
        top_unit_ids=frozenset(unit for unit, parent in tree if parent is None),
        role_units={role: units_below(tree, {row[1] for row in mine if row[4] == role}) for role in roles},
        team_rows=team_rows(person.pk, organisation_id),
    )


def shown_name(person: Person | None, viewer: Viewer) -> str:
    """The name that the viewer may read: of someone with protected identity the title or unit instead.

    At most 1 query for each such person while a page is made; none for others. "" for None.
    """
    if person is None:
        return ""
    if person.erased_at is not None:
        return _("Erased person")
    if not person.is_protected or person.pk == viewer.person_id:
        return person.name or person.email
    if person.pk not in viewer.shown_names:
        units = [each.unit for each in roles_of(person) if each.role not in OUTSIDE_ROLES]
        name = person.title or (_("Someone at %(unit)s") % {"unit": units[0]} if units else str(person))
        is_seen = can_name(viewer, works_in={unit.pk: unit.organisation_id for unit in units})
        viewer.shown_names[person.pk] = person.name if is_seen else name
    return viewer.shown_names[person.pk]


def roles_of(person: Person) -> list[Membership]:
    """The person's roles with their units, the oldest first. 1 query; none where a list has brought them."""
    if "memberships" in getattr(person, "_prefetched_objects_cache", {}):
        return sorted(person.memberships.all(), key=lambda each: each.pk)
    return list(person.memberships.select_related("unit").order_by("id"))


def findable_people(viewer: Viewer, people: "QuerySet[Person]") -> "QuerySet[Person]":
    """The people whom the viewer may look for by name or address, choose from a list or mention.

    Leaves out who has left or been erased, and those with protected identity whom the viewer may not name.
    """
    people = people.filter(is_active=True, erased_at=None)
    named = Q(is_protected=False) | Q(pk=viewer.person_id or 0)
    if viewer.is_inside:
        inside = Membership.objects.exclude(role__in=OUTSIDE_ROLES)
        near = inside.filter(unit_id__in=viewer.own_unit_ids)
        if Role.ADMINISTRATOR in viewer.roles:
            near = inside.filter(unit__organisation_id=viewer.organisation_id or 0)
        named |= Q(pk__in=near.values("person_id"))
    return people.filter(named)


def with_shown_labels(events: "Iterable[AuditEvent]", viewer: Viewer) -> list[AuditEvent]:
    """The audit rows with the names of people that the viewer may not read taken out of their labels. 1–2 queries.

    For showing only: the rows themselves, which the chain covers, stay as they were written.
    """
    rows = list(events)
    people = Person.objects.filter(
        Q(pk__in={row.person_id for row in rows if row.person_id})
        | Q(uuid__in={row.target_id for row in rows if row.target_kind == "core.person"}),
        Q(is_protected=True) | Q(erased_at__isnull=False),
    )
    hidden = {key: shown_name(person, viewer) for person in people for key in (person.pk, str(person.uuid))}
    for row in rows:
        row.label = hidden.get(row.person_id or 0, row.label)
        if row.target_kind == "core.person":
            row.target_label = hidden.get(row.target_id, row.target_label)
    return rows


def has_interest(viewer: Viewer, row: Any) -> bool:
    """Whether the viewer has declared an interest in the row, and so may not decide on it. 1 query."""
    return Interest.objects.filter(row=row.uuid, person_id=viewer.person_id or 0).exists()


def organisation_named(slug: str) -> Organisation | None:
    """The organisation with that slug, or None."""
    return Organisation.objects.filter(slug=slug).first()
