"""Suppliers, solutions and calls in the JSON interface. What is asked to be kept secret is never in an answer."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from ringar.core.api import ERRORS, caller, reads, writes
from ringar.core.api_shape import words
from ringar.core.clock import now
from ringar.solvers.actions import answer_call, publish_solution
from ringar.solvers.models import Call, Reference, Solution
from ringar.solvers.queries import (
    call_for,
    calls_after,
    in_state,
    page_of_solutions,
    page_of_solvers,
    search_solutions,
    search_solvers,
    solution_for,
    solver_for,
    visible_calls,
)
from ringar.solvers.rules import CallState, Kind, Maturity, PriceClass, SolverState

router = Router(tags=["offers"])
MOST = 100
Text = Annotated[str, Field(max_length=20_000)]
Short = Annotated[str, Field(max_length=200)]
Cursor = Annotated[str, Field(max_length=80)]
Words = Annotated[str, Field(max_length=300, description="words to search for; best first, without pages")]


class SolverRow(Schema):
    """Who offers solutions. A sole trader's number is a personal number, and left empty."""

    uuid: UUID
    name: str
    kind: Kind
    number: Annotated[str, Field(alias="shown_number")]
    municipality: str
    website: str
    state: SolverState
    url: Annotated[str, Field(alias="get_absolute_url")]


class SolverOut(SolverRow):
    about: str
    languages: str
    founded: int | None


class SolverPage(Schema):
    items: list[SolverRow]
    next: str | None


class ReferenceOut(Schema):
    municipality: str
    year: int | None
    what: str
    effect: str


class SolutionRow(Schema):
    """A solution as lists have it."""

    uuid: UUID
    name: str
    language: str
    solver: SolverRow
    maturity: str
    price_class: str
    is_published: bool
    changed_at: datetime
    url: Annotated[str, Field(alias="get_absolute_url")]


class SolutionOut(SolutionRow):
    """A solution, whole: but for what was asked to be kept secret, which pages alone show, to those it is told to."""

    what: str
    for_whom: str
    price_note: str
    data_needs: str
    integration_needs: str
    languages: str
    references: list[ReferenceOut]

    @staticmethod
    def resolve_references(solution: Solution) -> list[Reference]:
        return list(solution.references.all())


class SolutionPage(Schema):
    items: list[SolutionRow]
    next: str | None


class SolutionIn(Schema):
    """A solution of a supplier that you may write for."""

    solver: UUID
    name: Annotated[str, words(200)]
    what: Annotated[str, words(20_000)]
    for_whom: Text = ""
    maturity: Maturity | None = None
    price_class: PriceClass | None = None
    price_note: Annotated[str, Field(max_length=500)] = ""
    data_needs: Text = ""
    integration_needs: Text = ""
    is_published: bool = True


class CallRow(Schema):
    """A call as lists have it; `state` as it stands now."""

    uuid: UUID
    title: str
    language: str
    organisation: str
    deadline: datetime
    state: CallState
    url: Annotated[str, Field(alias="get_absolute_url")]

    @staticmethod
    def resolve_organisation(call: Call) -> str:
        return call.organisation.name

    @staticmethod
    def resolve_state(call: Call) -> CallState:
        return call.state_at(now())


class CallNeedOut(Schema):
    uuid: Annotated[UUID, Field(alias="need_uuid")]
    title: Annotated[str, Field(alias="need_title")]


class CallOut(CallRow):
    text: str
    needs: list[CallNeedOut]
    criteria: list[str]

    @staticmethod
    def resolve_needs(call: Call) -> list[Any]:
        return list(call.needs.all())

    @staticmethod
    def resolve_criteria(call: Call) -> list[str]:
        return [criterion.text for criterion in call.criteria.all()]


class CallPage(Schema):
    items: list[CallRow]
    next: str | None


class AnswerIn(Schema):
    """An answer to a call: what you offer, and the address where the municipality's answer is sent."""

    email: Annotated[str, Field(max_length=254)]
    text: Annotated[str, words(20_000)]
    name: Short = ""
    solution: UUID | None = None
    secrecy: Text = ""
    secrecy_reason: Text = ""


class AnswerOut(Schema):
    """The answer was received. Its private page is told by e-mail alone."""

    uuid: UUID
    state: str
    created_at: datetime


class OfferFilter(Schema):
    q: Words = ""
    kind: Kind | None = None
    cursor: Cursor = ""


