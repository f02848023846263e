"""Calls and their answers as files: CSV, or Excel with ?format=xlsx."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ringar.core.clock import now
from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.solvers import queries


@require_safe
def call_csv(request: Request) -> FileResponse:
    """The calls that the viewer may see, the latest deadline first."""
    moment = now()
    header = [_("Call"), _("Organisation"), _("What we look for"), _("Deadline"), _("State"), _("Address")]
    calls = queries.visible_calls(request.viewer)[: MOST_ROWS + 1]
    cells = (
        [
            call.title,
            call.organisation.name,
            call.text,
            call.deadline,
            call.state_at(moment).label,
            request.build_absolute_uri(call.get_absolute_url()),
        ]
        for call in calls.iterator(chunk_size=2000)
    )
    return export_response("utlysningar", header, cells, kind=request.GET.get("format"))


@login_required
@require_safe
def call_answers_csv(request: Request, uuid: UUID) -> FileResponse:
    """The answers as a file, for who may read them; never what is asked to be kept secret."""
    viewer = request.viewer
    call = queries.call_for(viewer, uuid)
    header = [
        _("From"),
        _("E-mail"),
        _("On behalf of"),
        _("Answer"),
        _("Solution"),
        _("Asks for secrecy"),
        _("Arrived"),
        _("State"),
        _("Reason"),
    ]
    rows = queries.answers_to(viewer, call)[: MOST_ROWS + 1]
    cells = (
        [
            *((str(answer.agent), "") if answer.agent else queries.sender_of(answer, viewer)),
            answer.solver or "",
            answer.text,
            answer.solution or "",
            _("yes") if answer.secrecy else "",
            answer.created_at,
            answer.get_state_display(),
            answer.reason,
        ]
        for answer in rows
    )
    return export_response("svar", header, cells, kind=request.GET.get("format"))
