"""What this room keeps about a person: letters, and who asked for queued work."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Person
from ringar.core.people_queries import addresses_of
from ringar.core.registry import Personal, told
from ringar.robots.models import OutgoingMail, Work
from ringar.robots.rules import MailState


def letters_to(person: Person) -> QuerySet[OutgoingMail]:
    """The letters to any address of the person's."""
    found = Q(recipients__icontains=person.email)
    for address in addresses_of(person):
        found |= Q(recipients__icontains=address)
    return OutgoingMail.objects.filter(found)


def erase_letters(person: Person) -> None:
    """The words and the address go; one that still waits is not sent."""
    rows = letters_to(person)
    kept = list(rows.values_list("pk", flat=True))
    OutgoingMail.objects.filter(pk__in=kept, state=MailState.WAITING).update(state=MailState.KEPT)
    OutgoingMail.objects.filter(pk__in=kept).update(recipients=[], subject="", text="", html="", raw=b"")


PERSONAL = [
    Personal(
        table="robots.OutgoingMail",
        label=_("Letters sent to you"),
        export=lambda person: told(letters_to(person), "created_at", "recipients", "subject", "text"),
        fate="removed",
        why=_("A letter is a copy: what it told of is kept where it happened."),
        erase=erase_letters,
    ),
    Personal(
        table="robots.Work",
        label=_("Work that robots did because you asked"),
        export=lambda person: told(Work.objects.filter(queued_by=str(person)), "name", "created_at", "state"),
        fate="anonymised",
        why=_("How the robots worked is kept; who asked is not needed any more."),
        erase=lambda person: Work.objects.filter(queued_by=str(person)).update(queued_by=""),
    ),
]
