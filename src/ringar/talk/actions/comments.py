"""Writing on a row: comments, replies, answers from those responsible."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.models import Person
from ringar.core.registry import Subject, subject_kind
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.talk.actions.cleaning import clean_comment, refuse_floods
from ringar.talk.actions.telling import follow_row, tell_people
from ringar.talk.models import Comment, Follow
from ringar.talk.queries.mentions import mentioned
from ringar.talk.queries.threads import comments_on
from ringar.talk.rules import (
    Purpose,
    can_comment,
    can_write_internally,
)
from ringar_kits.texts.analyse import guess_language
from ringar_kits.texts.normalise import words


class Ambiguous(Refused):
    """A mention can mean several people; `choices` are {words after the "@": the people}."""

    def __init__(self, choices: dict[str, list[Person]]) -> None:
        super().__init__(_("Several people can be meant. Choose whom you mean."))
        self.choices = choices


@dataclass(frozen=True)
class Written:
    """A comment that is written, and what the writer is told: who is told of it, whether they follow from now on."""

    comment: Comment
    follows_now: bool = False
    mentioned: list[Person] = field(default_factory=list)
    unseeing: int = 0  # who were mentioned but may not see the row, and so are not told


def write_comment(*, by: Viewer, row: Any, text: str, **options: Any) -> Written:
    """A comment on the row, by somebody who may not write any number of them. `options`: of `add_comment`.

    Raises Refused after many in an hour, else as `add_comment`.
    """
    clean_comment(text)
    refuse_floods(by)
    return add_comment(by=by, row=row, text=text, **options)


@transaction.atomic
def add_comment(
    *,
    by: Viewer,
    row: Any,
    text: str,
    purpose: str = Purpose.COMMENT,
    is_internal: bool = False,
    parent: Comment | None = None,
    meant: Mapping[str, UUID] | None = None,
    uuid: UUID | None = None,
) -> Written:
    """A comment on the row; those concerned, those mentioned and those who follow it are told.

    `is_internal`: only the writer's own organisation reads it; a reply to such a comment always is.
    `meant`: {words after "@": a person's uuid} where a mention is ambiguous. `uuid`: chosen by the page, so that
    sending twice writes once. Raises NotAllowed, Refused for the text, Ambiguous for a mention.
    """
    subject = subject_kind(row)
    row = subject.find(by, row.uuid)  # as it is now
    if row is None or not can_comment(by):
        raise NotAllowed
    if purpose == Purpose.ANSWER and not subject.may_write(by, row):
        raise NotAllowed
    if uuid and (there := Comment.objects.filter(uuid=uuid, author_id=by.person_id).first()):
        return Written(there)
    text = clean_comment(text)
    parent = thread_of(by, row, parent)
    is_internal = is_internal or bool(parent and parent.is_internal)
    if is_internal:
        check_internal(by, purpose)
    people, unseeing = whom(by, row, subject, text, meant or {})
    comment = save_comment(
        Comment(
            uuid=uuid or uuid4(),
            row=row.uuid,
            kind=subject.kind,
            organisation_id=by.organisation_id if is_internal else row.organisation_id,
            is_internal=is_internal,
            purpose=purpose,
            parent=parent,
            author_id=by.person_id,
            author_unit=by.home_unit if by.is_inside else "",
            author_organisation_id=by.organisation_id,
            text=text,
            language=guess_language(words(text)),
            written_at=now(),
        )
    )
    record_audit(by=by, action="add_comment", target=comment, changes=told_of(row, comment))
    follows_now = not Follow.objects.filter(row=row.uuid, person_id=by.person_id or 0).exists()
    follow_row(by=by, row=row)
    tell_of(by, row, subject, comment, people)
    return Written(comment, follows_now, people, unseeing)


def check_internal(by: Viewer, purpose: str) -> None:
    """Whether the viewer may write this for their own organisation only. Raises NotAllowed or Refused."""
    if not can_write_internally(by):
        raise NotAllowed
    if purpose == Purpose.ANSWER:
        raise Refused(_("An answer can not be internal: it is for those who asked."))


def save_comment(comment: Comment) -> Comment:
    """Saves the comment. Raises Refused where another one has its uuid: a form that was tampered with."""
    try:
        with transaction.atomic():
            comment.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(_("This has been sent already.")) from error
    return comment


def told_of(row: Any, comment: Comment) -> dict[str, object]:
    """What the audit row says of a comment: where it is and how long. The words are in the comment."""
    return {
        "row": str(row)[:300],
        "length": len(comment.text),
        "purpose": comment.purpose,
        "is_internal": comment.is_internal,
    }


def thread_of(by: Viewer, row: Any, parent: Comment | None) -> Comment | None:
    """The comment that the thread begins with, where this is a reply. Raises NotAllowed, Refused for a gone one."""
    if parent is None:
        return None
    first = comments_on(by, row.uuid).filter(pk=parent.parent_id or parent.pk).first()
    if first is None:
        raise NotAllowed
    if first.is_gone:
        raise Refused(_("What you reply to is gone. Write a comment of its own instead."))
    return first


def whom(
    by: Viewer, row: Any, subject: Subject, text: str, meant: Mapping[str, UUID]
) -> tuple[list[Person], int]:
    """The people whom the text mentions and who may see the row; and how many may not. Raises Ambiguous."""
    found, unseeing = mentioned(by, row, subject, text)
    chosen = {
        word: [person for person in people if person.uuid == meant.get(word)] or people
        for word, people in found.items()
    }
    if several := {word: people for word, people in chosen.items() if len(people) > 1}:
        raise Ambiguous(several)
    return list({people[0].pk: people[0] for people in chosen.values()}.values()), unseeing


def tell_of(by: Viewer, row: Any, subject: Subject, comment: Comment, people: list[Person]) -> None:
    """Tells each person once: of being mentioned, else of the reply, else of the comment or answer."""
    told = {person.pk for person in people}
    tell_people(by=by, row=row, event="talk.mentioned", people=told, followers=False, comment=comment)
    if comment.parent and comment.parent.author_id:
        to = comment.parent.author_id
        tell_people(
            by=by,
            row=row,
            event="talk.replied",
            people=[to],
            followers=False,
            besides=told,
            comment=comment,
        )
        told |= {to}
    event = "talk.answered" if comment.purpose == Purpose.ANSWER else "talk.commented"
    concerned = subject.concerned(row)
    tell_people(by=by, row=row, event=event, people=concerned, besides=told, comment=comment)
