"""Reads of solvers, solutions, calls and answers: what each viewer may see of them."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet

from ringar.core.models import Organisation, TextVector
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.search import match_words, scope_words
from ringar.solvers.models import Answer, Call, Solution, Solver
from ringar.solvers.rules import (
    AnswerState,
    CallState,
    Kind,
    SolverState,
    can_edit,
    can_read_answers,
    can_see_secrecy,
    clean_number,
    is_operator,
)
from ringar_kits.texts import analyse

PAGE = 25
BEST = 30
"""Rows that a search shows at most; more words narrow it better than more pages."""

Row = TypeVar("Row", bound=Model)


def visible_solvers(viewer: Viewer) -> "QuerySet[Solver]":
    """Solvers that are not hidden; hidden ones by their own person and staff where they were registered."""
    rows = Solver.objects.select_related("organisation")
    if is_operator(viewer):
        return rows
    seen = ~Q(state=SolverState.HIDDEN)
    if viewer.person_id is not None:
        seen |= Q(created_by_id=viewer.person_id)
    if viewer.is_inside:
        seen |= Q(registered_in_id=viewer.organisation_id)
    return rows.filter(seen)


def visible_solutions(viewer: Viewer) -> "QuerySet[Solution]":
    """Published solutions of solvers that are not hidden, and drafts for those who may edit them."""
    rows = Solution.objects.select_related("solver", "solver__organisation").defer("secrecy")
    if is_operator(viewer):
        return rows
    seen = Q(is_published=True) & ~Q(solver__state=SolverState.HIDDEN)
    if viewer.person_id is not None:
        seen |= Q(created_by_id=viewer.person_id) | Q(solver__created_by_id=viewer.person_id)
    if viewer.is_inside:
        seen |= Q(solver__registered_in_id=viewer.organisation_id)
    return rows.filter(seen)


def offered_solutions() -> "QuerySet[Solution]":
    """What matching reads: published solutions of solvers that are not hidden, with references, without secrets."""
    rows = Solution.objects.filter(is_published=True).exclude(solver__state=SolverState.HIDDEN)
    return rows.select_related("solver").prefetch_related("references").defer("secrecy", "words")


def own_solutions(organisation: Organisation) -> "QuerySet[Solution]":
    """What the organisation itself offers: already solved here."""
    return offered_solutions().filter(solver__organisation=organisation)


def solutions_awaiting_vectors(model: str) -> "QuerySet[Solution]":
    """Solutions whose text has no vector of that model yet, in order of id."""
    kept = TextVector.objects.filter(model=model, text_hash=OuterRef("text_hash"))
    rows = Solution.objects.exclude(text_hash="").filter(~Exists(kept))
    return rows.prefetch_related("references").defer("secrecy", "words").order_by("id")


def search_solutions(
    viewer: Viewer, text: str, *, limit: int = BEST, kind: str = "", maturity: str = "", price_class: str = ""
) -> list[Solution]:
    """Solutions that hold words of the text, best first, at most `limit`. 3 queries."""
    rows = filter_solutions(visible_solutions(viewer), kind=kind, maturity=maturity, price_class=price_class)
    return found_by_words(rows, "solvers_solution", viewer, text, limit)


def filter_solutions(
    rows: "QuerySet[Solution]", *, kind: str = "", maturity: str = "", price_class: str = ""
) -> "QuerySet[Solution]":
    """The rows with these facts; "" means any."""
    wanted = {"solver__kind": kind, "maturity": maturity, "price_class": price_class}
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def search_solvers(viewer: Viewer, text: str, *, kind: str = "", limit: int = BEST) -> list[Solver]:
    """Solvers that hold words of the text, or have that organisation number; never by a personal number."""
    rows = visible_solvers(viewer).filter(**({"kind": kind} if kind else {}))
    if number := number_in(text):
        return list(rows.filter(organisation_number=number).exclude(kind=Kind.SOLE_TRADER)[:limit])
    return found_by_words(rows, "solvers_solver", viewer, text, limit)


def page_of_solutions(viewer: Viewer, *, after: str = "", **facts: str) -> tuple[list[Solution], int | None]:
    """A page of solutions, newest first, and the id that the next page begins after (None on the last one)."""
    rows = filter_solutions(visible_solutions(viewer), **facts).order_by("-id")
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(id__lt=int(after))
    page = list(rows[: PAGE + 1])
    return page[:PAGE], page[PAGE - 1].pk if len(page) > PAGE else None


def page_of_solvers(viewer: Viewer, *, kind: str = "", after: str = "") -> tuple[list[Solver], UUID | None]:
    """A page of solvers by name, and the uuid that the next page begins after (None on the last one)."""
    rows = visible_solvers(viewer).filter(**({"kind": kind} if kind else {})).order_by("name", "id")
    if last := solver_at(after):
        rows = rows.filter(name__gte=last.name).exclude(name=last.name, id__lte=last.pk)
    page = list(rows[: PAGE + 1])
    return page[:PAGE], page[PAGE - 1].uuid if len(page) > PAGE else None


def solver_at(uuid: str) -> Solver | None:
    """The solver with that uuid, None where there is none or the text is no uuid."""
    try:
        return Solver.objects.only("id", "name").filter(uuid=UUID(uuid)).first()
    except ValueError:
        return None


def number_in(text: str) -> str:
    """The text as a legal person's number, "" where it is none."""
    try:
        return clean_number(text, Kind.COMPANY) if sum(map(str.isdigit, text)) >= 10 else ""
    except Refused:
        return ""


