"""Pages where a need takes a step: shared, moved on, joined."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from ringar.core.middleware import Request
from ringar.core.models import Unit
from ringar.core.rules import NotAllowed, Refused
from ringar.needs.actions import Flagged, discard_draft, join_need, leave_need, move_need, share_need
from ringar.needs.flags import Flag, find_flags
from ringar.needs.forms import JoinForm, MoveForm, ShareForm
from ringar.needs.likeness import similar_needs
from ringar.needs.models import Need
from ringar.needs.queries import my_drafts, need_for, texts_of
from ringar.needs.rules import NeedState, can_join, transition
from ringar.needs.views.writing import uuid_or_none


@login_required
@require_http_methods(["GET", "POST"])
def need_share(request: Request, uuid: UUID) -> HttpResponse:
    """The step before others see it: who may, and what to look at first."""
    viewer = request.viewer
    need = need_for(viewer, uuid)
    if not need.is_draft:
        return redirect(need)
    form = ShareForm(request.POST or None, need=need)
    kept = request.POST.getlist("kept")
    flags = find_flags(texts_of(need))
    if request.method == "POST" and form.is_valid():
        try:
            need = share_need(by=viewer, need=need, visibility=form.cleaned_data["visibility"], kept=kept)
        except Flagged as refused:
            form.add_error(None, str(refused))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, shared_message(need))
            return redirect(need)
    context = {"need": need, "form": form, "flags": flags, "kept": kept}
    similar = similar_needs(viewer, need.match_text, exclude=need)
    return render(request, "needs/need_share.html", {**context, "similar": similar})


def shared_message(need: Need) -> str:
    """That the need is shared, with whom, and what comes next."""
    who = need.seen_by[:1].lower() + need.seen_by[1:]
    shared = _("Shared: it is now seen by %(who)s.") % {"who": who}
    following = _("Next: meet someone who lives with the need, and write what you learn.")
    return f"{shared} {following}"


@login_required
@require_POST
def need_move(request: Request, uuid: UUID) -> HttpResponse:
    """Moves the need to another state."""
    viewer = request.viewer
    need = need_for(viewer, uuid)
    form = MoveForm(request.POST)
    flags, kept = list[Flag](), request.POST.getlist("kept")
    if form.is_valid():
        said = form.cleaned_data
        try:
            need = move_need(by=viewer, need=need, to=said["to"], reason=said["reason"], kept=kept)
        except Refused as refused:
            flags = refused.flags if isinstance(refused, Flagged) else []
            form.add_error("reason", str(refused))
        else:
            messages.success(request, _("The need is now: %(state)s.") % {"state": need.get_state_display()})
            return redirect(need)
    arrow = transition(need.state, form.cleaned_data.get("to", ""))
    if (
        arrow is None or "reason" not in arrow.asks
    ):  # no reason to write anew: the need's page says what is missing
        errors = [str(error) for errors in form.errors.values() for error in errors]
        messages.error(request, " ".join(errors) or _("The need can not be moved there."))
        return redirect(need)
    context = {"need": need, "form": form, "flags": flags, "kept": kept}
    return render(request, "needs/need_move.html", {**context, "heading": move_heading(need, form)})


def move_heading(need: Need, form: MoveForm) -> str:
    """What the page and its button say."""
    to = NeedState(form.cleaned_data["to"])
    if to == NeedState.CLOSED:
        return _("Close the need")
    if need.state == NeedState.CLOSED:
        return _("Open the need again")
    return _("Move on to: %(step)s") % {"step": to.label}


@login_required
@require_http_methods(["GET", "POST"])
def need_join(request: Request, uuid: UUID) -> HttpResponse:
    """Says "we have this too" instead of writing the need again; one's own draft is kept, or thrown away."""
    viewer = request.viewer
    need = need_for(viewer, uuid)
    if not can_join(viewer, need.facts):
        raise NotAllowed
    initial = {"draft": request.GET.get("draft", "")}
    form = JoinForm(request.POST or None, initial=initial, viewer=viewer)
    flags, kept = [], request.POST.getlist("kept")
    if request.method == "POST" and form.is_valid():
        try:
            joining = join_need(
                by=viewer,
                need=need,
                unit=form.cleaned_data["unit"],
                note=form.cleaned_data["note"],
                kept=kept,
            )
        except Flagged as refused:
            flags = refused.flags
            form.add_error(None, str(refused))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            if form.cleaned_data.get("discard"):
                draft = my_drafts(viewer).filter(uuid=form.cleaned_data["draft"]).first()
                if draft:  # thrown away in another window already
                    discard_draft(by=viewer, need=draft)
            messages.success(request, joined_message(joining.need, joining.unit))
            return redirect(need)
    return render(request, "needs/need_join.html", {"need": need, "form": form, "flags": flags, "kept": kept})


def joined_message(need: Need, unit: Unit) -> str:
    """That the unit is in, and how many they are."""
    count = need.joined_count + 1
    text = ngettext(
        "%(unit)s is in. %(n)d unit has the need now. You are told here of what happens with it.",
        "%(unit)s is in. %(n)d units have the need now. You are told here of what happens with it.",
        count,
    )
    return text % {"unit": unit.name, "n": count}


@login_required
@require_POST
def need_leave(request: Request, uuid: UUID) -> HttpResponse:
    """Takes back "we have this too"."""
    need = need_for(request.viewer, uuid)
    unit = get_object_or_404(Unit, uuid=uuid_or_none(request.POST.get("unit", "")))
    leave_need(by=request.viewer, need=need, unit=unit)
    count = need.joinings.count() + 1
    text = ngettext(
        "%(unit)s is no longer in. %(n)d unit has the need.",
        "%(unit)s is no longer in. %(n)d units have the need.",
        count,
    )
    messages.success(request, text % {"unit": unit.name, "n": count})
    return redirect(need)
