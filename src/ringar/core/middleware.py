"""Each request knows who is looking; each page knows the demo's state."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from ringar.core.clock import read_once, today
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Viewer


class Request(HttpRequest):
    """A request as views get it, for the types."""

    viewer: Viewer


def viewer_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Sets `request.viewer` (lazy: no query until somebody asks)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        def viewer() -> Viewer:
            if not request.user.is_authenticated:
                return Viewer()
            return viewer_of(request.user, request.session.get("organisation_id"))

        request.viewer = SimpleLazyObject(viewer)  # type: ignore[attr-defined]
        with read_once():
            return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> None:
        if isinstance(exception, NotAllowed):
            raise Http404

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def form_address_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Gives who reads an address that only takes forms a page that says so, instead of nothing.

    One comes there by logging in after a form was sent too late, or by an address kept from a form's refusal.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_read = request.method == "GET" and not request.path.startswith("/api/")
        if not is_read or not isinstance(response, HttpResponseNotAllowed):
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page

    return middleware


def page_context(request: HttpRequest) -> dict[str, object]:
    """What the base page shows everywhere."""
    return {
        "demo": settings.DEMO,
        "demo_today": today() if settings.DEMO else None,
        "viewer": getattr(request, "viewer", None),
    }
