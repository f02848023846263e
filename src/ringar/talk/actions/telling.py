"""Following a row, and telling people what happened to it."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.models import Organisation, Person
from ringar.core.queries import viewer_of
from ringar.core.registry import Subject, declared, subject_kind
from ringar.core.rules import NotAllowed, Viewer
from ringar.talk.models import Comment, DigestChoice, Follow, Notification
from ringar.talk.rules import Digest, due_at


@transaction.atomic
def follow_row(*, by: Viewer, row: Any) -> Follow:
    """The viewer follows the row from now on; twice changes nothing. Raises NotAllowed without a log-in."""
    if by.person_id is None:
        raise NotAllowed
    subject = subject_kind(row)
    follow, is_new = Follow.objects.get_or_create(
        row=row.uuid, person_id=by.person_id, defaults={"kind": subject.kind, "followed_at": now()}
    )
    if is_new:
        record_audit(by=by, action="follow_row", target=row)
    return follow


@transaction.atomic
def unfollow_row(*, by: Viewer, row: Any) -> None:
    """The viewer is told nothing more of the row."""
    if Follow.objects.filter(row=row.uuid, person_id=by.person_id or 0).delete()[0]:
        record_audit(by=by, action="unfollow_row", target=row)


@transaction.atomic
def tell_people(
    *,
    by: Viewer,
    row: Any,
    event: str,
    people: Iterable[int] = (),
    facts: dict[str, Any] | None = None,
    followers: bool = True,
    besides: Collection[int] = (),
    written: Collection[int] = (),
    also_of: Collection[UUID] = (),
    comment: Comment | None = None,
) -> int:
    """Tells the people (ids), and those who follow the row, that `event` happened to it; returns how many.

    Never the one who acts, nor those in `besides` (told already), and only those who may see the row, and the
    `comment` that it is about. Those in `written` have had a letter about it, and get no mail; who follows one of the
    rows in `also_of` is told too. `event` is a key that some room's subjects.py declares in EVENTS; `facts` fill its
    sentence, with `actor` and `title` added when it is shown. Raises LookupError where the event is not declared.
    Call it inside the transaction of the change.
    """
    known = next((each for each in declared("subjects", "EVENTS") if each.key == event), None)
    if known is None:
        raise LookupError(f"No room declares the event {event!r} in its subjects.py.")
    subject = subject_kind(row)
    ids = set(people)
    if followers:
        followed = Follow.objects.filter(row__in=[row.uuid, *also_of])
        ids |= set(followed.values_list("person_id", flat=True))
    ids -= {by.person_id or 0, *besides}
    readers = readers_of(subject, row, ids, comment)
    zone = zone_of(row.organisation_id)
    told = {
        "organisation_id": row.organisation_id,
        "row": row.uuid,
        "kind": subject.kind,
        "event": event,
        "facts": {**facts_about(by), **(facts or {})},
        "actor_id": by.person_id,
        "comment": comment,
        "is_answer": known.is_answer,
        "at": now(),
    }
    Notification.objects.bulk_create(
        Notification(
            person=person,
            mail_at=None if person.pk in written else mail_time(person, zone, is_answer=known.is_answer),
            **told,
        )
        for person in readers
    )
    return len(readers)


def facts_about(by: Viewer) -> dict[str, Any]:
    """Who acts, as it is told to those who may not read the name: where they work, or which machine it was."""
    if by.person_id is None:
        return {"actor_label": by.label}
    return {"actor_unit": by.home_unit, "actor_organisation": by.organisation_id} if by.is_inside else {}


def readers_of(subject: Subject, row: Any, ids: set[int], comment: Comment | None) -> list[Person]:
    """Those of the people who may see the row and the comment, with their choices of digest. 2 queries each."""
    found = []
    for person in Person.objects.filter(pk__in=ids, is_active=True).select_related("digest_choice"):
        viewer = viewer_of(person, row.organisation_id)
        if comment is not None and comment.is_internal:
            viewer = viewer_of(person, comment.organisation_id)
            if not (viewer.is_inside and viewer.organisation_id == comment.organisation_id):
                continue
        if subject.find(viewer, row.uuid) is not None:
            found.append(person)
    return found


def zone_of(organisation_id: int | None) -> ZoneInfo:
    """The time zone of the organisation; of the installation, where it is none's."""
    name = Organisation.objects.filter(pk=organisation_id or 0).values_list("time_zone", flat=True).first()
    return ZoneInfo(name or settings.TIME_ZONE)


def mail_time(person: Person, zone: ZoneInfo, *, is_answer: bool) -> Any:
    """When the person is to get mail about what happens now; None for never. An answer does not wait."""
    choice = getattr(person, "digest_choice", None) or DigestChoice()
    how = Digest.AT_ONCE if is_answer and choice.how != Digest.NONE else choice.how
    return due_at(how, hour=choice.hour, weekday=choice.weekday, since=now(), zone=zone)
