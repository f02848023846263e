"""Letters about a robot's question, each with a link that answers it without log-in.

A link is signed for one person and one question: it ends with the answer (whoever gives it), after LINK_DAYS, and
when that person may no longer answer. Nothing is kept of it, and no log writes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.robots.models.cases import Case
from ringar.robots.rules.cases import CaseState, can_handle_cases

SALT = "ringar.robots.answer"
LINK_DAYS = 7


def write_letters(case: Case, people: Iterable[Person], *, is_last: bool) -> None:
    """One letter for each of the people. `is_last`: no more are written until some questions are answered."""
    for person in people:
        context = {
            "case": case,
            "person": person,
            "link": settings.BASE_URL + reverse("case_mailed", args=[link_token(case, person)]),
            "page": settings.BASE_URL + reverse("case_detail", args=[case.uuid]),
            "is_last": is_last,
            "days": LINK_DAYS,
        }
        with translation.override(person.language):
            title = " ".join(case.title.split())
            subject = _("A robot asks: %(title)s") % {"title": title}
            text = render_to_string("robots/mail/question.txt", context)
            EmailMessage(subject=subject[:200], body=text, to=[person.email]).send()


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
