"""What guards each answer: headers for browsers, a note of each refusal, a page before leaving for another site."""

import logging
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.csrf import csrf_failure

from ringar.core.actions.audit import record_audit
from ringar.core.actions.limits import count_try
from ringar.core.limiting import client_address
from ringar.core.middleware import Request
from ringar.core.models import Person

log = logging.getLogger("ringar.trust")

HEADERS = {
    "Permissions-Policy": "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(),"
    " gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=(),"
    " publickey-credentials-create=(self), publickey-credentials-get=(self)",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PROBES_AN_HOUR = 30
"""More addresses with ids that are not theirs than people open by old links; then an auditor should know."""
HOUR = 3600


def security_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[Request], HttpResponseBase]:
    """Adds the headers, notes what was refused, and leads to other sites by a page of our own."""

    def middleware(request: Request) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code == 404:
            note_not_found(request)
        note_tricks(request, response)
        if request.method == "POST" and leads_away(request, response):
            response = leave(request, response)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def note_not_found(request: Request) -> None:
    """Logs who asked for a row that is not there or not theirs: an address of ours with an id in it."""
    match = request.resolver_match
    if match is None or not match.kwargs:
        return
    by = request.viewer
    place = (request.method, match.view_name, client_address(request))
    log.warning("Not found or not theirs: %s %s, from %s, person %s", *place, by.person_id)
    if by.person_id is None:
        return
    if count_try("probe", f"person {by.person_id}", seconds=HOUR) == PROBES_AN_HOUR + 1:
        facts: dict[str, object] = {"from": place[2], "most": PROBES_AN_HOUR, "seconds": HOUR}
        person = Person.objects.get(pk=by.person_id)
        record_audit(by=by, action="refuse_probing", target=person, changes=facts)


def note_tricks(request: HttpRequest, response: HttpResponseBase) -> None:
    """Logs a `next` that leads to another site, and a session that is over; both come to nothing by themselves."""
    sent = getattr(request, "_post", {})  # what the view has read; a body that it left alone stays unread
    for target in {request.GET.get("next", ""), sent.get("next", "")} - {""}:
        if not url_has_allowed_host_and_scheme(target, {request.get_host()}):
            log.warning("Refused, it leads elsewhere: %r, from %s", target[:200], client_address(request))
    to_log_in = response.headers.get("Location", "").startswith(reverse("account_login"))
    if to_log_in and settings.SESSION_COOKIE_NAME in request.COOKIES:
        log.info("To log-in: %s with a session that is over, from %s", request.path, client_address(request))


def leads_away(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether the answer sends the browser to another site."""
    target = urlsplit(response.headers.get("Location", ""))
    return bool(target.netloc) and target.netloc != request.get_host()


def leave(request: HttpRequest, response: HttpResponseBase) -> HttpResponse:
    """A page that goes on at once: what a form leads to by redirection must be ours (form-action), all the way.

    An organisation's log-in may send the browser on to further sites that nobody here knows.
    """
    address = response.headers["Location"]
    page = render(request, "core/leave.html", {"address": address, "site": urlsplit(address).hostname})
    page.headers["Refresh"] = f"0; url={address}"
    page.cookies.update(response.cookies)
    return page


def refuse_csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form that does not come from our pages; noted with where it came from."""
    came_from = request.headers.get("origin") or request.headers.get("referer") or "nowhere"
    told = (request.method, request.path[:200], client_address(request), came_from[:200], reason)
    log.warning("Refused, not from our pages: %s %s, from %s, sent by %r: %s", *told)
    return csrf_failure(request, reason)
