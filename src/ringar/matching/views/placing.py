"""A meeting moved, added or taken away by hand: legal, or why not, at once."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ringar.core.middleware import Request
from ringar.core.rules import Refused
from ringar.matching.actions import add_meeting, move_meeting, release_meeting, remove_meeting
from ringar.matching.day_queries import meeting_to_move, run_day, slots_of_day
from ringar.matching.views.day_forms import MoveForm, NewMeetingForm

DONE = {"remove": remove_meeting, "release": release_meeting}


@login_required
@require_http_methods(["GET", "POST"])
def meeting_move(request: Request, uuid: UUID) -> HttpResponse:
    """Moves the meeting; or (`do`) takes it away, or lets the planning move it again."""
    meeting = meeting_to_move(request.viewer, uuid)
    day = meeting.day
    initial = {"starts_at": meeting.starts_at.isoformat(), "room": meeting.room_id}
    do = request.POST.get("do", "")
    form = MoveForm(
        request.POST if request.method == "POST" and do not in DONE else None,
        day=day,
        slots=slots_of_day(day),
        initial=initial,
    )
    try:
        if request.method == "POST" and do in DONE:
            DONE[do](by=request.viewer, meeting=meeting)
            messages.success(request, _("Taken away.") if do == "remove" else _("Saved."))
            return redirect(day)
        if form.is_valid():
            move_meeting(by=request.viewer, meeting=meeting, **form.cleaned_data)
            messages.success(request, _("Moved. Planning goes round it from now on."))
            return redirect(day)
    except Refused as refused:
        if form.is_bound:
            form.add_error(None, str(refused))
        else:
            messages.error(request, str(refused))
    return render(request, "matching/meeting_move.html", {"meeting": meeting, "day": day, "form": form})


@login_required
@require_http_methods(["GET", "POST"])
def meeting_add(request: Request, uuid: UUID) -> HttpResponse:
    """Puts a meeting into the timetable."""
    day = run_day(request.viewer, uuid)
    form = NewMeetingForm(request.POST or None, day=day, slots=slots_of_day(day))
    if form.is_valid():
        try:
            add_meeting(by=request.viewer, day=day, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Added. Planning goes round it from now on."))
            return redirect(day)
    return render(request, "matching/meeting_add.html", {"day": day, "form": form})
