"""Every write of this room: ceilings, purchases, choices of suppliers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from ringar.core.actions import audit_row, record_audit, record_audits
from ringar.core.clock import now
from ringar.core.importing import Counts, Progress
from ringar.core.models import Organisation, Unit
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text
from ringar.procurement.models import Alternative, Ceiling, Purchase, PurchaseKind, SupplierChoice
from ringar.procurement.rules import (
    LONGEST_REASON,
    MOST_ALTERNATIVES,
    MOST_SEK,
    can_set_ceiling,
    can_write_purchase,
    still_planned,
)
from ringar.solvers.models import Solver

LONGEST_NAME = 120
LONGEST_SUPPLIER = 200
LONGEST_WHAT = 300
KEPT = ("unit", "kind", "what", "supplier", "sek", "date")


def tidy(text: str, longest: int) -> str:
    """The text as it is kept. Raises Refused where it is too long; nothing is cut in silence."""
    text = tidy_text(text).strip()
    if len(text) > longest:
        told = _("The text has %(length)d characters; at most %(longest)d fit.")
        raise Refused(told % {"length": len(text), "longest": longest})
    return text


def kind_named(organisation_id: int, name: str) -> PurchaseKind:
    """The organisation's kind with that name, whatever its capitals; made where there is none. Raises Refused."""
    name = tidy(name, LONGEST_NAME)
    if not name:
        raise Refused(_("Say what kind of purchase it is."))
    found = PurchaseKind.objects.filter(organisation_id=organisation_id, name__iexact=name).first()
    return found or PurchaseKind.objects.get_or_create(organisation_id=organisation_id, name=name)[0]


@transaction.atomic
def set_ceiling(*, by: Viewer, sek: int, valid_from: date, source: str) -> Ceiling:
    """The ceiling for direct award from a day on, with where that is said; the same day again corrects it.

    Raises NotAllowed, Refused.
    """
    if not can_set_ceiling(by):
        raise NotAllowed
    source = tidy(source, 300)
    if not source:
        raise Refused(_("Say where the ceiling is decided: the law, and its paragraph."))
    if not 0 < sek <= MOST_SEK:
        raise Refused(_("Write the ceiling in whole kronor, more than none."))
    ceiling = Ceiling.objects.select_for_update().filter(valid_from=valid_from).first()
    before = ceiling.sek if ceiling else None
    ceiling = ceiling or Ceiling(valid_from=valid_from)
    ceiling.sek, ceiling.source = sek, source
    ceiling.save()
    told: dict[str, object] = {"sek": [before, sek], "valid_from": str(valid_from), "source": source}
    record_audit(by=by, action="set_ceiling", target=ceiling, changes=told)
    return ceiling


@transaction.atomic
def add_purchase(
    *,
    by: Viewer,
    unit: Unit,
    kind: str,
    what: str,
    supplier: str,
    sek: int,
    date: date,
    row: UUID | None = None,
) -> Purchase:
    """Writes down a purchase, in SEK without VAT; one for a row takes its place among what was planned for it.

    Raises NotAllowed, Refused.
    """
    if unit.organisation_id != by.organisation_id or not can_write_purchase(by, unit.pk):
        raise NotAllowed
    what, supplier = tidy(what, LONGEST_WHAT), tidy(supplier, LONGEST_SUPPLIER)
    if not what or not supplier:
        raise Refused(_("Say what was bought, and from whom."))
    if not 0 <= sek <= MOST_SEK:
        raise Refused(_("Write the sum in whole kronor without VAT."))
    purchase = Purchase.objects.create(
        organisation_id=unit.organisation_id,
        unit=unit,
        kind=kind_named(unit.organisation_id, kind),
        what=what,
        supplier=supplier,
        sek=sek,
        date=date,
        row=row,
        created_by_id=by.person_id,
        created_at=now(),
    )
    record_audit(by=by, action="add_purchase", target=purchase, changes=told_of(purchase))
    if row is not None:
        lower_planned(row, by=by)
    return purchase


def told_of(purchase: Purchase) -> dict[str, object]:
    """What the audit row says of a purchase that is new."""
    return {
        "sek": [None, purchase.sek],
        "kind": purchase.kind.name,
        "supplier": purchase.supplier,
        "date": str(purchase.date),
    }


def lower_planned(row: UUID, *, by: Viewer) -> None:
    """What has been bought for a row is no longer planned. Call it inside a transaction."""
    planned = Purchase.objects.select_for_update().filter(row=row, is_planned=True).first()
    if planned is None:
        return
    bought = Purchase.objects.filter(row=row, is_planned=False).aggregate(sum=Sum("sek", default=0))["sum"]
    before, planned.sek = planned.sek, still_planned(planned.sek, bought)
    record_audit(by=by, action="plan_purchase", target=planned, changes={"sek": [before, planned.sek]})
    if planned.sek:
        planned.save(update_fields=["sek"])
    else:
        planned.delete()


