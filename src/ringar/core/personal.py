"""What this room keeps about a person, and what becomes of it when the person is erased.

Public records (allmänna handlingar) are not taken away without a decision to weed them (arkivlagen 1990:782): their
text stays, and who wrote it becomes "Raderad person". What only serves the log-in or the person alone goes at once.
"""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ringar.core.clock import now
from ringar.core.models import (
    AccessToken,
    AuditEvent,
    Complaint,
    Invitation,
    Membership,
    Person,
)
from ringar.core.people_queries import addresses_of
from ringar.core.registry import Personal, keep_all, told

ERASED = "Raderad person"
FOR_LOG_IN = _("It only serves the log-in.")
MAILS = ("email", "name", "role", "unit__name", "created_at", "accepted_at")


def erase_person_row(person: Person) -> None:
    """The row stays, so that what the person wrote keeps an author; nothing in it tells who that was."""
    person.name, person.title, person.email = ERASED, "", f"{person.uuid}@erased.invalid"
    person.source = person.external_id = ""
    person.is_active = person.is_protected = False
    person.erased_at, person.last_login, person.guided_at = now(), None, None
    person.set_unusable_password()
    person.save()


def addressed(person: Person) -> Q:
    """Rows that hold an e-mail address of the person's, in the column `email`."""
    words = Q(email__iexact=person.email)
    for address in addresses_of(person):
        words |= Q(email__iexact=address)
    return words


def erase_invitations(person: Person) -> None:
    """Those to the person no longer say to whom; those not answered are withdrawn."""
    rows = Invitation.objects.filter(addressed(person))
    rows.filter(accepted_at=None, withdrawn_at=None).update(withdrawn_at=now())
    rows.update(email=f"{person.uuid}@erased.invalid", name="")


PERSONAL = [
    Personal(
        table="core.Interest",
        label=_("Conflicts of interest that you declared"),
        export=lambda person: told(person.interests.all(), "kind", "row", "reason", "declared_at"),
        fate="archived",
        why=_("It shows that a decision was taken by the right people: a public record."),
        erase=keep_all,
    ),
    Personal(
        table="core.AuditEvent",
        label=_("What you have done here, in the audit trail"),
        export=lambda person: told(
            AuditEvent.objects.filter(
                Q(person_id=person.pk) | Q(target_kind="core.person", target_id=str(person.uuid))
            ),
            *("at", "label", "action", "target_kind", "target_label", "changes"),
        ),
        fate="archived",
        why=_(
            "The audit trail is a public record and evidence of how the law was followed. Its rows keep the name that"
            " stood there when they were written; pages show “Erased person” instead."
        ),
        erase=keep_all,
    ),
    Personal(
        table="core.Complaint",
        label=_("What you wrote about the accessibility of the pages"),
        export=lambda person: told(
            Complaint.objects.filter(addressed(person)), "at", "page", "text", "email"
        ),
        fate="anonymised",
        why=_("What was wrong with the page is a public record; your address is not needed any more."),
        erase=lambda person: Complaint.objects.filter(addressed(person)).update(email=""),
    ),
    Personal(
        table="core.Invitation",
        label=_("Invitations to you, and those you sent"),
        export=lambda person: told(
            Invitation.objects.filter(addressed(person) | Q(invited_by=person)), *MAILS
        ),
        fate="anonymised",
        why=_("That somebody was invited to a role is a public record; your name and address are taken out."),
        erase=erase_invitations,
    ),
    Personal(
        table="core.TeamMember",
        label=_("Teams that you are in"),
        export=lambda person: told(person.team_memberships.all(), "kind", "row", "task", "added_at"),
        fate="removed",
        why=_("The team goes on without you; the audit trail tells that you were in it."),
        erase=lambda person: person.team_memberships.all().delete(),
    ),
    Personal(
        table="core.Membership",
        label=_("Your roles"),
        export=lambda person: told(
            person.memberships.all(), "unit__organisation__name", "unit__name", "role"
        ),
        fate="removed",
        why=_("A role ends when the person leaves; the audit trail tells that you had it."),
        erase=lambda person: Membership.objects.filter(person=person).delete(),
    ),
    Personal(
        table="core.AccessToken",
        label=_("Your keys for other programs"),
        export=lambda person: told(
            person.access_tokens.all(), "name", "scopes", "created_at", "last_used_at"
        ),
        fate="removed",
        why=FOR_LOG_IN,
        erase=lambda person: AccessToken.objects.filter(person=person).delete(),
    ),
    Personal(
        table="usersessions.UserSession",
        label=_("Where you are logged in"),
        export=lambda person: told(
            UserSession.objects.filter(user=person), "ip", "user_agent", "created_at", "last_seen_at"
        ),
        fate="removed",
        why=FOR_LOG_IN,
        erase=lambda person: [each.end() for each in UserSession.objects.filter(user=person)],
    ),
    Personal(
        table="socialaccount.SocialAccount",
        label=_("Your log-in through the organisation's own service"),
        export=lambda person: told(
            SocialAccount.objects.filter(user=person), "provider", "uid", "date_joined"
        ),
        fate="removed",
        why=FOR_LOG_IN,
        erase=lambda person: SocialAccount.objects.filter(user=person).delete(),
    ),
    Personal(
        table="mfa.Authenticator",
        label=_("Your passkeys and codes"),
        export=lambda person: told(
            Authenticator.objects.filter(user=person), "type", "created_at", "last_used_at"
        ),
        fate="removed",
        why=FOR_LOG_IN,
        erase=lambda person: Authenticator.objects.filter(user=person).delete(),
    ),
    Personal(
        table="account.EmailAddress",
        label=_("Your e-mail addresses"),
        export=lambda person: told(EmailAddress.objects.filter(user=person), "email", "verified", "primary"),
        fate="removed",
        why=FOR_LOG_IN,
        erase=lambda person: EmailAddress.objects.filter(user=person).delete(),
    ),
    Personal(
        table="core.Person",
        label=_("You"),
        export=lambda person: told(
            Person.objects.filter(pk=person.pk),
            *("email", "name", "title", "language", "is_protected", "created_at", "last_login"),
        ),
        fate="anonymised",
        why=_("The row becomes “Erased person”, so that what you wrote still has an author, without a name."),
        erase=erase_person_row,
    ),
]
"""In the order of erasing: what is found by your addresses comes before them, and your own row last."""
