"""Organisations, units, people and their roles."""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext

from ringar.core.actions.audit import record_audit
from ringar.core.models import Membership, Organisation, Person, Unit
from ringar.core.rules import Refused, Role, Viewer


@transaction.atomic
def create_organisation(
    *, by: Viewer, name: str, slug: str = "", time_zone: str = "Europe/Stockholm", is_invented: bool = False
) -> Organisation:
    """A new organisation with its top unit. Raises Refused where the slug is taken."""
    slug = slug or slugify(name)
    if Organisation.objects.filter(slug=slug).exists():
        raise Refused(f"There is already an organisation called {slug!r}. Choose another short name.")
    organisation = Organisation.objects.create(
        name=name, slug=slug, time_zone=time_zone, is_invented=is_invented
    )
    Unit.objects.create(organisation=organisation, name=name)
    record_audit(by=by, action="create_organisation", target=organisation)
    return organisation


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
    """A unit below `parent` (default: the organisation's top unit)."""
    parent = parent or organisation.units.filter(parent=None).first()
    unit = Unit.objects.create(
        organisation=organisation, name=name, parent=parent, source=source, external_id=external_id
    )
    record_audit(by=by, action="add_unit", target=unit)
    return unit


@transaction.atomic
def add_person(
    *,
    by: Viewer,
    email: str,
    name: str,
    unit: Unit | None = None,
    role: str = Role.STAFF,
    password: str | None = None,
    title: str = "",
    language: str = "sv",
) -> Person:
    """A person with a log-in, and a role in a unit. An e-mail address that exists gets the role added.

    Who hands out a password vouches for the address; without one, the person sets it through a mailed link.
    """
    person = Person.objects.filter(email=email.lower()).first()
    if person is None:
        person = Person.objects.create_user(email, password, name=name, title=title, language=language)
        if password:
            EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        record_audit(by=by, action="add_person", target=person)
    if unit is not None:
        give_role(by=by, person=person, unit=unit, role=role)
    return person


@transaction.atomic
def give_role(*, by: Viewer, person: Person, unit: Unit, role: str) -> Membership:
    """Gives the person the role in the unit; giving it twice changes nothing."""
    if role not in Role.values:
        raise Refused(
            gettext("There is no role %(role)r. Choose one of: %(roles)s.")
            % {"role": role, "roles": ", ".join(Role.values)}
        )
    membership, is_new = Membership.objects.get_or_create(person=person, unit=unit, role=role)
    if is_new:
        record_audit(by=by, action="give_role", target=person, changes={"unit": str(unit), "role": role})
    return membership
