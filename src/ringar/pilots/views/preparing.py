"""Pages where a pilot is made ready for its gate, a part at a time."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ringar.core.flags import Flag, Flagged
from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.needs.queries import need_for
from ringar.pilots.actions.money import check_data, set_costs
from ringar.pilots.actions.parts import set_effect_goal, set_units
from ringar.pilots.actions.pilots import edit_pilot
from ringar.pilots.forms.gates import DataForm
from ringar.pilots.forms.preparing import GoalForm, PilotEditForm
from ringar.pilots.forms.rows import CostsForm, UnitsForm
from ringar.pilots.models import DataCheck, EffectGoal, Pilot
from ringar.pilots.queries.pilots import pilot_for
from ringar.pilots.rules import can_edit_pilot, can_prepare


def to_prepare(request: Request, uuid: UUID) -> Pilot | None:
    """The pilot, for who may change it; None (and it is told why) where it has started. Raises NotAllowed."""
    pilot = pilot_for(request.viewer, uuid)
    if not can_edit_pilot(request.viewer, pilot.facts):
        raise NotAllowed
    if not can_prepare(request.viewer, pilot.facts):
        messages.info(request, _("It has started: what was promised before the start stands."))
        return None
    return pilot


def part_page(
    request: Request,
    pilot: Pilot,
    form: forms.Form,
    save: Callable[[], object],
    context: Mapping[str, object],
) -> HttpResponse:
    """Shows a part's form, saves it, and goes back to the working page."""
    flags: list[Flag] = []
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except Refused as refused:
            flags = refused.flags if isinstance(refused, Flagged) else []
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect(pilot)
    kept = request.POST.getlist("kept")
    page = {"pilot": pilot, "form": form, "flags": flags, "kept": kept, **context}
    return render(request, "pilots/part.html", page)


@login_required
@require_http_methods(["GET", "POST"])
def pilot_edit(request: Request, uuid: UUID) -> HttpResponse:
    """What is tried, for which need, whose, how much, how long, what one believes."""
    pilot = to_prepare(request, uuid)
    if pilot is None:
        return redirect("pilot_detail", uuid=uuid)
    form = PilotEditForm(request.POST or None, pilot=pilot, viewer=request.viewer)

    def save() -> None:
        said = dict(form.cleaned_data)
        key = said.pop("need")
        is_same = pilot.need is not None and str(pilot.need.uuid) == key
        changes = said if is_same else {**said, "need": need_for(request.viewer, key) if key else None}
        edit_pilot(by=request.viewer, pilot=pilot, changes=changes, kept=request.POST.getlist("kept"))

    heading = _("What, whose, how much, how long")
    return part_page(request, pilot, form, save, {"heading": heading, "sections": form.sections()})


@login_required
@require_http_methods(["GET", "POST"])
def pilot_goal(request: Request, uuid: UUID) -> HttpResponse:
    """The effect goal."""
    pilot = to_prepare(request, uuid)
    if pilot is None:
        return redirect("pilot_detail", uuid=uuid)
    goal = EffectGoal.objects.filter(pilot=pilot).first()
    form = GoalForm(request.POST or None, goal=goal)
    lead = _(
        "What must change, by how much, and how you will see it. It is fixed when the stage starts, so that the "
        "answer can be believed."
    )
    context = {"heading": _("Effect goal"), "lead": lead, "sections": form.sections()}
    if goal and goal.seed is not None:
        context["note"] = _("Lots are drawn. Another design or start week takes the lot back.")

    def save() -> None:
        kept = request.POST.getlist("kept")
        set_effect_goal(by=request.viewer, pilot=pilot, told=form.cleaned_data, kept=kept)

    return part_page(request, pilot, form, save, context)


@login_required
@require_http_methods(["GET", "POST"])
def pilot_units(request: Request, uuid: UUID) -> HttpResponse:
    """Which units try, which are compared with, who measures."""
    pilot = to_prepare(request, uuid)
    if pilot is None:
        return redirect("pilot_detail", uuid=uuid)
    units = list(pilot.units.select_related("unit", "measurer"))
    form = UnitsForm(request.POST or None, pilot=pilot, units=units)
    lead = _(
        "Measure the same number in units that do not try it: three of them make the answer much surer than one. "
        "They tell what would have happened anyway."
    )
    context = {"heading": _("Units that try, units to compare with"), "lead": lead, "rows": form.rows()}
    return part_page(
        request,
        pilot,
        form,
        lambda: set_units(by=request.viewer, pilot=pilot, takings=form.takings()),
        {**context, "row_name": _("Unit")},
    )


@login_required
@require_http_methods(["GET", "POST"])
def pilot_costs(request: Request, uuid: UUID) -> HttpResponse:
    """The calculation: what is promised. What came true stands beside it ever after."""
    pilot = to_prepare(request, uuid)
    if pilot is None:
        return redirect("pilot_detail", uuid=uuid)
    form = CostsForm(request.POST or None, pilot=pilot, lines=list(pilot.cost_lines.all()))
    lead = _(
        "What it costs in kronor and own hours, and what is gained. What came true will stand beside each line, "
        "for as long as the pilot is remembered."
    )
    context = {"heading": _("Calculation"), "lead": lead, "rows": form.rows(), "row_name": _("Line")}

    def save() -> None:
        set_costs(by=request.viewer, pilot=pilot, lines=form.lines(), who_pays=form.cleaned_data["who_pays"])

    return part_page(request, pilot, form, save, {**context, "first": [form["who_pays"]]})


@login_required
@require_http_methods(["GET", "POST"])
def pilot_data(request: Request, uuid: UUID) -> HttpResponse:
    """What was found about personal data."""
    pilot = to_prepare(request, uuid)
    if pilot is None:
        return redirect("pilot_detail", uuid=uuid)
    form = DataForm(request.POST or None, check=DataCheck.objects.filter(pilot=pilot).first())

    def save() -> None:
        said = dict(form.cleaned_data)
        has = said.pop("has_personal_data")
        check_data(by=request.viewer, pilot=pilot, has_personal_data=has, told=said)

    lead = _("Answered before the start. Ask your data protection officer where you are not sure.")
    context = {"heading": _("Personal data"), "lead": lead, "first": list(form)}
    return part_page(request, pilot, form, save, context)
