"""Letters about a meeting day's timetable: each party is told of its meetings once, and then of what has changed.

Whoever changes meetings (publishes, moves, adds, cancels) saves them and calls `tell_changes`: what a meeting's
parties were told last stands in the meeting (`told_as`), so nothing has to be marked. A meeting that they have been
told of (`sequence` above 0) is cancelled, never deleted: their calendars must hear of it.
"""

from collections.abc import Iterable, Sequence
from email.mime.text import MIMEText
from hashlib import sha256
from secrets import token_urlsafe
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.rules import Viewer
from ringar.core.token_queries import token_hash
from ringar.matching.day_calendar import Method, write_meetings
from ringar.matching.day_models import Meeting, MeetingDay, Party, PartyKey
from ringar.matching.day_rules import MeetingState
from ringar.matching.meeting_queries import meeting_rows
from ringar.matching.meeting_rules import TOLD_STATES
from ringar.robots.actions.work import queue_work
from ringar.robots.mail import sender_domain
from ringar.robots.models.work import OutgoingMail
from ringar.robots.registry import Report

LETTERS_AT_ONCE = 20
"""More than these are written by the robots."""


@transaction.atomic
def tell_changes(by: Viewer, day: MeetingDay) -> int:
    """Mails each party whose meetings are not as it was told last; returns how many letters. Twice is as once.

    Each changed meeting goes along as an invitation, or as a cancellation, that calendars take in. Before the
    timetable is sent out nobody is told anything; nor of what is over. About 6 queries and 12 for each letter, of
    which more than LETTERS_AT_ONCE are written by the robots.
    """
    if day.state not in TOLD_STATES:
        return 0
    coming = day.meetings.select_for_update(of=("self",)).filter(starts_at__gt=now())
    rows = coming.select_related("day__organisation", "manager", "startup", "room", "need", "solution")
    rows = rows.defer("day__unmet")  # long, and read anew with each meeting
    changed = [meeting for meeting in rows if meeting.told_as != facts_hash(meeting)]
    told = [meeting for meeting in changed if meeting.sequence or meeting.state != MeetingState.CANCELLED]
    is_first = not day.meetings.filter(sequence__gt=0).exists()
    for meeting in changed:
        meeting.sequence += meeting in told
        meeting.told_at, meeting.told_as = now(), facts_hash(meeting)
    Meeting.objects.bulk_update(changed, ["sequence", "told_at", "told_as"], batch_size=500)
    letters = [(party, meetings) for party, meetings in by_party(told) if party.email]
    if len(letters) > LETTERS_AT_ONCE:
        queue_letters(by, day, letters, is_first=is_first)
    else:
        for party, meetings in letters:
            send_timetable(party, meetings, is_first=is_first)
    if told:
        count: dict[str, object] = {"meetings": len(told), "letters": len(letters)}
        record_audit(by=by, action="tell_meetings", target=day, changes=count)
    return len(letters)


def queue_letters(
    by: Viewer, day: MeetingDay, letters: Iterable[tuple[Party, list[Meeting]]], *, is_first: bool
) -> None:
    """Has the robots write the letters, so that nobody waits for hundreds of them."""
    name = str(uuid4())
    payload: dict[str, object] = {
        "name": name,
        "is_first": is_first,
        "letters": [[party.pk, [meeting.pk for meeting in meetings]] for party, meetings in letters],
    }
    queue_work(
        "matching.write_letters",
        by=by,
        key=f"matching.write_letters:{name}",
        payload=payload,
        organisation_id=day.organisation_id,
    )


def write_letters(
    name: str, letters: Sequence[tuple[int, list[int]]], *, is_first: bool, report: Report
) -> int:
    """Writes the letters that were queued under that name; one that is written already is left out.

    Each is told as its meetings stand now. Returns how many were written.
    """
    written = 0
    for number, (party_id, meeting_ids) in enumerate(letters):
        domain = sender_domain(settings.DEFAULT_FROM_EMAIL)
        message_id = f"<{name}.{party_id}@{domain}>"
        with transaction.atomic():
            party = Party.objects.filter(pk=party_id).exclude(email="").first()
            if party and not OutgoingMail.objects.filter(message_id=message_id).exists():
                rows = meeting_rows().filter(pk__in=meeting_ids)
                written += send_timetable(party, list(rows), is_first=is_first, message_id=message_id)
        report((number + 1) / len(letters))
    return written


