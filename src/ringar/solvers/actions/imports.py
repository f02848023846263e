"""Thousands of solutions from a spreadsheet, in one transaction: all or nothing, and twice changes nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import audit_row, record_audits
from ringar.core.clock import at, now
from ringar.core.importing import Counts, Progress
from ringar.core.models import Organisation
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.solvers.actions.facts import apply_facts, complete_solution, complete_solver
from ringar.solvers.actions.solutions import queue_vectors
from ringar.solvers.models import Solution, Solver
from ringar.solvers.queries import own_solver_ids, people_of_solver
from ringar.solvers.rules import (
    STRANGER,
    Kind,
    MemberRole,
    Standing,
    can_describe,
    can_register,
    clean_number,
    clean_text,
)
from ringar.talk.actions import tell_people

BATCH = 500
LONGEST_NAME = 200
SOLVER_COLUMNS = ("kind", "organisation_number", "email", "website", "municipality", "about", "founded")
SOLUTION_COLUMNS = (
    "name",
    "what",
    "for_whom",
    "maturity",
    "price_class",
    "price_note",
    "data_needs",
    "integration_needs",
    "languages",
)

Row = Mapping[str, Any]


def ignore(_count: int) -> None:
    """No progress is shown."""


@transaction.atomic
def import_solutions(*, by: Viewer, source: str, rows: Sequence[Row], progress: Progress = ignore) -> Counts:
    """Saves rows of solutions with their solvers; counts solutions that are new, changed and unchanged.

    A row is a mapping with `external_id` (unique in the source), `name`, and any of `what`, `solver` (a name;
    default: the solution's), `own` (true: the organisation itself), SOLVER_COLUMNS, SOLUTION_COLUMNS. A solver
    is the one with the same number, else the one of that name from the same source or registered by the same
    organisation. What is added to a supplier that others look after is a draft: theirs to publish or leave, and
    what they have published is not changed.

    Raises NotAllowed; Refused, naming the row, where a fact does not hold: then nothing is saved.
    """
    if not can_register(by):
        raise NotAllowed
    new = changed = 0
    with at(now()):  # one moment for all of it, asked for once
        solvers = import_solvers(by, source, rows)
        others = others_among(by, solvers.values())
        for start in range(0, len(rows), BATCH):
            added, altered = import_batch(by, source, rows[start : start + BATCH], solvers, others)
            new, changed = new + added, changed + altered
            progress(min(BATCH, len(rows) - start))
    if new or changed:
        queue_vectors(by)
    return Counts(new=new, changed=changed, unchanged=len(rows) - new - changed)


def import_batch(
    by: Viewer, source: str, rows: Sequence[Row], solvers: Mapping[str, Solver], others: set[int]
) -> tuple[int, int]:
    """Saves some rows' solutions; returns how many are new and how many changed."""
    found = known_solutions(source, rows)
    added: list[Solution] = []
    altered: list[Solution] = []
    suggested: list[Solution] = []
    audit = []
    for row in rows:
        solution = found.get(row["external_id"]) or new_solution(by, source, row)
        is_new = solution.pk is None
        solution.solver = solvers[solver_name(row)]
        is_others = solution.solver.pk in others
        if is_others and solution.is_published and not is_new:
            continue
        if is_new and is_others:  # theirs to publish or leave
            solution.is_published = False
            suggested.append(solution)
        changes = apply_facts(solution, solution_facts(row))
        if is_new or changes:
            with at_row(row):
                complete_solution(solution, references_of(solution))
            solution.changed_at = now()
            (added if is_new else altered).append(solution)
            told = {} if is_new else changes
            audit.append(audit_row(by=by, action="import_solution", target=solution, changes=told))
    columns = [*SOLUTION_COLUMNS, "solver", "words", "text_hash", "language", "changed_at"]
    Solution.objects.bulk_create(added)
    Solution.objects.bulk_update(altered, columns)
    record_audits(audit)
    for solution in suggested:
        people = people_of_solver(solution.solver)
        tell_people(by=by, row=solution, event="solvers.suggested", people=people, followers=False)
    return len(added), len(altered)


def import_solvers(by: Viewer, source: str, rows: Sequence[Row]) -> dict[str, Solver]:
    """The solvers of the rows by name (see `solver_name`), found or made. What the first rows say of one counts."""
    own = Organisation.objects.filter(pk=by.organisation_id or 0).first()
    facts: dict[str, dict[str, Any]] = {}
    first: dict[str, Row] = {}
    for row in rows:
        told = facts.setdefault(solver_name(row), {})
        first.setdefault(solver_name(row), row)
        with at_row(row):
            for key, value in solver_facts(row, own):
                told.setdefault(key, value)
    known = known_solvers(by, source, facts)
    others = others_among(by, known.values())
    added: list[Solver] = []
    altered: list[Solver] = []
    audit = []
    for name, told in facts.items():
        solver = known[name] = known.get(name) or new_solver(by, source, name)
        is_new = solver.pk is None
        changes = apply_facts(solver, told.items()) if solver.pk not in others else {}
        if changes:
            with at_row(first[name]):
                complete_solver(solver)
            solver.changed_at = now()
            (added if is_new else altered).append(solver)
            told = {} if is_new else changes
            audit.append(audit_row(by=by, action="import_solver", target=solver, changes=told))
    Solver.objects.bulk_create(added, batch_size=BATCH)
    columns = ["name", *SOLVER_COLUMNS, "organisation", "words", "language", "changed_at"]
    Solver.objects.bulk_update(altered, columns, batch_size=BATCH)
    record_audits(audit)
    return known


def others_among(by: Viewer, solvers: Iterable[Solver]) -> set[int]:
    """The ids of those of the solvers that are others' to describe. 1 query."""
    own = set(own_solver_ids(by))
    mine = Standing(role=MemberRole.MEMBER)
    return {
        solver.pk
        for solver in solvers
        if not can_describe(
            by, mine if solver.pk in own else STRANGER, registered_in_id=solver.registered_in_id
        )
    }


def known_solvers(by: Viewer, source: str, facts: Mapping[str, Mapping[str, Any]]) -> dict[str, Solver]:
    """Those of the named solvers that are there already, by the name in the file."""
    found: dict[str, Solver] = {}
    for names in slices(list(facts)):
        mine = Solver.objects.filter(name__in=names)
        same = [s for s in mine if s.source == source or s.registered_in_id == by.organisation_id]
        found.update({solver.name: solver for solver in same})
        numbers = {name: facts[name].get("organisation_number", "") for name in names}
        wanted = {number: name for name, number in numbers.items() if number}
        legal = Solver.objects.filter(organisation_number__in=wanted).exclude(kind=Kind.SOLE_TRADER)
        found.update({wanted[solver.organisation_number]: solver for solver in legal})
    return found


def known_solutions(source: str, batch: Sequence[Row]) -> dict[str, Solution]:
    """The batch's solutions that are there already, by external id, with solvers and references."""
    rows = Solution.objects.filter(source=source, external_id__in=[row["external_id"] for row in batch])
    return {s.external_id: s for s in rows.select_related("solver").prefetch_related("references")}


def slices(names: list[str]) -> Iterator[list[str]]:
    """The names, as many at a time as one query takes."""
    for start in range(0, len(names), BATCH):
        yield names[start : start + BATCH]


def new_solver(by: Viewer, source: str, name: str) -> Solver:
    """A solver as yet without facts, not saved. Its identity in the source is its name."""
    moment = now()
    return Solver(
        registered_in_id=by.organisation_id,
        created_by_id=by.person_id,
        created_at=moment,
        changed_at=moment,
        source=source,
        external_id=name,
    )


def new_solution(by: Viewer, source: str, row: Row) -> Solution:
    """A solution as yet without facts, not saved."""
    moment = now()
    return Solution(
        is_published=True,
        created_by_id=by.person_id,
        created_at=moment,
        changed_at=moment,
        source=source,
        external_id=row["external_id"],
    )


def references_of(solution: Solution) -> list[Any]:
    """The references of a solution that may not be saved yet."""
    return list(solution.references.all()) if solution.pk else []


def solver_name(row: Row) -> str:
    """The solver's name as it is kept: the row's, else the solution's own name."""
    return clean_text(str(row.get("solver") or row["name"]))[:LONGEST_NAME]


def solver_facts(row: Row, own: Organisation | None) -> Iterator[tuple[str, Any]]:
    """What the row says of its solver, by the names of `Solver`'s fields; empty cells say nothing.

    `own` is the organisation that a row with a true `own` column belongs to.
    """
    yield "name", solver_name(row)
    for column in SOLVER_COLUMNS:
        if column == "organisation_number":
            if number := clean_number(str(row.get(column) or ""), str(row.get("kind") or Kind.COMPANY)):
                yield column, number
        elif row.get(column):
            yield column, row[column]
    if row.get("own"):
        yield "organisation", own


def solution_facts(row: Row) -> Iterator[tuple[str, Any]]:
    """What the row says of its solution. A name too long is cut, and stands whole in the text."""
    name, what = clean_text(str(row["name"])), clean_text(str(row.get("what") or ""))
    for column in SOLUTION_COLUMNS[2:]:
        if row.get(column):
            yield column, row[column]
    if len(name) > LONGEST_NAME:
        what = f"{name}\n\n{what}".strip()
        name = name[: LONGEST_NAME - 1].rstrip() + "…"
    yield "name", name
    yield "what", what or name


@contextmanager
def at_row(row: Row) -> Iterator[None]:
    """A refusal inside is told with the row's number."""
    try:
        yield
    except Refused as refused:
        place = _("row %(row)s") % {"row": row["row"]} if row.get("row") else str(row["external_id"])
        raise Refused(f"{place}: {refused}") from refused
