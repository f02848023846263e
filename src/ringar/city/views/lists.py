"""Pages of work lists: those there are, a new one, one list in the office and in the field."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ringar.city.actions.lists import close_list, draw_list, drop_list, open_list
from ringar.city.actions.ticks import tick_item, untick_item
from ringar.city.forms.lists import MOST_FITS, ListForm, TickForm
from ringar.city.models import WorkList, WorkListItem
from ringar.city.queries.data import incidents_of
from ringar.city.queries.fits import fits_to_plan, sets_to_reckon, years_told
from ringar.city.queries.lists import (
    facts_of,
    item_for,
    items_of,
    list_for,
    outlooks_on,
    planned_list,
    visible_lists,
    with_counts,
)
from ringar.city.rules.data import DataKind
from ringar.city.rules.fits import CapacityIn, ChosenBy, Found, ListState
from ringar.city.rules.lists import MOST_PIPES, can_plan, can_tick
from ringar.city.views.map_files import outlook_headers
from ringar.core.exports import export_response
from ringar.core.middleware import Request
from ringar.core.queries import shown_name
from ringar.core.rules import NotAllowed, Refused

PAGE = 25
ITEMS = 60
STEPS = {"hand-out": open_list, "close": close_list}


def number_in(text: str) -> int | None:
    """A number in the address, or None."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


