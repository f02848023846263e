"""Pilots on other rooms' pages: on the need that they serve, on the meeting that they came of."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from ringar.core.clock import now
from ringar.core.rules import Viewer
from ringar.matching.day_models import Meeting
from ringar.matching.meeting_queries import facts_of
from ringar.matching.meeting_rules import has_begun
from ringar.needs.models import Need
from ringar.needs.rules import NeedState
from ringar.pilots.queries.pilots import pilots_of_need, visible_pilots
from ringar.pilots.rules import can_start_pilot

CLOSED = frozenset({NeedState.DRAFT, NeedState.CLOSED})


def pilots_of_need_panel(request: HttpRequest, need: Need) -> str:
    """What is tried for the need, and the way to try something small. 1 query."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    is_ours = can_start_pilot(viewer) and viewer.organisation_id == need.organisation_id
    pilots = [] if need.is_draft else list(pilots_of_need(viewer, need)[:10])
    may_start = is_ours and need.state not in CLOSED
    if not pilots and not may_start:
        return ""
    context = {"need": need, "pilots": pilots, "may_start": may_start}
    return render_to_string("pilots/panel_need.html", context, request)


def pilots_of_meeting_panel(request: HttpRequest, meeting: Meeting) -> str:
    """What came of the meeting, and once it has begun the way to try something small. 1 query."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if not can_start_pilot(viewer) or viewer.organisation_id != meeting.day.organisation_id:
        return ""
    pilots = list(visible_pilots(viewer).filter(meeting=meeting).order_by("-id")[:10])
    may_start = has_begun(facts_of(meeting), now())
    if not pilots and not may_start:
        return ""
    context = {"meeting": meeting, "pilots": pilots, "may_start": may_start}
    return render_to_string("pilots/panel_meeting.html", context, request)
