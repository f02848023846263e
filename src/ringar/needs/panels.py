"""What this room shows on pages: how a need fared in rounds, on its own."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from ringar.core.registry import Panel
from ringar.core.rules import Viewer
from ringar.needs.models import Need
from ringar.needs.round_queries import outcomes_of


def outcomes_of_need(request: HttpRequest, need: Need) -> str:
    """How the need fared, for those who work where it was weighed. 1 query."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if need.is_draft or not viewer.is_inside or viewer.organisation_id != need.organisation_id:
        return ""
    context = {"outcomes": outcomes_of(need)}
    return render_to_string("needs/panel_outcomes.html", context, request) if context["outcomes"] else ""


PANELS = [Panel("need_detail", 30, outcomes_of_need)]
