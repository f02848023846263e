"""Reads on people and units: where somebody works, who administers, who is invited, who is listed."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from ringar.core.clock import now
from ringar.core.models import Invitation, Membership, Organisation, Person, Unit
from ringar.core.queries import findable_people, units_below
from ringar.core.rules import GIVES, NotAllowed, Role, Viewer, people_units

PAGE = 25


def places_of(person: Person) -> dict[int, int]:
    """Where the person has roles: {unit id: organisation id}. 1 query."""
    return dict(person.memberships.order_by("id").values_list("unit_id", "unit__organisation_id"))


def unit_tree(organisation_id: int) -> list[tuple[int, int | None]]:
    """(id, parent id) of all units of the organisation. 1 query."""
    return list(Unit.objects.filter(organisation_id=organisation_id).values_list("id", "parent_id"))


def units_above(unit: Unit) -> set[int]:
    """The ids of the unit and of those above it. 1 query."""
    parents = dict(unit_tree(unit.organisation_id))
    above: set[int] = set()
    here: int | None = unit.pk
    while here is not None and here not in above:
        above.add(here)
        here = parents.get(here)
    return above


def is_administered(unit: Unit) -> bool:
    """Whether somebody who can log in administers the unit, there or in a unit above it. 2 queries."""
    held = Membership.objects.filter(
        unit_id__in=units_above(unit), role=Role.ADMINISTRATOR, person__is_active=True
    )
    return held.exists()


def addresses_of(person: Person) -> set[str]:
    """The person's verified e-mail addresses, in small letters. 1 query."""
    rows = EmailAddress.objects.filter(user=person, verified=True)
    return {email.lower() for email in rows.values_list("email", flat=True)}


def waiting_invitations() -> "QuerySet[Invitation]":
    """The invitations that can be accepted now."""
    return Invitation.objects.filter(accepted_at=None, withdrawn_at=None, lapses_at__gt=now())


def waiting_for(emails: Iterable[str]) -> "QuerySet[Invitation]":
    """The invitations that wait for any of the addresses, the oldest first. 1 query."""
    rows = waiting_invitations().filter(email__in=[email.lower() for email in emails])
    return rows.select_related("unit__organisation").order_by("id")


def people_here(viewer: Viewer) -> "QuerySet[Person]":
    """The people with a role in the units that the viewer keeps, by name, with all their roles. Raises NotAllowed."""
    units = people_units(viewer)
    if not units:
        raise NotAllowed
    here = Membership.objects.filter(person=OuterRef("pk"), unit_id__in=units)
    roles = Membership.objects.select_related("unit").order_by("id")
    rows = Person.objects.filter(Exists(here), erased_at=None).order_by("name", "id")
    return rows.prefetch_related(Prefetch("memberships", roles))


def filter_people(
    viewer: Viewer, people: "QuerySet[Person]", *, text: str = "", unit: Unit | None = None, role: str = ""
) -> "QuerySet[Person]":
    """Those whose name or address holds the text, with a role in the unit or below it, with that role.

    By text nobody is found whose protected name the viewer may not read.
    """
    if text:
        people = findable_people(viewer, people).filter(Q(name__icontains=text) | Q(email__icontains=text))
    if unit is not None and unit.parent_id is None:
        unit = None  # the whole organisation
    if unit is not None or role:
        held = Membership.objects.filter(unit_id__in=people_units(viewer))
        if unit is not None:
            held = held.filter(unit_id__in=units_below(unit_tree(unit.organisation_id), {unit.pk}))
        if role:
            held = held.filter(role=role)
        # Few are found by their ids; where most fit, as among all staff, walking by name soon fills a page.
        is_few = unit is not None or role != Role.STAFF
        here = Q(pk__in=held.values("person_id")) if is_few else Exists(held.filter(person=OuterRef("pk")))
        people = people.filter(here)
    return people


def page_of_people(people: "QuerySet[Person]", after: str) -> tuple[list[Person], str]:
    """A page of people, and the uuid after which the next one begins ("" on the last). 3 queries."""
    if last := Person.objects.filter(uuid=after).first() if is_uuid(after) else None:
        people = people.filter(name__gte=last.name).exclude(name=last.name, id__lte=last.pk)
    rows = list(people[: PAGE + 1])
    return rows[:PAGE], str(rows[PAGE - 1].uuid) if len(rows) > PAGE else ""


def is_uuid(text: str) -> bool:
    """Whether the text is a uuid."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def person_for(viewer: Viewer, uuid: UUID) -> Person:
    """The person, with roles, if the viewer keeps one of the units where that person has a role. Raises NotAllowed."""
    person = people_here(viewer).filter(uuid=uuid).first()
    if person is None:
        raise NotAllowed
    return person


def units_to_give(viewer: Viewer) -> list[Unit]:
    """The units where the viewer may give some role, by name. 1 query."""
    ids = frozenset().union(*(units for role, units in viewer.role_units.items() if role in GIVES))
    return list(Unit.objects.filter(pk__in=ids, organisation_id=viewer.organisation_id or 0).order_by("name"))


def invitations_of(viewer: Viewer) -> "QuerySet[Invitation]":
    """The invitations to the units where the viewer may give roles, the newest first. Raises NotAllowed."""
    ids = people_units(viewer)
    if not ids:
        raise NotAllowed
    rows = Invitation.objects.filter(unit_id__in=ids).select_related("unit", "invited_by")
    return rows.order_by("-id")


def invitation_for(viewer: Viewer, uuid: UUID) -> Invitation:
    """The invitation with that uuid, if the viewer may give what it offers. Raises NotAllowed."""
    row = invitations_of(viewer).filter(uuid=uuid).first()
    if row is None:
        raise NotAllowed
    return row


@dataclass(frozen=True)
class Branch:
    """One line of the tree of units: the unit, how far down it hangs, and how many people have a role in it."""

    unit: Unit
    depth: int
    people: int


def unit_branches(organisation_id: int) -> list[Branch]:
    """All units of the organisation as a tree, from the top down, by name within each. 1 query."""
    counted = Count("memberships__person", distinct=True)
    units = Unit.objects.filter(organisation_id=organisation_id).annotate(people=counted)
    children: dict[int | None, list[Unit]] = {}
    people: dict[int, int] = {}
    for unit in units.order_by("name", "id"):
        children.setdefault(unit.parent_id, []).append(unit)
        people[unit.pk] = unit.people
    found: list[Branch] = []
    waiting = [(top, 0) for top in reversed(children.get(None, []))]
    while waiting:
        here, depth = waiting.pop()
        found.append(Branch(here, depth, people[here.pk]))
        waiting += [(child, depth + 1) for child in reversed(children.get(here.pk, []))]
    return found


def unit_for(viewer: Viewer, uuid: UUID | str) -> Unit:
    """The unit of the viewer's organisation with that uuid. Raises NotAllowed. 1 query."""
    units = Unit.objects.filter(organisation_id=viewer.organisation_id or 0)
    unit = units.filter(uuid=uuid).first() if is_uuid(str(uuid)) and viewer.is_inside else None
    if unit is None:
        raise NotAllowed
    return unit


def organisations_of(person: Person) -> list[Organisation]:
    """The organisations where the person has roles, by name. 1 query."""
    return list(Organisation.objects.filter(units__memberships__person=person).distinct().order_by("name"))
