"""Reads that more than one place needs: what a viewer may see, the tree of units."""

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from django.db.models import FilteredRelation, Model, Q, QuerySet

from ringar.core.models import Organisation, Person, TeamMember, Unit
from ringar.core.rules import Viewer, Visibility

Row = TypeVar("Row", bound=Model)


def visible_to(viewer: Viewer, rows: "QuerySet[Row]", *, author: str = "created_by_id") -> "QuerySet[Row]":
    """The rows that the viewer may see. The rows have organisation, unit, visibility, is_draft and an author.

    A draft is seen by its author alone; the rest by unit, team, organisation or everyone (`core.rules.can_see`).
    """
    seen = Q(visibility=Visibility.PUBLIC, is_draft=False)
    if viewer.is_inside:
        seen |= Q(organisation_id=viewer.organisation_id, visibility=Visibility.ORGANISATION, is_draft=False)
        if viewer.unit_ids:
            seen |= Q(unit_id__in=viewer.unit_ids, is_draft=False)
        if viewer.person_id is not None:
            seen |= Q(uuid__in=team_rows(viewer), organisation_id=viewer.organisation_id, is_draft=False)
        if viewer.person_id is None and viewer.leads:  # the operator and the robots of the installation
            seen |= Q(organisation_id=viewer.organisation_id, is_draft=False)
    if viewer.person_id is not None:
        seen |= Q(**{author: viewer.person_id})
    return rows.filter(seen)


def team_rows(viewer: Viewer) -> "QuerySet[TeamMember, UUID]":
    """The uuids of the rows that the viewer works with in a team; a sub-query, not read here."""
    mine = TeamMember.objects.filter(
        person_id=viewer.person_id or 0, organisation_id=viewer.organisation_id or 0
    )
    return mine.values_list("row", flat=True)


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
    """The person as a viewer in the given organisation, else in the first one with a membership. 1 query."""
    rows = list(
        Unit.objects.filter(organisation__units__memberships__person=person)
        .annotate(mine=FilteredRelation("memberships", condition=Q(memberships__person=person)))
        .values_list("organisation_id", "id", "parent_id", "mine__id", "mine__role", "name")
        .distinct()
    )
    held = sorted(((row[3], row[0]) for row in rows if row[3]), key=lambda one: one[0])
    if organisation_id not in {organisation for _, organisation in held}:
        organisation_id = held[0][1] if held else None
    here = [row for row in rows if row[0] == organisation_id]
    home = min((row for row in here if row[3]), key=lambda row: row[3], default=None)
    return Viewer(
        person_id=person.pk,
        label=str(person),
        organisation_id=organisation_id,
        unit_ids=units_below({(row[1], row[2]) for row in here}, {row[1] for row in here if row[3]}),
        roles=frozenset(row[4] for row in here if row[3]),
        home_unit_id=home[1] if home else None,
        home_unit=home[5] if home else "",
    )


def organisation_named(slug: str) -> Organisation | None:
    """The organisation with that slug, or None."""
    return Organisation.objects.filter(slug=slug).first()
