"""The three questions to staff: asked, answered nameless, told with numbers of answers."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from ringar.core.clock import today
from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.pilots.actions.staff import answer_staff, ask_staff
from ringar.pilots.forms.telling import StaffForm
from ringar.pilots.queries.pilots import pilot_for
from ringar.pilots.queries.staff import has_answered, is_asked
from ringar.pilots.staff_rules import open_phase


@login_required
@require_POST
def staff_ask(request: Request, uuid: UUID) -> HttpResponse:
    """Tells the staff of the units that try that the questions wait for them."""
    pilot = pilot_for(request.viewer, uuid)
    try:
        count = ask_staff(by=request.viewer, pilot=pilot)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        told = ngettext("%(n)d person is asked.", "%(n)d people are asked.", count) % {"n": count}
        messages.success(request, f"{told} {_('Their answers are nameless, and are shown five at a time.')}")
    return redirect(pilot)


@login_required
@require_http_methods(["GET", "POST"])
def staff_answer(request: Request, uuid: UUID) -> HttpResponse:
    """Three questions, a minute, nameless."""
    viewer = request.viewer
    pilot = pilot_for(viewer, uuid)
    if not is_asked(viewer, pilot):
        raise NotAllowed
    phase = open_phase(pilot.state, starts_on=pilot.starts_on, ends_on=pilot.ends_on, today=today())
    done = phase is not None and has_answered(viewer, pilot, phase)
    form = StaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_staff(by=viewer, pilot=pilot, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request, _("Thank you. Nobody can see what you answered, not even we who keep this.")
            )
            return redirect("staff_answer", uuid=pilot.uuid)
    context = {"pilot": pilot, "phase": phase, "done": done, "form": form}
    return render(request, "pilots/staff_answer.html", context)
