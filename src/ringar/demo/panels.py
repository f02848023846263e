"""The demo's places on other pages: log in with one press on the start page, watch the robots from theirs."""

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string

from ringar.core.registry import Panel
from ringar.demo.cast import CAST
from ringar.demo.robot_views import watch_them


def try_it(request: HttpRequest, row: None) -> str:
    """The invented people to log in as; nothing outside the demo."""
    return render_to_string("demo/try.html", {"cast": CAST}, request) if settings.DEMO else ""


PANELS = [Panel("home", 10, try_it), Panel("robot_list", 10, watch_them)]
