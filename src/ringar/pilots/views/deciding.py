"""Pages where somebody decides on a pilot, publishes its page or tells what happened."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from ringar.core.flags import Flag, Flagged
from ringar.core.middleware import Request
from ringar.core.queries import has_interest
from ringar.core.rules import NotAllowed, Refused, Visibility
from ringar.pilots.actions.decisions import decide_pilot, step_aside
from ringar.pilots.actions.publishing import add_note, publish_pilot, unpublish_pilot
from ringar.pilots.actions.texts import find_own_flags
from ringar.pilots.decision_rules import can_publish, kinds_open
from ringar.pilots.forms.deciding import DecisionForm, NoteForm
from ringar.pilots.models import Pilot
from ringar.pilots.queries.pilots import deciders_of, pilot_for
from ringar.pilots.queries.story import published_texts
from ringar.pilots.rules import DecisionKind, can_edit_pilot
from ringar.pilots.standing import standing_of
from ringar.pilots.wording import told_of

DONE = {
    DecisionKind.SCALE: _lazy("Decided: scale up. Next: ask to pass the gate of the next stage."),
    DecisionKind.ADJUST: _lazy(
        "Decided: adjust and go on. Next: change what is to be changed, and measure on."
    ),
    DecisionKind.EXTEND: _lazy("Decided: measure longer. Those who measure go on every week."),
    DecisionKind.STOP: _lazy("Decided: stop. What you learned is kept, and read by those who come after."),
}


@login_required
@require_http_methods(["GET", "POST"])
def pilot_decide(request: Request, uuid: UUID) -> HttpResponse:
    """A person decides, with what the numbers show beside."""
    viewer, pilot = request.viewer, pilot_for(request.viewer, uuid)
    kinds = kinds_open(viewer, pilot.facts)
    if not kinds:
        if can_edit_pilot(viewer, pilot.facts):
            messages.error(request, _("There is nothing for you to decide here now."))
            return redirect("pilot_page", pilot.uuid)
        raise NotAllowed
    form = DecisionForm(request.POST or None, kinds=kinds)
    flags: list[Flag] = []
    if request.method == "POST" and form.is_valid():
        try:
            return decided(request, pilot, form)
        except Refused as refused:
            flags = refused.flags if isinstance(refused, Flagged) else []
            form.add_error(None, str(refused))
    standing = standing_of(pilot)
    aside = has_interest(viewer, pilot)
    context = {
        "pilot": pilot,
        "form": form,
        "flags": flags,
        "kept": request.POST.getlist("kept"),
        "standing": standing,
        "figures": standing.figures,
        "told": told_of(standing.figures),
        "steps_aside": aside,
        "others": list(deciders_of(pilot).exclude(pk=viewer.person_id or 0)[:5]) if aside else [],
    }
    return render(request, "pilots/pilot_decide.html", context)


def decided(request: Request, pilot: Pilot, form: DecisionForm) -> HttpResponse:
    """Does what the form says, and leads on. Raises Refused."""
    viewer, said = request.viewer, form.cleaned_data
    if said["interest"] == "has":
        step_aside(by=viewer, pilot=pilot)
        messages.success(request, _("You step aside. A colleague decides."))
        return redirect("pilot_page", pilot.uuid)
    decision = decide_pilot(
        by=viewer,
        pilot=pilot,
        kind=said["kind"],
        reason=said["reason"],
        learned=said["learned"],
        to_disclose=said["to_disclose"],
        extended_to=said["extended_to"],
        declares_none=True,
        kept=request.POST.getlist("kept"),
    )
    messages.success(request, str(DONE[DecisionKind(decision.kind)]))
    return redirect("pilot_page", pilot.uuid)


@login_required
@require_http_methods(["GET", "POST"])
def pilot_note(request: Request, uuid: UUID) -> HttpResponse:
    """Somebody who works with the pilot tells what happened."""
    viewer, pilot = request.viewer, pilot_for(request.viewer, uuid)
    if not can_edit_pilot(viewer, pilot.facts):
        raise NotAllowed
    form, flags, kept = NoteForm(request.POST or None), list[Flag](), request.POST.getlist("kept")
    if request.method == "POST" and form.is_valid():
        try:
            add_note(by=viewer, pilot=pilot, kept=kept, **form.cleaned_data)
        except Refused as refused:
            flags = refused.flags if isinstance(refused, Flagged) else []
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Noted. It stands on the pilot's page."))
            return redirect("pilot_page", pilot.uuid)
    context = {"pilot": pilot, "form": form, "flags": flags, "kept": kept}
    return render(request, "pilots/pilot_note.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def pilot_publish(request: Request, uuid: UUID) -> HttpResponse:
    """The step before everyone reads the page: who may, what they see, and what to look at first."""
    viewer, pilot = request.viewer, pilot_for(request.viewer, uuid)
    if not can_publish(viewer, pilot.facts):
        raise NotAllowed
    kept, error = request.POST.getlist("kept"), ""
    flags = find_own_flags(published_texts(pilot))
    if request.method == "POST":
        if "unpublish" in request.POST:
            unpublish_pilot(by=viewer, pilot=pilot)
            messages.success(request, _("The page is read only by those who work here now."))
            return redirect("pilot_page", pilot.uuid)
        try:
            publish_pilot(by=viewer, pilot=pilot, kept=kept)
        except Flagged as flagged:
            error = str(flagged)
        else:
            messages.success(request, _("The page is published: anyone can read it."))
            return redirect("pilot_page", pilot.uuid)
    is_public = pilot.visibility == Visibility.PUBLIC and pilot.published_at is not None
    context = {"pilot": pilot, "flags": flags, "kept": kept, "error": error, "is_public": is_public}
    return render(request, "pilots/pilot_publish.html", context)
