"""The queue of those who have registered themselves, and the check of who they are."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ringar.core.middleware import Request
from ringar.core.queries import has_interest
from ringar.core.rules import NotAllowed
from ringar.solvers import queries
from ringar.solvers.actions import refuse_solver, step_aside_from_check, verify_solver
from ringar.solvers.forms import CheckForm
from ringar.solvers.models import Solver
from ringar.solvers.rules import SolverState, can_verify, domains_agree
from ringar.solvers.views import attempt


@login_required
@require_safe
def solver_verify_list(request: Request) -> HttpResponse:
    """Who waits to be checked, and who asks to act for a supplier that nobody acts for."""
    context = {
        "solvers": queries.unchecked_solvers(request.viewer),
        "requests": queries.unowned_requests(request.viewer),
    }
    return render(request, "solvers/solver_verify_list.html", context)


@login_required
def solver_verify(request: Request, uuid: UUID) -> HttpResponse:
    """One check: what they tell, what to look at, and the decision."""
    viewer = request.viewer
    if not can_verify(viewer):
        raise NotAllowed
    solver = queries.solver_for(viewer, uuid)
    check = solver.checks.filter(organisation_id=viewer.organisation_id or 0).first()
    form = CheckForm(request.POST or None)
    if form.is_valid() and decided(request, solver, form):
        messages.success(request, _("Saved."))
        return redirect("solver_verify_list")
    context = {
        "form": form,
        "solver": solver,
        "check": check,
        "waits": solver.state in {SolverState.UNVERIFIED, SolverState.REFUSED},
        "steps_aside": check is not None and has_interest(viewer, check),
        "domains_agree": domains_agree(solver.email, solver.website),
        "people": solver.members.select_related("person").order_by("since", "id"),
    }
    return render(request, "solvers/solver_verify.html", context)


def decided(request: Request, solver: Solver, form: CheckForm) -> bool:
    """Does what the form says; what is refused becomes its error."""
    facts, by = dict(form.cleaned_data), request.viewer
    if facts.pop("interest") == "has":
        return bool(attempt(form, lambda: step_aside_from_check(by=by, solver=solver)))
    reason = facts.pop("reason")
    if request.POST.get("decision") == "verify":
        return bool(attempt(form, lambda: verify_solver(by=by, solver=solver, declares_none=True, **facts)))
    told = {"note": facts["note"], "reason": reason}
    return bool(attempt(form, lambda: refuse_solver(by=by, solver=solver, declares_none=True, **told)))
