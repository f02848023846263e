"""Those who offer solutions: found, shown, registered, corrected."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.core.models import Organisation
from ringar.core.rules import NotAllowed, Refused
from ringar.solvers import queries
from ringar.solvers.actions import edit_solver, register_solver, set_solver_state
from ringar.solvers.actions.solutions import registered_itself
from ringar.solvers.forms import FilterForm, SolverForm
from ringar.solvers.rules import (
    SolverState,
    can_check,
    can_describe,
    can_edit,
    can_register,
    can_verify,
)
from ringar.solvers.views import attempt


@require_safe
def solver_list(request: Request) -> HttpResponse:
    """All that the viewer may see, by name, a page at a time; or those found by words."""
    form = FilterForm(request.GET, only=("q", "kind"))
    wanted = form.wanted
    if wanted["q"]:
        rows, after = queries.search_solvers(request.viewer, wanted["q"], kind=wanted["kind"]), None
    else:
        rows, after = queries.page_of_solvers(
            request.viewer, kind=wanted["kind"], after=request.GET.get("after", "")
        )
    context = {"form": form, "wanted": wanted, "solvers": rows, "after": after, "best": queries.BEST}
    context |= {
        "may_register": can_register(request.viewer),
        "may_verify": can_verify(request.viewer),
        "mine": queries.solvers_of(request.viewer)[:20],
        "principals": queries.principals_of(request.viewer)[:20],
    }
    return render(request, "solvers/solver_list.html", context)


@require_safe
def solver_csv(request: Request) -> FileResponse:
    """The register as a file: no sole trader's number, no e-mail addresses."""
    header = [
        _("Name"),
        _("Kind"),
        _("Organisation number"),
        _("Municipality"),
        _("Website"),
        _("About"),
        _("Founded"),
    ]
    rows = queries.visible_solvers(request.viewer).order_by("name", "id")[: MOST_ROWS + 1]
    cells = (
        [s.name, s.get_kind_display(), s.shown_number, s.municipality, s.website, s.about, s.founded]
        for s in rows.iterator(chunk_size=2000)
    )
    return export_response("leverantorer", header, cells, kind=request.GET.get("format"))


@require_safe
def solver_detail(request: Request, uuid: UUID) -> HttpResponse:
    """One solver with its solutions."""
    solver = queries.solver_for(request.viewer, uuid)
    viewer = request.viewer
    standing = queries.standing_of(viewer, solver)
    context = {
        "solver": solver,
        "solutions": queries.visible_solutions(viewer).filter(solver=solver).order_by("-id")[:100],
        "standing": standing,
        "may_edit": can_edit(viewer, standing, registered_in_id=solver.registered_in_id),
        "may_describe": can_describe(viewer, standing, registered_in_id=solver.registered_in_id),
        "may_check": can_check(viewer, registered_in_id=solver.registered_in_id),
        "may_verify": can_verify(viewer) and solver.state in {SolverState.UNVERIFIED, SolverState.REFUSED},
        "may_join": viewer.person_id is not None and not viewer.is_inside and not standing.role,
        "may_be_agent": not (viewer.is_inside or standing.role) and queries.agents_of(viewer).exists(),
        "registered_itself": registered_itself(solver),
        "email": queries.shown_email(viewer, solver, standing),
    }
    return render(request, "solvers/solver_detail.html", context)


@login_required
def solver_new(request: Request) -> HttpResponse:
    """Registers a solver; next comes its first solution."""
    if not can_register(request.viewer):
        raise NotAllowed
    form = SolverForm(request.POST or None, may_own=request.viewer.may_write)
    if form.is_valid():
        facts = solver_facts(request, form)
        if solver := attempt(form, lambda: register_solver(by=request.viewer, **facts)):
            messages.success(
                request, _("%(name)s is registered. Now describe a solution.") % {"name": solver.name}
            )
            return redirect("solution_new", uuid=solver.uuid)
    return render(request, "solvers/solver_form.html", {"form": form})


@login_required
def solver_edit(request: Request, uuid: UUID) -> HttpResponse:
    """Corrects a solver's facts."""
    solver = queries.solver_for(request.viewer, uuid)
    if not queries.may_edit_solver(request.viewer, solver):
        raise NotAllowed
    form = SolverForm(request.POST or None, instance=solver, may_own=request.viewer.may_write)
    if form.is_valid():
        facts = solver_facts(request, form)
        if attempt(form, lambda: edit_solver(by=request.viewer, solver=solver, **facts)):
            messages.success(request, _("Saved."))
            return redirect(solver)
    return render(request, "solvers/solver_form.html", {"form": form, "solver": solver})


def solver_facts(request: Request, form: SolverForm) -> dict[str, Any]:
    """What the form says, as the actions take it. A hidden number left empty stays."""
    facts = dict(form.cleaned_data)
    if form.hides_number and not facts["organisation_number"]:
        del facts["organisation_number"]
    if "is_own" in facts:
        is_own = facts.pop("is_own")
        facts["organisation"] = (
            Organisation.objects.get(pk=request.viewer.organisation_id or 0) if is_own else None
        )
    return facts


@login_required
@require_POST
def solver_state(request: Request, uuid: UUID) -> HttpResponse:
    """Marks the solver as checked, or hides it, or takes either back."""
    solver = queries.solver_for(request.viewer, uuid)
    state = request.POST.get("state", "")
    if state not in SolverState.values:
        raise NotAllowed
    try:
        set_solver_state(by=request.viewer, solver=solver, state=state)
        messages.success(request, _("Saved."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(solver)
