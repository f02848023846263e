"""Pages of one version of a map: read and marked, drawn, opened for comments, signed."""

from collections import defaultdict, deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.robots.actions.map_marks import answer_mark, mark_step
from ringar.robots.actions.maps import (
    drawn_in_words,
    link_log,
    mark_of,
    open_version,
    save_drawing,
    sign_version,
    steps_of,
)
from ringar.robots.forms.maps import DrawingForm, LinkForm, MarkForm
from ringar.robots.map_figures import graph_of
from ringar.robots.models.maps import MapMark, MapVersion
from ringar.robots.queries.maps import (
    Done,
    done_on,
    keeps_for,
    marks_of,
    objected_before,
    unanswered,
    version_for,
)
from ringar.robots.rules.maps import OBJECTIONS, LogState, MapState, MarkKind, can_mark
from ringar_kits.processes import BpmnMap, BpmnStep, check_graph

MOST_WAYS = 30


@dataclass(frozen=True)
class StepLine:
    """A step as the page's table shows it: what comes after, what robots did, how many spoke of it."""

    step: BpmnStep
    number: int
    nexts: list[str]
    done: Done | None
    marks: int
    is_authority: bool


def lines_of(bpmn: BpmnMap, done: Mapping[str, Done], marks: Collection[MapMark]) -> list[StepLine]:
    """The steps from the first on, as the drawing's flows lead; those that no flow reaches come last."""
    return [
        StepLine(
            step,
            number,
            nexts_of(bpmn, step.id),
            done.get(step.id),
            sum(mark.bpmn_id == step.id for mark in marks),
            any(mark.bpmn_id == step.id and mark.kind == MarkKind.AUTHORITY for mark in marks),
        )
        for number, step in enumerate(in_order(bpmn), start=1)
    ]


def in_order(bpmn: BpmnMap) -> list[BpmnStep]:
    """The steps by how many flows they are from the beginning."""
    steps = {step.id: step for step in bpmn.steps}
    after = defaultdict[str, list[str]](list)
    for flow in bpmn.flows:
        after[flow.source].append(flow.target)
    reached = {flow.target for flow in bpmn.flows}
    keys = [*(node.id for node in bpmn.nodes), *steps]
    seen = dict.fromkeys(key for key in keys if key not in reached)
    waiting = deque(seen)
    while waiting:
        for key in after[waiting.popleft()]:
            if key not in seen:
                seen[key] = None
                waiting.append(key)
    return [steps[key] for key in [*seen, *(key for key in steps if key not in seen)] if key in steps]


def nexts_of(bpmn: BpmnMap, key: str) -> list[str]:
    """The names of the steps that may come next: through gateways and events, which are no work."""
    names = {step.id: step.name or step.id for step in bpmn.steps}
    found: dict[str, None] = {}
    seen, waiting = {key}, [flow.target for flow in bpmn.flows if flow.source == key]
    while waiting:
        here = waiting.pop(0)
        if here in names:
            found[names[here]] = None
        elif here not in seen:
            seen.add(here)
            waiting += [flow.target for flow in bpmn.flows if flow.source == here]
    return list(found)


def fit_of(version: MapVersion, bpmn: BpmnMap) -> dict[str, object]:
    """How the cases of the version's log go together with its drawing; nothing without either."""
    if version.log is None or version.log.state != LogState.MEASURED or not bpmn.steps:
        return {}
    fit = check_graph(graph_of(version.log.figures), bpmn)
    # All is said only of all: 377 of 378 are 99 %.
    share = 100 * fit.share if fit.fitting == fit.cases else min(100 * fit.share, 99)
    return {"fit": fit, "fit_share": share, "off_map": fit.off_map[:MOST_WAYS]}


@dataclass(frozen=True)
class Refusal:
    """An answer to a mark that was not taken: why, and what was written, so that it is not lost."""

    mark: int
    reply: str
    why: str


