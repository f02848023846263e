"""Who may say, answer and moderate what; whom a text mentions; when mail is due. No database, no clock."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from ringar.core.rules import LEADING_ROLES, Role, Viewer

LONGEST_COMMENT = 5_000
LONGEST_REASON = 500
MOST_MENTIONS = 10
LONGEST_NAME = 60
MOST_ROWS_AT_ONCE = 200
MODERATING_ROLES = LEADING_ROLES | {Role.MODERATOR.value}

COMMENTS_AN_HOUR = 60
NEW_COMMENTS_AN_HOUR = 10
REPORTS_AN_HOUR = 10
NEW_FOR = timedelta(days=7)
"""How long an account counts as new: spam comes from accounts of a few hours."""


class Purpose(models.TextChoices):
    """What a comment is for."""

    COMMENT = "comment", _("Comment")
    ANSWER = "answer", _("Answer from those responsible")


class Digest(models.TextChoices):
    """How often somebody wants e-mail about what happens."""

    NONE = "none", _("Never")
    AT_ONCE = "at_once", _("At once, each thing for itself")
    DAILY = "daily", _("Once a day, all in one")
    WEEKLY = "weekly", _("Once a week, all in one")


class Decision(models.TextChoices):
    """What moderators decided on a report."""

    HIDDEN = "hidden", _("Hidden")
    KEPT = "kept", _("Left as it is")
    SHOWN = "shown", _("Shown again")


@dataclass(frozen=True)
class CommentFacts:
    """What the rules ask about a comment."""

    organisation_id: int | None
    is_internal: bool
    author_id: int | None
    is_hidden: bool
    is_taken_back: bool


def can_comment(viewer: Viewer) -> bool:
    """Whether the viewer may write on rows that they see: whoever is logged in, but not who only audits."""
    return viewer.person_id is not None and viewer.roles != {Role.AUDITOR.value}


def can_write_internally(viewer: Viewer) -> bool:
    """Whether the viewer may write what only the own organisation reads."""
    return can_comment(viewer) and viewer.may_write


def can_read_comment(viewer: Viewer, comment: CommentFacts) -> bool:
    """Whether the viewer, who sees the row, may know of the comment. The same rule as `queries.comments_on`."""
    inside = viewer.is_inside and viewer.organisation_id == comment.organisation_id
    return inside or not comment.is_internal


def can_change_comment(viewer: Viewer, comment: CommentFacts) -> bool:
    """Whether the viewer may change the text or take it back: its author, while nobody has hidden it."""
    mine = viewer.person_id is not None and viewer.person_id == comment.author_id
    return mine and not comment.is_hidden and not comment.is_taken_back


def can_object(viewer: Viewer, comment: CommentFacts) -> bool:
    """Whether the viewer may ask the moderators to look again: the author of what is hidden."""
    return viewer.person_id is not None and viewer.person_id == comment.author_id and comment.is_hidden


def can_moderate(viewer: Viewer, organisation_id: int | None) -> bool:
    """Whether the viewer may decide on what is reported there; what belongs to no organisation, any moderator."""
    moderates = viewer.is_inside and bool(viewer.roles & MODERATING_ROLES)
    return moderates and organisation_id in {None, viewer.organisation_id}


def can_answer_many(viewer: Viewer) -> bool:
    """Whether the viewer may keep templates and answer many at once: those who lead, and moderators."""
    return viewer.may_write and bool(viewer.roles & MODERATING_ROLES)


def uuid_in(text: str | None) -> UUID:
    """The uuid that an address or a form holds; the nil one, which no row has, where it holds none."""
    try:
        return UUID(text or "")
    except ValueError:
        return UUID(int=0)


def is_new(created_at: datetime, at: datetime) -> bool:
    """Whether the account is so new that it may write less often."""
    return at - created_at < NEW_FOR


_MENTION = re.compile(r"(?<![\w@.])@(\w[^\n@,;:!?()\[\]{}<>\"]{0,59})")
_WORD = re.compile(r"[\w’'-]+")


def mention_words(text: str) -> list[str]:
    """The first word after each "@" that begins a word, once each, in order; at most MOST_MENTIONS."""
    found = [_WORD.match(match[1]) for match in _MENTION.finditer(text)]
    words = [match[0].casefold() for match in found if match]
    return list(dict.fromkeys(words))[:MOST_MENTIONS]


def find_mentions(text: str, people: Iterable[tuple[int, str]]) -> dict[str, list[int]]:
    """Whom the text may mean: {words after the "@": ids of the people}, given (id, name) of those it can be.

    The longest name that stands there wins ("@Bo Ek" over "@Bo"); else everybody with that first name. More than
    one id: whoever wrote it is asked.
    """
    named = sorted(((name.casefold(), pk) for pk, name in people), key=lambda each: -len(each[0]))
    found: dict[str, list[int]] = {}
    for match in list(_MENTION.finditer(text))[:MOST_MENTIONS]:
        rest = match[1].casefold()
        whole = next((name for name, _pk in named if begins_with_word(rest, name)), None)
        word = _WORD.match(rest)
        if whole is not None:
            found[whole] = [pk for name, pk in named if name == whole]
        elif word and (ids := [pk for name, pk in named if name.split()[:1] == [word[0]]]):
            found[word[0]] = sorted(ids)
    return found


def begins_with_word(text: str, name: str) -> bool:
    """Whether the text begins with the name, and the name ends where a word ends."""
    return bool(name) and text.startswith(name) and not re.match(r"\w", text[len(name) :])


def fill_template(text: str, values: Mapping[str, str]) -> str:
    """The text with {name} and {title} filled in; other braces stay as they are."""
    return re.sub(r"\{(name|title)\}", lambda match: values.get(match[1], ""), text)


def due_at(digest: str, *, hour: int, weekday: int, since: datetime, zone: ZoneInfo) -> datetime | None:
    """When mail about what happened at `since` is to be sent, None where never. An hour of local time in `zone`.

    Daily: the next time that the clock strikes the hour; weekly: on the next such weekday (ISO, Monday is 1).
    """
    if digest == Digest.NONE:
        return None
    if digest == Digest.AT_ONCE:
        return since
    local = since.astimezone(zone)
    days = (weekday - local.isoweekday()) % 7 if digest == Digest.WEEKLY else 0
    step = 7 if digest == Digest.WEEKLY else 1
    for day in (days, days + step):
        moment = datetime.combine(local.date() + timedelta(days=day), time(hour), zone)
        if moment > since:
            return moment.astimezone(since.tzinfo)
    raise AssertionError("one of two following days lies ahead")
