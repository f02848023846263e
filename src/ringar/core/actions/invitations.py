"""Invitations by e-mail: sent, sent again, withdrawn, accepted."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext, override

from ringar.core.actions.audit import record_audit
from ringar.core.actions.roles import hold_role
from ringar.core.clock import now
from ringar.core.models import Invitation, Membership, Person, Unit
from ringar.core.people_queries import addresses_of, waiting_invitations
from ringar.core.rules import (
    INVITATION_DAYS,
    MOST_INVITED,
    InvitationState,
    NotAllowed,
    Refused,
    Viewer,
    invitation_state,
    may_give,
)


@dataclass
class Invited:
    """What inviting came to: letters sent, and addresses of people who have the role already."""

    sent: list[Invitation] = field(default_factory=list)
    held: list[str] = field(default_factory=list)


def token_hash(token: str) -> str:
    """What is kept of a link's token."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def state_of(invitation: Invitation) -> InvitationState:
    """Where the invitation stands now."""
    return invitation_state(
        now(),
        lapses_at=invitation.lapses_at,
        accepted_at=invitation.accepted_at,
        withdrawn_at=invitation.withdrawn_at,
    )


@transaction.atomic
def invite_people(
    *, by: Viewer, unit: Unit, role: str, emails: Iterable[str], language: str = "sv", name: str = ""
) -> Invited:
    """Offers the role in the unit to each address, by a letter with a link that works once, for 14 days.

    Who was invited before and has not answered gets a new letter, and the old link stops working. Raises
    NotAllowed where the viewer may not give the role; Refused for more than 200 addresses at once.
    """
    if not may_give(by, role, organisation_id=unit.organisation_id, unit_id=unit.pk):
        raise NotAllowed
    addresses = list(dict.fromkeys(email.strip().lower() for email in emails))
    if len(addresses) > MOST_INVITED:
        raise Refused(
            gettext(
                "At most %(most)d people can be invited at once. Take some of them now and the rest after."
            )
            % {"most": MOST_INVITED}
        )
    held = set(
        Membership.objects.filter(unit=unit, role=role, person__email__in=addresses).values_list(
            "person__email", flat=True
        )
    )
    result = Invited(held=[address for address in addresses if address in held])
    for address in addresses:
        if address not in held:
            result.sent.append(invite_one(by, unit, role, address, language=language, name=name))
    return result


def invite_one(by: Viewer, unit: Unit, role: str, email: str, *, language: str, name: str) -> Invitation:
    """One new invitation, in place of one that waits for the same address, unit and role."""
    waiting_invitations().filter(email=email, unit=unit, role=role).update(withdrawn_at=now())
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email,
        name=name,
        unit=unit,
        role=role,
        language=language,
        token_hash=token_hash(token),
        invited_by_id=by.person_id,
        created_at=now(),
        lapses_at=now() + timedelta(days=INVITATION_DAYS),
    )
    record_audit(by=by, action="invite", target=invitation, changes={"unit": str(unit), "role": role})
    send_letter(invitation, token, sender=by.label if by.person_id else "")
    return invitation


def send_letter(invitation: Invitation, token: str, *, sender: str) -> None:
    """The letter with the link, in the language that was chosen for it."""
    with override(invitation.language):
        subject = gettext("You are invited to Ringar by %(organisation)s") % {
            "organisation": invitation.unit.organisation.name
        }
        link = settings.BASE_URL + reverse("invitation_answer", args=[token])
        context = {"invitation": invitation, "link": link, "sender": sender, "days": INVITATION_DAYS}
        body = render_to_string("core/invitation_letter.txt", context)
    EmailMessage(subject=" ".join(subject.split()), body=body, to=[invitation.email]).send()


def refuse_unless_offered(by: Viewer, invitation: Invitation) -> None:
    """Raises NotAllowed where the viewer could not have sent the invitation."""
    unit = invitation.unit
    if not may_give(by, invitation.role, organisation_id=unit.organisation_id, unit_id=unit.pk):
        raise NotAllowed


@transaction.atomic
def resend_invitation(*, by: Viewer, invitation: Invitation) -> Invitation:
    """A new letter with a new link and a new time; the old link stops working. Also where the old one has lapsed.

    Raises NotAllowed; Refused where it was accepted.
    """
    refuse_unless_offered(by, invitation)
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.accepted_at:
        raise Refused(gettext("%(email)s has accepted already.") % {"email": invitation.email})
    token = secrets.token_urlsafe(32)
    invitation.token_hash = token_hash(token)
    invitation.lapses_at = now() + timedelta(days=INVITATION_DAYS)
    invitation.withdrawn_at = None
    invitation.save(update_fields=["token_hash", "lapses_at", "withdrawn_at"])
    record_audit(by=by, action="resend_invitation", target=invitation)
    send_letter(invitation, token, sender=by.label if by.person_id else "")
    return invitation


@transaction.atomic
def withdraw_invitation(*, by: Viewer, invitation: Invitation) -> None:
    """The link stops working. Raises NotAllowed; Refused where it was accepted already."""
    refuse_unless_offered(by, invitation)
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.accepted_at:
        raise Refused(
            gettext("%(email)s has accepted already. Take the role back instead.")
            % {"email": invitation.email}
        )
    if invitation.withdrawn_at is None:
        invitation.withdrawn_at = now()
        invitation.save(update_fields=["withdrawn_at"])
        record_audit(by=by, action="withdraw_invitation", target=invitation)


def open_invitation(pk: int) -> Invitation:
    """The invitation, held until the transaction ends, if it can still be accepted. Raises Refused."""
    invitation = Invitation.objects.select_for_update().get(pk=pk)
    if state_of(invitation) != InvitationState.WAITING:
        raise Refused(gettext("This invitation can not be used any more. Ask for a new one."))
    return invitation


@transaction.atomic
def accept_as_new(*, invitation: Invitation, name: str, password: str, language: str) -> Person:
    """Makes an account for the invited address, which the link has proved, with the role. Returns the person.

    Raises Refused where the invitation has been used or has lapsed, or where the address has an account by now.
    """
    invitation = open_invitation(invitation.pk)
    if known_person(invitation.email) is not None:
        raise Refused(gettext("There is an account with this address already. Log in to accept."))
    person = Person.objects.create_user(invitation.email, password, name=name, language=language)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    by = Viewer(person_id=person.pk, label=str(person), organisation_id=invitation.unit.organisation_id)
    record_audit(by=by, action="add_person", target=person)
    finish(by, invitation, person)
    return person


@transaction.atomic
def accept_as_known(*, invitation: Invitation, person: Person) -> None:
    """Gives the role to someone who is logged in and whose verified address is the invited one.

    Raises NotAllowed for anyone else; Refused where it has been used or has lapsed, or the role does not fit.
    """
    if invitation.email not in addresses_of(person):
        raise NotAllowed
    by = Viewer(person_id=person.pk, label=str(person), organisation_id=invitation.unit.organisation_id)
    finish(by, open_invitation(invitation.pk), person)


def finish(by: Viewer, invitation: Invitation, person: Person) -> None:
    """Gives the role and closes the invitation."""
    hold_role(by=by, person=person, unit=invitation.unit, role=invitation.role)
    invitation.accepted_at = now()
    invitation.save(update_fields=["accepted_at"])
    record_audit(by=by, action="accept_invitation", target=invitation)


def known_person(email: str) -> Person | None:
    """Who has the address, verified or as log-in."""
    return (
        Person.objects.filter(email=email).first()
        or Person.objects.filter(emailaddress__email__iexact=email, emailaddress__verified=True).first()
    )
