"""How often a person wants mail, and the mail itself: grouped by thing, newest first, each thing told once."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.talk.actions.telling import mail_time, zone_of
from ringar.talk.models import DigestChoice, Notification
from ringar.talk.queries.notices import due_people, grouped
from ringar.talk.rules import Digest

SIGNER = Signer(salt="talk.unsubscribe")
MOST_GROUPS = 50
LONGEST_SUBJECT = 120
BATCH = 200
KEPT_FOR = timedelta(days=365)
"""How long what somebody has read is kept: long enough to look back, no longer than there is use for."""


@transaction.atomic
def choose_digest(*, by: Viewer, how: str, hour: int = 8, weekday: int = 1) -> DigestChoice:
    """How often the viewer wants mail from now on; what waits is told by the new choice, or never.

    `hour`: 0–23 where the organisation is; `weekday`: 1 (Monday) to 7. Raises NotAllowed, Refused.
    """
    if by.person_id is None:
        raise NotAllowed
    if how not in Digest.values or not (0 <= hour <= 23 and 1 <= weekday <= 7):
        raise Refused(_("Choose how often, an hour from 0 to 23 and a day of the week."))
    choice, _is_new = DigestChoice.objects.select_for_update().get_or_create(person_id=by.person_id)
    before = [choice.how, choice.hour, choice.weekday]
    choice.how, choice.hour, choice.weekday, choice.changed_at = how, hour, weekday, now()
    choice.save()
    zone = zone_of(by.organisation_id)
    waiting = Notification.objects.filter(person_id=by.person_id, mail_at__isnull=False)
    for is_answer in (True, False):
        # An answer goes at once, so what still waits of it is due; `person` carries the new choice.
        moment = mail_time(choice.person, zone, is_answer=is_answer)
        waiting.filter(is_answer=is_answer).update(mail_at=moment)
    after = [how, hour, weekday]
    record_audit(by=by, action="choose_digest", target=choice.person, changes={"digest": [before, after]})
    return choice


def unsubscribe_token(person: Person) -> str:
    """The private part of the link that ends mail to the person; it needs no log-in and never lapses."""
    return SIGNER.sign(str(person.uuid))


def person_of_token(token: str) -> Person | None:
    """Whose link it is; None where it was not made here."""
    try:
        return Person.objects.filter(uuid=SIGNER.unsign(token)).first()
    except BadSignature:
        return None


@transaction.atomic
def unsubscribe(*, token: str) -> Person:
    """Ends all mail about what happens to whoever holds the link. Raises NotAllowed for a token that is none."""
    person = person_of_token(token)
    if person is None:
        raise NotAllowed
    choose_digest(by=viewer_of(person), how=Digest.NONE)
    return person


@transaction.atomic
def mark_read(*, by: Viewer, row: Any = None, until: datetime | None = None) -> int:
    """The viewer has read what is told of the row (its uuid), or everything, `until` then; returns how much was new.

    No mail tells it again. Leaves no audit row: when somebody reads is nobody else's business.
    """
    unread = Notification.objects.filter(person_id=by.person_id or 0, read_at=None)
    if row is not None:
        unread = unread.filter(row=row)
    if until is not None:
        unread = unread.filter(at__lte=until)
    return unread.update(read_at=now(), mail_at=None)


@transaction.atomic
def forget_old_notifications() -> int:
    """Removes what was read more than KEPT_FOR ago; returns how much. Two at once do no harm."""
    return Notification.objects.filter(read_at__lt=now() - KEPT_FOR).delete()[0]


def send_due_mail() -> int:
    """Sends each person the mail that is due; returns how many. What fails for one stops nobody else's.

    Raises the first failure at the end, so that the queue tries again.
    """
    sent, failed = 0, dict[int, Exception]()
    while people := [pk for pk in due_people(now(), limit=BATCH + len(failed)) if pk not in failed]:
        for person_id in people:
            try:
                sent += mail_person(person_id)
            except Exception as error:
                failed[person_id] = error
    if failed:
        raise next(iter(failed.values()))
    return sent


@transaction.atomic
def mail_person(person_id: int) -> bool:
    """One message of all that is due to the person; the rows are marked in the transaction that queues it.

    They are locked first: of two workers the second finds nothing left. Whoever has left gets nothing.
    """
    due = Notification.objects.select_for_update(of=("self",)).filter(person_id=person_id, mail_at__lte=now())
    notes = list(due.select_related("actor", "comment").order_by("-at", "-pk"))
    Notification.objects.filter(pk__in=[note.pk for note in notes]).update(mail_at=None, mailed_at=now())
    person = Person.objects.get(pk=person_id)
    unread = [note for note in notes if note.read_at is None]
    if not unread or not person.is_active or person.erased_at:
        return False
    viewer = viewer_of(person)
    with translation.override(person.language), timezone.override(zone_of(viewer.organisation_id)):
        return send_digest(person, viewer, unread)


def send_digest(person: Person, viewer: Viewer, notes: list[Notification]) -> bool:
    """Hands the message to the queue; nothing is sent where nothing of it is open to the reader any more."""
    groups = [group for group in grouped(viewer, notes, {}) if group.is_open and group.lines]
    if not groups:
        return False
    settings_link = settings.BASE_URL + reverse("notification_settings")
    end_link = settings.BASE_URL + reverse("unsubscribe", args=[unsubscribe_token(person)])
    context = {
        "person": person,
        "groups": groups[:MOST_GROUPS],
        "left_out": len(groups) - MOST_GROUPS,
        "site": settings.BASE_URL,
        "all_link": settings.BASE_URL + reverse("notification_list"),
        "settings_link": settings_link,
        "end_link": end_link,
    }
    message = EmailMessage(
        subject=subject_of_mail(groups),
        body=render_to_string("talk/mail/digest.txt", context),
        to=[person.email],
        headers={
            "List-Unsubscribe": f"<{end_link}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    return bool(message.send())


def subject_of_mail(groups: list[Any]) -> str:
    """One thing is told in the subject itself; of several, how many."""
    if len(groups) > 1:
        return ngettext("News about %(count)d thing", "News about %(count)d things", len(groups)) % {
            "count": len(groups)
        }
    text = str(groups[0].lines[0].text)
    return text if len(text) <= LONGEST_SUBJECT else text[: LONGEST_SUBJECT - 1].rstrip() + "…"
