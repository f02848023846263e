"""Organisations, and people with a log-in."""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.text import slugify

from ringar.core.actions.audit import record_audit
from ringar.core.actions.roles import give_role
from ringar.core.models import Organisation, Person, Unit
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
