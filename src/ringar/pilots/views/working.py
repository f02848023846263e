"""The working page of a pilot: how far it has come, what is missing and where it is filled in, who works with it."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ringar.core.middleware import Request
from ringar.core.queries import team_of
from ringar.core.rules import NotAllowed, Refused
from ringar.needs.rules import can_see_need
from ringar.pilots.actions.pilots import invite_to_pilot
from ringar.pilots.forms.gates import InviteForm
from ringar.pilots.gate_rules import Missing
from ringar.pilots.models import Pilot
from ringar.pilots.queries.gates import gate_stage, gates_of, missing_of
from ringar.pilots.queries.pilots import pilot_for
from ringar.pilots.rules import (
    LIGHT_STAGES,
    STAGES,
    GateOutcome,
    PilotKind,
    PilotState,
    Stage,
    Step,
    can_edit_pilot,
    can_prepare,
    can_take,
)
from ringar.procurement.queries import choices_for


def state_line(pilot: Pilot) -> list[tuple[str | Promise, str]]:
    """The stages with "done", "now" or "" each."""
    at = STAGES.index(Stage(pilot.stage))
    is_done = pilot.state == PilotState.DONE
    return [
        (stage.label, "done" if place < at or is_done else "now" if place == at else "")
        for place, stage in enumerate(STAGES)
    ]


def address_of(name: str, pilot: Pilot) -> str:
    """The page of that name for the pilot."""
    if name == "supplier_choice":
        known = urlencode({"leverantor": pilot.solver.name}) if pilot.solver else ""
        return reverse(name, args=["pilot", pilot.uuid]) + (f"?{known}" if known else "")
    return reverse(name, args=[pilot.uuid])


def shown_missing(pilot: Pilot, missing: list[Missing]) -> list[tuple[str, str]]:
    """What is missing, each with the address where it is filled in."""
    return [(each.text, address_of(each.where, pilot)) for each in missing]


def parts_of(pilot: Pilot, missing: list[Missing]) -> list[tuple[str | Promise, str, bool]]:
    """The parts that the gate asks for: name, address, and whether something is missing there."""
    stage = gate_stage(pilot)
    lacking = {each.where for each in missing}
    names: list[tuple[str, str]] = [("pilot_edit", _("What, whose, how much, how long"))]
    if pilot.kind == PilotKind.SPRINT:
        names.append(("pilot_sprint", _("The sprint")))
    if stage and stage not in LIGHT_STAGES:
        names += [
            ("pilot_goal", _("Effect goal")),
            ("pilot_units", _("Units that try, units to compare with")),
            ("pilot_costs", _("Calculation")),
            ("pilot_data", _("Personal data")),
            ("supplier_choice", _("Supplier and purchase")),
        ]
    return [(label, address_of(name, pilot), name in lacking) for name, label in names]


@require_GET
def pilot_detail(request: Request, uuid: UUID) -> HttpResponse:
    """The working page; who only may read the result is led to the page of a minute."""
    viewer, pilot = request.viewer, pilot_for(request.viewer, uuid)
    if not viewer.is_inside or viewer.organisation_id != pilot.organisation_id:
        return redirect("pilot_page", uuid=pilot.uuid)
    missing, stage = missing_of([pilot])[pilot.pk], gate_stage(pilot)
    gates = list(gates_of(pilot)[:20])
    context = {
        "pilot": pilot,
        "need": pilot.need if pilot.need and can_see_need(viewer, pilot.need.facts) else None,
        "steps": state_line(pilot),
        "stage": Stage(pilot.stage),
        "gate_stage": stage,
        "missing": shown_missing(pilot, missing),
        "parts": parts_of(pilot, missing) if can_prepare(viewer, pilot.facts) else [],
        "gates": gates,
        "waits": next((gate for gate in gates if gate.outcome == GateOutcome.ASKED), None),
        "can_edit": can_edit_pilot(viewer, pilot.facts),
        "can_open": can_take(viewer, pilot.facts, Step.GATE),
        "choice": choices_for([pilot.uuid]).get(pilot.uuid),
        "team": list(team_of(pilot.uuid)),
    }
    return render(request, "pilots/pilot_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def pilot_team(request: Request, uuid: UUID) -> HttpResponse:
    """Adds somebody from any unit to the team."""
    viewer, pilot = request.viewer, pilot_for(request.viewer, uuid)
    if not can_edit_pilot(viewer, pilot.facts):
        raise NotAllowed
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            invite_to_pilot(by=viewer, pilot=pilot, email=said["email"], task=said["task"])
        except Refused as refused:
            form.add_error("email", str(refused))
        else:
            messages.success(request, _("The team is changed. Whoever you added has been told."))
            return redirect("pilot_team", uuid=pilot.uuid)
    context = {"pilot": pilot, "form": form, "team": list(team_of(pilot.uuid))}
    return render(request, "pilots/pilot_team.html", context)
