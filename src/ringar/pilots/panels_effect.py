"""What the numbers show so far, on the pilot's working page."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from ringar.pilots.models import Pilot
from ringar.pilots.standing import standing_of
from ringar.pilots.wording import told_of


def effect_panel(request: HttpRequest, pilot: Pilot) -> str:
    """The verdict in words and the way to the page of a minute; nothing without an effect goal. 3–4 queries."""
    standing = standing_of(pilot)
    if standing.goal is None:
        return ""
    figures = standing.figures
    context = {"pilot": pilot, "standing": standing, "figures": figures, "told": told_of(figures)}
    return render_to_string("pilots/panel_effect.html", context, request)
