"""The feed of published pilots."""

from django.utils.translation import gettext_lazy as _

from ringar.core.feeds import MOST_ENTRIES, Entry, Feed
from ringar.core.models import Unit
from ringar.core.rules import Viewer
from ringar.pilots.models import Pilot
from ringar.pilots.queries.published import page_address, published_pilots, told_verdict


def newest_pilots(_viewer: Viewer, _unit: Unit | None) -> list[Entry]:
    """The published pilots that changed last. 2 queries."""
    return [entry_of(pilot) for pilot in published_pilots()[:MOST_ENTRIES]]


def entry_of(pilot: Pilot) -> Entry:
    """A published pilot as it stands in a feed: its goal, and the verdict of the latest decision."""
    return Entry(
        uuid=pilot.uuid,
        title=pilot.title,
        url=page_address(pilot),
        text="\n\n".join(part for part in (pilot.goal, *told_verdict(pilot)) if part),
        published=pilot.published_at or pilot.created_at,
        updated=pilot.changed_at,
        author=f"{pilot.unit.name}, {pilot.organisation.name}",
        language=pilot.language,
    )


FEEDS = [
    Feed(
        key="pilotprojekt",
        title=_("Published pilots"),
        about=_("What is tried and what it did, the latest change first."),
        page="pilot_public_list",
        entries=newest_pilots,
    )
]
