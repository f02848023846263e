"""What is said on a row, in the JSON interface: read a page at a time, and write."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from annotated_types import Len
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from ringar.core.api import ERRORS, api, caller, problem, reads, writes
from ringar.core.api_shape import words
from ringar.core.rules import NotAllowed, Viewer
from ringar.talk.actions import Ambiguous, write_comment
from ringar.talk.queries.showing import Shown, shown
from ringar.talk.queries.threads import comment_for, comments_on, page_of_comments, subject_row
from ringar.talk.rules import LONGEST_COMMENT, Purpose

router = Router(tags=["talk"])


class CommentOut(Schema):
    """What somebody wrote. Where a moderator hid it or it was taken back, `text` is empty and `gone` says so."""

    uuid: UUID
    author: str
    text: str
    gone: str
    language: str
    purpose: Purpose
    is_internal: bool
    parent: Annotated[UUID | None, Field(description="the comment that this one answers")]
    written_at: datetime
    helpful_count: int
    url: str


class CommentPage(Schema):
    items: list[CommentOut]
    next: str | None


class CommentPlace(Schema):
    cursor: Annotated[str, Field(max_length=40)] = ""


class CommentIn(Schema):
    """A comment. `uuid`: chosen by you, so that sending twice writes once. `meant`: whom a mention means."""

    text: Annotated[str, words(LONGEST_COMMENT)]
    is_internal: Annotated[bool, Field(description="read by your own organisation only")] = False
    is_answer: Annotated[bool, Field(description="an answer from those responsible")] = False
    parent: UUID | None = None
    uuid: UUID | None = None
    meant: Annotated[dict[str, UUID], Len(max_length=20)] = {}


def as_told(comment: Shown, parent: UUID | None) -> dict[str, Any]:
    """The comment as the interface tells it."""
    row = comment.comment
    columns = ("uuid", "language", "purpose", "is_internal", "written_at", "helpful_count")
    facts = {name: getattr(row, name) for name in columns}
    words = {"author": comment.author, "text": comment.text, "gone": comment.gone}
    return facts | words | {"parent": parent, "url": row.get_absolute_url()}


@router.get(
    "/{slug:kind}/{uuid:uuid}/",
    response={200: CommentPage, **ERRORS},
    auth=reads("talk:read"),
    summary="What is said on a row",
)
def list_comments(request: HttpRequest, kind: str, uuid: UUID, wanted: Query[CommentPlace]) -> Any:
    """`kind`: need, solution, solver, call … The newest thread first, in it the oldest first."""
    viewer = caller(request)
    _subject, row = subject_row(viewer, kind, uuid)
    comments, more = page_of_comments(viewer, row, after=wanted.cursor)
    items = [as_told(each, each.comment.parent_uuid) for each in comments]  # type: ignore[attr-defined]
    return {"items": items, "next": more or None}


@router.post(
    "/{slug:kind}/{uuid:uuid}/",
    response={201: CommentOut, **ERRORS},
    auth=writes("talk:write"),
    summary="Write a comment",
)
def add_comment(request: HttpRequest, kind: str, uuid: UUID, told: CommentIn) -> Any:
    """Those concerned, those mentioned and those who follow the row are told, as when it is written on the page."""
    viewer = caller(request)
    _subject, row = subject_row(viewer, kind, uuid)
    parent = comments_on(viewer, row.uuid).filter(uuid=told.parent).first() if told.parent else None
    if told.parent and parent is None:
        raise NotAllowed
    written = write_comment(
        by=viewer,
        row=row,
        text=told.text,
        purpose=Purpose.ANSWER if told.is_answer else Purpose.COMMENT,
        is_internal=told.is_internal,
        parent=parent,
        meant=told.meant,
        uuid=told.uuid,
    )
    return Status(201, as_written(viewer, written.comment.uuid))


def as_written(viewer: Viewer, uuid: UUID) -> dict[str, Any]:
    """The comment as it was kept."""
    comment, _row = comment_for(viewer, uuid)
    return as_told(shown(viewer, comment), comment.parent.uuid if comment.parent else None)


@api.exception_handler(Ambiguous)
def ambiguous(request: HttpRequest, error: Ambiguous) -> HttpResponse:
    """A mention can mean several people: send the uuid of the one who is meant in `meant`."""
    places = [
        {"field": f"meant.{word}", "problem": _("Is %(name)s meant?") % {"name": person.name}, "key": key}
        for word, people in error.choices.items()
        for person in people
        if (key := str(person.uuid))
    ]
    return problem(request, 409, str(error), "", places)


ROUTERS = [("/talk", router)]
