"""The private feed of what concerns the reader: the same as the page of notifications, one entry for each."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ringar.core.feeds import MOST_ENTRIES, Entry, Feed
from ringar.core.models import Unit
from ringar.core.rules import Viewer
from ringar.talk.queries.notices import last_lines


def told_last(viewer: Viewer, _unit: Unit | None) -> list[Entry]:
    """What the viewer was told last. 2–7 queries."""
    return [
        Entry(
            uuid=line.uuid,
            title=line.text,
            url=reverse("notification_open", args=[line.uuid]),
            text=line.excerpt,
            published=line.at,
            updated=line.at,
        )
        for line in last_lines(viewer, most=MOST_ENTRIES)
    ]


FEEDS = [
    Feed(
        key="aviseringar",
        title=_("What concerns me"),
        about=_("What happens to what you wrote, follow or are concerned by."),
        page="notification_list",
        entries=told_last,
        is_private=True,
    )
]
