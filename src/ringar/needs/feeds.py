"""The feed of public needs, of all units or of one."""

from django.utils.translation import gettext_lazy as _

from ringar.core.feeds import MOST_ENTRIES, Entry, Feed
from ringar.core.models import Unit
from ringar.core.rules import Viewer
from ringar.needs.models import Need
from ringar.needs.queries import filtered_needs, listed_needs


def newest_needs(viewer: Viewer, unit: Unit | None) -> list[Entry]:
    """The needs that everyone may see and that changed last. 1 query, one more for a unit."""
    needs = filtered_needs(listed_needs(viewer, everywhere=True), unit=unit)
    return [entry_of(need) for need in needs[:MOST_ENTRIES]]


def entry_of(need: Need) -> Entry:
    """A need as it stands in a feed."""
    return Entry(
        uuid=need.uuid,
        title=need.title,
        url=need.get_absolute_url(),
        text=need.symptom,
        published=need.shared_at or need.created_at,
        updated=need.changed_at,
        author=f"{need.unit.name}, {need.organisation.name}",
        language=need.language,
    )


FEEDS = [
    Feed(
        key="behov",
        title=_("Needs"),
        about=_("Needs that are open to everyone, the latest change first."),
        page="need_list",
        entries=newest_needs,
        by_unit=True,
    )
]
