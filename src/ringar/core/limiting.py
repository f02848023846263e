"""How many writes a minute a person or an address may send; and the page for those who send too many."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language, override

from ringar.core.actions.limits import allow, is_spent, seconds_left
from ringar.core.middleware import Request
from ringar.core.rules import Viewer

MINUTE = 60
LOG_IN_SPAN = 15 * 60
MOST_FROM_ADDRESS = 200
"""Wrong passwords from one address in that span."""
LOG_IN_VIEWS = ("account_", "mfa_", "saml_", "openid_connect_", "socialaccount_")
"""Counted by how often they fail; in all, a whole town hall behind one address may log in within the same minute."""
LOG_INS_A_MINUTE = 600
AUTOSAVES_A_MINUTE = 120
APART = {"need_autosave": AUTOSAVES_A_MINUTE}
"""Views that a page asks by itself, with a count of their own."""


@dataclass(frozen=True)
class Limit:
    """At most `most` a minute of what is counted under the name `what`, for each `who`."""

    what: str
    who: str
    most: int
    seconds: int = MINUTE


def client_address(request: HttpRequest) -> str:
    """The address that the request comes from: as the outermost proxy that we trust saw it, else the connection's.

    Of an IPv6 address the first 64 bits, since a household or a machine has all the rest.
    """
    try:
        text: str = get_adapter().get_client_ip(request)
        address = ip_address(text)
    except (
        ValueError,
        ImproperlyConfigured,
    ):  # fewer proxies than RINGAR_BEHIND_PROXY says, or no address in it
        return str(request.META.get("REMOTE_ADDR", ""))
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ip_network(f"{address}/64", strict=False).network_address)
    return text


def limit_of(request: HttpRequest, name: str) -> Limit:
    """What a request that writes to the view of that name counts as."""
    address = client_address(request)
    guesses = Limit("log-in from address", address, MOST_FROM_ADDRESS, LOG_IN_SPAN)
    if name == "account_login" and is_spent(
        guesses.what, guesses.who, most=guesses.most, seconds=guesses.seconds
    ):
        return guesses  # refused at the door: neither form nor password is looked at any more
    if name.startswith(LOG_IN_VIEWS):
        return Limit("log in", f"address {address}", LOG_INS_A_MINUTE)
    if not request.user.is_authenticated:
        return Limit("write", f"address {address}", settings.RINGAR_ANONYMOUS_WRITES_A_MINUTE)
    if name in APART:
        return Limit(name, f"person {request.user.pk}", APART[name])
    return Limit("write", f"person {request.user.pk}", settings.RINGAR_WRITES_A_MINUTE)


@cache
def page_for_strangers(language: str, minutes: int) -> str:
    """The page without what is the visitor's own, drawn once: a machine that guesses is to cost next to nothing."""
    with override(language):
        return render_to_string("429.html", {"minutes": minutes})


def too_many(request: HttpRequest, seconds: int = MINUTE) -> HttpResponse:
    """The page that says when to try again. allauth's limits lead here too (`handler429` of the addresses)."""
    minutes = max(1, -(-seconds // MINUTE))
    if request.user.is_authenticated:
        page = render(request, "429.html", {"minutes": minutes}, status=429)
    else:
        page = HttpResponse(page_for_strangers(get_language() or settings.LANGUAGE_CODE, minutes), status=429)
    page["Retry-After"] = str(max(seconds, 1))
    return page


def limit_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Refuses writes beyond the limit with 429. The JSON interface counts by its tokens itself."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: Request, _view: object, _args: Any, _kwargs: Any) -> HttpResponse | None:
        if request.method in {"GET", "HEAD", "OPTIONS", "TRACE"} or request.path.startswith("/api/"):
            return None
        match = request.resolver_match
        limit = limit_of(request, (match.url_name if match else "") or "")
        by = request.viewer if request.user.is_authenticated else Viewer(label="not logged in")
        if allow(limit.what, limit.who, most=limit.most, seconds=limit.seconds, by=by):
            return None
        return too_many(request, seconds_left(limit.what, limit.who, seconds=limit.seconds))

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware
