"""Who acts for a solver: let in, given another role, taken off; and incubators that act on its behalf."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.solvers import queries
from ringar.solvers.actions import (
    answer_join,
    approve_on_behalf,
    ask_on_behalf,
    ask_to_join,
    change_member,
    end_on_behalf,
    remove_member,
)
from ringar.solvers.forms import OnBehalfForm
from ringar.solvers.models import JoinRequest, OnBehalf, SolverMember
from ringar.solvers.rules import MemberRole
from ringar.solvers.views import attempt


@login_required
@require_safe
def solver_people(request: Request, uuid: UUID) -> HttpResponse:
    """Who acts for the solver and who asks to; for those who act for it, as its own or on its behalf."""
    solver = queries.solver_for(request.viewer, uuid)
    standing = queries.standing_of(request.viewer, solver)
    behalf = queries.behalf_of(request.viewer, solver)
    if not standing.role and not behalf.exists():
        raise NotAllowed
    context = {
        "solver": solver,
        "standing": standing,
        "is_owner": standing.role == MemberRole.OWNER,
        "members": solver.members.select_related("person").order_by("since", "id") if standing.role else [],
        "requests": queries.requests_to(solver) if standing.role == MemberRole.OWNER else [],
        "behalf": behalf,
        "roles": MemberRole,
    }
    return render(request, "solvers/solver_people.html", context)


@login_required
@require_POST
def solver_join(request: Request, uuid: UUID) -> HttpResponse:
    """Asks to act for the solver."""
    solver = queries.solver_for(request.viewer, uuid)
    try:
        ask_to_join(by=request.viewer, solver=solver)
        messages.success(request, _("Those who act for it have got your request, and you get their answer."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(solver)


@login_required
@require_POST
def join_answer(request: Request, uuid: UUID) -> HttpResponse:
    """Lets somebody in, or not."""
    asked = get_object_or_404(JoinRequest.objects.select_related("solver"), uuid=uuid)
    try:
        answer_join(by=request.viewer, request=asked, is_welcome=request.POST.get("answer") == "yes")
        messages.success(request, _("Answered. They are told."))
    except Refused as refused:
        messages.error(request, str(refused))
    if queries.standing_of(request.viewer, asked.solver).role:
        return redirect("solver_people", uuid=asked.solver.uuid)
    return redirect("solver_verify_list")


@login_required
@require_POST
def member_change(request: Request, uuid: UUID) -> HttpResponse:
    """Gives another role, or takes off ("none")."""
    member = get_object_or_404(SolverMember.objects.select_related("solver"), uuid=uuid)
    role = request.POST.get("role", "")
    try:
        if role == "none":
            remove_member(by=request.viewer, member=member)
        else:
            change_member(by=request.viewer, member=member, role=role)
        messages.success(request, _("Saved."))
    except Refused as refused:
        messages.error(request, str(refused))
    if role == "none" and member.person_id == request.viewer.person_id:
        return redirect("solver_list")
    return redirect("solver_people", uuid=member.solver.uuid)


@login_required
def agent_ask(request: Request, uuid: UUID) -> HttpResponse:
    """An incubator asks to act on the solver's behalf."""
    solver = queries.solver_for(request.viewer, uuid)
    agents = queries.agents_of(request.viewer).exclude(pk=solver.pk)
    if not agents.exists():
        raise NotAllowed
    form = OnBehalfForm(request.POST or None, agents=agents, initial={"agent": agents[0].uuid})
    if form.is_valid():
        facts = form.cleaned_data
        if attempt(form, lambda: ask_on_behalf(by=request.viewer, solver=solver, **facts)):
            messages.success(request, _("They are asked. You are told when they have answered."))
            return redirect("solver_people", uuid=solver.uuid)
    return render(request, "solvers/agent_ask.html", {"form": form, "solver": solver})


@login_required
@require_POST
def agent_answer(request: Request, uuid: UUID) -> HttpResponse:
    """Approves that another acts on the solver's behalf, or ends it."""
    behalf = get_object_or_404(OnBehalf.objects.select_related("solver", "agent"), uuid=uuid)
    act = approve_on_behalf if request.POST.get("answer") == "yes" else end_on_behalf
    try:
        act(by=request.viewer, behalf=behalf)
        messages.success(request, _("Saved."))
    except Refused as refused:
        messages.error(request, str(refused))
    if queries.standing_of(request.viewer, behalf.solver).role:
        return redirect("solver_people", uuid=behalf.solver.uuid)
    return redirect(behalf.agent)
