"""How long a log-in lasts: some hours without a request, and some days in any case (settings)."""

import time
from collections.abc import Callable, MutableMapping
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

TOUCH_SECONDS = 600  # a session is written anew at most so often, not at each page


def is_over(session: MutableMapping[str, Any], now: float) -> bool:
    """Whether the session has lasted so long that its owner logs in anew."""
    return bool(now - session.get("began_at", now) > settings.SESSION_LONGEST_SECONDS)


def touch(session: MutableMapping[str, Any], now: float) -> None:
    """Lets a session in use live on: writing to it moves its end."""
    if "seen_at" in session and now - session["seen_at"] > TOUCH_SECONDS:
        session["seen_at"] = int(now)


def session_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Ends sessions that have lasted too long, and lets those in use live on."""

    def middleware(request: HttpRequest) -> HttpResponse:
        now = time.time()
        if is_over(request.session, now):
            logout(request)
        touch(request.session, now)
        return get_response(request)

    return middleware
