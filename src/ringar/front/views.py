"""The first page, the search and the overview."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ringar.front.queries import newest_public_needs, next_calls
from ringar.front.rules import ring_of_steps


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, for a stranger; what waits, for someone who has logged in."""
    context = {"stops": ring_of_steps(), "needs": newest_public_needs(), "calls": next_calls()}
    return render(request, "front/home.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Needs and solutions that fit the words."""
    return render(request, "front/search.html", {"text": request.GET.get("q", "")})
