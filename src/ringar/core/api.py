"""The JSON interface: who asks, what is answered when something is wrong, and answers that can be kept (ETag).

Rooms add their parts in api.py: ROUTERS = [("/needs", router)]. Each operation calls the same queries and actions as
the pages do. A session's cookie counts for nothing here: an access key (core.actions.tokens) or nobody.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from json import JSONDecodeError
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Router, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.operation import Operation
from ninja.security import HttpBearer

from ringar.core.actions.limits import allow
from ringar.core.api_shape import TidyParser, describe, place_of
from ringar.core.flags import Flagged
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.token_queries import caller_of

log = logging.getLogger("ringar.trust")
MINUTE = 60
WRITES_A_MINUTE = 120
READING = {"GET", "HEAD"}
ERROR_CODES = frozenset({400, 401, 403, 404, 409, 412, 422, 429})


class Problem(Schema):
    """What is wrong, as RFC 9457 has it; `places` names each field, what is wrong with it and the remedy."""

    title: str
    status: int
    detail: str = ""
    places: list[dict[str, str]] = []


ERRORS: Any = {ERROR_CODES: Problem}
"""What any operation may answer with, for `response`."""


@dataclass(frozen=True)
class Caller:
    """Who asks: the viewer, and what the access key is good for."""

    viewer: Viewer
    scopes: frozenset[str] = frozenset()


class AccessKey(HttpBearer):
    """`Authorization: Bearer ringar_…`. Where a key is not required, nobody logged in reads what is public."""

    def __init__(self, scope: str, *, required: bool = True) -> None:
        super().__init__()
        self.scope, self.required = scope, required

    def __call__(self, request: HttpRequest) -> Any:
        if not self.required and "Authorization" not in request.headers:
            return Caller(Viewer())
        return super().__call__(request)

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        found = caller_of(token)
        if found is None:
            log.warning("Refused: an access key that is none, %s %s", request.method, ascii(request.path))
            return None
        viewer, scopes = found
        if self.scope not in scopes:
            raise HttpError(403, _("This access key lacks the scope %(scope)s.") % {"scope": self.scope})
        if request.method not in READING and not allow(
            "write", f"person {viewer.person_id}", most=WRITES_A_MINUTE, seconds=MINUTE, by=viewer
        ):
            raise HttpError(429, _("Too many writes. Wait a minute and try again."))
        return Caller(viewer, scopes)


def etag_of(content: bytes) -> str:
    """Names an answer by its bytes."""
    return f'"{sha256(content).hexdigest()[:32]}"'


class Interface(NinjaAPI):
    """Answers with an ETag, and with 304 where the caller has it already."""

    def create_response(self, request: HttpRequest, data: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().create_response(request, data, *args, **kwargs)
        response["Vary"] = "Authorization, Accept-Language"
        if request.method in READING and response.status_code == 200:
            etag = etag_of(response.content)
            if etag in request.headers.get("If-None-Match", ""):
                response = HttpResponse(status=304, headers={"Vary": response["Vary"]})
            response["ETag"] = etag
        if "Authorization" not in request.headers and request.method in READING:
            response["Access-Control-Allow-Origin"] = "*"
        return response

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> Any:
        """The description, with scopes, optional keys and problems (RFC 9457)."""
        described = super().get_openapi_schema(*args, **kwargs)
        describe(described, {self.get_openapi_operation_id(each): key_of(each) for each in self.operations()})
        return described

    def operations(self) -> Iterator[Operation]:
        """Each operation of each room."""
        for _prefix, router in self._routers:
            for view in router.path_operations.values():
                yield from view.operations


def key_of(operation: Operation) -> AccessKey | None:
    """The key that the operation asks for."""
    return next((each for each in operation.auth_callbacks if isinstance(each, AccessKey)), None)


ROUTERS: list[tuple[str, Router]] = []
"""Rooms have theirs; this one has no rows of its own to show."""

api = Interface(
    title="Ringar",
    version="1",
    urls_namespace="api",
    docs_url=None,
    parser=TidyParser(),
    description="Needs, solutions, suppliers and calls. Public ones without a key; the rest with an access key.",
)


def reads(scope: str) -> list[AccessKey]:
    """For operations that answer with what is public, and with more for a key that has the scope."""
    return [AccessKey(scope, required=False)]


def writes(scope: str) -> list[AccessKey]:
    """For operations that ask for a key with the scope."""
    return [AccessKey(scope)]


def caller(request: HttpRequest) -> Viewer:
    """The viewer behind the request that an AccessKey let in."""
    found: Caller = request.auth  # type: ignore[attr-defined]
    return found.viewer


class ChangedMeanwhile(Exception):
    """The caller read (If-Match) another version of the row than the one there is now."""


def require_unchanged(request: HttpRequest, row: Schema) -> None:
    """Raises ChangedMeanwhile unless the row is as the caller read it. Call it with the row locked."""
    wanted = request.headers.get("If-Match", "*")
    content = api.renderer.render(request, row.model_dump(), response_status=200)
    if wanted != "*" and etag_of(content.encode()) not in wanted:
        raise ChangedMeanwhile


def problem(
    request: HttpRequest,
    status: int,
    title: str,
    detail: str = "",
    places: list[dict[str, str]] | None = None,
) -> HttpResponse:
    """The answer when something is wrong (RFC 9457)."""
    data = {"title": title, "status": status, "detail": detail, "places": places or []}
    response = api.create_response(request, data, status=status)
    response["Content-Type"] = "application/problem+json"
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="ringar"'
    return response


@csrf_exempt
def nowhere(request: HttpRequest) -> HttpResponse:
    """Any other address under the interface's: told as a problem too, since no person looks at it."""
    detail = _("All addresses are told at /api/. Those of lists end with a slash.")
    return problem(request, 404, _("There is nothing at this address."), detail)