def found_by_words(rows: "QuerySet[Row]", table: str, viewer: Viewer, text: str, limit: int) -> list[Row]:
    """Those of the rows that hold words of the text, best first."""
    scopes = scope_words(organisation_id=viewer.organisation_id, person_id=viewer.person_id, is_public=True)
    best = match_words(table, analyse(text), within=[] if is_operator(viewer) else scopes)
    found = [row_id for row_id, _score in best]
    seen = set(rows.filter(pk__in=found).values_list("pk", flat=True))  # whole rows only for those shown
    shown = [row_id for row_id in found if row_id in seen][:limit]
    return sorted(rows.filter(pk__in=shown), key=lambda row: shown.index(row.pk))


def solver_for(viewer: Viewer, uuid: UUID) -> Solver:
    """The solver with that uuid; NotAllowed where the viewer may not see it."""
    solver = visible_solvers(viewer).filter(uuid=uuid).first()
    if solver is None:
        raise NotAllowed
    return solver


def solution_for(viewer: Viewer, uuid: UUID) -> Solution:
    """The solution with that uuid, its references with it; NotAllowed where the viewer may not see it."""
    solution = visible_solutions(viewer).prefetch_related("references").filter(uuid=uuid).first()
    if solution is None:
        raise NotAllowed
    return solution


def secrecy_of(viewer: Viewer, solution: Solution) -> str:
    """What is asked to be kept secret, for those who may read it: else "". 0 to 2 queries.

    Told to: the organisation where the solver was registered, and those whose calls were answered with it.
    """
    solver = solution.solver
    told_to = {solver.registered_in_id}
    if viewer.is_inside and viewer.organisation_id not in told_to:
        told_to |= set(solution.answers.values_list("call__organisation_id", flat=True))
    authors = {solver.created_by_id, solution.created_by_id}
    if can_see_secrecy(viewer, author_ids=authors, told_to=told_to - {None}):
        return solution.secrecy
    return ""


def visible_calls(viewer: Viewer) -> "QuerySet[Call]":
    """Calls that are or have been open, and the organisation's own drafts; the latest deadline first."""
    rows = Call.objects.select_related("organisation").order_by("-deadline", "-id")
    seen = ~Q(state=CallState.DRAFT)
    if viewer.is_inside:
        seen |= Q(organisation_id=viewer.organisation_id)
    return rows.filter(seen)


def open_calls(at: datetime) -> "QuerySet[Call]":
    """Calls that take answers at that time, the soonest deadline first."""
    rows = Call.objects.filter(state=CallState.OPEN, deadline__gt=at)
    return rows.select_related("organisation").order_by("deadline", "id")


def call_for(viewer: Viewer, uuid: UUID) -> Call:
    """The call with that uuid, its needs and criteria with it; NotAllowed where the viewer may not see it."""
    call = visible_calls(viewer).prefetch_related("needs", "criteria").filter(uuid=uuid).first()
    if call is None:
        raise NotAllowed
    return call


def calls_of_needs(need_uuids: Iterable[UUID], viewer: Viewer) -> "QuerySet[Call]":
    """The calls that are for any of these needs and that the viewer may see."""
    return visible_calls(viewer).filter(needs__need_uuid__in=need_uuids).distinct()


def answers_to(viewer: Viewer, call: Call) -> "QuerySet[Answer]":
    """The answers to the call, in the order they came; NotAllowed for those who may not read them."""
    if not can_read_answers(viewer, organisation_id=call.organisation_id):
        raise NotAllowed
    return call.answers.select_related("solution__solver", "decided_by").order_by("id")


def answer_counts(call: Call) -> dict[str, int]:
    """How many answers stand in each state, those withdrawn left out: {"received": 2, …}."""
    rows = call.answers.exclude(state=AnswerState.WITHDRAWN).values_list("state")
    return dict(rows.annotate(count=Count("id")).order_by())


def answer_with_token(token: str) -> Answer:
    """The answer that the private link opens, with its call; NotAllowed where there is none."""
    answer = Answer.objects.select_related("call__organisation", "solution").filter(token=token).first()
    if answer is None:
        raise NotAllowed
    return answer


def attachable_solutions(viewer: Viewer) -> "QuerySet[Solution]":
    """The published solutions that the person has described and may answer a call with."""
    if viewer.person_id is None:
        return Solution.objects.none()
    return Solution.objects.filter(is_published=True, solver__created_by_id=viewer.person_id).order_by(
        "name", "id"
    )


def solvers_of(viewer: Viewer) -> "QuerySet[Solver]":
    """The solvers that the person has registered."""
    if viewer.person_id is None:
        return Solver.objects.none()
    return Solver.objects.filter(created_by_id=viewer.person_id).order_by("name", "id")


def readable_answers(viewer: Viewer) -> "QuerySet[Answer]":
    """All answers that the viewer may read: those to calls of the organisation, for who runs or audits them."""
    rows = Answer.objects.select_related("call__organisation")
    organisation_id = viewer.organisation_id
    if organisation_id is None or not can_read_answers(viewer, organisation_id=organisation_id):
        return rows.none()
    return rows.filter(call__organisation_id=organisation_id)


def people_of_solver(solver: Solver) -> set[int]:
    """The ids of the people that the solver concerns."""
    return {solver.created_by_id} - {None}


def people_of_call(call: Call) -> set[int]:
    """The ids of the people that the call concerns."""
    return {call.created_by_id} - {None}


def may_edit_solver(viewer: Viewer, solver: Solver) -> bool:
    """Whether the viewer may change the solver and its solutions."""
    return can_edit(viewer, author_id=solver.created_by_id, registered_in_id=solver.registered_in_id)
