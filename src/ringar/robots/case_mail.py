"""Letters about a robot's question, each with a link that answers it without log-in.

A link is signed for one person and one question: it ends with the answer (whoever gives it), after LINK_DAYS, and
when that person may no longer answer. Nothing is kept of it, and no log writes it.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import DatabaseError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from ringar.core.models import Membership, Person, Unit
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.robots.models.cases import Case, RobotQueue
from ringar.robots.rules.cases import KEEPERS, CaseState, can_handle_cases

log = logging.getLogger("ringar.robots")
SALT = "ringar.robots.answer"
LINK_DAYS = 7
MOST_WAITING = 20
"""While so many questions of a queue wait, further ones are told of on the pages only."""


def keepers_of(queue: RobotQueue) -> list[Person]:
    """Who keeps the queue: those who manage or lead its unit; where nobody does, the unit above it, and so on."""
    parents = dict(Unit.objects.filter(organisation_id=queue.organisation_id).values_list("pk", "parent_id"))
    held = Membership.objects.filter(role__in=KEEPERS, person__is_active=True, person__erased_at=None)
    unit: int | None = queue.unit_id
    while unit is not None:
        people = Person.objects.filter(pk__in=held.filter(unit_id=unit).values("person_id")).exclude(email="")
        if found := list(people.order_by("pk")):
            return found
        unit = parents.get(unit)
    return []


def tell_keepers(case: Case) -> int:
    """Writes to who keeps the queue that the case waits for an answer; returns how many letters.

    In the caller's transaction. A dry run asks nobody. A letter that can not be written holds up no case: the log
    says why, and the question stands on the pages.
    """
    try:
        with transaction.atomic():
            return 0 if case.is_dry_run else write_letters(case)
    except DatabaseError:
        raise
    except Exception:
        log.exception("No letter could be written about case %s", case.uuid)
        return 0


def write_letters(case: Case) -> int:
    """One letter for each who keeps the queue, unless too many of its questions wait already; returns how many."""
    waiting = Case.objects.filter(robot__queue=case.robot.queue_id, state=CaseState.WAITING, is_dry_run=False)
    count = waiting.count()
    if count > MOST_WAITING:
        return 0
    people = keepers_of(case.robot.queue)
    for person in people:
        context = {
            "case": case,
            "person": person,
            "link": settings.BASE_URL + reverse("case_mailed", args=[link_token(case, person)]),
            "page": settings.BASE_URL + reverse("case_detail", args=[case.uuid]),
            "is_last": count == MOST_WAITING,
            "days": LINK_DAYS,
        }
        with translation.override(person.language):
            title = " ".join(case.title.split())
            subject = _("A robot asks: %(title)s") % {"title": title}
            text = render_to_string("robots/mail/question.txt", context)
            EmailMessage(subject=subject[:200], body=text, to=[person.email]).send()
    return len(people)


def link_token(case: Case, person: Person) -> str:
    """The secret of the person's link to the case's present question."""
    asked = case.asked_at.isoformat() if case.asked_at else ""
    return signing.dumps([str(case.uuid), str(person.uuid), asked], salt=SALT, compress=True)


@dataclass(frozen=True)
class Opened:
    """What a link opens: the case as it waits, and whose link it is."""

    case: Case
    person: Person
    viewer: Viewer


def opened_by(token: str) -> Opened | None:
    """What the link opens; None where it is none, too old, used, or its owner may not answer (any more)."""
    try:
        uuid, whose, asked = signing.loads(token, salt=SALT, max_age=timedelta(days=LINK_DAYS))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    rows = Case.objects.select_related("robot__queue__unit", "robot__queue__organisation")
    case = rows.filter(uuid=uuid, state=CaseState.WAITING).first()
    person = Person.objects.filter(uuid=whose, is_active=True, erased_at=None).first()
    if case is None or person is None or case.asked_at is None or case.asked_at.isoformat() != asked:
        return None
    viewer, queue = viewer_of(person, case.organisation_id), case.robot.queue
    if not can_handle_cases(viewer, organisation_id=queue.organisation_id, unit_id=queue.unit_id):
        return None
    return Opened(case, person, viewer)
