"""Pages that join pilots with work lists: begun from a list, measured by it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ringar.city.queries.lists import planned_list
from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.needs.queries import need_for
from ringar.pilots.actions.work_lists import measure_by_list, start_list_pilot
from ringar.pilots.forms.work_lists import ListPilotForm
from ringar.pilots.queries.pilots import pilot_for
from ringar.pilots.queries.work_lists import pilot_of_list
from ringar.pilots.rules import can_edit_pilot, can_start_pilot

TOLD = ("baseline", "baseline_source", "target", "worthwhile")
PLAIN = ("title", "goal", "owner", "first_day", "weeks")


@login_required
@require_http_methods(["GET", "POST"])
def pilot_from_list(request: Request, uuid: UUID) -> HttpResponse:
    """Begins a pilot that tries a work list."""
    work_list = planned_list(request.viewer, uuid)
    if not can_start_pilot(request.viewer):
        raise NotAllowed
    if (begun := pilot_of_list(work_list)) is not None:
        return redirect(begun)
    form = ListPilotForm(request.POST or None, viewer=request.viewer, work_list=work_list)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            pilot = start_list_pilot(
                by=request.viewer,
                work_list=work_list,
                need=need_for(request.viewer, UUID(said["need"])) if said["need"] else None,
                told={name: said[name] for name in TOLD},
                **{name: said[name] for name in PLAIN},
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Begun. Below stands what is missing before it can start."))
            return redirect(pilot)
    return render(request, "pilots/pilot_from_list.html", {"form": form, "work_list": work_list})


@login_required
@require_POST
def pilot_list_measure(request: Request, uuid: UUID) -> HttpResponse:
    """Hands in what the crew's ticks came to, at once instead of when a robot next looks."""
    pilot = pilot_for(request.viewer, uuid)
    if not can_edit_pilot(request.viewer, pilot.facts):
        raise NotAllowed
    try:
        counts = measure_by_list(by=request.viewer, pilot=pilot)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        text = _("%(new)s weeks handed in, %(changed)s corrected.")
        messages.success(request, text % {"new": counts.new, "changed": counts.changed})
    return redirect(pilot)
