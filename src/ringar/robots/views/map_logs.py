"""Pages of event logs: handed in, its columns chosen, and the picture of what it tells."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ringar.core.exports import export_response
from ringar.core.kit_words import said
from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.robots.actions.map_logs import add_log, choose_columns, columns_in, fault_of, remove_log, work_key
from ringar.robots.forms.maps import ColumnsForm, LogForm
from ringar.robots.map_figures import graph_of
from ringar.robots.models.maps import EventLog
from ringar.robots.models.work import Work
from ringar.robots.queries.maps import keeps_for, kept_units, visible_logs
from ringar.robots.rules.maps import LogState
from ringar.robots.rules.work import UNFINISHED
from ringar_kits.processes import DAY, EdgeRow, ProcessGraph, Step, Variant, edge_rows, graph_svg
from ringar_kits.processes.words import Language, span

SHOWN_ROWS = 20
SHOWN_WAYS = 10
SHARES = (20, 40, 60, 80, 100)
DEFAULT_SHARE = 40


@login_required
@require_http_methods(["GET", "POST"])
def log_new(request: Request) -> HttpResponse:
    """Hands in an event log."""
    if not kept_units(request.viewer).exists():
        raise NotAllowed
    form = LogForm(request.POST or None, request.FILES or None, viewer=request.viewer)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            log = add_log(by=request.viewer, file_name=told["file"].name, **told)
        except Refused as refused:
            form.add_error("file", str(refused))
        else:
            return redirect("log_detail", log.uuid)
    return render(request, "robots/log_new.html", {"form": form})


@login_required
@require_http_methods(["GET", "POST"])
def log_detail(request: Request, uuid: UUID) -> HttpResponse:
    """A log: its columns to choose, how the reading goes, or what was measured."""
    log = get_object_or_404(visible_logs(request.viewer), uuid=uuid)
    may_keep = keeps_for(request.viewer, log)
    if request.method == "POST" and not may_keep:
        raise NotAllowed
    if log.state == LogState.MEASURED:
        return render(request, "robots/log_measured.html", measured(request, log) | {"may_keep": may_keep})
    work = Work.objects.filter(key=work_key(log), state__in=UNFINISHED).first()
    form, problem = None, fault_of(log)
    if may_keep and work is None:
        try:
            columns = columns_in(log)
            form = ColumnsForm(request.POST or None, columns=columns, chosen=log.columns) if columns else None
            if request.method == "POST" and form is not None and form.is_valid():
                choose_columns(by=request.viewer, log=log, columns=form.cleaned_data)
                return redirect("log_detail", uuid)
        except Refused as refused:
            problem = str(refused)
    context = {"log": log, "form": form, "work": work, "problem": problem, "may_keep": may_keep}
    return render(request, "robots/log_wait.html", context)


def share_of(request: Request) -> int:
    """How much of the picture is shown, in per cent: `?visa=`."""
    text = request.GET.get("visa", "")
    return (
        min(max(int(text), 5), 100) if text.isascii() and text.isdigit() and len(text) < 4 else DEFAULT_SHARE
    )


def kit_language() -> Language:
    """The reader's language, as the kit calls it."""
    return "en" if get_language() == "en" else "sv"


def picture_of(graph: ProcessGraph, share: int) -> SafeString:
    """The log's picture, safe to show: the kit makes it of tags of its own and escapes every name."""
    return mark_safe(graph_svg(graph, show=share / 100, language=kit_language()))  # noqa: S308 (as said above)


def row_line(row: EdgeRow) -> tuple[EdgeRow, float, str, str]:
    """A row with its share in per cent, and its times in the units that suit them."""
    median, p90 = (span(days * DAY, kit_language()) for days in (row.median_days, row.p90_days))
    return row, 100 * row.share, median, p90


def step_line(step: Step) -> tuple[Step, str, str]:
    """A step with how long cases waited for it: the median, and nine in ten. Nothing where it is always first."""
    if step.wait is None:
        return step, "", ""
    median, p90 = (span(seconds, kit_language()) for seconds in (step.wait.median, step.wait.p90))
    return step, median, p90


def days_of(way: Variant) -> str:
    """How long a case takes that goes that way, the median."""
    return span(way.duration.median, kit_language())


def measured(request: Request, log: EventLog) -> dict[str, Any]:
    """What the page of a measured log shows."""
    graph, share = graph_of(log.figures), share_of(request)
    rows = edge_rows(graph)
    return {
        "log": log,
        "graph": graph,
        "notes": [said(note) for note in graph.notes],
        "picture": picture_of(graph, share),
        "share": share,
        "shares": SHARES,
        "median_days": graph.duration.median / DAY,
        "p90_days": graph.duration.p90 / DAY,
        "main_share": 100 * graph.main_share,
        "rework_share": 100 * graph.rework_share,
        "reworked": sorted((each for each in graph.steps if each.repeated), key=lambda each: -each.repeated)[
            :5
        ],
        "median_span": span(graph.duration.median, kit_language()) if graph.duration.median < DAY else "",
        "steps": [step_line(each) for each in graph.steps[:SHOWN_ROWS]],
        "ways": [
            (each, 100 * each.cases / graph.cases, days_of(each)) for each in graph.variants[:SHOWN_WAYS]
        ],
        "rows": [row_line(each) for each in rows[:SHOWN_ROWS]],
        "row_count": len(rows),
    }


@login_required
@require_safe
def log_csv(request: Request, uuid: UUID) -> FileResponse:
    """Every edge of a measured log as a file."""
    log = get_object_or_404(visible_logs(request.viewer), uuid=uuid)
    if log.state != LogState.MEASURED:
        raise Http404
    header = (
        *(_("From step"), _("To step"), _("How often"), _("Cases"), _("Share of cases")),
        *(_("Median days between"), _("Nine in ten within days")),
        *(_("Days in all"), _("Of these back to an earlier step")),
    )
    return export_response(
        _("steps"), header, edge_rows(graph_of(log.figures)), kind=request.GET.get("format")
    )


@login_required
@require_POST
def log_remove(request: Request, uuid: UUID) -> HttpResponse:
    """Takes a log away."""
    log = get_object_or_404(visible_logs(request.viewer), uuid=uuid)
    try:
        remove_log(by=request.viewer, log=log)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("log_detail", uuid)
    messages.success(request, _("The log is removed, and so is what was counted of it."))
    return redirect("map_list")
