"""Reads on people and units: where somebody works, who administers, who is invited, who is listed."""

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from ringar.core.clock import now
from ringar.core.models import Invitation, Membership, Person, Unit
from ringar.core.rules import Role


def places_of(person: Person) -> dict[int, int]:
    """Where the person has roles: {unit id: organisation id}. 1 query."""
    return dict(person.memberships.order_by("id").values_list("unit_id", "unit__organisation_id"))


def unit_tree(organisation_id: int) -> list[tuple[int, int | None]]:
    """(id, parent id) of all units of the organisation. 1 query."""
    return list(Unit.objects.filter(organisation_id=organisation_id).values_list("id", "parent_id"))


def is_administered(unit: Unit) -> bool:
    """Whether somebody who can log in administers the unit, there or in a unit above it. 2 queries."""
    parents = dict(unit_tree(unit.organisation_id))
    above: set[int] = set()
    here: int | None = unit.pk
    while here is not None and here not in above:
        above.add(here)
        here = parents.get(here)
    held = Membership.objects.filter(unit_id__in=above, role=Role.ADMINISTRATOR, person__is_active=True)
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