@transaction.atomic
def plan_purchase(*, by: Viewer, row: UUID, unit: Unit, what: str, sek: int, date: date) -> Purchase | None:
    """Keeps room below the ceiling for what a row will cost, by its documented choice; once for each row.

    Whoever calls has looked at the rights and at the ceiling. None where the choice names no kind, or all is bought.
    """
    choice = SupplierChoice.objects.select_for_update().filter(row=row).first()
    if choice is None or choice.kind_id is None:
        return None
    bought = Purchase.objects.filter(row=row, is_planned=False).aggregate(sum=Sum("sek", default=0))["sum"]
    planned = Purchase.objects.filter(row=row, is_planned=True).first() or Purchase(row=row, is_planned=True)
    before = planned.sek if planned.pk else None
    planned.organisation_id, planned.unit, planned.kind_id = unit.organisation_id, unit, choice.kind_id
    planned.what, planned.supplier, planned.date = what[:LONGEST_WHAT], choice.supplier, date
    planned.sek, planned.created_by_id = still_planned(sek, bought), by.person_id
    if not planned.sek:
        return None
    planned.save()
    record_audit(by=by, action="plan_purchase", target=planned, changes={"sek": [before, planned.sek]})
    return planned


@dataclass(frozen=True)
class Other:
    """Another supplier that was looked at, and why it was not chosen."""

    supplier: str
    why_not: str


@transaction.atomic
def document_choice(
    *,
    by: Viewer,
    row: Any,
    kind: str,
    supplier: str,
    reason: str,
    alternatives: Sequence[Other] = (),
    no_alternatives: str = "",
) -> SupplierChoice:
    """Writes down who delivers to a row and why, and which others were looked at; or why none was.

    `row` has uuid and organisation_id; whoever calls has looked at the right to change it. Raises Refused.
    """
    supplier, reason = tidy(supplier, LONGEST_SUPPLIER), tidy(reason, LONGEST_REASON)
    others = [Other(tidy(each.supplier, 200), tidy(each.why_not, LONGEST_REASON)) for each in alternatives]
    others = [each for each in others if each.supplier or each.why_not]
    no_alternatives = tidy(no_alternatives, LONGEST_REASON)
    require_reasons(supplier, reason, others, no_alternatives)
    choice = SupplierChoice.objects.select_for_update().filter(row=row.uuid).first()
    before = choice.supplier if choice else None
    choice = choice or SupplierChoice(row=row.uuid, organisation_id=row.organisation_id)
    choice.kind = kind_named(row.organisation_id, kind)
    choice.supplier, choice.reason, choice.no_alternatives = supplier, reason, no_alternatives
    choice.chosen_by_id, choice.chosen_at = by.person_id, now()
    choice.save()
    choice.alternatives.all().delete()
    Alternative.objects.bulk_create(
        Alternative(choice=choice, order=place, supplier=each.supplier, why_not=each.why_not)
        for place, each in enumerate(others, start=1)
    )
    told: dict[str, object] = {
        "supplier": [before, supplier],
        "kind": choice.kind.name,
        "reason": reason,
        "alternatives": [each.supplier for each in others],
    }
    record_audit(by=by, action="document_choice", target=row, changes=told)
    return choice


def require_reasons(supplier: str, reason: str, others: Sequence[Other], no_alternatives: str) -> None:
    """Raises Refused where a choice of supplier is not told whole."""
    if not supplier or not reason:
        raise Refused(_("Say which supplier is chosen, and why."))
    if len(others) > MOST_ALTERNATIVES:
        raise Refused(_("At most %(most)d others.") % {"most": MOST_ALTERNATIVES})
    if any(not each.supplier or not each.why_not for each in others):
        raise Refused(_("Say of each other supplier who it is, and why not."))
    if not others and not no_alternatives:
        raise Refused(
            _("Name at least one other supplier that you looked at, or say why no other was asked.")
        )


Row = Mapping[str, Any]


@transaction.atomic
def import_purchases(
    *, by: Viewer, organisation: Organisation, source: str, rows: Sequence[Row], progress: Progress
) -> Counts:
    """Saves checked rows as purchases of the organisation: new, changed and unchanged are counted. Idempotent.

    Raises NotAllowed; nothing is saved then.
    """
    if not by.leads or by.organisation_id != organisation.pk:
        raise NotAllowed
    units = {unit.name: unit for unit in organisation.units.order_by("-id")}
    top = organisation.units.filter(parent=None).order_by("id").first()
    solvers = {
        solver.name.casefold(): solver
        for solver in Solver.objects.filter(name__in={row["supplier"] for row in rows})
    }
    kinds = {name: kind_named(organisation.pk, name) for name in {row["kind"] for row in rows}}
    known = {
        each.external_id: each
        for each in Purchase.objects.filter(organisation=organisation, source=source).select_related(
            "kind", "unit"
        )
    }
    audit, new, changed = [], 0, 0
    for row in rows:
        purchase = known.get(row["external_id"]) or Purchase(
            organisation=organisation,
            source=source,
            external_id=row["external_id"],
            created_by_id=by.person_id,
        )
        told = fill(
            purchase, {**row, "kind": kinds[row["kind"]], "unit": units.get(row.get("unit", ""), top)}
        )
        if told:
            new, changed = (new, changed + 1) if purchase.pk else (new + 1, changed)
            purchase.solver = solvers.get(purchase.supplier.casefold())
            purchase.save()
            audit.append(audit_row(by=by, action="import_purchase", target=purchase, changes=told))
        progress(1)
    record_audits(audit)
    return Counts(new=new, changed=changed, unchanged=len(rows) - new - changed)


def fill(purchase: Purchase, row: Row) -> dict[str, object]:
    """Sets what the row tells; returns what changed, as the audit tells it."""
    changes: dict[str, object] = {}
    for name in KEPT:
        before = getattr(purchase, name) if purchase.pk else None
        if before != row[name]:
            changes[name] = [before if before is None else str(before), str(row[name])]
            setattr(purchase, name, row[name])
    return changes
