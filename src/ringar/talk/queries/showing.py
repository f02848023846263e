"""A comment as one viewer reads it: whose name stands there, what is told in place of a text that is gone."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ringar.core.models import Person
from ringar.core.queries import shown_name
from ringar.core.rules import Viewer
from ringar.talk.models import Comment
from ringar.talk.rules import (
    CommentFacts,
    can_change_comment,
    can_moderate,
    can_object,
)


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


def facts_of(comment: Comment) -> CommentFacts:
    """What the rules ask about a comment."""
    return CommentFacts(
        organisation_id=comment.organisation_id,
        is_internal=comment.is_internal,
        author_id=comment.author_id,
        is_hidden=comment.hidden_at is not None,
        is_taken_back=comment.taken_back_at is not None,
    )


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
