"""What was promised and what came true, side by side; and the page where it is written."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.pilots.actions.realised import record_realised
from ringar.pilots.forms.measuring import RealisedForm
from ringar.pilots.queries.pilots import pilot_for
from ringar.pilots.rules import can_edit_pilot


@login_required
@require_http_methods(["GET", "POST"])
def pilot_realised(request: Request, uuid: UUID) -> HttpResponse:
    """The calculation's lines with what they came to. Whoever works here reads it; who may change the pilot writes."""
    viewer = request.viewer
    pilot = pilot_for(viewer, uuid)
    if not viewer.is_inside or viewer.organisation_id != pilot.organisation_id:
        raise NotAllowed
    lines, may_edit = list(pilot.cost_lines.all()), can_edit_pilot(viewer, pilot.facts)
    form = RealisedForm(request.POST or None, lines=lines) if may_edit else None
    if request.method == "POST":
        if form is None:
            raise NotAllowed
        if form.is_valid():
            try:
                record_realised(by=viewer, pilot=pilot, realised=form.realised())
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(
                    request, _("Saved. What was promised stands beside it, here and on the overview.")
                )
                return redirect("pilot_realised", uuid=pilot.uuid)
    return render(request, "pilots/pilot_realised.html", {"pilot": pilot, "lines": lines, "form": form})
