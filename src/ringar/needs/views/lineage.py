"""Pages where needs are merged, split and put back. Each shows what will happen before it does."""

from collections.abc import Iterable
from typing import TypedDict
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from ringar.core.middleware import Request
from ringar.core.models import Unit
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text
from ringar.needs.actions import Flagged, merge_needs, split_need, undo_lineage
from ringar.needs.ancestry import lineage_for, obstacles
from ringar.needs.flags import Flag, open_flags
from ringar.needs.likeness import similar_needs
from ringar.needs.lineage import (
    MergePlan,
    PartPlan,
    chosen_criteria,
    narrowest,
    plan_merge,
    plan_split,
    words_of_parts,
    words_to_check,
)
from ringar.needs.models import Need
from ringar.needs.queries import need_for, search_needs, visible_needs
from ringar.needs.rules import MOST_CRITERIA, MOST_MERGED, can_absorb, can_give_up
from ringar.needs.views.lineage_forms import MergeForm, ReasonForm, SplitForm
from ringar.needs.views.writing import uuid_or_none

SHOWN = 8


def ticked(viewer: Viewer, sent: QueryDict, besides: Need) -> list[Need]:
    """The needs ticked besides this one that the viewer may merge, as they were ticked."""
    keys = [key for text in sent.getlist("with")[:MOST_MERGED] if (key := uuid_or_none(text))]
    rows = visible_needs(viewer).filter(uuid__in=keys, organisation_id=besides.organisation_id)
    found = {row.uuid: row for row in rows.select_related("unit").exclude(pk=besides.pk)}
    mine = [found[key] for key in dict.fromkeys(keys) if key in found]
    return [need for need in mine if can_absorb(viewer, need.facts)]


@login_required
@require_GET
def need_merge(request: Request, uuid: UUID) -> HttpResponse:
    """Which needs are the same as this one: those that are alike, and what a search finds."""
    viewer, need = request.viewer, need_for(request.viewer, uuid)
    if not can_absorb(viewer, need.facts):
        raise NotAllowed
    chosen = ticked(viewer, request.GET, need)
    wanted = tidy_text(request.GET.get("q", "")).strip()[:300]
    alike = [row.need for row in similar_needs(viewer, need.match_text, exclude=need, limit=SHOWN)]
    found = search_needs(viewer, wanted, limit=SHOWN) if wanted else []
    others = list(dict.fromkeys([*found, *alike]))
    context = {
        "need": need,
        "chosen": chosen,
        "found": [row for row in others if row not in {*chosen, need} and can_absorb(viewer, row.facts)],
        "theirs": [row for row in others if row != need and not can_absorb(viewer, row.facts)],
        "q": wanted,
    }
    return render(request, "needs/need_merge.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def need_merge_plan(request: Request, uuid: UUID) -> HttpResponse:
    """Which need lives on; then exactly what will happen; then it is done."""
    viewer, need = request.viewer, need_for(request.viewer, uuid)
    if not can_absorb(viewer, need.facts):
        raise NotAllowed
    sent = request.POST if request.method == "POST" else request.GET
    needs = [need, *ticked(viewer, sent, need)]
    if len(needs) < 2:
        messages.error(request, _("Choose at least two needs."))
        return redirect("need_merge", uuid=need.uuid)
    start = {
        "living": str(need.uuid),
        "visibility": narrowest(needs),
        "unit": need.unit_id,
        "criteria": chosen_criteria(needs, None, None)[0],
    }
    form = MergeForm(request.POST or None, needs=needs, viewer=viewer, initial=start)
    context: dict[str, object] = {"need": need, "needs": needs, "form": form}
    if request.method == "POST" and form.is_valid():
        said = told_of(form, needs)
        plan = plan_of(viewer, said)
        kept = request.POST.getlist("kept")
        if "confirm" in request.POST and plan is not None and plan.criteria_count <= MOST_CRITERIA:
            try:
                lineage = merge_needs(by=viewer, kept=kept, mark=request.POST.get("mark", ""), **said)
            except Flagged:
                form.add_error(None, _("Some words need a decision before others see this."))
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, merged_text(len(said["needs"])))
                return redirect(lineage.to_needs.get())
        if plan is not None and plan.criteria_count > MOST_CRITERIA:
            form.add_error("criteria", _("At most five criteria: choose those that matter most."))
        elif plan is None:
            form.add_error("living", _("One of the others can not be closed by you: let that one live on."))
        else:
            context |= {"plan": plan, "kept": kept, "flags": flags_of(plan, said)}
    return render(request, "needs/need_merge_plan.html", context)


class Said(TypedDict):
    """What the form says, as `merge_needs` takes it."""

    needs: list[Need]
    target: Need | None
    reason: str
    title: str
    symptom: str
    visibility: str
    unit: Unit | None
    criteria: list[int]


def told_of(form: MergeForm, needs: list[Need]) -> Said:
    """What the form says, of these needs."""
    said = form.cleaned_data
    living = next((need for need in needs if str(need.uuid) == said["living"]), None)
    return Said(
        needs=[need for need in needs if need != living],
        target=living,
        reason=said["reason"],
        title=said["title"],
        symptom=said["symptom"],
        visibility=said["visibility"],
        unit=said["unit"],
        criteria=[row.pk for row in said["criteria"]],
    )


