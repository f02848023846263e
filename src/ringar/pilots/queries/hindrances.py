"""Reads on hindrances: those of a row, those of the organisation on rows that the viewer sees, what holds back most."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from ringar.core.clock import today
from ringar.core.registry import MOST_WAITING, subject_of
from ringar.core.rules import NotAllowed, Viewer
from ringar.needs.queries import visible_needs
from ringar.pilots.hindrance_rules import Weight, can_remove_hindrance, weigh
from ringar.pilots.models import Hindrance
from ringar.pilots.queries.pilots import visible_pilots
from ringar.pilots.rules import HindranceKind

PAGE = 25
MOST_ON_A_ROW = 50
MOST_WEIGHED = 10_000


def hindrances_on(viewer: Viewer, row: Any) -> list[Hindrance]:
    """The row's hindrances for those who work where it belongs, those that stand first. 1 query, else none."""
    if not viewer.is_inside or viewer.organisation_id != row.organisation_id:
        return []
    rows = Hindrance.objects.filter(row=row.uuid, organisation_id=row.organisation_id)
    rows = rows.select_related("owner", "created_by")
    found = list(rows.order_by("-id")[:MOST_ON_A_ROW])
    return sorted(found, key=lambda each: each.gone_at is not None)


def visible_hindrances(viewer: Viewer) -> "QuerySet[Hindrance]":
    """The organisation's hindrances on needs and pilots that the viewer may see, and the viewer's own; newest first."""
    if not viewer.is_inside:
        return Hindrance.objects.none()
    here = viewer.organisation_id or 0
    seen = Q(row_kind="need", row__in=visible_needs(viewer).filter(organisation_id=here).values("uuid"))
    seen |= Q(row_kind="pilot", row__in=visible_pilots(viewer).filter(organisation_id=here).values("uuid"))
    if viewer.person_id is not None:
        seen |= Q(created_by_id=viewer.person_id) | Q(owner_id=viewer.person_id)
    elif viewer.leads:
        return Hindrance.objects.filter(organisation_id=here).order_by("-id")
    return Hindrance.objects.filter(seen, organisation_id=here).order_by("-id")


def listed_hindrances(
    viewer: Viewer, *, kind: str = "", gone: bool = False, own: bool = False
) -> "QuerySet[Hindrance]":
    """Those that stand (or are gone), of one kind or all; `own`: that the viewer answers for."""
    rows = visible_hindrances(viewer).filter(gone_at__isnull=not gone)
    if kind in HindranceKind.values:
        rows = rows.filter(kind=kind)
    if own:
        rows = rows.filter(owner_id=viewer.person_id or 0)
    return rows.select_related("owner")


@dataclass(frozen=True)
class Placed:
    """A hindrance with the row that it stands on; None where the viewer does not see it any more."""

    hindrance: Hindrance
    row: Any

    @property
    def days(self) -> int:
        """How long it has stood, or stood."""
        end = timezone.localdate(self.hindrance.gone_at) if self.hindrance.gone_at else today()
        return (end - timezone.localdate(self.hindrance.created_at)).days

    @property
    def is_overdue(self) -> bool:
        """Whether its last day has passed."""
        due = self.hindrance.due
        return due is not None and self.hindrance.gone_at is None and due < today()


def placed(viewer: Viewer, hindrances: Iterable[Hindrance]) -> list[Placed]:
    """The hindrances with their rows. 1 query for each kind of row."""
    rows = list(hindrances)
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for each in rows:
        wanted[each.row_kind].add(each.row)
    found: dict[UUID, Any] = {}
    for kind, uuids in wanted.items():
        if subject := subject_of(kind):
            found |= subject.visible_rows(viewer, uuids)
    return [Placed(each, found.get(each.row)) for each in rows]


def weights(viewer: Viewer) -> list[Weight]:
    """How much each kind holds back, the heaviest first. 1 query."""
    rows = visible_hindrances(viewer).filter(gone_at=None)
    facts = rows.values_list("kind", "row", "created_at", "due", "owner_id")[:MOST_WEIGHED]
    standing = [
        (kind, row, timezone.localdate(since), due, owner is not None)
        for kind, row, since, due, owner in facts
    ]
    return weigh(standing, today=today())


def hindrance_for(viewer: Viewer, uuid: UUID | str) -> tuple[Hindrance, Any]:
    """The hindrance with its row, for who may say that it is gone. Raises NotAllowed. 2 queries."""
    hindrance = visible_hindrances(viewer).select_related("owner", "organisation").filter(uuid=uuid).first()
    if hindrance is None:
        raise NotAllowed
    row = placed(viewer, [hindrance])[0].row
    subject = subject_of(hindrance.row_kind)
    writes = subject is not None and row is not None and subject.may_write(viewer, row)
    if not can_remove_hindrance(viewer, hindrance.facts, writes=writes):
        raise NotAllowed
    return hindrance, row


def own_hindrances(viewer: Viewer) -> "QuerySet[Hindrance]":
    """The hindrances that the viewer answers for and that stand, the soonest last day first. 1 query."""
    if viewer.person_id is None or not viewer.may_write:
        return Hindrance.objects.none()
    mine = Hindrance.objects.filter(
        owner_id=viewer.person_id, gone_at=None, organisation_id=viewer.organisation_id or 0
    )
    return mine.order_by("due", "id")[:MOST_WAITING]
