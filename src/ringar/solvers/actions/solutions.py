"""Solvers and their solutions: registered, corrected, checked, hidden."""

from collections.abc import Iterable
from typing import Unpack

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.robots.actions.work import queue_work
from ringar.solvers.actions.facts import (
    ReferenceFacts,
    SolutionFacts,
    SolverFacts,
    apply_facts,
    complete_solution,
    complete_solver,
    read_references,
)
from ringar.solvers.models import Reference, Solution, Solver, SolverMember
from ringar.solvers.queries import may_edit_solver, standing_of, visible_solvers
from ringar.solvers.rules import (
    Kind,
    MemberRole,
    SolverState,
    Standing,
    can_check,
    can_describe,
    can_register,
    may_be_published,
)

CHECKED_FACTS = frozenset({"name", "kind", "organisation_number"})


@transaction.atomic
def register_solver(
    *, by: Viewer, source: str = "", external_id: str = "", **facts: Unpack[SolverFacts]
) -> Solver:
    """A new solver. Raises NotAllowed, or Refused where a fact does not hold or the number is registered already.

    `organisation` marks the organisation's own ("already solved here"): only its own staff may say so.
    """
    if not can_register(by):
        raise NotAllowed
    moment = now()
    solver = Solver(
        registered_in_id=by.organisation_id,
        created_by_id=by.person_id,
        created_at=moment,
        changed_at=moment,
        source=source,
        external_id=external_id,
    )
    apply_facts(solver, facts.items())
    refuse_others_own(by, solver)
    complete_solver(solver)
    save_once(by, solver)
    if by.person_id is not None and not by.may_write:
        add_member(solver, by.person_id)
    record_audit(by=by, action="register_solver", target=solver, changes={"kind": solver.kind})
    return solver


@transaction.atomic
def edit_solver(*, by: Viewer, solver: Solver, **facts: Unpack[SolverFacts]) -> Solver:
    """Corrects the facts given; the others stay. Raises NotAllowed or Refused as `register_solver` does."""
    solver = Solver.objects.select_for_update().get(pk=solver.pk)
    if not may_edit_solver(by, solver):
        raise NotAllowed
    changes = apply_facts(solver, facts.items())
    if not changes:
        return solver
    if "organisation" in changes:
        refuse_others_own(by, solver)
    if solver.state == SolverState.VERIFIED and not by.may_write and changes.keys() & CHECKED_FACTS:
        # What was checked is no longer what stands there: somebody looks again.
        solver.state = SolverState.UNVERIFIED if solver.registered_in_id is None else SolverState.REGISTERED
        changes["state"] = [SolverState.VERIFIED.value, str(solver.state)]
    complete_solver(solver)
    if solver.kind == Kind.SOLE_TRADER:
        refuse_number_in_solutions(solver)
    solver.changed_at = now()
    save_once(by, solver)
    record_audit(by=by, action="edit_solver", target=solver, changes=changes)
    return solver


@transaction.atomic
def set_solver_state(*, by: Viewer, solver: Solver, state: str) -> Solver:
    """Marks a solver as checked, or hides it (with its solutions) from everyone but those who may edit it.

    One that registered itself is checked by `verify_solver`, and shown again as it stood: Refused otherwise.
    """
    if state not in {SolverState.REGISTERED, SolverState.VERIFIED, SolverState.HIDDEN}:
        raise Refused(_("There is no such state."))
    solver = Solver.objects.select_for_update().get(pk=solver.pk)
    if not can_check(by, registered_in_id=solver.registered_in_id):
        raise NotAllowed
    if registered_itself(solver) and state != SolverState.HIDDEN:
        if solver.state != SolverState.HIDDEN:
            raise Refused(_("They registered themselves. Check who they are in the queue."))
        state = SolverState.UNVERIFIED
    if solver.state != state:
        before, solver.state = solver.state, state
        complete_solver(solver)
        solver.save(update_fields=["state", "words"])
        record_audit(by=by, action="set_solver_state", target=solver, changes={"state": [before, state]})
    return solver


@transaction.atomic
def publish_solution(
    *,
    by: Viewer,
    solver: Solver,
    references: Iterable[ReferenceFacts] = (),
    is_published: bool = True,
    source: str = "",
    external_id: str = "",
    **facts: Unpack[SolutionFacts],
) -> Solution:
    """A new solution, shown to everyone (or kept as a draft by `is_published=False`).

    Raises NotAllowed, or Refused where a fact does not hold or the solver waits to be checked. Who acts on the
    solver's behalf is named with it.
    """
    standing = standing_of(by, solver)
    if not can_describe(by, standing, registered_in_id=solver.registered_in_id):
        raise NotAllowed
    refuse_unchecked(solver, is_published)
    moment = now()
    solution = Solution(
        solver=solver,
        is_published=is_published,
        agent_id=standing.agent_id,
        created_by_id=by.person_id,
        created_at=moment,
        changed_at=moment,
        source=source,
        external_id=external_id,
    )
    apply_facts(solution, facts.items())
    rows = read_references(references)
    complete_solution(solution, rows)
    solution.save()
    save_references(solution, rows)
    told = {"is_published": is_published, **on_behalf(standing, solver)}
    record_audit(by=by, action="publish_solution", target=solution, changes=told)
    queue_vectors(by)
    return solution


