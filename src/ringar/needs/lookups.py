"""The needs that other rooms may point to by uuid: what a call is for."""

from collections.abc import Collection
from uuid import UUID

from ringar.core.registry import Lookup
from ringar.core.rules import Viewer
from ringar.needs.queries import listed_needs, visible_needs
from ringar.needs.rules import NeedState

MOST = 30
READY = (NeedState.EXPLORED, NeedState.CHOSEN, NeedState.MATCHED)


def find_needs(viewer: Viewer, uuids: Collection[UUID]) -> list[tuple[UUID, str]]:
    """Those of the needs that the viewer sees, then the latest of the organisation that are explored or chosen."""
    if viewer.organisation_id is None:
        return []
    own = visible_needs(viewer).filter(organisation_id=viewer.organisation_id, is_draft=False)
    chosen = own.filter(uuid__in=uuids).values_list("uuid", "title") if uuids else []
    others = listed_needs(viewer).filter(state__in=READY).values_list("uuid", "title")[:MOST]
    return list({**dict(chosen), **dict(others)}.items())


LOOKUPS = [Lookup("need", find_needs)]