@login_required
@require_safe
def work_list_list(request: Request) -> HttpResponse:
    """The work lists, the newest first."""
    if not request.viewer.is_inside:
        raise NotAllowed
    rows, after = visible_lists(request.viewer).order_by("-id"), number_in(request.GET.get("after", ""))
    if after is not None:
        rows = rows.filter(pk__lt=after)
    found = list(with_counts(rows)[: PAGE + 1])
    context = {
        "lists": found[:PAGE],
        "more": found[PAGE - 1].pk if len(found) > PAGE else None,
        "may_plan": bool(sets_to_reckon(request.viewer, DataKind.PIPES)),
    }
    return render(request, "city/work_list_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def work_list_new(request: Request) -> HttpResponse:
    """Draws a list at the crew's capacity."""
    if not sets_to_reckon(request.viewer, DataKind.PIPES):
        raise NotAllowed
    if not fits_to_plan(request.viewer).exists():
        messages.info(
            request, _("A list needs a reckoning first: which pipes, and what is known of their breaks.")
        )
        return redirect("fit_new")
    form = ListForm(request.POST or None, viewer=request.viewer, initial=first_answers(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = draw_list(by=request.viewer, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect(made)
    return render(request, "city/work_list_new.html", {"form": form})


def first_answers(request: Request) -> dict[str, object]:
    """What the form for a new list holds at first: the reckoning that the address names, else the latest; its unit."""
    fits, asked = fits_to_plan(request.viewer), request.GET.get("berakning", "")
    fit = next((each for each in fits[:MOST_FITS] if str(each.uuid) == asked), None) or fits[0]
    return {"fit": fit.uuid, "unit": fit.pipes.owner_unit.uuid}


@login_required
@require_safe
def work_list_detail(request: Request, uuid: UUID) -> HttpResponse:
    """One list: how far it has come, its pipes in the crew's order, and what can be done."""
    work_list = list_for(request.viewer, uuid)
    facts, after = facts_of(work_list), number_in(request.GET.get("after", ""))
    shown = request.GET.get("visa", "")
    rows = items_of(work_list)
    if shown == "kvar":
        rows = rows.filter(done_at=None)
    if after is not None:
        rows = rows.filter(place__gt=after)
    items = list(rows[: ITEMS + 1])
    is_closed = work_list.state == ListState.CLOSED
    context = {
        "work_list": work_list,
        "counts": with_counts(visible_lists(request.viewer)).get(pk=work_list.pk),
        "items": items[:ITEMS],
        "more": items[ITEMS - 1].place if len(items) > ITEMS else None,
        "capacity": work_list.capacity / 1000
        if work_list.capacity_in == CapacityIn.METRES
        else int(work_list.capacity),
        "shown": shown,
        "finds": finds_of(work_list),
        "shows_arms": is_closed and work_list.chosen_by == ChosenBy.HALVES,
        "may_plan": can_plan(request.viewer, facts.held),
        "may_tick": can_tick(request.viewer, facts) and work_list.state == ListState.OPEN,
        "ticked": number_in(request.GET.get("bockad", "")),
    }
    return render(request, "city/work_list_detail.html", context)


def finds_of(work_list: WorkList) -> list[tuple[str, int]]:
    """What the crew has found so far, and how often. 1 query."""
    rows = work_list.items.exclude(found="").order_by().values("found").annotate(n=Count("pk"))
    counts = dict(rows.values_list("found", "n"))
    return [(str(label), counts[found]) for found, label in Found.choices if found in counts]


@login_required
@require_POST
def work_list_step(request: Request, uuid: UUID) -> HttpResponse:
    """Hands a list out, closes it, or takes a draft back."""
    work_list = planned_list(request.viewer, uuid)
    step = request.POST.get("step", "")
    try:
        if step == "drop":
            drop_list(by=request.viewer, work_list=work_list)
            messages.success(request, _("The list is taken back."))
            return redirect("work_list_list")
        if step in STEPS:
            STEPS[step](by=request.viewer, work_list=work_list)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(work_list)


@login_required
@require_http_methods(["GET", "POST"])
def work_list_tick(request: Request, uuid: UUID, place: int) -> HttpResponse:
    """One pipe on the list, in the field: what was found there."""
    item = item_for(request.viewer, uuid, place)
    form = TickForm(request.POST or None, initial={"found": item.found, "note": item.note})
    if request.method == "POST" and form.is_valid():
        try:
            tick_item(by=request.viewer, item=item, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            address = reverse("work_list_detail", args=[uuid])
            return redirect(f"{address}?visa=kvar&bockad={place}")
    following = items_of(item.work_list).filter(done_at=None, place__gt=place).first()
    context = {
        "item": item,
        "work_list": item.work_list,
        "form": form,
        "is_open": item.work_list.state == ListState.OPEN,
        "breaks": incidents_of(item.asset, request.viewer),
        "following": following,
    }
    return render(request, "city/work_list_tick.html", context)


@login_required
@require_POST
def work_list_untick(request: Request, uuid: UUID, place: int) -> HttpResponse:
    """Takes a tick back."""
    item = item_for(request.viewer, uuid, place)
    try:
        untick_item(by=request.viewer, item=item)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(item.work_list)
    messages.success(request, _("Number %(place)s is no longer ticked off.") % {"place": place})
    return redirect("work_list_tick", uuid, place)


@login_required
@require_safe
def work_list_csv(request: Request, uuid: UUID) -> FileResponse:
    """The list as a file. Who chose which pipe is told once it is closed."""
    work_list = list_for(request.viewer, uuid)
    is_closed = work_list.state == ListState.CLOSED
    headers = [
        _("Number"),
        _("Pipe"),
        _("Street"),
        _("Area"),
        _("Material"),
        _("Diameter, mm"),
        _("Installed"),
        _("Length, m"),
        _("Found"),
        _("Note"),
        _("Done"),
        _("By whom"),
        *([_("Chosen")] if is_closed else []),
        *(outlook_headers(years)[0] for years in (years_told(work_list.fit) if is_closed else [])),
    ]
    said = outlooks_on(work_list) if is_closed else {}
    rows = (
        row_of(request, item) + ([item.get_arm_display(), *said.get(item.asset_id, [])] if is_closed else [])
        for item in items_of(work_list)[: MOST_PIPES + 1].iterator(chunk_size=500)
    )
    return export_response("arbetslista", headers, rows, kind=request.GET.get("format"))


def row_of(request: Request, item: WorkListItem) -> list[object]:
    """One pipe as the file tells it."""
    asset = item.asset
    year = int(asset.installed) if asset.installed is not None else ""
    told: list[object] = [
        item.place,
        asset.external_id,
        asset.street,
        asset.area,
        asset.material,
        asset.diameter_mm,
    ]
    told += [year, round(item.length_m, 1), item.get_found_display(), item.note, item.done_at]
    return [*told, shown_name(item.done_by, request.viewer)]
