"""The demo's place on the start page: log in with one press as one of the invented people."""

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string

from ringar.core.registry import Panel
from ringar.demo.cast import CAST


def try_it(request: HttpRequest, row: None) -> str:
    """The invented people to log in as; nothing outside the demo."""
    return render_to_string("demo/try.html", {"cast": CAST}, request) if settings.DEMO else ""


PANELS = [Panel("home", 10, try_it)]