@api.exception_handler(NotAllowed)
def not_allowed(request: HttpRequest, error: NotAllowed) -> HttpResponse:
    """As on the pages: what the caller may not do is not there."""
    asked = getattr(request, "auth", None)
    person = asked.viewer.person_id if isinstance(asked, Caller) else None
    log.info("Refused: %s %s, person %s, by a key", request.method, ascii(request.path), person)
    return problem(request, 404, _("There is nothing here that you may see or change."))


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """The request can not be carried out as it stands; the text says why."""
    return problem(request, 409, str(error))


@api.exception_handler(ChangedMeanwhile)
def changed_meanwhile(request: HttpRequest, error: ChangedMeanwhile) -> HttpResponse:
    """Somebody else was quicker, and nothing is written over."""
    title = _("Somebody changed it meanwhile. Read it again, and send your change with its new ETag.")
    return problem(request, 412, title)


@api.exception_handler(Flagged)
def flagged(request: HttpRequest, error: Flagged) -> HttpResponse:
    """Words that may point to a person: take them out, or send their keys in `kept`."""
    places = [{"field": str(flag.field), "problem": flag.text, "key": flag.key} for flag in error.flags]
    return problem(request, 409, _("Some words must be decided on first."), "", places)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The body or the query does not have the shape that the description says."""
    places = [{"field": place_of(each["loc"]), "problem": str(each["msg"])} for each in error.errors]
    return problem(request, 422, _("The request does not have the right shape."), "", places)


@api.exception_handler(AuthenticationError)
def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """No key, or one that is unknown, has lapsed or was revoked."""
    return problem(request, 401, _("Send an access key: Authorization: Bearer ringar_…"))


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """An error that an operation raised by its number; or a body that can not be read, with the place."""
    cause = error.__cause__
    if error.status_code == 400:
        detail = str(cause) if isinstance(cause, JSONDecodeError) else ""
        return problem(request, 400, _("The body is not JSON that can be read."), detail)
    return problem(request, error.status_code, str(error))


@api.exception_handler(Http404)
def not_there(request: HttpRequest, error: Http404) -> HttpResponse:
    """A row that is not there is told as one that the caller may not see."""
    return problem(request, 404, _("There is nothing here that you may see or change."))
