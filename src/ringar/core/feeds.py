"""News as Atom feeds. A room declares its own in feeds.py: FEEDS = [Feed(…)], found by `registry.declared`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.functional import Promise

from ringar.core.models import Unit
from ringar.core.rules import Viewer
from ringar.core.text import tidy_text

MOST_ENTRIES = 50
LONGEST_TEXT = 2_000
"""Characters of an entry; the page has the rest."""


@dataclass(frozen=True)
class Entry:
    """One thing in a feed. `url` is a path of ours; `language` that of the texts, "" for the feed's own."""

    uuid: UUID
    title: str
    url: str
    text: str
    published: datetime
    updated: datetime
    author: str = ""
    language: str = ""


@dataclass(frozen=True)
class Feed:
    """A list that can be followed. `key` is its word in the address, `page` the url name of the list itself.

    `entries(viewer, unit)` returns the newest, at most MOST_ENTRIES. Of a public feed the viewer is nobody, whoever
    asks; `is_private`: it is the viewer's own and opened by an access key. `by_unit`: it can be had for one unit and
    those below it; the unit is None for all others.
    """

    key: str
    title: str | Promise
    about: str | Promise
    page: str
    entries: Callable[[Viewer, Unit | None], list[Entry]]
    is_private: bool = False
    by_unit: bool = False


class WrittenFeed(Atom1Feed):
    """Atom where each entry says which language it is written in."""

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        """What stands in the entry's start tag."""
        return {"xml:lang": item["language"]} if item["language"] else {}


def absolute(path: str) -> str:
    """The path as an address that works outside our pages."""
    return settings.BASE_URL + path


def write_atom(feed: Feed, entries: list[Entry], *, title: str, page: str, key: str, language: str) -> str:
    """The feed as XML. `page`: the path of the list; `key`: the path that names the feed for ever, without a secret."""
    written = WrittenFeed(
        title=as_xml(title),
        link=absolute(page),
        description="",
        subtitle=str(feed.about),
        language=language,
        author_name="Ringar",
        feed_guid=absolute(key),
        feed_url=None if feed.is_private else absolute(key),
    )
    for entry in entries:
        written.add_item(
            title=as_xml(entry.title),
            link=absolute(entry.url),
            description=as_xml(shortened(entry.text)),
            author_name=as_xml(entry.author) or None,
            unique_id=entry.uuid.urn,
            pubdate=entry.published,
            updateddate=entry.updated,
            language=entry.language,
        )
    return str(written.writeString("utf-8"))


def shortened(text: str) -> str:
    """The beginning of a long text."""
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1].rstrip() + "…"


def as_xml(text: str) -> str:
    """The text without what XML can not hold."""
    return tidy_text(text).replace("\ufffe", "").replace("\uffff", "")


FEEDS: list[Feed] = []
"""Rooms have theirs; this one has no list of its own to follow."""
