"""How often a person wants mail, what they have read, and the link that ends the mail."""

from datetime import datetime, timedelta
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.talk.actions.telling import mail_time, zone_of
from ringar.talk.models import DigestChoice, Notification
from ringar.talk.rules import Digest

SIGNER = Signer(salt="talk.unsubscribe")
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
