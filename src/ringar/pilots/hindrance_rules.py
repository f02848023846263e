"""Who may tell of a hindrance and say that it is gone; what holds back most. Pure: no database, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ringar.core.rules import Viewer
from ringar.pilots.rules import HindranceKind

LONGEST_WHAT = 2_000


@dataclass(frozen=True)
class HindranceFacts:
    """What the rules ask about a hindrance."""

    organisation_id: int
    author_id: int | None
    owner_id: int | None


def can_tell_hindrance(viewer: Viewer, *, organisation_id: int, sees: bool) -> bool:
    """Whether the viewer may tell what stands in the way of a row: sees it, and works where it belongs."""
    return sees and viewer.may_write and viewer.organisation_id == organisation_id


def can_remove_hindrance(viewer: Viewer, facts: HindranceFacts, *, writes: bool) -> bool:
    """Whether the viewer may say that it is gone: who told of it, who answers for it, who may change its row."""
    if not viewer.may_write or viewer.organisation_id != facts.organisation_id:
        return False
    is_mine = viewer.person_id is not None and viewer.person_id in {facts.author_id, facts.owner_id}
    return is_mine or writes


@dataclass(frozen=True)
class Weight:
    """How much one kind holds back: how many stand, on how many needs and pilots, how old and ownerless."""

    kind: HindranceKind
    standing: int = 0
    rows: int = 0
    oldest_days: int = 0
    overdue: int = 0
    ownerless: int = 0


Standing = tuple[str, UUID, date, date | None, bool]
"""Of one hindrance: its kind, its row, the day it was told, its last day, whether somebody answers for it."""


def weigh(hindrances: Iterable[Standing], *, today: date) -> list[Weight]:
    """All kinds, the one first that holds back most needs and pilots; then the one with most and oldest hindrances."""
    found: dict[str, list[Standing]] = {kind: [] for kind in HindranceKind.values}
    for each in hindrances:
        found[each[0]].append(each)
    weights = [
        Weight(
            kind=HindranceKind(kind),
            standing=len(rows),
            rows=len({row for _kind, row, _since, _due, _owned in rows}),
            oldest_days=max(((today - since).days for _kind, _row, since, _due, _owned in rows), default=0),
            overdue=sum(1 for _kind, _row, _since, due, _owned in rows if due is not None and due < today),
            ownerless=sum(1 for *_rest, owned in rows if not owned),
        )
        for kind, rows in found.items()
    ]
    return sorted(weights, key=lambda each: (-each.rows, -each.standing, -each.oldest_days, each.kind))
