"""Pages of maps: the list, a new one, one routine with its gate and versions, and what becomes of it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.robots.actions.maps import Decision, add_map, decide_map, draw_version
from ringar.robots.forms.maps import DecisionForm, MapForm, VersionForm
from ringar.robots.models.maps import ProcessMap
from ringar.robots.queries.cases import visible_robots
from ringar.robots.queries.maps import (
    decides_for,
    gate_facts,
    keeps_for,
    kept_units,
    listed_maps,
    map_for,
    said_to_decide,
    visible_logs,
)
from ringar.robots.rules.maps import GateStep, MapKind, gate

PAGE = 25
NEWEST_LOGS = 10


def gate_line(process_map: ProcessMap) -> tuple[list[tuple[GateStep, str]], GateStep | None]:
    """The gate's steps, each with its class on the page ("done", "now", ""), and the one that is next."""
    steps = gate(gate_facts(process_map))
    now = next((step for step in steps if not step.is_done), None)
    return [(step, "done" if step.is_done else "now" if step is now else "") for step in steps], now


@login_required
@require_safe
def map_list(request: Request) -> HttpResponse:
    """The routines that are mapped, how far each has come, and the newest logs."""
    rows = listed_maps(request.viewer)
    after = request.GET.get("after", "")
    if after.isascii() and after.isdecimal() and len(after) < 18:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    logs = visible_logs(request.viewer).defer("figures").order_by("-id")
    older = request.GET.get("loggar", "")
    if older.isascii() and older.isdecimal() and len(older) < 18:
        logs = logs.filter(pk__lt=int(older))
    shown = list(logs[: NEWEST_LOGS + 1])
    context = {
        "rows": [(each, gate_line(each)[1]) for each in found[:PAGE]],
        "more": found[PAGE - 1].pk if len(found) > PAGE else None,
        "logs": shown[:NEWEST_LOGS],
        "more_logs": shown[NEWEST_LOGS - 1].pk if len(shown) > NEWEST_LOGS else None,
        "may_keep": kept_units(request.viewer).exists(),
    }
    return render(request, "robots/map_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def map_new(request: Request) -> HttpResponse:
    """Begins a map."""
    if not kept_units(request.viewer).exists():
        raise NotAllowed
    first = {"log": request.GET.get("logg", "")[:18]}
    form = MapForm(request.POST or None, viewer=request.viewer, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_map(by=request.viewer, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("map_version", made.uuid, 1)
    return render(request, "robots/map_new.html", {"form": form})


@login_required
@require_safe
def map_detail(request: Request, uuid: UUID) -> HttpResponse:
    """One routine: how far it has come, who acts next, its versions and the decision."""
    process_map = map_for(request.viewer, uuid)
    line, now = gate_line(process_map)
    is_known = all(step.is_done for step, _look in line[:2])  # drawn and measured: what a decision needs
    context = {
        "map": process_map,
        "line": line,
        "now": now,
        "robots": visible_robots(request.viewer).filter(map_version__process_map=process_map),
        "versions": list(process_map.versions.all())[::-1],
        "may_keep": keeps_for(request.viewer, process_map),
        "may_decide": (is_known or process_map.decision) and decides_for(request.viewer, process_map),
        "form": VersionForm(viewer=request.viewer, initial={"kind": MapKind.TO_BE}),
    }
    return render(request, "robots/map_detail.html", context)


@login_required
@require_POST
def map_draw(request: Request, uuid: UUID) -> HttpResponse:
    """One more version of the map."""
    process_map = map_for(request.viewer, uuid)
    if not keeps_for(request.viewer, process_map):
        raise NotAllowed
    form = VersionForm(request.POST, viewer=request.viewer)
    if not form.is_valid():
        messages.error(request, _("Choose what the new version shows."))
        return redirect("map_detail", uuid)
    try:
        made = draw_version(by=request.viewer, process_map=process_map, **form.cleaned_data)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("map_detail", uuid)
    return redirect("map_version", uuid, made.number)


@login_required
@require_http_methods(["GET", "POST"])
def map_decide(request: Request, uuid: UUID) -> HttpResponse:
    """Drop, simplify, connect, or a robot."""
    process_map = map_for(request.viewer, uuid)
    if not decides_for(request.viewer, process_map):
        raise NotAllowed
    says = said_to_decide(process_map)
    form = DecisionForm(
        request.POST or None, process_map=process_map, viewer=request.viewer, says_authority=bool(says)
    )
    if request.method == "POST" and form.is_valid():
        try:
            decide_map(by=request.viewer, process_map=process_map, made=Decision(**form.cleaned_data))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("It is decided, and stands on the routine’s page."))
            return redirect("map_detail", uuid)
    return render(request, "robots/map_decide.html", {"form": form, "map": process_map, "says": says})
