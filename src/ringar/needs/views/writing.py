"""Pages where a need is written: two fields first, everything else later."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.needs.actions import (
    Flagged,
    add_why,
    discard_draft,
    edit_need,
    remove_last_why,
    save_draft,
    set_criteria,
)
from ringar.needs.flags import Flag
from ringar.needs.forms import CriteriaForm, NeedEditForm, NeedForm, WhyForm
from ringar.needs.likeness import similar_needs
from ringar.needs.models import Need
from ringar.needs.queries import my_drafts, need_for, whys_and_criteria
from ringar.needs.rules import MOST_WHYS, can_edit_need


@login_required
@require_http_methods(["GET", "POST"])
def need_new(request: Request) -> HttpResponse:
    """Writes down a need: what is seen, and a short name."""
    viewer = request.viewer
    if not viewer.may_write:
        raise NotAllowed
    form = NeedForm(request.POST or None, initial={"draft": uuid4()})
    similar = []
    if request.method == "POST":
        if form.is_valid():
            try:
                return redirect(save_written(request, form))
            except Refused as refused:
                form.add_error("symptom", str(refused))
        similar = similar_needs(viewer, request.POST.get("symptom", "")[:2_000])
    drafts = my_drafts(viewer)[:5] if request.method == "GET" else []
    return render(request, "needs/need_new.html", {"form": form, "similar": similar, "drafts": drafts})


def save_written(request: Request, form: NeedForm) -> Need:
    """Saves what the two fields hold; the draft that is returned is the same each time."""
    facts = form.cleaned_data
    return save_draft(
        by=request.viewer,
        uuid=facts["draft"] or uuid4(),
        symptom=facts["symptom"],
        title=facts["title"],
    )


@login_required
@require_POST
def need_autosave(request: Request) -> HttpResponse:
    """Keeps a draft while it is written. 204 when kept; 422 when it can not be kept yet."""
    form = NeedForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    try:
        save_written(request, form)
    except Refused:
        return HttpResponse(status=422)
    return HttpResponse(status=204)


@login_required
@require_POST
def need_similar(request: Request) -> HttpResponse:
    """A fragment: needs that say the same as what is being written."""
    text = f"{request.POST.get('title', '')}\n{request.POST.get('symptom', '')}"[:2_000]
    viewer = request.viewer
    key = uuid_or_none(request.POST.get("draft", ""))
    draft = my_drafts(viewer).filter(uuid=key).first() if key else None
    similar = similar_needs(viewer, text)
    return render(request, "needs/similar.html", {"similar": similar, "need": draft})


def uuid_or_none(text: str) -> UUID | None:
    """The uuid, or None where the text is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


@login_required
@require_POST
def need_discard(request: Request, uuid: UUID) -> HttpResponse:
    """Throws a draft away."""
    discard_draft(by=request.viewer, need=need_for(request.viewer, uuid))
    messages.success(request, _("The draft is thrown away."))
    return redirect("need_list")


@login_required
@require_http_methods(["GET", "POST"])
def need_edit(request: Request, uuid: UUID) -> HttpResponse:
    """Everything on a need that can be told, all of it optional."""
    viewer = request.viewer
    need = need_for(viewer, uuid)
    if not can_edit_need(viewer, need.facts):
        raise NotAllowed
    form = NeedEditForm(request.POST or None, need=need, viewer=viewer)
    flags: list[Flag] = []
    kept = request.POST.getlist("kept")
    if request.method == "POST" and form.is_valid():
        try:
            need = edit_need(by=viewer, need=need, changes=form.cleaned_data, kept=kept)
        except Flagged as refused:
            flags = refused.flags
            form.add_error(None, str(refused))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect(need)
    return render(request, "needs/need_edit.html", {"need": need, "form": form, "flags": flags, "kept": kept})


@login_required
@require_http_methods(["GET", "POST"])
def need_why(request: Request, uuid: UUID) -> HttpResponse:
    """The five whys, one question at a time."""
    viewer = request.viewer
    need = need_for(viewer, uuid)
    if not can_edit_need(viewer, need.facts):
        raise NotAllowed
    if request.method == "POST" and "take_back" in request.POST:
        remove_last_why(by=viewer, need=need)
        return redirect("need_why", uuid=need.uuid)
    form = WhyForm(request.POST or None)
    flags: list[Flag] = []
    kept = request.POST.getlist("kept")
    if request.method == "POST" and form.is_valid():
        try:
            add_why(by=viewer, need=need, answer=form.cleaned_data["answer"], kept=kept)
            return redirect("need_why", uuid=need.uuid)
        except Flagged as refused:
            flags = refused.flags
            form.add_error(None, str(refused))
        except Refused as refused:
            form.add_error("answer", str(refused))
    whys, _criteria = whys_and_criteria(need)
    context = {"need": need, "form": form, "whys": whys, "flags": flags, "kept": kept}
    context |= {
        "number": len(whys) + 1,
        "most": MOST_WHYS,
        "is_done": len(whys) >= MOST_WHYS,
        "last": whys[-1] if whys else need.symptom,
    }
    return render(request, "needs/need_why.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def need_criteria(request: Request, uuid: UUID) -> HttpResponse:
    """At most five criteria that a solution must meet."""
    viewer = request.viewer
    need = need_for(viewer, uuid)
    if not can_edit_need(viewer, need.facts):
        raise NotAllowed
    _whys, criteria = whys_and_criteria(need)
    form = CriteriaForm(request.POST or None, texts=criteria)
    flags: list[Flag] = []
    kept = request.POST.getlist("kept")
    if request.method == "POST" and form.is_valid():
        try:
            set_criteria(by=viewer, need=need, texts=form.texts(), kept=kept)
            messages.success(request, _("Saved."))
            return redirect(need)
        except Flagged as refused:
            flags = refused.flags
            form.add_error(None, str(refused))
        except Refused as refused:
            form.add_error(None, str(refused))
    return render(
        request, "needs/need_criteria.html", {"need": need, "form": form, "flags": flags, "kept": kept}
    )
