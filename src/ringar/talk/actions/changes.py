"""What becomes of a comment after it is written: changed, taken back, found helpful."""

from django.db import transaction

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.rules import NotAllowed, Viewer
from ringar.talk.actions.cleaning import clean_comment
from ringar.talk.models import Comment, Reaction
from ringar.talk.queries.showing import facts_of
from ringar.talk.rules import (
    can_change_comment,
    can_comment,
)
from ringar_kits.texts.analyse import guess_language
from ringar_kits.texts.normalise import words


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
