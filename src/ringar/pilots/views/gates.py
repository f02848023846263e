"""The page of the gate: what is missing, what the design could see, lots, and who decides."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ringar.core.middleware import Request
from ringar.core.queries import has_interest
from ringar.core.rules import NotAllowed, Refused
from ringar.pilots.actions.gates import ask_gate, refuse_gate
from ringar.pilots.actions.lots import draw_lot
from ringar.pilots.forms.gates import GateForm, LotForm, RefuseForm
from ringar.pilots.gate_rules import missing_evidence
from ringar.pilots.models import Pilot
from ringar.pilots.outlook import outlook_of
from ringar.pilots.outlook_words import outlook_words
from ringar.pilots.queries.gates import facts_of, gate_stage, units_trying, waiting_gate
from ringar.pilots.queries.pilots import deciders_of, pilot_for
from ringar.pilots.rules import LIGHT_STAGES, Design, GateOutcome, Step, can_edit_pilot, can_take
from ringar.pilots.views.working import shown_missing


@login_required
@require_http_methods(["GET", "POST"])
def pilot_gate(request: Request, uuid: UUID) -> HttpResponse:
    """Asks to begin the next stage, or decides on it."""
    viewer, pilot = request.viewer, pilot_for(request.viewer, uuid)
    if not can_edit_pilot(viewer, pilot.facts):
        raise NotAllowed
    stage = gate_stage(pilot)
    if stage is None:
        messages.info(request, _("There is no gate to pass now: the stage runs until it is decided on."))
        return redirect(pilot)
    decides = can_take(viewer, pilot.facts, Step.GATE)
    waits = waiting_gate(pilot)
    says_no = request.method == "POST" and "refuse" in request.POST
    form = GateForm(
        request.POST if request.method == "POST" and not says_no else None,
        stage=stage,
        decides=decides,
        initial={"reason": waits.reason if waits else ""},
    )
    refuse = RefuseForm(request.POST if says_no else None, prefix="no")
    asked = refuse if says_no else form
    if request.method == "POST" and asked.is_valid():
        try:
            return answered(request, pilot, form, refuse if says_no else None)
        except Refused as refused:
            asked.add_error(None, str(refused))
    context = {"stage": stage, "decides": decides, "waits": waits, "form": form, "refuse": refuse}
    context["deciders"] = [] if decides else list(deciders_of(pilot)[:10])
    return render(request, "pilots/pilot_gate.html", {**context, **shown(request, pilot, stage)})


def answered(request: Request, pilot: Pilot, form: GateForm, refuse: RefuseForm | None) -> HttpResponse:
    """Carries out what was sent, and tells what came of it. Raises Refused, NotAllowed."""
    if refuse is not None:
        waits = waiting_gate(pilot)
        if waits is None:
            raise Refused(_("It is decided on already."))
        refuse_gate(by=request.viewer, gate=waits, reason=refuse.cleaned_data["reason"])
        messages.success(request, _("The gate stays closed. Those who prepare the pilot are told why."))
        return redirect(pilot)
    gate = ask_gate(
        by=request.viewer,
        pilot=pilot,
        reason=form.cleaned_data["reason"],
        declares_none=form.cleaned_data.get("declares_none", False),
    )
    if gate.outcome == GateOutcome.REFUSED:
        messages.error(request, _("The gate did not open: something is missing. It is listed below."))
        return redirect("pilot_gate", uuid=pilot.uuid)
    if gate.outcome == GateOutcome.OPENED:
        messages.success(request, _("The gate is open: the stage has begun."))
    else:
        messages.success(request, _("Asked. Those who decide are told, and you will have an answer."))
    return redirect(pilot)


def shown(request: Request, pilot: Pilot, stage: str) -> dict[str, object]:
    """What the page shows of evidence, design and purchase."""
    facts = facts_of([pilot])[pilot.pk]
    outlook = outlook_of(pilot) if stage not in LIGHT_STAGES else None
    trying = units_trying(pilot)
    may_draw = outlook is not None and outlook.goal.design != Design.FIXED and outlook.goal.seed is None
    return {
        "pilot": pilot,
        "is_light": stage in LIGHT_STAGES,
        "missing": shown_missing(pilot, missing_evidence(stage, facts)),
        "facts": facts,
        "outlook": outlook,
        "words": outlook_words(outlook) if outlook else None,
        "trying": trying,
        "lot": LotForm() if may_draw and len(trying) > 1 else None,
        "aside": has_interest(request.viewer, pilot),
    }


@login_required
@require_POST
def pilot_lot(request: Request, uuid: UUID) -> HttpResponse:
    """Draws lots for who begins when."""
    pilot = pilot_for(request.viewer, uuid)
    form = LotForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(_("Say from which week lots are drawn."))
        draw_lot(by=request.viewer, pilot=pilot, earliest=form.cleaned_data["earliest"])
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Lots are drawn, and stand. The seed is kept, so that anyone can check."))
    return redirect("pilot_gate", uuid=pilot.uuid)