def show_version(
    request: Request, version: MapVersion, form: MarkForm | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    """The page of one version."""
    viewer, marks = request.viewer, marks_of(version)
    try:
        bpmn, problem = steps_of(version.bpmn), ""
    except Refused as refused:  # drawn before the reader learned to refuse it
        bpmn, problem = BpmnMap((), ()), str(refused)
    names = {step.id: step.name or step.id for step in bpmn.steps}
    may_mark = version.state == MapState.OPEN and can_mark(viewer, organisation_id=version.organisation_id)
    context = {
        "version": version,
        "map": version.process_map,
        "problem": problem,
        "lines": lines_of(bpmn, done_on(version), marks),
        "marks": [(mark, names.get(mark.bpmn_id, "")) for mark in marks],
        "unanswered": unanswered(version),
        "objected_before": objected_before(version),
        "seen": mark_of(version.bpmn),
        "refusal": refusal,
        "may_keep": keeps_for(viewer, version.process_map),
        "may_mark": may_mark,
        "form": form or MarkForm(steps=list(names.items()), initial={"bpmn_id": request.GET.get("steg", "")}),
        "link": None if version.log else LinkForm(viewer=viewer),
    } | fit_of(version, bpmn)
    return render(request, "robots/map_version.html", context)


@login_required
@require_safe
def map_version(request: Request, uuid: UUID, number: int) -> HttpResponse:
    """One version: the drawing, the same in words, what people say of it, what robots did on it."""
    return show_version(request, version_for(request.viewer, uuid, number))


@login_required
@require_safe
def map_bpmn(request: Request, uuid: UUID, number: int) -> HttpResponse:
    """The drawing as a BPMN file."""
    version = version_for(request.viewer, uuid, number)
    name = f"{version.process_map.slug}-{version.number}.bpmn"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(version.bpmn, content_type="application/xml; charset=utf-8", headers=headers)


def kept_version(request: Request, uuid: UUID, number: int) -> MapVersion:
    """One version, for who keeps its map. Raises 404, NotAllowed."""
    version = version_for(request.viewer, uuid, number)
    if not keeps_for(request.viewer, version.process_map):
        raise NotAllowed
    return version


@login_required
@require_http_methods(["GET", "POST"])
def map_edit(request: Request, uuid: UUID, number: int) -> HttpResponse:
    """Draws a version: in the browser, or by handing in a BPMN file."""
    version = kept_version(request, uuid, number)
    if version.state == MapState.SIGNED and request.method == "GET":
        messages.error(request, _("What is signed is never changed. Draw a new version instead."))
        return redirect("map_version", uuid, number)
    form = DrawingForm(request.POST or None, request.FILES or None, initial={"seen": mark_of(version.bpmn)})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        bpmn = form.drawing()
        try:
            bpmn = bpmn or drawn_in_words(told["words"])
            save_drawing(by=request.viewer, version=version, bpmn=bpmn, seen=told["seen"])
        except Refused as refused:
            form.keep(bpmn, seen=mark_of(version.bpmn))
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The map is saved."))
            return redirect("map_version", uuid, number)
    context = {
        "form": form,
        "version": version,
        "map": version.process_map,
        "lines": lines_of(readable(version), {}, []),
    }
    return render(request, "robots/map_edit.html", context)


def readable(version: MapVersion) -> BpmnMap:
    """The version's map; an empty one of a drawing that can not be read any more."""
    try:
        return steps_of(version.bpmn)
    except Refused:
        return BpmnMap((), ())


@login_required
@require_POST
def map_open(request: Request, uuid: UUID, number: int) -> HttpResponse:
    """Opens a version for comments."""
    version = kept_version(request, uuid, number)
    try:
        open_version(by=request.viewer, version=version)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("It is open: everyone who works here can say what is wrong or missing."))
    return redirect("map_version", uuid, number)


@login_required
@require_POST
def map_sign(request: Request, uuid: UUID, number: int) -> HttpResponse:
    """Signs a version."""
    version = kept_version(request, uuid, number)
    try:
        sign_version(by=request.viewer, version=version, seen=request.POST.get("seen", ""))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("map_version", uuid, number)
    messages.success(request, _("It is signed, and never changes from now on."))
    return redirect("map_detail", uuid)


@login_required
@require_POST
def map_link(request: Request, uuid: UUID, number: int) -> HttpResponse:
    """Says which log measures a version."""
    version = kept_version(request, uuid, number)
    form = LinkForm(request.POST, viewer=request.viewer)
    try:
        if not form.is_valid():
            raise Refused(_("Choose a measured log."))
        link_log(by=request.viewer, version=version, log=form.cleaned_data["log"])
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("map_version", uuid, number)


@login_required
@require_POST
def map_mark(request: Request, uuid: UUID, number: int) -> HttpResponse:
    """Says something of a step."""
    version = version_for(request.viewer, uuid, number)
    if not can_mark(request.viewer, organisation_id=version.organisation_id):
        raise NotAllowed
    steps = [(step.id, step.name or step.id) for step in readable(version).steps]
    form = MarkForm(request.POST, steps=steps)
    if form.is_valid():
        try:
            made = mark_step(by=request.viewer, version=version, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            waits = made.kind in OBJECTIONS
            thanks = _("Thank you. It is answered before the map is signed.") if waits else _("Thank you.")
            messages.success(request, thanks)
            return redirect("map_version", uuid, number)
    return show_version(request, version, form)


@login_required
@require_POST
def map_answer(request: Request, uuid: UUID, number: int, mark: int) -> HttpResponse:
    """Answers what somebody said."""
    version = version_for(request.viewer, uuid, number)
    row = get_object_or_404(MapMark, pk=mark, version=version)
    reply = request.POST.get("reply", "")
    try:
        answer_mark(by=request.viewer, mark=row, reply=reply)
    except Refused as refused:
        return show_version(request, version, refusal=Refusal(row.pk, reply, str(refused)))
    messages.success(request, _("The answer stands on the map, and is sent to who said it."))
    return redirect(f"{reverse('map_version', args=[uuid, number])}#mark-{row.pk}")
