"""What this room keeps about a person: letters, who asked for queued work, and who decided on robots and maps."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Person
from ringar.core.people_queries import addresses_of
from ringar.core.registry import Personal, keep_all, told
from ringar.robots.models.cases import Case, Robot, Upkeep
from ringar.robots.models.maps import EventLog, MapMark, MapVersion, ProcessMap
from ringar.robots.models.work import OutgoingMail, Work
from ringar.robots.rules.work import MailState


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


RECORD = _(
    "It tells who decided what the municipality lets a robot do: a public record. Your name is taken from it."
)
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
    Personal(
        table="robots.Case",
        label=_("Cases of robots that you answered or took over"),
        export=lambda person: told(
            Case.objects.filter(Q(answered_by=person) | Q(taken_by=person)),
            *("uuid", "title", "question", "answer", "answered_at", "state"),
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="robots.Robot",
        label=_("Robots that you let work"),
        export=lambda person: told(Robot.objects.filter(published_by=person), "label", "published_at"),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="robots.Upkeep",
        label=_("Work that you put into keeping robots going"),
        export=lambda person: told(Upkeep.objects.filter(by=person), "robot__label", "on", "hours", "what"),
        fate="anonymised",
        why=_("The hours are kept; who spent them is not needed any more."),
        erase=lambda person: Upkeep.objects.filter(by=person).update(by=None),
    ),
    Personal(
        table="robots.EventLog",
        label=_("Event logs that you handed in"),
        export=lambda person: told(EventLog.objects.filter(created_by=person), "uuid", "name", "created_at"),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="robots.ProcessMap",
        label=_("Routines that you own or decided on"),
        export=lambda person: told(
            ProcessMap.objects.filter(Q(owner=person) | Q(decided_by=person)),
            *("uuid", "name", "decision", "reason", "decided_at"),
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="robots.MapVersion",
        label=_("Maps of routines that you signed"),
        export=lambda person: told(
            MapVersion.objects.filter(signed_by=person), "process_map__name", "number", "signed_at"
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="robots.MapMark",
        label=_("What you said of steps on maps of routines"),
        export=lambda person: told(
            MapMark.objects.filter(Q(by=person) | Q(replied_by=person)),
            *("version__process_map__name", "bpmn_id", "kind", "text", "created_at", "reply"),
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
]
