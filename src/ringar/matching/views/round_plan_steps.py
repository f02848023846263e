"""A round's steps taken on pages: who is late is reminded, needs are weighed, called for, and given a meeting day."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from ringar.core.middleware import Request
from ringar.core.rules import Refused, Viewer, Visibility
from ringar.matching.actions.round_plan_day import draft_plan_day
from ringar.matching.actions.round_plan_steps import begin_weighing, open_to_all, remind_late, start_plan_call
from ringar.matching.plan_models import RoundPlan
from ringar.matching.plan_queries import entries_of, plan_for
from ringar.matching.plan_rules import MEET_STATES
from ringar.matching.rules import MATCHED_STATES
from ringar.matching.views.round_plan_step_forms import PlanCallForm, PlanDayForm, WeighForm
from ringar.matching.views.round_plans import led_plan
from ringar.needs.models import Need
from ringar.needs.queries import NOT_IN_LISTS
from ringar.needs.round_rules import CANDIDATES, MOST_NEEDS
from ringar.needs.views.round_forms import end_of


def needs_in(viewer: Viewer, plan: RoundPlan, states: Any) -> QuerySet[Need]:
    """The round's needs in those states, in the order they were gathered, with their units."""
    entries = entries_of(viewer, plan).filter(need__state__in=states)
    ids = list(entries.values_list("need_id", flat=True))
    rows = Need.objects.filter(pk__in=ids).select_related("unit").defer(*NOT_IN_LISTS)
    return rows.order_by("round_plan_entries__id").filter(round_plan_entries__plan=plan)


@login_required
@require_POST
def round_plan_remind(request: Request, uuid: UUID) -> HttpResponse:
    """Reminds those who are late."""
    plan = plan_for(request.viewer, uuid)
    try:
        count = remind_late(by=request.viewer, plan=plan)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(plan)
    if count:
        told = ngettext("%(n)d person is reminded.", "%(n)d people are reminded.", count) % {"n": count}
        messages.success(request, told)
    else:
        messages.info(
            request, _("Nobody was reminded: those who are late were reminded within the last day.")
        )
    return redirect(plan)


@login_required
@require_http_methods(["GET", "POST"])
def round_plan_weigh(request: Request, uuid: UUID) -> HttpResponse:
    """Has the round's needs scored: by what, by whom, until when; filled in from the round."""
    viewer, plan = request.viewer, led_plan(request, uuid)
    needs = needs_in(viewer, plan, CANDIDATES)
    form = WeighForm(request.POST or None, viewer=viewer, needs=needs, plan=plan)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            weighing = begin_weighing(
                by=viewer,
                plan=plan,
                title=told["title"],
                about=told["about"],
                needs=list(told["needs"]),
                criteria=form.criteria(),
                assessors=form.people(),
                deadline=end_of(told["deadline"], plan.zone),
                may_choose=told["may_choose"],
                own_allowed=told["own_allowed"],
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The needs are being scored. The assessors are told."))
            return redirect(weighing)
    return render(request, "matching/round_plan_weigh.html", {"form": form, "plan": plan, "most": MOST_NEEDS})


@login_required
@require_http_methods(["GET", "POST"])
def round_plan_call(request: Request, uuid: UUID) -> HttpResponse:
    """Starts a call for the round's needs; those that not everyone may see are opened first, where nothing hinders."""
    viewer, plan = request.viewer, led_plan(request, uuid)
    if plan.call is not None and request.method != "POST":
        messages.info(request, _("The round has a call already. Change that one."))
        return redirect(plan)
    needs = needs_in(viewer, plan, MATCHED_STATES)
    hidden = list(needs.exclude(visibility=Visibility.PUBLIC))
    if "open" in request.POST:
        count, left = open_to_all(by=viewer, plan=plan, needs=hidden)
        opened = ngettext("%(n)d need is open to everyone.", "%(n)d needs are open to everyone.", count)
        if count:
            messages.success(request, opened % {"n": count})
        if left:
            text = _("Words in these ask for a decision, or others must open them: look at each one.")
            messages.warning(request, text)
        return redirect("round_plan_call", uuid=plan.uuid)
    data = request.POST if request.method == "POST" else None
    form = PlanCallForm(data, needs=needs.filter(visibility=Visibility.PUBLIC), plan=plan)
    if form.is_valid():
        told = form.cleaned_data
        try:
            deadline = end_of(told["deadline"], plan.zone)
            call = start_plan_call(
                by=viewer, plan=plan, needs=told["needs"], title=told["title"], deadline=deadline
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The draft is made. Read it through, then open the call."))
            return redirect("call_edit", uuid=call.uuid)
    return render(request, "matching/round_plan_call.html", {"form": form, "plan": plan, "hidden": hidden})


@login_required
@require_http_methods(["GET", "POST"])
def round_plan_day(request: Request, uuid: UUID) -> HttpResponse:
    """Drafts a meeting day: date, hours and rooms; managers and startups come from the needs and what fits them."""
    viewer, plan = request.viewer, led_plan(request, uuid)
    form = PlanDayForm(request.POST or None, plan=plan)
    if form.is_valid():
        try:
            draft = draft_plan_day(
                by=viewer, plan=plan, facts=form.facts(), name_owners=form.cleaned_data["name_owners"]
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            told = _(
                "A draft with %(managers)d managers and %(startups)d startups. Nobody is written to yet."
            )
            messages.success(request, told % {"managers": draft.managers, "startups": draft.startups})
            if left := draft.without_owner:
                told = _("Nobody answers for these, so they are left out: %(needs)s.")
                messages.warning(request, told % {"needs": ", ".join(str(need) for need in left[:5])})
            return redirect(draft.day)
    count = entries_of(viewer, plan).filter(need__state__in=MEET_STATES).count()
    return render(request, "matching/round_plan_day.html", {"form": form, "plan": plan, "count": count})
