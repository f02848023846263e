"""Pages of purchases: what has been bought of each kind against the ceiling, and choices of suppliers."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ringar.core.charts import Chart, Row, bar_chart
from ringar.core.clock import today
from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.core.registry import Subject, subject_of
from ringar.core.rules import NotAllowed, Refused
from ringar.core.text import sek
from ringar.procurement.actions import add_purchase, document_choice, set_ceiling
from ringar.procurement.forms import CeilingForm, ChoiceForm, PurchaseForm
from ringar.procurement.models import Ceiling, SupplierChoice
from ringar.procurement.queries import (
    MOST_KINDS,
    PAGE,
    KindSum,
    before,
    ceiling_on,
    choices_for,
    cursor_of,
    listed_purchases,
    purchases_for,
    sums_by_kind,
    years_of,
)
from ringar.procurement.rules import Room, can_set_ceiling, financial_year, writes_purchases

FIRST_YEAR, LAST_YEAR = 1990, 2200


def year_asked(request: Request) -> int:
    """The financial year in the address, else this one."""
    asked = request.GET.get("ar", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else 0
    return year if FIRST_YEAR <= year <= LAST_YEAR else today().year


@login_required
@require_GET
def purchase_list(request: Request) -> HttpResponse:
    """Sums of each kind against the ceiling, and the purchases, a page at a time."""
    viewer, year = request.viewer, year_asked(request)
    after = request.GET.get("after", "")
    sums, last = sums_by_kind(viewer, year), min(today(), financial_year(date(year, 1, 1))[1])
    ceiling = ceiling_on(last)
    shown = list(before(listed_purchases(viewer, year=year), after)[: PAGE + 1])
    context = {
        "year": year,
        "years": sorted({today().year, *years_of(viewer)}, reverse=True),
        "ceiling": ceiling,
        "chart": chart_of(sums, ceiling),
        "above": [each for each in sums if ceiling and each.total > ceiling.sek],
        "purchases": shown[:PAGE],
        "more": cursor_of(shown[PAGE - 1]) if len(shown) > PAGE else "",
        "after": after,
        "may_write": writes_purchases(viewer),
        "asked": f"ar={year}",
    }
    return render(request, "procurement/purchase_list.html", context)


def chart_of(sums: list[KindSum], ceiling: Ceiling | None) -> Chart | None:
    """A bar for each kind under one for the ceiling; None where nothing was bought."""
    if not sums:
        return None
    rows = [Row(_("Ceiling for direct award"), [ceiling.sek])] if ceiling else []
    for each in sums[:MOST_KINDS]:
        rows.append(Row(each.kind, [each.total], note=note_of(each, ceiling)))
    return bar_chart("kinds", _("Bought and planned this financial year"), rows, measure=_("kronor"))


def note_of(each: KindSum, ceiling: Ceiling | None) -> str:
    """What is left below the ceiling, or by how much it is passed; what of it is only planned."""
    if ceiling is None:
        return ""
    room = Room(bought=each.bought, wanted=each.planned, ceiling=ceiling.sek)
    if room.over:
        return _("%(over)s above the ceiling") % {"over": sek(room.over)}
    return _("%(left)s left") % {"left": sek(room.left)}


@login_required
@require_GET
def purchase_csv(request: Request) -> HttpResponseBase:
    """The year's purchases as a file."""
    rows = listed_purchases(request.viewer, year=year_asked(request))
    header = (_("Date"), _("What"), _("Kind"), _("Supplier"), _("SEK without VAT"), _("Unit"), _("Planned"))
    lines = (
        (
            each.date,
            each.what,
            each.kind.name,
            each.supplier,
            each.sek,
            each.unit.name,
            _("yes") if each.is_planned else _("no"),
        )
        for each in rows[: MOST_ROWS + 1].iterator(chunk_size=2000)
    )
    return export_response(_("purchases"), header, lines, kind=request.GET.get("format"))


@login_required
@require_http_methods(["GET", "POST"])
def purchase_new(request: Request) -> HttpResponse:
    """Writes down a purchase."""
    viewer = request.viewer
    if not writes_purchases(viewer):
        raise NotAllowed
    form = PurchaseForm(request.POST or None, viewer=viewer, initial={"date": today()})
    if request.method == "POST" and form.is_valid():
        try:
            purchase = add_purchase(by=viewer, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The purchase is written down."))
            return redirect(f"{request.path.replace('nytt/', '')}?ar={purchase.date.year}")
    return render(request, "procurement/purchase_new.html", {"form": form})


@login_required
@require_http_methods(["GET", "POST"])
def ceiling_list(request: Request) -> HttpResponse:
    """The ceilings for direct award, with their dates and sources; who may, adds the next one."""
    viewer = request.viewer
    if not viewer.is_inside:
        raise NotAllowed
    may_set = can_set_ceiling(viewer)
    if request.method == "POST" and not may_set:
        raise NotAllowed
    form = CeilingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_ceiling(by=viewer, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The ceiling is set."))
            return redirect("ceiling_list")
    context = {
        "form": form if may_set else None,
        "ceilings": list(Ceiling.objects.all()),
        "now": ceiling_on(today()),
    }
    return render(request, "procurement/ceiling_list.html", context)


def row_for(request: Request, kind: str, uuid: UUID) -> tuple[Any, Subject]:
    """The row that a choice is for, and its kind, where the viewer may see it inside. Raises NotAllowed."""
    subject = subject_of(kind)
    row = subject.find(request.viewer, uuid) if subject else None
    if subject is None or row is None or row.organisation_id != request.viewer.organisation_id:
        raise NotAllowed
    if not request.viewer.is_inside:
        raise NotAllowed
    return row, subject


@login_required
@require_http_methods(["GET", "POST"])
def supplier_choice(request: Request, kind: str, uuid: UUID) -> HttpResponse:
    """Documents who delivers to a row, and why; shows what of the same kind has been bought this year."""
    row, subject = row_for(request, kind, uuid)
    may_write = subject.may_write(request.viewer, row)
    if request.method == "POST" and not may_write:
        raise NotAllowed
    choice = choices_for([row.uuid]).get(row.uuid)
    supplier = request.GET.get("leverantor", "")[:200]
    form = ChoiceForm(
        request.POST or None, choice=choice, organisation_id=row.organisation_id, supplier=supplier
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        names = ("kind", "supplier", "reason", "no_alternatives")
        try:
            facts = {name: said[name] for name in names}
            document_choice(by=request.viewer, row=row, alternatives=form.others(), **facts)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The choice is documented."))
            return redirect(row)
    context = {"row": row, "form": form if may_write else None, "choice": choice, **same_kind_of(choice, row)}
    return render(request, "procurement/supplier_choice.html", context)


def same_kind_of(choice: SupplierChoice | None, row: Any) -> dict[str, object]:
    """What of the choice's kind has been bought this year, and the ceiling; what was bought for the row itself."""
    found: dict[str, object] = {"own": list(purchases_for(row.uuid)), "ceiling": ceiling_on(today())}
    if choice and choice.kind:
        sums = choice.kind.purchases.filter(date__range=financial_year(today()))
        found["same"] = list(sums.select_related("unit").order_by("-sek", "id")[:20])
        found["total"] = sum(sums.values_list("sek", flat=True))
    return found
