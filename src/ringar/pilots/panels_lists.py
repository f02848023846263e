"""A pilot on the page of the work list that it tries, and the list on the pilot's."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from ringar.city.models import WorkList
from ringar.city.queries.data import holding
from ringar.city.rules.fits import ChosenBy, ListState
from ringar.city.rules.lists import can_plan
from ringar.core.clock import today
from ringar.core.rules import Viewer
from ringar.pilots.list_rules import ListWeek
from ringar.pilots.measure_rules import WEEK, monday_of
from ringar.pilots.models import Pilot
from ringar.pilots.queries.work_lists import list_values, list_weeks, news_of, pilot_of_list, visible_list_of
from ringar.pilots.rules import can_edit_pilot, can_see_pilot, can_start_pilot
from ringar.pilots.standing import standing_of
from ringar.pilots.wording import told_of


def now_week(weeks: list[ListWeek]) -> ListWeek | None:
    """The week that is on."""
    return next((each for each in weeks if each.week == monday_of(today())), None)


def pilot_of_list_panel(request: HttpRequest, work_list: WorkList) -> str:
    """Whether the list is tried as a pilot: what it shows so far, the week's pipes; or the way to make it one.

    Up to 9 queries.
    """
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # set by the middleware
    pilot = pilot_of_list(work_list)
    if pilot is None:
        is_free = work_list.chosen_by == ChosenBy.HALVES and work_list.state != ListState.CLOSED
        may_start = is_free and can_start_pilot(viewer) and can_plan(viewer, holding(work_list.fit.pipes))
        alone = {"work_list": work_list}
        return render_to_string("pilots/panel_list_new.html", alone, request) if may_start else ""
    weeks = list_weeks(pilot, work_list)
    sees = can_see_pilot(viewer, pilot.facts)
    standing = standing_of(pilot) if sees else None
    week = now_week(weeks)
    context = {
        "pilot": pilot,
        "work_list": work_list,
        "sees": sees,
        "standing": standing,
        "figures": standing.figures if standing else None,
        "told": told_of(standing.figures) if standing else None,
        "week": week,
        "items": work_list.items.filter(place__in=week.places).select_related("asset") if week else [],
        "first": weeks[0].week if weeks else None,
        "is_over": bool(weeks) and weeks[-1].week + WEEK <= today(),
    }
    return render_to_string("pilots/panel_list.html", context, request)


def list_of_pilot_panel(request: HttpRequest, pilot: Pilot) -> str:
    """The work list that the pilot tries, what its weeks came to, and how they are handed in. Up to 7 queries."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # set by the middleware
    work_list = visible_list_of(viewer, pilot)
    if work_list is None:
        return ""
    context = {
        "pilot": pilot,
        "work_list": work_list,
        "values": list_values(pilot, work_list),
        "news": news_of(pilot, work_list),
        "may_edit": can_edit_pilot(viewer, pilot.facts),
    }
    return render_to_string("pilots/panel_pilot_list.html", context, request)
