"""The JSON interface: who asks, what is answered when something is wrong, and answers that can be kept (ETag).

Rooms add their parts in api.py: ROUTERS = [("/needs", router)]. Each operation calls the same queries and actions as
the pages do. A session's cookie counts for nothing here: an access key (core.actions.tokens) or nobody.
"""

import logging
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Router, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from ringar.core.actions.limits import allow
from ringar.core.flags import Flagged
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.token_queries import caller_of

log = logging.getLogger("ringar.trust")
MINUTE = 60
WRITES_A_MINUTE = 120
READING = {"GET", "HEAD"}


class Problem(Schema):
    """What is wrong, as RFC 9457 has it; `places` names each field, what is wrong with it and the remedy."""

    title: str
    status: int
    detail: str = ""
    places: list[dict[str, str]] = []


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


def is_open(path: str) -> bool:
    """Whether the list or row at the path answers without a key too: all but what is somebody's own."""
    return "/mine" not in path


class Interface(NinjaAPI):
    """Answers with an ETag, and with 304 where the caller has it already."""

    def create_response(self, request: HttpRequest, data: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().create_response(request, data, *args, **kwargs)
        if request.method in READING and response.status_code == 200:
            response["ETag"] = etag = etag_of(response.content)
            response["Vary"] = "Authorization, Accept-Language"
            if etag in request.headers.get("If-None-Match", ""):
                kept = HttpResponse(status=304)
                kept["ETag"] = etag
                return kept
        if "Authorization" not in request.headers and request.method in READING:
            response["Access-Control-Allow-Origin"] = "*"
        return response

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> Any:
        """The description, with what ninja does not know: errors are problems, and some keys are optional."""
        described = super().get_openapi_schema(*args, **kwargs)
        for path, operations in described["paths"].items():
            for method, operation in operations.items():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in answer.get("content", {}):
                        answer["content"] = {
                            "application/problem+json": answer["content"]["application/json"]
                        }
                if method == "get" and operation.get("security") and is_open(path):
                    operation["security"] = [{}, *operation["security"]]
        return described


ROUTERS: list[tuple[str, Router]] = []
"""Rooms have theirs; this one has no rows of its own to show."""

api = Interface(
    title="Ringar",
    version="1",
    urls_namespace="api",
    docs_url=None,
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


def changed_meanwhile(request: HttpRequest, row: Schema) -> bool:
    """Whether the caller read (If-Match) another version of the row than the one there is now."""
    wanted = request.headers.get("If-Match", "*")
    content = api.renderer.render(request, row.model_dump(), response_status=200)
    return wanted != "*" and etag_of(content.encode()) not in wanted


def changed_problem() -> dict[str, Any]:
    """The answer (412) when somebody else was quicker."""
    title = _("Somebody changed it meanwhile. Read it again, and send your change with its new ETag.")
    return {"title": title, "status": 412}


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


@api.exception_handler(NotAllowed)
def not_allowed(request: HttpRequest, error: NotAllowed) -> HttpResponse:
    """As on the pages: what the caller may not do is not there."""
    log.info("Refused: %s %s", request.method, ascii(request.path))
    return problem(request, 404, _("There is nothing here that you may see or change."))


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """The request can not be carried out as it stands; the text says why."""
    return problem(request, 409, str(error))


@api.exception_handler(Flagged)
def flagged(request: HttpRequest, error: Flagged) -> HttpResponse:
    """Words that may point to a person: take them out, or send their keys in `kept`."""
    places = [{"field": str(flag.field), "problem": flag.text, "key": flag.key} for flag in error.flags]
    return problem(request, 409, _("Some words must be decided on first."), "", places)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The body or the query does not have the shape that the description says."""
    places = [
        {"field": ".".join(str(part) for part in each["loc"]), "problem": str(each["msg"])}
        for each in error.errors
    ]
    return problem(request, 422, _("The request does not have the right shape."), "", places)


@api.exception_handler(AuthenticationError)
def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """No key, or one that is unknown, has lapsed or was revoked."""
    return problem(request, 401, _("Send an access key: Authorization: Bearer ringar_…"))


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """An error that an operation raised by its number."""
    return problem(request, error.status_code, str(error))
