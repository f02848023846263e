"""Writes on organisations, units, people and roles; and the audit row that every write of every room leaves."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Model
from django.utils.text import slugify
from django.utils.translation import gettext

from ringar.core.clock import now
from ringar.core.importing import Counts, Progress, Rows
from ringar.core.models import AuditEvent, Complaint, Membership, Organisation, Person, Unit
from ringar.core.rules import Refused, Role, Viewer, may_complain


def audit_row(
    *, by: Viewer, action: str, target: Model, changes: dict[str, object] | None = None
) -> AuditEvent:
    """One audit row, not yet saved: for `bulk_create` where thousands are written at once."""
    return AuditEvent(
        at=now(),
        organisation_id=getattr(target, "organisation_id", None) or by.organisation_id,
        person_id=by.person_id,
        label=by.label,
        action=action,
        target_kind=target._meta.label_lower,
        target_id=str(getattr(target, "uuid", target.pk)),
        target_label=str(target)[:300],
        changes=changes or {},
    )


def record_audit(*, by: Viewer, action: str, target: Model, changes: dict[str, object] | None = None) -> None:
    """Writes one audit row. Call it inside the transaction of the change it tells of.

    `changes` holds JSON values: {"field": [before, after]} or other facts. No personal numbers, no secrets.
    """
    audit_row(by=by, action=action, target=target, changes=changes).save()


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


@transaction.atomic
def send_complaint(*, by: Viewer, text: str, page: str, email: str, language: str) -> Complaint:
    """Keeps a complaint about accessibility and mails it to whoever runs the installation.

    Raises Refused when very many came within the hour. The audit row tells nothing of what was written.
    """
    at = now()
    if not may_complain(Complaint.objects.filter(at__gt=at - timedelta(hours=1)).count()):
        address = settings.DEFAULT_FROM_EMAIL
        raise Refused(
            gettext("Very many messages have come in the last hour. Write to %(address)s instead.")
            % {"address": address}
        )
    complaint = Complaint.objects.create(text=text, page=page, email=email, language=language, at=at)
    record_audit(by=by, action="send_complaint", target=complaint)
    EmailMessage(
        subject=gettext("Accessibility: somebody could not use a page"),
        body=f"{page}\n\n{text}\n\n{email}".strip(),
        to=[settings.DEFAULT_FROM_EMAIL],
        reply_to=[email] if email else None,
    ).send()
    return complaint
