"""Log-in by one press as somebody in the invented city, and the clock."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ringar.core.clock import today
from ringar.core.middleware import Request
from ringar.core.models import Person
from ringar.core.rules import Refused
from ringar.demo.actions import move_clock
from ringar.demo.cast import CAST, email_of


@require_POST
def demo_login(request: HttpRequest) -> HttpResponse:
    """Logs in as one of the cast. Only in the demo, and only as the invented people printed at its start."""
    if not settings.DEMO:
        raise Http404
    key = request.POST.get("person", "")
    if key not in {member.key for member in CAST}:
        raise Http404
    person = get_object_or_404(Person, email=email_of(key))
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect("home")


@require_http_methods(["GET", "POST"])
def demo_clock(request: Request) -> HttpResponse:
    """Shows the demo's date and moves it on by weeks."""
    if not settings.DEMO:
        raise Http404
    if request.method == "POST":
        weeks = request.POST.get("weeks", "")
        try:
            move_clock(by=request.viewer, weeks=int(weeks) if weeks.isdecimal() and len(weeks) < 4 else 0)
        except Refused:
            messages.error(request, _("The clock can be moved on by 1 to 52 weeks, ten years in all."))
        else:
            moved_to = date_format(today(), "j F Y")
            messages.success(request, _("The demo's date is now %(date)s.") % {"date": moved_to})
        return redirect("demo_clock")
    return render(request, "demo/clock.html", {"cast": CAST, "choices": [1, 4, 12, 26]})