def facts_hash(meeting: Meeting) -> str:
    """What the parties need to know of a meeting, as a hash: whether it is, when, how long, where, with whom."""
    facts = [
        meeting.state == MeetingState.CANCELLED,
        meeting.starts_at.timestamp(),
        meeting.day.slot_minutes,
        meeting.day.place,
        meeting.room.name,
        meeting.room.link,
        meeting.manager.name,
        meeting.startup.name,
    ]
    return sha256(repr(facts).encode("utf-8", "replace")).hexdigest()


def by_party(meetings: Iterable[Meeting]) -> list[tuple[Party, list[Meeting]]]:
    """Each party with its meetings among these, by the party's name."""
    found: dict[int, tuple[Party, list[Meeting]]] = {}
    for meeting in meetings:
        for party in (meeting.manager, meeting.startup):
            found.setdefault(party.pk, (party, []))[1].append(meeting)
    return sorted(found.values(), key=lambda row: (row[0].name, row[0].pk))


def new_token(party: Party) -> str:
    """The secret of one more personal link of the party's; earlier ones work beside it. Only the hash is kept."""
    token = token_urlsafe(24)
    PartyKey.objects.create(party=party, token_hash=token_hash(token), made_at=now())
    return token


def own_links(token: str) -> dict[str, str]:
    """The addresses that the secret opens, whole, for letters."""
    return {
        "own_link": settings.BASE_URL + reverse("party_answer", args=[token]),
        "calendar_link": settings.BASE_URL + reverse("party_calendar", args=[token]),
    }


def send_timetable(party: Party, changed: list[Meeting], *, is_first: bool, message_id: str = "") -> int:
    """One letter: all of the party's meetings in words, the changed ones as calendar files. Returns how many: 1."""
    day, links = changed[0].day, own_links(new_token(party))
    party.day = day
    rows = Meeting.objects.filter(day=day).exclude(state=MeetingState.CANCELLED)
    side = "manager" if party.pk == changed[0].manager_id else "startup"
    standing = rows.filter(**{side: party}).select_related("room", "manager", "startup").order_by("starts_at")
    context = {
        "party": party,
        "day": day,
        "side": side,
        "meetings": standing,
        "cancelled": [meeting for meeting in changed if meeting.state == MeetingState.CANCELLED],
        "is_first": is_first,
        **links,
    }
    with translation.override(party.language):
        told = _("Your meetings: %(day)s") if is_first else _("Your meetings have changed: %(day)s")
        text = render_to_string("matching/mail/timetable.txt", context)
        headers = {"Message-ID": message_id} if message_id else {}
        letter = EmailMultiAlternatives(
            told % {"day": " ".join(day.title.split())}, text, None, [party.email], headers=headers
        )
        attach_meetings(letter, party, changed, links["own_link"])
        return letter.send()


def attach_meetings(letter: EmailMultiAlternatives, party: Party, changed: list[Meeting], url: str) -> None:
    """The meetings as mail programs take invitations and cancellations in.

    Programs act by themselves on one calendar part a letter, where it is another form of the text (RFC 6047): so a
    single change reaches the calendar at once. Several are files to open, each with one event, and stand in the feed.
    """
    for number, meeting in enumerate(changed, start=1):
        method: Method = "CANCEL" if meeting.state == MeetingState.CANCELLED else "REQUEST"
        stamp = meeting.told_at or now()
        content = write_meetings(party, [meeting], method=method, stamp=stamp, url=url).decode("utf-8")
        if len(changed) == 1:
            letter.attach_alternative(content, f"text/calendar; method={method}")
            return
        part = MIMEText(content, "calendar", "utf-8")
        part.set_param("method", method)
        part.add_header("Content-Disposition", "attachment", filename=f"ringar-{number}.ics")
        letter.attach(part)