def plan_of(viewer: Viewer, said: Said) -> MergePlan | None:
    """What would happen, or None where the viewer may not close one of those that end."""
    if not all(can_give_up(viewer, need.facts) for need in said["needs"]):
        return None
    return plan_merge(
        said["needs"],
        target=said["target"],
        unit=said["unit"] or said["needs"][0].unit,
        visibility=said["visibility"] or narrowest(said["needs"]),
        author_id=viewer.person_id,
        criteria=said["criteria"],
    )


def flags_of(plan: MergePlan, said: Said) -> list[Flag]:
    """The words that more people will read, and that must be decided on."""
    written = {"title": said["title"], "symptom": said["symptom"]}
    texts, known = words_to_check(plan, reason=said["reason"], written=written)
    return open_flags(texts, shared=known, kept=())


def merged_text(count: int) -> str:
    """What the page says when it is done."""
    text = ngettext(
        "One need was merged into this one. Those who wrote it have been told.",
        "%(count)d needs were merged into this one. Those who wrote them have been told.",
        count,
    )
    return text % {"count": count}


def things_of(need: Need) -> dict[str, str]:
    """What hangs on a need and can go to a part: {form field: label}. 3 queries."""
    found = {}
    for row in need.evidence.filter(is_draft=False):
        found[f"evidence_{row.pk}"] = _("Evidence: %(text)s") % {"text": short(row.summary)}
    for joining in need.joinings.select_related("unit"):
        found[f"joining_{joining.pk}"] = _("Has it too: %(text)s") % {"text": joining.unit.name}
    for criterion in need.criteria.all():
        found[f"criterion_{criterion.pk}"] = _("Criterion: %(text)s") % {"text": short(criterion.text)}
    return found


def short(text: str, most: int = 100) -> str:
    """The beginning of a text."""
    return text if len(text) <= most else f"{text[:most].rstrip()} …"


@login_required
@require_http_methods(["GET", "POST"])
def need_split(request: Request, uuid: UUID) -> HttpResponse:
    """The parts of a need, and what goes to which; then exactly what will happen; then it is done."""
    viewer, need = request.viewer, need_for(request.viewer, uuid)
    if not can_give_up(viewer, need.facts):
        raise NotAllowed
    form = SplitForm(request.POST or None, need=need, things=things_of(need))
    context: dict[str, object] = {"need": need, "form": form}
    if request.method == "POST" and form.is_valid():
        parts, reason = form.parts(), form.cleaned_data["reason"]
        closes, kept = form.cleaned_data["closes"] == "yes", request.POST.getlist("kept")
        plans = plan_split(need, parts)
        texts, known = words_of_parts(need, parts, reason=reason)
        flags = open_flags(texts, shared=known, kept=())
        if fault := parts_fault(plans, closes):
            form.add_error(None, fault)
        else:
            context |= {"plans": plans, "closes": closes, "kept": kept, "flags": flags}
        if not fault and "confirm" in request.POST:
            try:
                split_need(by=viewer, need=need, parts=parts, reason=reason, closes=closes, kept=kept)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, _("The need is split. Those whom it concerns have been told."))
                return redirect(need)
    return render(request, "needs/need_split.html", context)


def parts_fault(plans: list[PartPlan], closes: bool) -> str:
    """What is wrong with the parts as they are written, or ""."""
    if len(plans) < (2 if closes else 1):
        return _("Write at least two parts, and at most five.") if closes else _("Write at least one part.")
    if not all(plan.part.symptom.strip() for plan in plans):
        return _("Write what is seen in each part. A sentence is enough.")
    return ""


@login_required
@require_http_methods(["GET", "POST"])
def lineage_undo(request: Request, uuid: UUID) -> HttpResponse:
    """What undoing a merge or a split puts back, or what stands in the way."""
    viewer, lineage = request.viewer, lineage_for(request.viewer, uuid)
    form = ReasonForm(request.POST or None)
    kept, flags = request.POST.getlist("kept"), list[Flag]()
    if request.method == "POST" and form.is_valid():
        try:
            undo_lineage(by=viewer, lineage=lineage, reason=form.cleaned_data["reason"], kept=kept)
        except Flagged as refused:
            flags = refused.flags
            form.add_error(None, str(refused))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Undone. Everything is where it was before."))
            return redirect(lineage.from_needs.order_by("pk")[0])
    sources, targets = list(lineage.from_needs.order_by("pk")), list(lineage.to_needs.order_by("pk"))
    context = {
        "lineage": lineage,
        "sources": sources,
        "targets": targets,
        "made": made_by(lineage.before["new"], targets),
        "obstacles": obstacles(lineage),
        "form": form,
        "flags": flags,
        "kept": kept,
    }
    return render(request, "needs/lineage_undo.html", context)


def made_by(ids: Iterable[int], needs: list[Need]) -> list[Need]:
    """The needs that the step wrote anew, and that undoing closes."""
    return [need for need in needs if need.pk in set(ids)]
