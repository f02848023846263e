"""What is said on a row, as a viewer may read it, a page at a time; and whom a mention can mean."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from ringar.core.models import Person
from ringar.core.queries import findable_people, shown_name, viewer_of
from ringar.core.registry import Subject, subject_of
from ringar.core.rules import OUTSIDE_ROLES, NotAllowed, Viewer
from ringar.talk.models import Comment, Follow, Reaction
from ringar.talk.rules import (
    CommentFacts,
    can_change_comment,
    can_comment,
    can_moderate,
    can_object,
    find_mentions,
    mention_words,
)

PAGE = 30
FEW = 10
MOST_NAMESAKES = 200


@dataclass(frozen=True)
class Shown:
    """A comment as one viewer reads it: who wrote it, its text ("" where it is gone), what the viewer may do."""

    comment: Comment
    author: str
    text: str
    gone: str
    is_mine: bool
    is_helpful: bool
    can_change: bool
    can_object: bool
    can_moderate: bool
    begins: bool  # a thread; False for replies


@dataclass(frozen=True)
class Following:
    """How many follow a row, and whether the viewer does."""

    count: int
    mine: bool


def subject_row(viewer: Viewer, kind: str, uuid: UUID) -> tuple[Subject, Any]:
    """The row of that kind, with its subject. Raises NotAllowed where the viewer sees none. 1 query."""
    subject = subject_of(kind)
    row = subject.find(viewer, uuid) if subject else None
    if subject is None or row is None:
        raise NotAllowed
    return subject, row


def facts_of(comment: Comment) -> CommentFacts:
    """What the rules ask about a comment."""
    return CommentFacts(
        organisation_id=comment.organisation_id,
        is_internal=comment.is_internal,
        author_id=comment.author_id,
        is_hidden=comment.hidden_at is not None,
        is_taken_back=comment.taken_back_at is not None,
    )


def comments_on(viewer: Viewer, row: UUID) -> "QuerySet[Comment]":
    """The comments on a row that the viewer sees: the internal ones of the own organisation only."""
    seen = Q(is_internal=False)
    if viewer.is_inside:
        seen |= Q(organisation_id=viewer.organisation_id)
    return Comment.objects.filter(seen, row=row)


def comment_for(viewer: Viewer, uuid: UUID) -> tuple[Comment, Any]:
    """The comment and the row it is on. Raises NotAllowed unless the viewer may read both. 2 queries."""
    comment = Comment.objects.filter(uuid=uuid).select_related("author", "author_organisation").first()
    if comment is None or not comments_on(viewer, comment.row).filter(pk=comment.pk).exists():
        raise NotAllowed
    return comment, subject_row(viewer, comment.kind, comment.row)[1]


def page_of_comments(
    viewer: Viewer, row: Any, *, after: str = "", size: int = PAGE
) -> tuple[list[Shown], str]:
    """A page of what is said on the row: the newest thread first, in it the oldest first. 1 query.

    Returns the comments and where the next page begins, "" at the end.
    """
    mine = Reaction.objects.filter(comment=OuterRef("pk"), person_id=viewer.person_id or 0)
    rows = (
        comments_on(viewer, row.uuid)
        .annotate(thread=Coalesce("parent_id", "id"), is_helpful=Exists(mine))
        .select_related("author", "author_organisation")
        .order_by("-thread", "id")
    )
    thread, _dash, last = after.partition("_")
    if thread.isdecimal() and last.isdecimal() and len(after) < 36:
        rows = rows.filter(Q(thread__lt=int(thread)) | Q(thread=int(thread), id__gt=int(last)))
    found: list[Any] = list(rows[: size + 1])
    more = f"{found[size - 1].thread}_{found[size - 1].pk}" if len(found) > size else ""
    return [shown(viewer, each, is_helpful=each.is_helpful) for each in found[:size]], more


def shown(viewer: Viewer, comment: Comment, *, is_helpful: bool = False) -> Shown:
    """The comment as the viewer reads it. What is hidden stays readable to its author alone."""
    facts = facts_of(comment)
    is_mine = viewer.person_id is not None and comment.author_id == viewer.person_id
    return Shown(
        comment=comment,
        author=author_shown(viewer, comment),
        text=comment.text if not comment.is_gone or (is_mine and facts.is_hidden) else "",
        gone=gone_text(comment),
        is_mine=is_mine,
        is_helpful=is_helpful,
        can_change=can_change_comment(viewer, facts),
        can_object=can_object(viewer, facts),
        can_moderate=can_moderate(viewer, comment.organisation_id),
        begins=comment.parent_id is None,
    )


def gone_text(comment: Comment) -> str:
    """What is told in place of a text that is gone; "" where it is there."""
    if comment.hidden_at is not None:
        return _("Hidden by a moderator: %(reason)s") % {"reason": comment.hidden_reason}
    return _("Taken back by the one who wrote it.") if comment.taken_back_at is not None else ""


def author_shown(viewer: Viewer, comment: Comment) -> str:
    """Who wrote it: colleagues read the name, those outside read where somebody works."""
    place = comment.author_unit
    if place and comment.author_organisation and comment.author_organisation.name != place:
        place = f"{place}, {comment.author_organisation.name}"
    return name_or_place(viewer, comment.author, place, comment.author_organisation_id)


def name_or_place(viewer: Viewer, person: Person | None, place: str, organisation_id: int | None) -> str:
    """The name for colleagues; for others the place, where the person wrote from inside an organisation."""
    is_colleague = viewer.is_inside and viewer.organisation_id == organisation_id
    if place and not is_colleague and not (person and person.pk == viewer.person_id):
        return place
    return shown_name(person, viewer) or place or _("Somebody")


def following_of(viewer: Viewer, row: UUID) -> Following:
    """How many follow the row, and whether the viewer does. 1 query."""
    told = Follow.objects.filter(row=row).aggregate(
        count=Count("id"), mine=Count("id", filter=Q(person_id=viewer.person_id or 0))
    )
    return Following(told["count"], bool(told["mine"]))


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
