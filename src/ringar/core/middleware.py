"""Each request knows who is looking; each page knows the demo's state."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import is_valid_path
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
        page = render(request, "405.html", {"above": page_above(request.path)}, status=405)
        page["Allow"] = response["Allow"]
        return page

    return middleware


def page_above(path: str) -> str:
    """The nearest address above this one that there is: of `/a/b/steg/` most often the page `/a/b/`, at least `/`."""
    parts = path.strip("/").split("/")
    above = (f"/{'/'.join(parts[:most])}/" for most in range(len(parts) - 1, 0, -1))
    return next(filter(is_valid_path, above), "/")


def page_address(request: HttpRequest) -> str:
    """Where what is shown can be read anew: here, or on the page that the form was sent from."""
    sent_from = urlsplit(request.headers.get("Referer", ""))
    try:
        is_ours = request.method == "POST" and sent_from.netloc == request.get_host()
    except DisallowedHost:  # the page that refuses a forged host is shown by this too
        is_ours = False
    if not is_ours:
        return request.get_full_path()
    return f"{sent_from.path}?{sent_from.query}" if sent_from.query else sent_from.path


def page_context(request: HttpRequest) -> dict[str, object]:
    """What the base page shows everywhere."""
    return {
        "demo": settings.DEMO,
        "demo_today": today() if settings.DEMO else None,
        "page_address": page_address(request),
        "viewer": getattr(request, "viewer", None),
    }