class SolutionFilter(OfferFilter):
    maturity: Maturity | None = None
    price_class: PriceClass | None = None


class CallFilter(Schema):
    state: CallState | None = None
    cursor: Cursor = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 25


@router.get(
    "/suppliers/",
    response={200: SolverPage, **ERRORS},
    auth=reads("offers:read"),
    summary="Suppliers by name",
)
def list_solvers(request: HttpRequest, wanted: Query[OfferFilter]) -> Any:
    """Twenty-five at a time."""
    viewer, kind = caller(request), wanted.kind or ""
    if wanted.q.strip():
        return {"items": search_solvers(viewer, wanted.q, kind=kind), "next": None}
    page, following = page_of_solvers(viewer, kind=kind, after=wanted.cursor)
    return {"items": page, "next": str(following) if following else None}


@router.get(
    "/suppliers/{uuid:uuid}",
    response={200: SolverOut, **ERRORS},
    auth=reads("offers:read"),
    summary="One supplier",
)
def show_solver(request: HttpRequest, uuid: UUID) -> Any:
    """What is told of the supplier."""
    return solver_for(caller(request), uuid)


@router.get(
    "/solutions/",
    response={200: SolutionPage, **ERRORS},
    auth=reads("offers:read"),
    summary="Solutions, newest first",
)
def list_solutions(request: HttpRequest, wanted: Query[SolutionFilter]) -> Any:
    """Twenty-five at a time."""
    viewer = caller(request)
    facts: Any = {name: getattr(wanted, name) or "" for name in ("kind", "maturity", "price_class")}
    if wanted.q.strip():
        return {"items": search_solutions(viewer, wanted.q, **facts), "next": None}
    page, following = page_of_solutions(viewer, after=wanted.cursor, **facts)
    return {"items": page, "next": str(following) if following else None}


@router.get(
    "/solutions/{uuid:uuid}",
    response={200: SolutionOut, **ERRORS},
    auth=reads("offers:read"),
    summary="One solution",
)
def show_solution(request: HttpRequest, uuid: UUID) -> Any:
    """All of it, with the places where it was used."""
    return solution_for(caller(request), uuid)


@router.post(
    "/solutions/",
    response={201: SolutionOut, **ERRORS},
    auth=writes("offers:write"),
    summary="Describe a solution",
)
def add_solution(request: HttpRequest, told: SolutionIn) -> Any:
    """Shown to everyone, or kept as a sketch with `is_published` false."""
    viewer = caller(request)
    facts: Any = {name: value or "" for name, value in told.dict(exclude={"solver", "is_published"}).items()}
    solver = solver_for(viewer, told.solver)
    made = publish_solution(by=viewer, solver=solver, is_published=told.is_published, **facts)
    return Status(201, solution_for(viewer, made.uuid))


@router.get(
    "/calls/",
    response={200: CallPage, **ERRORS},
    auth=reads("calls:read"),
    summary="Calls, latest deadline first",
)
def list_calls(request: HttpRequest, wanted: Query[CallFilter]) -> Any:
    """Open ones and those that have been; with a key, the organisation's drafts too."""
    calls = calls_after(visible_calls(caller(request)), wanted.cursor)
    if wanted.state:
        calls = in_state(calls, wanted.state, now())
    rows = list(calls[: wanted.limit + 1])
    shown = rows[: wanted.limit]
    return {"items": shown, "next": str(shown[-1].uuid) if len(rows) > wanted.limit else None}


@router.get(
    "/calls/{uuid:uuid}", response={200: CallOut, **ERRORS}, auth=reads("calls:read"), summary="One call"
)
def show_call(request: HttpRequest, uuid: UUID) -> Any:
    """Its text, needs and criteria."""
    return call_for(caller(request), uuid)


@router.post(
    "/calls/{uuid:uuid}/answers",
    response={201: AnswerOut, **ERRORS},
    auth=writes("calls:write"),
    summary="Answer a call",
)
def add_answer(request: HttpRequest, uuid: UUID, told: AnswerIn) -> Any:
    """The same text from the same address again is the same answer: sending it twice does no harm."""
    viewer = caller(request)
    solution = solution_for(viewer, told.solution) if told.solution else None
    facts = told.dict(exclude={"solution"})
    answer = answer_call(by=viewer, call=call_for(viewer, uuid), solution=solution, **facts)
    return Status(201, answer)


ROUTERS = [("", router)]
