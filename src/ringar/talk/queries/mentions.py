"""Whom a text mentions, and who wrote a row."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q

from ringar.core.models import Person
from ringar.core.queries import findable_people, viewer_of
from ringar.core.registry import Subject
from ringar.core.rules import OUTSIDE_ROLES, Viewer
from ringar.talk.rules import (
    can_comment,
    find_mentions,
    mention_words,
)

MOST_NAMESAKES = 200


def namesakes(viewer: Viewer, text: str) -> list[Person]:
    """The colleagues that the text can mention, by the first word after each "@". At most 200; 1 query.

    Nobody outside the organisation mentions people in it: asking "which Anna?" would tell who works there.
    """
    words = mention_words(text) if can_comment(viewer) and viewer.is_inside else []
    if not words:
        return []
    begins = Q()
    for word in words:
        # Twice, since SQLite knows capital letters in ASCII only: "åsa" must find "Åsa".
        begins |= Q(name__istartswith=word) | Q(name__istartswith=word.capitalize())
    inside = Person.objects.filter(
        begins, memberships__unit__organisation_id=viewer.organisation_id or 0
    ).exclude(memberships__role__in=OUTSIDE_ROLES)
    people = findable_people(viewer, inside).exclude(pk=viewer.person_id or 0)
    return list(people.distinct().order_by("name", "pk")[:MOST_NAMESAKES])


def mentioned(viewer: Viewer, row: Any, subject: Subject, text: str) -> tuple[dict[str, list[Person]], int]:
    """Whom the text mentions: {words after the "@": people who may see the row}; and how many may not see it."""
    people = {person.pk: person for person in namesakes(viewer, text)}
    found = find_mentions(text, [(pk, person.name) for pk, person in people.items()])
    sees = {pk: may_see(subject, people[pk], viewer, row) for ids in found.values() for pk in ids}
    readers = {word: [people[pk] for pk in ids if sees[pk]] for word, ids in found.items()}
    return {word: ids for word, ids in readers.items() if ids}, sum(not ids for ids in readers.values())


def may_see(subject: Subject, person: Person, viewer: Viewer, row: Any) -> bool:
    """Whether a colleague may see the row. 2 queries."""
    return subject.find(viewer_of(person, viewer.organisation_id), row.uuid) is not None


def authors_of(rows: Iterable[Any]) -> dict[UUID, Person | None]:
    """Who wrote each row, by its uuid; None where nobody is known. 1 query."""
    ids = {row.uuid: getattr(row, "created_by_id", None) for row in rows}
    people = Person.objects.in_bulk({pk for pk in ids.values() if pk})
    return {uuid: people.get(pk) if pk else None for uuid, pk in ids.items()}
