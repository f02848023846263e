"""Solutions: found, shown, described, corrected."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed
from ringar.solvers import queries
from ringar.solvers.actions import ReferenceFacts, edit_solution, publish_solution
from ringar.solvers.actions.trials import may_try
from ringar.solvers.forms import FilterForm, ReferenceFormSet, SolutionForm
from ringar.solvers.models import Solution
from ringar.solvers.rules import can_describe, can_register, may_be_published
from ringar.solvers.views import attempt


@require_safe
def solution_list(request: Request) -> HttpResponse:
    """All that the viewer may see, newest first, a page at a time; or those found by words."""
    form = FilterForm(request.GET)
    wanted = form.wanted
    facts: dict[str, Any] = {name: value for name, value in wanted.items() if name != "q"}
    if wanted["q"]:
        rows, after = queries.search_solutions(request.viewer, wanted["q"], **facts), None
    else:
        rows, after = queries.page_of_solutions(request.viewer, after=request.GET.get("after", ""), **facts)
    context = {"form": form, "wanted": wanted, "solutions": rows, "after": after, "best": queries.BEST}
    context["may_register"] = can_register(request.viewer)
    return render(request, "solvers/solution_list.html", context)


@require_safe
def solution_csv(request: Request) -> FileResponse:
    """The published solutions as a file, without what is asked to be kept secret."""
    header = [
        _("Solution"),
        _("Supplier"),
        _("What it does"),
        _("For whom"),
        _("How far it has come"),
        _("Price"),
        _("About the price"),
        _("Data it needs"),
        _("Systems it must be connected to"),
        _("Languages"),
        _("Used in"),
    ]
    rows = queries.offered_solutions().order_by("-id")[: MOST_ROWS + 1]
    cells = (cells_of(row) for row in rows.iterator(chunk_size=2000))
    return export_response("losningar", header, cells, kind=request.GET.get("format"))


def cells_of(solution: Solution) -> list[object]:
    """A solution's row in the file."""
    return [
        solution.name,
        solution.solver.name,
        solution.what,
        solution.for_whom,
        solution.get_maturity_display(),
        solution.get_price_class_display(),
        solution.price_note,
        solution.data_needs,
        solution.integration_needs,
        solution.languages,
        ", ".join(reference.municipality for reference in solution.references.all()),
    ]


@require_safe
def solution_detail(request: Request, uuid: UUID) -> HttpResponse:
    """One solution; what is asked to be kept secret only for those it was told to."""
    solution = queries.solution_for(request.viewer, uuid)
    solver = solution.solver
    standing = queries.standing_of(request.viewer, solver)
    secrecy, secrecy_reason = queries.secrecy_of(request.viewer, solution, standing)
    context = {
        "solution": solution,
        "solver": solver,
        "secrecy": secrecy,
        "secrecy_reason": secrecy_reason,
        "may_edit": can_describe(request.viewer, standing, registered_in_id=solver.registered_in_id),
        "may_try": bool(secrecy) and may_try(request.viewer, solution),
    }
    return render(request, "solvers/solution_detail.html", context)


@login_required
def solution_new(request: Request, uuid: UUID) -> HttpResponse:
    """Describes a new solution of the solver."""
    solver = queries.solver_for(request.viewer, uuid)
    if not queries.may_describe_solver(request.viewer, solver):
        raise NotAllowed
    form = SolutionForm(request.POST or None, may_publish=may_be_published(solver.state))
    references = ReferenceFormSet(request.POST or None, prefix="references")
    if form.is_valid() and references.is_valid():
        told = references_in(references)
        facts = form.cleaned_data
        if solution := attempt(
            form, lambda: publish_solution(by=request.viewer, solver=solver, references=told, **facts)
        ):
            messages.success(
                request, _("The solution is saved. The robots make it findable by meaning within minutes.")
            )
            return redirect(solution)
    context = {"form": form, "references": references, "solver": solver}
    return render(request, "solvers/solution_form.html", context)


@login_required
def solution_edit(request: Request, uuid: UUID) -> HttpResponse:
    """Corrects a solution and its references."""
    solution = queries.solution_for(request.viewer, uuid)
    solver = solution.solver
    if not queries.may_describe_solver(request.viewer, solver):
        raise NotAllowed
    may_publish = may_be_published(solver.state)
    form = SolutionForm(request.POST or None, instance=solution, may_publish=may_publish)
    known = [
        {"municipality": r.municipality, "year": r.year, "what": r.what, "effect": r.effect}
        for r in solution.references.all()
    ]
    references = ReferenceFormSet(request.POST or None, prefix="references", initial=known)
    if form.is_valid() and references.is_valid():
        told = references_in(references)
        facts = form.cleaned_data
        if attempt(
            form, lambda: edit_solution(by=request.viewer, solution=solution, references=told, **facts)
        ):
            messages.success(request, _("Saved."))
            return redirect(solution)
    context = {"form": form, "references": references, "solver": solver, "solution": solution}
    return render(request, "solvers/solution_form.html", context)


def references_in(formset: "forms.BaseFormSet[Any]") -> list[ReferenceFacts]:
    """The references that are filled in."""
    return [form.cleaned_data for form in formset if form.cleaned_data.get("municipality")]
