"""What this room shows on other rooms' pages."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from ringar.core.registry import Panel
from ringar.core.rules import Viewer, Visibility
from ringar.matching.cards import is_weak, reasons_of
from ringar.matching.meeting_queries import meetings_of_offerer, meetings_on_need
from ringar.matching.plan_gathering import imported_needs
from ringar.matching.plan_models import RoundPlan
from ringar.matching.plan_rules import GATHERED_STATES, can_lead_plans, can_see_plans
from ringar.matching.queries import (
    checks_of,
    chosen_solutions,
    compared_solutions,
    needs_fitting,
    top_matches,
)
from ringar.matching.rules import (
    MATCHED_STATES,
    Verdict,
    can_judge,
    can_see_matches,
    chooser_before,
    is_own_solution,
)
from ringar.needs.models import Need
from ringar.needs.round_models import Round
from ringar.needs.rules import SET_BY_OTHERS
from ringar.solvers.models import Solution

FEW = 5


def viewer_of(request: HttpRequest) -> Viewer:
    """Who is looking."""
    return request.viewer  # type: ignore[attr-defined, no-any-return]


def matches_of_need(request: HttpRequest, need: Need) -> str:
    """The three best solutions on a need's page, for those who may see them. 1 query."""
    if need.is_draft or not can_see_matches(viewer_of(request), need.facts):
        return ""
    found = top_matches(need)
    rows = [(match, reasons_of(need, match, match.solution.language)) for match in found]
    context = {
        "need": need,
        "matches": [(match, told) for match, told in rows if not is_weak(match)],
        "weak": [match for match in found if is_weak(match)],
        "finding": found[0].need.ranking.finding if found else "",
        "is_looking": need.state in MATCHED_STATES,
        "chooser": chooser_before(viewer_of(request), need.facts),
    }
    return render_to_string("matching/panel_need.html", context, request)


def needs_of_solution(request: HttpRequest, solution: Solution) -> str:
    """Needs that the solution fits, for staff; the way to "why it came up", for the solution's own person. 1 query."""
    viewer = viewer_of(request)
    authors = (solution.created_by_id, solution.solver.created_by_id)
    context = {
        "solution": solution,
        "rows": needs_fitting(viewer, solution)[:FEW],
        "is_own": is_own_solution(viewer, author_ids=authors),
    }
    return render_to_string("matching/panel_solution.html", context, request)


def candidates_by_criteria(request: HttpRequest, need: Need) -> str:
    """The table of criteria and candidates. 4 queries."""
    viewer = viewer_of(request)
    if not can_see_matches(viewer, need.facts):
        return ""
    criteria = list(need.criteria.values_list("text", flat=True))
    solutions, checks = compared_solutions(need), checks_of(need)
    rows = [(text, [(each, checks.get((each.pk, text))) for each in solutions]) for text in criteria]
    context = {
        "need": need,
        "solutions": solutions,
        "rows": rows if solutions else [],
        "verdicts": Verdict.choices,
        "may_judge": can_judge(viewer, need.facts),
    }
    return render_to_string("matching/panel_compare.html", context, request)


def chosen_for_need(request: HttpRequest, need: Need) -> str:
    """Which solutions are chosen for the need, and how it goes on, for those who may see them. 0–1 queries."""
    if need.state not in SET_BY_OTHERS or not can_see_matches(viewer_of(request), need.facts):
        return ""
    context = {"need": need, "solutions": chosen_solutions(need)}
    return render_to_string("matching/panel_chosen.html", context, request) if context["solutions"] else ""


def meetings_of_need(request: HttpRequest, need: Need) -> str:
    """The need's meetings, for those who may see their timetable. 1 query."""
    context = {"meetings": meetings_on_need(viewer_of(request), need)}
    return render_to_string("matching/panel_meetings.html", context, request) if context["meetings"] else ""


def meetings_of_offers(request: HttpRequest, _nothing: object) -> str:
    """The meetings of who offers something, on their first page: read here, answered by the letter's link. 1 query."""
    context = {"meetings": meetings_of_offerer(viewer_of(request))}
    return render_to_string("matching/panel_offers.html", context, request) if context["meetings"] else ""


def round_of_import(request: HttpRequest, saved: Any) -> str:
    """A round to be made of needs that a spreadsheet just brought, for those who lead. 0–1 queries."""
    viewer = viewer_of(request)
    if getattr(saved, "kind", "") != "needs" or not can_lead_plans(viewer):
        return ""
    count = imported_needs(viewer, saved.source).count()
    context = {"source": saved.source, "count": count}
    return render_to_string("matching/panel_import.html", context, request) if count else ""


def round_of_list(request: HttpRequest, needs: Iterable[Need]) -> str:
    """A round to be made of the needs that a list shows, for those who lead. No query."""
    viewer = viewer_of(request)
    if not can_lead_plans(viewer):
        return ""
    fit = [
        need.uuid
        for need in needs
        if need.organisation_id == viewer.organisation_id
        and need.state in GATHERED_STATES
        and need.visibility != Visibility.UNIT
    ]
    return render_to_string("matching/panel_need_list.html", {"uuids": fit}, request) if fit else ""


def plan_of_round(request: HttpRequest, round: Round) -> str:
    """The round that the scoring is a step of, where there is one. 1 query."""
    if not can_see_plans(viewer_of(request)):
        return ""
    plan = RoundPlan.objects.filter(weighing=round).first()
    return render_to_string("matching/panel_round.html", {"plan": plan}, request) if plan else ""


def plans_beside_rounds(request: HttpRequest, _rounds: object) -> str:
    """The way from the pages where needs are scored to the rounds that scoring is a step of. No query."""
    if not can_see_plans(viewer_of(request)):
        return ""
    return render_to_string("matching/panel_rounds.html", {}, request)


PANELS = [
    Panel("home_offers", 10, meetings_of_offers),
    Panel("import_saved", 10, round_of_import),
    Panel("need_list", 10, round_of_list),
    Panel("round_list", 10, plans_beside_rounds),
    Panel("round_detail", 10, plan_of_round),
    Panel("need_next", 10, chosen_for_need),
    Panel("need_detail", 10, matches_of_need),
    Panel("need_detail", 20, meetings_of_need),
    Panel("need_compare", 10, candidates_by_criteria),
    Panel("solution_detail", 10, needs_of_solution),
]
