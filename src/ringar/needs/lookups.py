"""The needs that other rooms may point to by uuid: what a call is for."""

from collections.abc import Collection
from uuid import UUID

from ringar.core.registry import Lookup
from ringar.core.rules import Viewer, Visibility
from ringar.needs.queries import listed_needs, visible_needs
from ringar.needs.rules import NeedState

MOST = 30
READY = (NeedState.EXPLORED, NeedState.CHOSEN, NeedState.MATCHED)


def find_needs(viewer: Viewer, uuids: Collection[UUID]) -> list[tuple[UUID, str]]:
    """Those of the needs that everyone may see, then the latest such of the organisation, explored or chosen.

    A call is public and names its needs; making a need public is where its flagged words are decided on.
    """
    if viewer.organisation_id is None:
        return []
    own = visible_needs(viewer).filter(
        organisation_id=viewer.organisation_id, is_draft=False, visibility=Visibility.PUBLIC
    )
    chosen = own.filter(uuid__in=uuids).values_list("uuid", "title") if uuids else []
    others = (
        listed_needs(viewer)
        .filter(state__in=READY, visibility=Visibility.PUBLIC)
        .values_list("uuid", "title")[:MOST]
    )
    return list({**dict(chosen), **dict(others)}.items())


LOOKUPS = [Lookup("need", find_needs)]
