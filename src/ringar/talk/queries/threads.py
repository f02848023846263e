"""What is said on a row, as a viewer may read it, a page at a time; and who follows it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from ringar.core.registry import Subject, subject_of
from ringar.core.rules import NotAllowed, Viewer
from ringar.talk.models import Comment, Follow, Reaction
from ringar.talk.queries.showing import Shown, shown

PAGE = 30
FEW = 10


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
        .annotate(thread=Coalesce("parent_id", "id"), is_helpful=Exists(mine), parent_uuid=F("parent__uuid"))
        .select_related("author", "author_organisation")
        .order_by("-thread", "id")
    )
    thread, _dash, last = after.partition("_")
    if thread.isdecimal() and last.isdecimal() and len(after) < 36:
        rows = rows.filter(Q(thread__lt=int(thread)) | Q(thread=int(thread), id__gt=int(last)))
    found: list[Any] = list(rows[: size + 1])
    more = f"{found[size - 1].thread}_{found[size - 1].pk}" if len(found) > size else ""
    return [shown(viewer, each, is_helpful=each.is_helpful) for each in found[:size]], more


def following_of(viewer: Viewer, row: UUID) -> Following:
    """How many follow the row, and whether the viewer does. 1 query."""
    told = Follow.objects.filter(row=row).aggregate(
        count=Count("id"), mine=Count("id", filter=Q(person_id=viewer.person_id or 0))
    )
    return Following(told["count"], bool(told["mine"]))
