"""Reads on purchases, sums of the same kind, ceilings and choices of suppliers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from ringar.core.models import Organisation, Unit
from ringar.core.rules import NotAllowed, Viewer
from ringar.procurement.models import Ceiling, Purchase, PurchaseKind, SupplierChoice
from ringar.procurement.rules import (
    BUYERS,
    can_see_purchases,
    financial_year,
    valid_on,
)

PAGE = 50
MOST_KINDS = 30
"""Kinds in the chart: those most has been bought of. All are in the file."""


def ceiling_on(day: date) -> Ceiling | None:
    """The ceiling for direct award that holds on that day. 1 query."""
    return valid_on(Ceiling.objects.all(), day)


def listed_purchases(viewer: Viewer, *, year: int | None = None) -> QuerySet[Purchase]:
    """The organisation's purchases, the latest first. Raises NotAllowed for those outside."""
    if not can_see_purchases(viewer):
        raise NotAllowed
    rows = Purchase.objects.filter(organisation_id=viewer.organisation_id or 0)
    if year is not None:
        rows = rows.filter(date__range=financial_year(date(year, 1, 1)))
    return rows.select_related("unit", "kind").order_by("-date", "-id")


def cursor_of(purchase: Purchase) -> str:
    """Where a page ends: the next one starts after this purchase."""
    return f"{purchase.date.isoformat()}_{purchase.pk}"


def before(purchases: QuerySet[Purchase], cursor: str) -> QuerySet[Purchase]:
    """The purchases after the one that `cursor` tells of; all of them where it tells of none."""
    stamp, _bar, last = cursor.partition("_")
    try:
        day = date.fromisoformat(stamp)
    except ValueError:
        return purchases
    if not last.isdecimal() or len(last) > 18:
        return purchases
    return purchases.filter(date__lte=day).exclude(date=day, id__gte=int(last))


@dataclass(frozen=True)
class KindSum:
    """What has been bought of one kind in a financial year, and what is planned besides, in SEK."""

    kind: str
    code: str
    bought: int
    planned: int
    purchases: int

    @property
    def total(self) -> int:
        """Bought and planned together: what counts against the ceiling."""
        return self.bought + self.planned


def sums_by_kind(viewer: Viewer, year: int) -> list[KindSum]:
    """The sums of the year across the organisation, the largest first. 1 query."""
    rows = listed_purchases(viewer, year=year).order_by().values("kind__name", "kind__code")
    sums = rows.annotate(
        bought=Sum("sek", filter=Q(is_planned=False), default=0),
        planned=Sum("sek", filter=Q(is_planned=True), default=0),
        number=Count("id"),
    )
    found = [
        KindSum(each["kind__name"], each["kind__code"], each["bought"], each["planned"], each["number"])
        for each in sums
    ]
    return sorted(found, key=lambda each: (-each.total, each.kind))


def years_of(viewer: Viewer) -> list[int]:
    """The financial years with purchases, the latest first. 1 query."""
    return [day.year for day in listed_purchases(viewer).order_by().dates("date", "year", order="DESC")]


def bought_besides(
    wanted: Collection[tuple[int, int, UUID]],
) -> dict[UUID, int]:
    """What others have bought or planned of the same kind, for many rows at once: {row: SEK}. 1 query.

    Each wanted is (kind id, year, row): the sum of the kind in that financial year, but for the row's own purchases.
    """
    if not wanted:
        return {}
    rows = Purchase.objects.filter(
        kind_id__in={kind for kind, _year, _row in wanted}, date__year__in={year for _k, year, _r in wanted}
    )
    sums = rows.order_by().values_list("kind_id", "date__year", "row").annotate(Sum("sek"))
    total: dict[tuple[int, int], int] = {}
    own: dict[tuple[int, int, UUID], int] = {}
    for kind, year, row, sek in sums:
        total[kind, year] = total.get((kind, year), 0) + sek
        if row is not None:
            own[kind, year, row] = sek
    return {row: total.get((kind, year), 0) - own.get((kind, year, row), 0) for kind, year, row in wanted}


def same_kind(kind: PurchaseKind, day: date) -> QuerySet[Purchase]:
    """The purchases of the kind in the financial year of that day, the largest first. 1 query."""
    rows = kind.purchases.filter(date__range=financial_year(day))
    return rows.select_related("unit").order_by("-sek", "id")


def choices_for(rows: Collection[UUID]) -> dict[UUID, SupplierChoice]:
    """The documented choices of suppliers, by what they are for. 1 query."""
    found = SupplierChoice.objects.filter(row__in=rows).select_related("kind", "chosen_by")
    return {choice.row: choice for choice in found}


def kinds_of(organisation_id: int) -> QuerySet[PurchaseKind]:
    """The organisation's kinds of purchases, by name."""
    return PurchaseKind.objects.filter(organisation_id=organisation_id)


def units_to_buy_for(viewer: Viewer) -> QuerySet[Unit]:
    """The units whose purchases the viewer may write down."""
    units = Unit.objects.filter(organisation_id=viewer.organisation_id or 0).order_by("name")
    return units if viewer.roles & BUYERS else units.filter(pk__in=viewer.role_units.get("manager", ()))


def purchases_for(row: UUID) -> QuerySet[Purchase]:
    """What has been bought or planned for a row. 1 query."""
    return Purchase.objects.filter(row=row).select_related("kind").order_by("date", "id")


def lock_organisation(organisation_id: int) -> None:
    """Keeps others from counting or adding to the organisation's sums until the transaction ends."""
    Organisation.objects.select_for_update().filter(pk=organisation_id).first()