@transaction.atomic
def edit_solution(
    *,
    by: Viewer,
    solution: Solution,
    references: Iterable[ReferenceFacts] | None = None,
    is_published: bool | None = None,
    **facts: Unpack[SolutionFacts],
) -> Solution:
    """Corrects the facts given; `references`, where given, replace the old ones. Raises NotAllowed or Refused."""
    solution = Solution.objects.select_for_update(of=["self"]).select_related("solver").get(pk=solution.pk)
    solver = solution.solver
    standing = standing_of(by, solver)
    if not can_describe(by, standing, registered_in_id=solver.registered_in_id):
        raise NotAllowed
    refuse_unchecked(solver, bool(is_published))
    told = [*facts.items()] if is_published is None else [*facts.items(), ("is_published", is_published)]
    changes = apply_facts(solution, told)
    before = list(solution.references.all())
    rows = before if references is None else read_references(references)
    if [facts_of(row) for row in rows] != [facts_of(row) for row in before]:
        changes["references"] = [len(before), len(rows)]
    if not changes:
        return solution
    complete_solution(solution, rows)
    solution.changed_at = now()
    solution.save()
    if "references" in changes:
        solution.references.all().delete()
        save_references(solution, rows)
    changes |= on_behalf(standing, solver)
    record_audit(by=by, action="edit_solution", target=solution, changes=changes)
    queue_vectors(by)
    return solution


def facts_of(reference: Reference) -> tuple[object, ...]:
    """What tells one reference from another."""
    return (reference.municipality, reference.year, reference.what, reference.effect)


def save_references(solution: Solution, rows: list[Reference]) -> None:
    """Saves new references to the solution."""
    for row in rows:
        row.solution = solution
    Reference.objects.bulk_create(rows)


def queue_vectors(by: Viewer) -> None:
    """Vectors are made by the robots, for all solutions that wait; until then they are found by their words."""
    queue_work("solvers.embed", by=by, key="solvers.embed", again=True)


def refuse_others_own(by: Viewer, solver: Solver) -> None:
    """Only an organisation's own staff may say that a solver is the organisation itself."""
    if solver.organisation_id is None:
        return
    if not by.may_write or by.organisation_id != solver.organisation_id:
        raise Refused(_("Only the organisation's own staff can say that a solution is its own."))


def registered_itself(solver: Solver) -> bool:
    """Whether nobody's staff vouches for the solver: it came by the open form, and waits to be checked."""
    return solver.registered_in_id is None and solver.created_by_id is not None


def refuse_unchecked(solver: Solver, is_published: bool) -> None:
    """Raises Refused where a solver that nobody has checked would be shown to everyone."""
    if is_published and not may_be_published(solver.state):
        raise Refused(
            _(
                "Keep it as a draft until somebody has checked who you are. You can answer calls with it already."
            )
        )


def on_behalf(standing: Standing, solver: Solver) -> dict[str, object]:
    """What the audit row says of who acts for whom: nothing where they act for themselves."""
    return {"on_behalf": {"agent": standing.agent, "for": solver.name}} if standing.agent_id else {}


def add_member(solver: Solver, person_id: int, role: str = MemberRole.OWNER) -> SolverMember:
    """The person acts for the solver from now on; twice changes nothing."""
    return SolverMember.objects.get_or_create(
        solver=solver, person_id=person_id, defaults={"role": role, "since": now()}
    )[0]


def save_once(by: Viewer, solver: Solver) -> None:
    """Saves the solver. Raises Refused where its number is here already; hidden suppliers are not named.

    Sole traders are not compared: the answer would tell of a person.
    """
    try:
        with transaction.atomic():
            solver.save()
    except IntegrityError as error:
        same = Solver.objects.filter(organisation_number=solver.organisation_number).exclude(pk=solver.pk)
        legal = same.exclude(kind=Kind.SOLE_TRADER)
        if not solver.shown_number or not legal.exists():
            raise
        other = visible_solvers(by).filter(pk__in=legal).first()
        told = {"number": solver.shown_number, "name": other and other.name}
        if other is None:
            raise Refused(
                _("%(number)s is registered already. Ask the municipality about it.") % told
            ) from error
        raise Refused(
            _("%(number)s is registered already, as %(name)s. Ask to act for it on its page instead.") % told
        ) from error


def refuse_number_in_solutions(solver: Solver) -> None:
    """A personal number that is added must not already stand in a text of the solutions."""
    for solution in solver.solutions.prefetch_related("references"):
        solution.solver = solver
        complete_solution(solution, solution.references.all())
