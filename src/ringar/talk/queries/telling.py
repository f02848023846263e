"""Notifications in the reader's words: who did it, what happened, the beginning of what was written."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ringar.core.registry import declared
from ringar.core.rules import Viewer
from ringar.talk.models import Notification
from ringar.talk.queries.showing import facts_of, name_or_place
from ringar.talk.rules import can_read_comment

EXCERPT = 200


@dataclass(frozen=True)
class Line:
    """One thing that happened: the sentence, and the beginning of what was written."""

    uuid: UUID
    text: str
    excerpt: str
    language: str
    at: datetime
    is_new: bool


def is_readable(reader: Viewer, note: Notification) -> bool:
    """Whether the reader may still know of what was written: an internal comment stays inside."""
    return note.comment is None or can_read_comment(reader, facts_of(note.comment))


def line_of(reader: Viewer, note: Notification, title: str) -> Line:
    """One notification in words. What has been hidden or taken back since is not told."""
    comment = note.comment
    told = "" if comment is None or comment.is_gone else " ".join(comment.text.split())
    return Line(
        uuid=note.uuid,
        text=sentence(reader, note, title),
        excerpt=told if len(told) <= EXCERPT else told[: EXCERPT - 1].rstrip() + "…",
        language=comment.language if comment else "",
        at=note.at,
        is_new=note.read_at is None,
    )


def sentence(reader: Viewer, note: Notification, title: str) -> str:
    """The event's sentence, in the language of the page, filled in from its facts."""
    event = next((each for each in declared("subjects", "EVENTS") if each.key == note.event), None)
    if event is None:  # told by a version that knew more
        return title
    values = defaultdict(str, {key: said(value) for key, value in note.facts.items()})
    values |= {"actor": actor_of(reader, note), "title": title}
    return " ".join((str(event.text) % values).split())


def actor_of(reader: Viewer, note: Notification) -> str:
    """Who did it: a name for colleagues, for others the unit; a machine is called one."""
    if note.actor is None and note.facts.get("actor_label"):
        return _("The system")
    place, organisation_id = note.facts.get("actor_unit", ""), note.facts.get("actor_organisation")
    return name_or_place(reader, note.actor, place, organisation_id)


def said(fact: Any) -> Any:
    """A day ("2026-11-27") as the reader writes it; anything else as it is."""
    try:
        return date_format(date.fromisoformat(fact), "j F Y") if len(fact) == len("2026-11-27") else fact
    except (TypeError, ValueError):
        return fact
