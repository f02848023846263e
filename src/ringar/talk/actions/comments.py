"""Writing on a row: comments, replies, answers from those responsible; and finding a comment helpful."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ringar.core.actions import record_audit
from ringar.core.actions.limits import allow
from ringar.core.clock import now
from ringar.core.flags import holds_personal_number
from ringar.core.models import Person
from ringar.core.registry import Subject, subject_kind
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text
from ringar.talk.actions.telling import follow_row, tell_people
from ringar.talk.models import Comment, Follow, Reaction
from ringar.talk.queries.threads import comments_on, facts_of, mentioned
from ringar.talk.rules import (
    COMMENTS_AN_HOUR,
    LONGEST_COMMENT,
    NEW_COMMENTS_AN_HOUR,
    Purpose,
    can_change_comment,
    can_comment,
    can_write_internally,
    is_new,
)
from ringar_kits.texts.analyse import guess_language
from ringar_kits.texts.normalise import words

HOUR = 3600


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


def clean_comment(text: str, longest: int = LONGEST_COMMENT) -> str:
    """The text as it is kept. Raises Refused where it is empty, too long or holds a personal number."""
    text = tidy_text(text).strip()
    if not text:
        raise Refused(_("Write something first."))
    if len(text) > longest:
        raise Refused(
            _("You have written %(length)d characters; at most %(most)d fit. Make it shorter.")
            % {"length": len(text), "most": longest}
        )
    if holds_personal_number(text):
        raise Refused(
            _("There seems to be a personal number in the text. Take it away: nobody here needs it.")
        )
    return text


def refuse_floods(by: Viewer) -> None:
    """Raises Refused where the person writes more often than people do. Call it outside the transaction."""
    created_at = Person.objects.filter(pk=by.person_id or 0).values_list("created_at", flat=True).first()
    most = NEW_COMMENTS_AN_HOUR if created_at and is_new(created_at, now()) else COMMENTS_AN_HOUR
    if not allow("comment", str(by.person_id), most=most, seconds=HOUR, by=by):
        raise Refused(
            ngettext(
                "You have written %(count)d comment in an hour. Wait a while, then write the next one.",
                "You have written %(count)d comments in an hour. Wait a while, then write the next one.",
                most,
            )
            % {"count": most}
        )


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
    if is_internal and not can_write_internally(by):
        raise NotAllowed
    if is_internal and purpose == Purpose.ANSWER:
        raise Refused(_("An answer can not be internal: it is for those who asked."))
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


def locked(comment: Comment) -> Comment:
    """The comment as it is now, kept from other writers until the transaction ends."""
    return Comment.objects.select_for_update().get(pk=comment.pk)


@transaction.atomic
def edit_comment(*, by: Viewer, comment: Comment, text: str) -> Comment:
    """Changes one's own text; readers see that it was changed. Raises NotAllowed, Refused for the text."""
    comment = locked(comment)
    if not can_change_comment(by, facts_of(comment)):
        raise NotAllowed
    text, before = clean_comment(text), comment.text
    if text != before:
        comment.text, comment.edited_at = text, now()
        comment.language = guess_language(words(text))
        comment.save(update_fields=["text", "language", "edited_at"])
        changes: dict[str, object] = {"length": [len(before), len(text)]}
        record_audit(by=by, action="edit_comment", target=comment, changes=changes)
    return comment


@transaction.atomic
def take_back_comment(*, by: Viewer, comment: Comment) -> Comment:
    """Takes back one's own comment: readers are told so in its place. It is kept, as a public record may be."""
    comment = locked(comment)
    if not can_change_comment(by, facts_of(comment)):
        raise NotAllowed
    comment.taken_back_at = now()
    comment.save(update_fields=["taken_back_at"])
    record_audit(by=by, action="take_back_comment", target=comment)
    return comment


@transaction.atomic
def react(*, by: Viewer, comment: Comment, is_helpful: bool) -> int:
    """Says that a comment helped, or takes that back; returns how many say so. Not one's own. Raises NotAllowed."""
    comment = locked(comment)
    if not can_comment(by) or comment.is_gone or comment.author_id == by.person_id:
        raise NotAllowed
    mine = Reaction.objects.filter(comment=comment, person_id=by.person_id or 0)
    if is_helpful and not mine.exists():
        Reaction.objects.create(comment=comment, person_id=by.person_id or 0, at=now())
    elif not is_helpful and not mine.delete()[0]:
        return comment.helpful_count
    comment.helpful_count = comment.reactions.count()
    comment.save(update_fields=["helpful_count"])
    record_audit(by=by, action="react", target=comment, changes={"helpful": [not is_helpful, is_helpful]})
    return comment.helpful_count
