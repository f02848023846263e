"""Following a row, and telling people what happened to it."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.registry import declared, subject_kind
from ringar.core.rules import NotAllowed, Viewer
from ringar.talk.models import Follow, Notification


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
) -> int:
    """Tells the people (ids), and those who follow the row, that `event` happened to it; returns how many.

    Never the one who acts, and only those who may see the row. `event` is a key that some room's subjects.py
    declares in EVENTS; `facts` fill its sentence, with `actor` and `title` added. Raises LookupError where the
    event is not declared. Call it inside the transaction of the change.
    """
    known = next((each for each in declared("subjects", "EVENTS") if each.key == event), None)
    if known is None:
        raise LookupError(f"No room declares the event {event!r} in its subjects.py.")
    subject = subject_kind(row)
    ids = set(people)
    if followers:
        ids |= set(Follow.objects.filter(row=row.uuid).values_list("person_id", flat=True))
    ids.discard(by.person_id or 0)
    readers = [
        person
        for person in Person.objects.filter(pk__in=ids, is_active=True)
        if subject.find(viewer_of(person, row.organisation_id), row.uuid) is not None
    ]
    Notification.objects.bulk_create(
        Notification(
            person=person,
            organisation_id=row.organisation_id,
            row=row.uuid,
            kind=subject.kind,
            title=str(row)[:300],
            url=row.get_absolute_url(),
            event=event,
            facts={"actor": by.label, "title": str(row), **(facts or {})},
            is_answer=known.is_answer,
            at=now(),
        )
        for person in readers
    )
    return len(readers)
