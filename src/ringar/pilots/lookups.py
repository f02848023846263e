"""The pilots that other rooms may point to by uuid."""

from collections.abc import Collection
from uuid import UUID

from ringar.core.registry import Lookup
from ringar.core.rules import Viewer
from ringar.pilots.queries.pilots import listed_pilots, visible_pilots

MOST = 30


def find_pilots(viewer: Viewer, uuids: Collection[UUID]) -> list[tuple[UUID, str]]:
    """Those of the pilots that the viewer may see, then those that changed last. 2 queries."""
    if viewer.organisation_id is None:
        return []
    chosen = visible_pilots(viewer).filter(uuid__in=uuids).values_list("uuid", "title") if uuids else []
    others = listed_pilots(viewer).values_list("uuid", "title")[:MOST]
    return list({**dict(chosen), **dict(others)}.items())


LOOKUPS = [Lookup("pilot", find_pilots)]
