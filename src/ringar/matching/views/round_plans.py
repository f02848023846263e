"""Pages of rounds: the list, a new one, where one stands, its dates and mandate, its needs."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from ringar.core.middleware import Request
from ringar.core.models import Person, Unit
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.matching.actions.round_plans import (
    add_needs,
    change_round_plan,
    create_round_plan,
    end_round_plan,
    remove_need,
)
from ringar.matching.day_rules import can_see_day
from ringar.matching.plan_gathering import gatherable_needs, imported_needs, needs_of_units
from ringar.matching.plan_late import late_in
from ringar.matching.plan_models import RoundPlan
from ringar.matching.plan_queries import (
    PAGE,
    dates_of,
    entries_of,
    listed_plans,
    plan_for,
    running_weighing,
    steps_of,
)
from ringar.matching.plan_rows import PlanRow, own_pilots, pilots_in, rows_of
from ringar.matching.plan_rules import (
    ACTOR_OF,
    MOST_NEEDS,
    PlanStep,
    StepState,
    can_lead_plans,
    can_see_plans,
    money_of,
    step_now,
)
from ringar.matching.views.round_plan_forms import PlanForm, initial_of
from ringar.matching.views.round_plan_step_forms import NeedsForm
from ringar.matching.views.solutions import uuids_in
from ringar.needs.models import Need
from ringar.needs.queries import need_for
from ringar.solvers.rules import CallState

FEW_LATE, MOST_LATE = 10, 30


def led_plan(request: Request, uuid: UUID) -> RoundPlan:
    """The round, for who may change it: who leads, and until it has ended. Raises NotAllowed."""
    plan = plan_for(request.viewer, uuid)
    if not can_lead_plans(request.viewer) or plan.ended_at is not None:
        raise NotAllowed
    return plan


def page_of(rows: QuerySet[Any]) -> tuple[list[Any], int | None]:
    """A page of rows, and the id that the next one starts after."""
    shown = list(rows[: PAGE + 1])
    return shown[:PAGE], (shown[PAGE - 1].pk if len(shown) > PAGE else None)


def number_in(text: str) -> int | None:
    """The id that an address names, or None."""
    return int(text) if text.isdecimal() and len(text) < 18 else None


@login_required
@require_GET
def round_plan_list(request: Request) -> HttpResponse:
    """The organisation's rounds, newest first."""
    viewer, after = request.viewer, number_in(request.GET.get("after", ""))
    if not can_see_plans(viewer):
        raise NotAllowed
    plans = listed_plans(viewer)
    shown, more = page_of(plans.filter(pk__lt=after) if after else plans)
    rows = []
    for plan in shown:
        states = steps_of(plan, has_pilots=False)
        step = None if plan.ended_at else step_now(states)
        rows.append((plan, step, states[step] if step else None, dates_of(plan).of(step) if step else None))
    context = {"rows": rows, "more": more, "after": after, "may_lead": can_lead_plans(viewer)}
    return render(request, "matching/round_plan_list.html", context)


def first_needs(request: Request, viewer: Viewer) -> QuerySet[Need] | None:
    """The needs that a new round is asked to begin with: of a spreadsheet (`kalla`), or named (`behov`)."""
    if source := request.GET.get("kalla", ""):
        return imported_needs(viewer, source)
    if named := uuids_in(request.GET.getlist("behov")):
        return gatherable_needs(viewer).filter(uuid__in=named)
    return None


@login_required
@require_http_methods(["GET", "POST"])
def round_plan_new(request: Request) -> HttpResponse:
    """Makes a round: its dates, who takes part, its money and mandate, and its first needs."""
    viewer = request.viewer
    if not can_lead_plans(viewer):
        raise NotAllowed
    needs = first_needs(request, viewer)
    form = PlanForm(
        request.POST or None,
        viewer=viewer,
        needs=needs,
        initial={"title": request.GET.get("kalla", "")[:200]},
    )
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data.get("needs", ())
            plan = create_round_plan(by=viewer, facts=form.facts(), needs=given)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The round is made. Here is what comes next."))
            return redirect(plan)
    return render(request, "matching/round_plan_form.html", {"form": form, "needs": needs})


