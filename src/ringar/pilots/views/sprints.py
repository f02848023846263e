"""Pages of a sprint: its days, its prototype, the users who tried it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.pilots.actions.sprints import add_prototype, save_sprint, save_tests
from ringar.pilots.forms.rows import SprintForm, TestsForm
from ringar.pilots.models import Pilot, Sprint
from ringar.pilots.queries.pilots import pilot_for
from ringar.pilots.rules import Stage, can_edit_pilot


def sprint_for(request: Request, uuid: UUID) -> tuple[Pilot, Sprint]:
    """The pilot and its sprint, for those who may change it. Raises NotAllowed."""
    pilot = pilot_for(request.viewer, uuid)
    sprint = Sprint.objects.filter(pilot=pilot).first()
    if sprint is None or not can_edit_pilot(request.viewer, pilot.facts):
        raise NotAllowed
    return pilot, sprint


@login_required
@require_http_methods(["GET", "POST"])
def pilot_sprint(request: Request, uuid: UUID) -> HttpResponse:
    """The agenda of five days, the prototype, and what came out; then straight to the gate."""
    pilot, sprint = sprint_for(request, uuid)
    form = SprintForm(request.POST or None, request.FILES or None, sprint=sprint)
    if request.method == "POST" and form.is_valid():
        try:
            save(request, pilot, form)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved."))
            if "gate" in request.POST and form.cleaned_data["outcome"]:
                return redirect("pilot_gate", uuid=pilot.uuid)
            return redirect("pilot_sprint", uuid=pilot.uuid)
    context = {
        "pilot": pilot,
        "sprint": sprint,
        "form": form,
        "tests": list(sprint.tests.all()),
        "is_open": pilot.stage == Stage.EXERCISE,
    }
    return render(request, "pilots/pilot_sprint.html", context)


@transaction.atomic
def save(request: Request, pilot: Pilot, form: SprintForm) -> None:
    """Saves the page and the file on it, both or neither. Raises Refused."""
    said, file = form.cleaned_data, form.cleaned_data["prototype"]
    if file:
        add_prototype(by=request.viewer, pilot=pilot, file=file.file, name=file.name)
    save_sprint(
        by=request.viewer,
        pilot=pilot,
        agenda=form.agenda(),
        prototype_link=said["prototype_link"],
        outcome=said["outcome"],
    )


@login_required
@require_http_methods(["GET", "POST"])
def pilot_tests(request: Request, uuid: UUID) -> HttpResponse:
    """Five users try the prototype; nobody is named."""
    pilot, sprint = sprint_for(request, uuid)
    form = TestsForm(request.POST or None, tests=list(sprint.tests.all()))
    if request.method == "POST" and form.is_valid():
        try:
            save_tests(by=request.viewer, pilot=pilot, tests=form.tried())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect("pilot_sprint", uuid=pilot.uuid)
    lead = _(
        "Five users, one at a time. Say what kind of user it was, never the name, and write what you saw."
    )
    context = {"heading": _("User tests"), "lead": lead, "rows": form.rows(), "row_name": _("User")}
    return render(request, "pilots/part.html", {"pilot": pilot, "form": form, **context})


@login_required
@require_GET
def pilot_prototype(request: Request, uuid: UUID) -> FileResponse:
    """The file of the prototype, always as a download, for those inside who may see the pilot."""
    pilot = pilot_for(request.viewer, uuid)
    sprint = Sprint.objects.filter(pilot=pilot).first()
    if not request.viewer.is_inside or request.viewer.organisation_id != pilot.organisation_id:
        raise NotAllowed
    if sprint is None or not sprint.prototype_file:
        raise Http404
    name = str(sprint.prototype_file).rpartition(".")[2]
    response = FileResponse(
        sprint.prototype_file.open("rb"),
        as_attachment=True,
        filename=f"prototyp.{name}",
        content_type="application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
