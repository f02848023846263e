"""The page that a decision-maker reads in a minute, and its numbers as a file."""

from datetime import date
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ringar.core.exports import export_response
from ringar.core.middleware import Request
from ringar.needs.rules import can_see_need
from ringar.pilots.chart import WeekChart, week_chart
from ringar.pilots.decision_rules import can_publish, kinds_open
from ringar.pilots.figures import figures_in
from ringar.pilots.queries.pilots import pilot_for
from ringar.pilots.queries.staff import staff_answers
from ringar.pilots.queries.story import (
    MOST_TOLD,
    decisions_of,
    hindrance_counts,
    hindrances_on,
    may_read_names,
    money_of,
    story_of,
)
from ringar.pilots.rules import Design, HindranceKind, PilotState, can_edit_pilot
from ringar.pilots.standing import Standing, standing_of
from ringar.pilots.wording import told_of
from ringar_kits.effects import Point

FEW = 5
"""Lines of the story that are shown at once, so that the page stays a page."""


@require_safe
def pilot_page(request: Request, uuid: UUID) -> HttpResponse:
    """The pilot on one page: goal, money, chart, verdict, what happened, hindrances, decision."""
    viewer = request.viewer
    pilot = pilot_for(viewer, uuid)
    is_ours, standing = may_read_names(viewer, pilot), standing_of(pilot)
    decisions = list(decisions_of(pilot)[:MOST_TOLD])
    story = story_of(pilot, decisions, for_everyone=not is_ours)
    decision = decisions[0] if decisions else None
    context = {
        "pilot": pilot,
        "is_ours": is_ours,
        "standing": standing,
        "figures": standing.figures,
        "told": told_of(standing.figures),
        "chart": chart_of(standing),
        "money": money_of(pilot),
        "story": story[:FEW],
        "earlier": story[FEW:],
        "decision": decision,
        "decided_on": figures_in(decision.estimate) if decision else None,
        "is_stopped": pilot.state == PilotState.STOPPED,
        "need": pilot.need if pilot.need and can_see_need(viewer, pilot.need.facts) else None,
        "staff": [each for each in staff_answers(pilot) if each.answered],
        "hindrances": list(hindrances_on(pilot)) if is_ours else [],
        "hindrance_counts": []
        if is_ours
        else [(HindranceKind(kind).label, n) for kind, n in hindrance_counts(pilot)],
        "may_decide": bool(kinds_open(viewer, pilot.facts)),
        "may_edit": can_edit_pilot(viewer, pilot.facts),
        "may_publish": can_publish(viewer, pilot.facts),
    }
    return render(request, "pilots/pilot_page.html", context)


def points_of(standing: Standing) -> tuple[Point, ...]:
    """All weeks that are measured; none where there is nothing to draw."""
    answered = standing.answered
    return answered.whole.series if answered and answered.whole else ()


def chart_of(standing: Standing) -> WeekChart | None:
    """The chart of the weeks, with the start (each start, where it was drawn by lot) and the target."""
    goal, answered = standing.goal, standing.answered
    if goal is None or answered is None:
        return None
    is_drawn = goal.design != Design.FIXED
    return week_chart(points_of(standing), starts=answered.starts, target=goal.target, is_drawn=is_drawn)


@require_safe
def pilot_effect_csv(request: Request, uuid: UUID) -> FileResponse:
    """The chart's numbers as a file, a row a week."""
    pilot = pilot_for(request.viewer, uuid)
    standing = standing_of(pilot)
    chart = chart_of(standing)
    header = [
        _("Week"),
        _("Phase"),
        _("Tried"),
        _("Compared with"),
        _("Expected without"),
        _("Low"),
        _("High"),
    ]
    rows: list[tuple[date | str | float | None, ...]] = [
        (row.week, row.phase, row.tried, row.compared, row.expected, row.low, row.high)
        for row in (chart.weeks if chart else [])
    ]
    if pilot.is_simulated:
        rows.insert(0, (_("Simulated numbers: nothing here was measured."),))
    return export_response("effekt", header, rows, kind=request.GET.get("format"))
