"""Rooms' fragments on what is followed along the way: measurements, staff, hindrances."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from ringar.core.clock import today
from ringar.core.registry import subject_kind
from ringar.core.rules import Viewer
from ringar.matching.day_models import Meeting
from ringar.needs.models import Need
from ringar.needs.rules import can_see_need
from ringar.pilots.hindrance_rules import can_tell_hindrance
from ringar.pilots.models import Pilot
from ringar.pilots.queries.hindrances import hindrances_on
from ringar.pilots.queries.measurements import goal_of, may_measure, with_missing
from ringar.pilots.queries.staff import is_asked, staff_answers
from ringar.pilots.rules import can_edit_pilot
from ringar.pilots.staff_rules import open_phase


def viewer_at(request: HttpRequest) -> Viewer:
    """Who is looking."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def works_here(viewer: Viewer, organisation_id: int) -> bool:
    """Whether the viewer works where the row belongs."""
    return viewer.is_inside and viewer.organisation_id == organisation_id


def hindrances_panel(request: HttpRequest, row: Any) -> str:
    """What stands in the way of a need or a pilot, for those who work there. 1 query."""
    viewer = viewer_at(request)
    if getattr(row, "is_draft", False) or not works_here(viewer, row.organisation_id):
        return ""
    subject = subject_kind(row)
    may_tell = can_tell_hindrance(viewer, organisation_id=row.organisation_id, sees=True)
    found = hindrances_on(viewer, row)
    if not may_tell and not found:
        return ""
    context = {
        "row": row,
        "kind": subject.kind,
        "hindrances": found,
        "may_tell": may_tell,
        "may_write": subject.may_write(viewer, row),
        "viewer": viewer,
    }
    return render_to_string("pilots/panel_hindrances.html", context, request)


def hindrances_of_meeting(request: HttpRequest, meeting: Meeting) -> str:
    """What the meeting showed to stand in the way of its need. 0–2 queries."""
    need: Need | None = meeting.need
    if need is None or not can_see_need(viewer_at(request), need.facts):
        return ""
    return hindrances_panel(request, need)


def measurements_panel(request: HttpRequest, pilot: Pilot) -> str:
    """How far measuring has come, and where to hand in a value. 3 queries."""
    viewer = viewer_at(request)
    if not works_here(viewer, pilot.organisation_id):
        return ""
    units = list(pilot.units.select_related("unit")) if goal_of(pilot) else []
    for of in units:
        of.pilot = pilot
    missing = [weeks for _of, weeks in with_missing(units)]
    context = {
        "pilot": pilot,
        "goal": goal_of(pilot),
        "waiting": sum(len(weeks) for weeks in missing),
        "units": units,
        "own": [of for of in units if may_measure(viewer, pilot, of)],
    }
    return render_to_string("pilots/panel_measurements.html", context, request)


def staff_panel(request: HttpRequest, pilot: Pilot) -> str:
    """What staff answered before and after, with numbers of answers; and the questions. 3–6 queries."""
    viewer = viewer_at(request)
    if not works_here(viewer, pilot.organisation_id):
        return ""
    phase = open_phase(pilot.state, starts_on=pilot.starts_on, ends_on=pilot.ends_on, today=today())
    context = {
        "pilot": pilot,
        "staff": staff_answers(pilot),
        "phase": phase,
        "is_asked": phase is not None and is_asked(viewer, pilot),
        "may_ask": phase is not None and can_edit_pilot(viewer, pilot.facts),
    }
    return render_to_string("pilots/panel_staff.html", context, request)
