"""Who has which role where; and locking someone out."""

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext

from ringar.core.actions.audit import record_audit
from ringar.core.clock import now
from ringar.core.models import AccessToken, Invitation, Membership, Organisation, Person, Unit
from ringar.core.people_queries import is_administered, places_of
from ringar.core.rules import (
    NotAllowed,
    Refused,
    Role,
    Viewer,
    administers,
    fits_beside,
    is_theirs_alone,
    may_give,
)


def lock_organisation(organisation_id: int) -> Organisation:
    """Holds the organisation's row until the transaction ends: of two who count administrators, one waits."""
    return Organisation.objects.select_for_update().get(pk=organisation_id)


@transaction.atomic
def give_role(*, by: Viewer, person: Person, unit: Unit, role: str) -> Membership:
    """Gives the person the role in the unit; giving it twice changes nothing.

    Raises NotAllowed where the viewer may not give it; Refused for an unknown role, and for one that does not fit
    beside those that the person has.
    """
    if role in Role.values and not may_give(by, role, organisation_id=unit.organisation_id, unit_id=unit.pk):
        raise NotAllowed
    return hold_role(by=by, person=person, unit=unit, role=role)


def hold_role(*, by: Viewer, person: Person, unit: Unit, role: str) -> Membership:
    """Writes the role down, for callers that have decided that it may be given (an invitation is accepted)."""
    if role not in Role.values:
        raise Refused(
            gettext("There is no role %(role)r. Choose one of: %(roles)s.")
            % {"role": role, "roles": ", ".join(Role.values)}
        )
    lock_organisation(unit.organisation_id)
    here = person.memberships.filter(unit__organisation_id=unit.organisation_id)
    if not fits_beside(role, set(here.values_list("role", flat=True))):
        raise Refused(
            gettext("An auditor reads what the others do, and so has no other role in the organisation.")
        )
    membership, is_new = Membership.objects.get_or_create(person=person, unit=unit, role=role)
    if is_new:
        record_audit(by=by, action="give_role", target=person, changes={"unit": str(unit), "role": role})
    return membership


@transaction.atomic
def take_role(*, by: Viewer, membership: Membership) -> None:
    """Takes a role back. Raises NotAllowed; Refused where nobody would administer the unit then."""
    unit, person = membership.unit, membership.person
    if not may_give(by, membership.role, organisation_id=unit.organisation_id, unit_id=unit.pk):
        raise NotAllowed
    lock_organisation(unit.organisation_id)
    if not Membership.objects.filter(pk=membership.pk).delete()[0]:
        return
    if membership.role == Role.ADMINISTRATOR:
        refuse_without_administrator(unit)
    facts: dict[str, object] = {"unit": str(unit), "role": membership.role}
    record_audit(by=by, action="take_role", target=person, changes=facts)


def refuse_without_administrator(unit: Unit) -> None:
    """Raises Refused where nobody who can log in administers the unit any more."""
    if not is_administered(unit):
        raise Refused(
            gettext("Nobody would administer %(unit)s then. Make somebody else administrator first.")
            % {"unit": unit.name}
        )


@transaction.atomic
def lock_out(*, by: Viewer, person: Person) -> None:
    """The person can not log in any more; sessions and keys end at once, roles are kept, so that it can be undone.

    Raises NotAllowed; Refused where the person works elsewhere too, is the one who asks, or is the last to
    administer a unit.
    """
    places = places_of(person)
    if not administers(by, works_in=places):
        raise NotAllowed
    if person.pk == by.person_id:
        raise Refused(gettext("You can not lock yourself out. Ask another administrator."))
    if not is_theirs_alone(by, works_in=places):
        raise Refused(
            gettext(
                "%(name)s works in other places too, which you do not administer. Take back the roles here instead."
            )
            % {"name": person}
        )
    for organisation_id in sorted(set(places.values())):
        lock_organisation(organisation_id)
    person.is_active = False
    person.save(update_fields=["is_active"])
    for membership in person.memberships.filter(role=Role.ADMINISTRATOR).select_related("unit"):
        refuse_without_administrator(membership.unit)
    end_sessions(person)
    Invitation.objects.filter(invited_by=person, accepted_at=None, withdrawn_at=None).update(
        withdrawn_at=now()
    )
    record_audit(by=by, action="lock_out", target=person, changes={"is_active": [True, False]})


@transaction.atomic
def let_in_again(*, by: Viewer, person: Person) -> None:
    """Undoes `lock_out`. Raises NotAllowed where the viewer does not administer all places of the person."""
    places = places_of(person)
    if not administers(by, works_in=places) or not is_theirs_alone(by, works_in=places):
        raise NotAllowed
    if person.is_active or person.erased_at:
        return
    person.is_active = True
    person.save(update_fields=["is_active"])
    record_audit(by=by, action="let_in_again", target=person, changes={"is_active": [False, True]})


def end_sessions(person: Person) -> None:
    """Ends what the person is logged in with: sessions in browsers, and keys of other programs."""
    for session in UserSession.objects.filter(user=person):
        session.end()
    AccessToken.objects.filter(person=person, revoked_at=None).update(revoked_at=now())


@transaction.atomic
def protect_person(*, by: Viewer, person: Person, is_protected: bool) -> None:
    """Says whether the person's identity is protected: then only the own unit and administrators read the name."""
    if not administers(by, works_in=places_of(person)):
        raise NotAllowed
    if person.is_protected == is_protected:
        return
    person.is_protected = is_protected
    person.save(update_fields=["is_protected"])
    record_audit(
        by=by,
        action="protect_person",
        target=person,
        changes={"is_protected": [not is_protected, is_protected]},
    )
