"""The mail that is due: grouped by thing, newest first, each thing told once."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from ringar.core.clock import now
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.talk.actions.digests import unsubscribe_token
from ringar.talk.actions.telling import zone_of
from ringar.talk.models import Notification
from ringar.talk.queries.notices import due_people, grouped

MOST_GROUPS = 50


LONGEST_SUBJECT = 120


BATCH = 200


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
