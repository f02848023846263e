"""Matches seen from a solution; and calls for needs that nothing fits."""

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.matching.actions import start_call_for
from ringar.matching.cards import reasons_of
from ringar.matching.forms import CallForm
from ringar.matching.queries import needs_fitting, needs_for_call, public_needs_ranked
from ringar.solvers.queries import solution_for
from ringar.solvers.rules import can_run_call


@login_required
@require_GET
def solution_needs(request: Request, uuid: UUID) -> HttpResponse:
    """The needs of the viewer's organisation that the solution fits."""
    if not request.viewer.is_inside:
        raise NotAllowed
    solution = solution_for(request.viewer, uuid)
    matches = needs_fitting(request.viewer, solution)
    rows = [(match, reasons_of(match.need, match, solution.language)) for match in matches]
    return render(request, "matching/solution_needs.html", {"solution": solution, "rows": rows})


@login_required
@require_GET
def solution_why(request: Request, uuid: UUID) -> HttpResponse:
    """For the solution's own person: which public needs it came up for, and why; how to correct what is told."""
    solution = solution_for(request.viewer, uuid)
    matches = public_needs_ranked(request.viewer, solution)
    rows = [(match, reasons_of(match.need, match, solution.language)) for match in matches]
    return render(request, "matching/solution_why.html", {"solution": solution, "rows": rows})


def uuids_in(texts: list[str]) -> list[UUID]:
    """Those of the texts that are uuids, at most fifty."""
    found = []
    for text in texts[:50]:
        with suppress(ValueError):
            found.append(UUID(text))
    return found


@login_required
@require_http_methods(["GET", "POST"])
def call_from_needs(request: Request) -> HttpResponse:
    """Starts a call for chosen needs, filled in from what they say; `?behov=<uuid>` ticks one beforehand."""
    viewer = request.viewer
    if not can_run_call(viewer, organisation_id=viewer.organisation_id):
        raise NotAllowed
    ticked = uuids_in([*request.GET.getlist("behov"), *request.POST.getlist("needs")])
    needs = needs_for_call(viewer, ticked)
    first = next((need for need in needs if need.uuid in ticked), None)
    initial = {"needs": ticked, "title": first.title} if first else {}
    choices = [(need.uuid, f"{need.title} ({need.unit})") for need in needs]
    form = CallForm(request.POST or None, needs=choices, initial=initial)
    if form.is_valid():
        told = form.cleaned_data
        chosen = [need for need in needs if need.uuid in set(told["needs"])]
        try:
            call = start_call_for(by=viewer, needs=chosen, title=told["title"], deadline=told["deadline"])
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The draft is made. Read it through, then open the call."))
            return redirect("call_edit", uuid=call.uuid)
    return render(request, "matching/call_from_needs.html", {"form": form, "needs": needs})
