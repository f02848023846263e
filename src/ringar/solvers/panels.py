"""What this room shows on other rooms' pages: the calls for a need."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from ringar.core.registry import Panel
from ringar.core.rules import Viewer, Visibility
from ringar.solvers.queries import calls_of_needs
from ringar.solvers.rules import can_run_call

MOST = 5


def calls_of_need(request: HttpRequest, need: Any) -> str:
    """The calls for a need, and the way to write one. The need has uuid, organisation_id, visibility and is_draft."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    may_run = not need.is_draft and can_run_call(viewer, organisation_id=need.organisation_id)
    is_public = need.visibility == Visibility.PUBLIC
    calls = list(calls_of_needs([need.uuid], viewer)[:MOST])
    if not calls and not may_run:
        return ""
    shown = {"need": need, "calls": calls, "may_start": may_run and is_public, "is_hidden": not is_public}
    return render_to_string("solvers/panel_need.html", shown, request)


PANELS = [Panel("need_detail", 60, calls_of_need)]
