"""Reading what lies at an address that somebody handed in: https only, soon, and not too much of it."""

from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext

SECONDS = 10
MOST_BYTES = 1024 * 1024


class NotFetched(requests.RequestException):
    """The address can not be read; the text is the reason, for whoever named it."""


class CarefulSession(requests.Session):
    """Requests to addresses that others name: no plain http, no redirects, a time limit, at most a megabyte."""

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        parts = urlsplit(url)
        schemes = {"https", "http"} if settings.FETCH_PLAIN_HTTP else {"https"}
        if parts.scheme not in schemes or not parts.hostname or parts.username:
            raise NotFetched(gettext("the address must begin with https://"))
        options = {"timeout": SECONDS, **options, "allow_redirects": False, "stream": True}
        response = super().request(method, url, **options)
        response._content = read_bounded(response)
        if response.is_redirect:
            raise NotFetched(gettext("the address leads on to another one"))
        return response


def read_bounded(response: requests.Response) -> bytes:
    """The body, unless it is longer than a megabyte."""
    body = b""
    for chunk in response.iter_content(65_536):
        body += chunk
        if len(body) > MOST_BYTES:
            response.close()
            raise NotFetched(gettext("the answer is too long"))
    return body


def fetch(url: str) -> bytes:
    """What lies at the address. Raises NotFetched, with nothing of the answer in its text."""
    try:
        with CarefulSession() as session:
            response = session.get(url)
    except NotFetched:
        raise
    except requests.RequestException as error:
        raise NotFetched(gettext("nothing answers there")) from error
    if response.status_code != 200:
        raise NotFetched(gettext("it answers with the code %(code)d") % {"code": response.status_code})
    return response.content
