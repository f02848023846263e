"""Reads of solvers and solutions: what each viewer may see of them."""

from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from ringar.core.models import Organisation, TextVector
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.search import has_several, match_words, scope_words
from ringar.solvers.models import Solution, Solver
from ringar.solvers.queries.members import acted_for
from ringar.solvers.rules import (
    SHOWN_STATES,
    Kind,
    Scope,
    SolverState,
    Standing,
    can_read_answers,
    can_see_secrecy,
    can_verify,
    clean_number,
    is_operator,
)
from ringar_kits.texts import search_words

PAGE = 25
BEST = 30
"""Rows that a search shows at most; more words narrow it better than more pages."""

SECRET = ("secrecy", "secrecy_reason")
"""Never read along with a solution: only by `secrecy_of` and the form of those who write it."""

Row = TypeVar("Row", bound=Model)


def visible_solvers(viewer: Viewer) -> "QuerySet[Solver]":
    """Solvers shown to everyone; the others by those who act for them, staff where they were registered, who checks.

    Who works inside also sees those that wait to be checked: their answers arrive before that.
    """
    rows = Solver.objects.select_related("organisation")
    if is_operator(viewer):
        return rows
    seen = Q(state__in=SHOWN_STATES)
    if viewer.person_id is not None:
        seen |= Q(pk__in=acted_for(viewer))
    if viewer.is_inside:
        seen |= Q(registered_in_id=viewer.organisation_id) | Q(state=SolverState.UNVERIFIED)
    if can_verify(viewer):
        seen |= Q(registered_in=None)
    return rows.filter(seen)


def visible_solutions(viewer: Viewer) -> "QuerySet[Solution]":
    """Published solutions of solvers shown to everyone, and drafts for those who may write them."""
    rows = Solution.objects.select_related("solver__organisation", "agent").defer(*SECRET)
    if is_operator(viewer):
        return rows
    seen = Q(is_published=True, solver__state__in=SHOWN_STATES)
    if viewer.person_id is not None:
        seen |= Q(created_by_id=viewer.person_id) | Q(solver_id__in=acted_for(viewer, Scope.SOLUTIONS))
    if viewer.is_inside:
        seen |= Q(solver__registered_in_id=viewer.organisation_id)
    return rows.filter(seen)


def offered_solutions() -> "QuerySet[Solution]":
    """What matching reads: published solutions of solvers shown to everyone, with references, without secrets."""
    rows = Solution.objects.filter(is_published=True, solver__state__in=SHOWN_STATES)
    return rows.select_related("solver").prefetch_related("references").defer(*SECRET, "words")


def own_solutions(organisation: Organisation) -> "QuerySet[Solution]":
    """What the organisation itself offers: already solved here."""
    return offered_solutions().filter(solver__organisation=organisation)


def solutions_awaiting_vectors(model: str) -> "QuerySet[Solution]":
    """Solutions whose text has no vector of that model yet, in order of id."""
    kept = TextVector.objects.filter(model=model, text_hash=OuterRef("text_hash"))
    rows = Solution.objects.exclude(text_hash="").filter(~Exists(kept))
    return rows.prefetch_related("references").defer(*SECRET, "words").order_by("id")


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
    near = [] if is_operator(viewer) else scopes
    best = match_words(table, search_words(text), within=near, drop_weak=has_several(text))
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
    """The solution with that uuid, its references with it; NotAllowed where the viewer may not see it.

    A sketch is also seen by those who read the answers that were sent with it.
    """
    solution = visible_solutions(viewer).prefetch_related("references").filter(uuid=uuid).first()
    here = viewer.organisation_id
    if solution is None and here is not None and can_read_answers(viewer, organisation_id=here):
        told = Solution.objects.filter(answers__call__organisation_id=here, uuid=uuid)
        solution = told.select_related("solver__organisation", "agent").defer(*SECRET).first()
    if solution is None:
        raise NotAllowed
    return solution


def secrecy_of(viewer: Viewer, solution: Solution, standing: Standing) -> tuple[str, str]:
    """What is asked to be kept secret and why, for those who may read it: else two empty texts. 0 to 2 queries.

    Told to: the organisation where the solver was registered, and those whose calls were answered with it.
    """
    told_to = {solution.solver.registered_in_id}
    if viewer.is_inside and viewer.organisation_id not in told_to:
        told_to |= set(solution.answers.values_list("call__organisation_id", flat=True))
    if can_see_secrecy(viewer, standing, told_to=told_to - {None}):
        row = Solution.objects.only(*SECRET).get(pk=solution.pk)
        return row.secrecy, row.secrecy_reason
    return "", ""


def attachable_solutions(viewer: Viewer) -> "QuerySet[Solution]":
    """The solutions that the person may answer a call with: of the solvers that they act for."""
    if viewer.person_id is None:
        return Solution.objects.none()
    rows = Solution.objects.filter(solver_id__in=acted_for(viewer, Scope.ANSWERS))
    return rows.select_related("solver").defer(*SECRET).order_by("name", "id")