@login_required
@require_http_methods(["GET", "POST"])
def round_plan_edit(request: Request, uuid: UUID) -> HttpResponse:
    """Changes dates, units, money and mandate; or ends the round."""
    viewer, plan = request.viewer, led_plan(request, uuid)
    is_end = "end" in request.POST
    data = request.POST if request.method == "POST" and not is_end else None
    form = PlanForm(data, viewer=viewer, plan=plan, initial=initial_of(plan))
    try:
        if is_end:
            end_round_plan(by=viewer, plan=plan)
            messages.success(request, _("The round has ended. Nobody is reminded any more."))
            return redirect(plan)
        if form.is_valid():
            change_round_plan(by=viewer, plan=plan, facts=form.facts())
            messages.success(request, _("The round is changed."))
            return redirect(plan)
    except Refused as refused:
        form.add_error(None, str(refused))
    return render(request, "matching/round_plan_form.html", {"form": form, "plan": plan})


def next_step(plan: RoundPlan, step: PlanStep | None, viewer: Viewer) -> dict[str, Any]:
    """What the page says is to be done now, and what the round is made of so far."""
    day, call = plan.meeting_day, plan.call
    return {
        "weighing": plan.weighing if plan.weighing and not plan.weighing.withdrawn_at else None,
        "is_weighing": running_weighing(plan) is not None,
        "call": call,
        "is_call_draft": call is not None and call.state == CallState.DRAFT,
        "day": day if day and can_see_day(viewer, day.organisation_id, day.state) else None,
        "now": step,
    }


@login_required
@require_GET
def round_plan(request: Request, uuid: UUID) -> HttpResponse:
    """One page on the round: its steps, money and mandate, where each need is, and who is late with what."""
    viewer, plan = request.viewer, plan_for(request.viewer, uuid)
    after = number_in(request.GET.get("after", ""))
    entries = entries_of(viewer, plan)
    shown = entries.filter(pk__gt=after) if after else entries
    prefetch_related_objects([plan], Prefetch("units", Unit.objects.order_by("name")))
    pilots = pilots_in(viewer, plan)
    rows = rows_of(viewer, plan, shown[: PAGE + 1], pilots=pilots)
    own = own_pilots(plan, pilots)
    states = steps_of(plan, has_pilots=bool(own))
    step = None if plan.ended_at else step_now(states)
    late, dates = late_in(viewer, plan, pilots), dates_of(plan)
    people = Person.objects.in_bulk({pk for each in late for pk in each.people})
    named = [(each, [people[pk] for pk in each.people if pk in people]) for each in late[:MOST_LATE]]
    context = {
        "plan": plan,
        "steps": [(each, state, dates.of(each)) for each, state in states.items()],
        "is_late": step is not None and states[step] == StepState.LATE,
        "until": dates.of(step) if step else None,
        "rows": [(row, who_acts(row, plan)) for row in rows[:PAGE]],
        "more": rows[PAGE - 1].entry.pk if len(rows) > PAGE else None,
        "after": after,
        "late": named[:FEW_LATE],
        "more_late": named[FEW_LATE:],
        "may_remind": any(each.people for each in late),
        "money": money_of(plan.budget_sek, own),
        "units": plan.units.all(),
        "members": list(plan.members.order_by("name")),
        "may_lead": can_lead_plans(viewer) and plan.ended_at is None,
        **next_step(plan, step, viewer),
    }
    return render(request, "matching/round_plan.html", context)


def who_acts(row: PlanRow, plan: RoundPlan) -> Any:
    """The person who has the next step with the need; None where nothing is waited for."""
    if row.wait is None:
        return None
    own = row.need.owner or row.need.created_by
    return plan.created_by if ACTOR_OF[row.wait] == "leader" or own is None else own


@login_required
@require_http_methods(["GET", "POST"])
def round_plan_needs(request: Request, uuid: UUID) -> HttpResponse:
    """Gathers more needs into the round, or takes one out."""
    viewer, plan = request.viewer, led_plan(request, uuid)
    data = request.POST if "needs" in request.POST else None
    form = NeedsForm(data, found=needs_of_units(viewer, plan))
    try:
        if gone := uuids_in(request.POST.getlist("remove")):
            remove_need(by=viewer, plan=plan, need=need_for(viewer, gone[0]))
            messages.success(request, _("The need is out of the round, and stays as it was."))
            return redirect("round_plan_needs", uuid=plan.uuid)
        if form.is_valid():
            count = add_needs(by=viewer, plan=plan, needs=form.cleaned_data["needs"])
            told = ngettext("%(n)d need is gathered.", "%(n)d needs are gathered.", count) % {"n": count}
            messages.success(request, told)
            return redirect(plan)
    except Refused as refused:
        messages.error(request, str(refused))
    entries = entries_of(viewer, plan).select_related("need__unit").defer("need__words")
    context = {"plan": plan, "form": form, "entries": entries[:MOST_NEEDS]}
    return render(request, "matching/round_plan_needs.html", context)
