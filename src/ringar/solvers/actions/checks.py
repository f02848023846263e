"""Checking who those are who have registered themselves: by a person without an interest in it, with a reason."""

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import declare_interest, record_audit
from ringar.core.clock import now
from ringar.core.queries import has_interest
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.solvers.actions.facts import apply_facts, check_fields, complete_solver
from ringar.solvers.models import Solver, SolverCheck
from ringar.solvers.queries import people_of_solver
from ringar.solvers.rules import SHORTEST_REASON, CheckState, SolverState, can_verify
from ringar.talk.actions import tell_people


@transaction.atomic
def verify_solver(
    *, by: Viewer, solver: Solver, declares_none: bool, saw_number: bool, saw_domain: bool, note: str = ""
) -> SolverCheck:
    """Notes that they are who they say: shown to everyone from now on. At least one thing must have been looked at.

    `declares_none`: the viewer has no interest in it (jäv). Raises NotAllowed, or Refused.
    """
    if not saw_number and not saw_domain and len(note.strip()) < SHORTEST_REASON:
        raise Refused(_("Tick what you have looked at, or write how you know who they are."))
    check, solver = begun_check(by, solver, declares_none=declares_none)
    check.saw_number, check.saw_domain = saw_number, saw_domain
    apply_facts(check, [("note", note)])
    return finish_check(by, check, solver, SolverState.VERIFIED)


@transaction.atomic
def refuse_solver(
    *, by: Viewer, solver: Solver, declares_none: bool, reason: str, note: str = ""
) -> SolverCheck:
    """Does not take them in, with a reason that is sent to them. Raises NotAllowed, or Refused."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise Refused(
            _("Write a reason of at least %(shortest)d characters: they deserve to know why.")
            % {"shortest": SHORTEST_REASON}
        )
    check, solver = begun_check(by, solver, declares_none=declares_none)
    apply_facts(check, [("note", note), ("reason", reason)])
    return finish_check(by, check, solver, SolverState.REFUSED)


@transaction.atomic
def step_aside_from_check(*, by: Viewer, solver: Solver, reason: str = "") -> SolverCheck:
    """The viewer has an interest in the solver (jäv), and leaves the check to a colleague."""
    check = check_of(by, solver)
    declare_interest(by=by, row=check, reason=reason)
    return check


def begun_check(by: Viewer, solver: Solver, *, declares_none: bool) -> tuple[SolverCheck, Solver]:
    """The organisation's check and the solver, locked. Raises NotAllowed, or Refused for who has an interest."""
    solver = Solver.objects.select_for_update().get(pk=solver.pk)
    check = check_of(by, solver)
    if has_interest(by, check):
        raise Refused(
            _("You have declared an interest in this supplier. Leave it to a colleague who has none.")
        )
    if not declares_none:
        raise Refused(_("Answer first whether you have an interest in this supplier."))
    if solver.state not in {SolverState.UNVERIFIED, SolverState.REFUSED}:
        raise Refused(_("Somebody has been here before you. Load the page anew."))
    if by.person_id in people_of_solver(solver):
        raise Refused(_("You act for this supplier. Leave it to a colleague who does not."))
    return check, solver


def check_of(by: Viewer, solver: Solver) -> SolverCheck:
    """The organisation's check of the solver, begun if it was not. Raises NotAllowed for who may not check."""
    if by.organisation_id is None or not can_verify(by):
        raise NotAllowed
    return SolverCheck.objects.get_or_create(
        solver=solver, organisation_id=by.organisation_id, defaults={"at": now(), "by_id": by.person_id}
    )[0]


def finish_check(by: Viewer, check: SolverCheck, solver: Solver, state: SolverState) -> SolverCheck:
    """Saves the check and the solver's new state, and tells those who act for it."""
    check_fields(check, exclude=["solver", "by"])
    before, solver.state = solver.state, state
    check.state = CheckState.VERIFIED if state == SolverState.VERIFIED else CheckState.REFUSED
    check.at, check.by_id = now(), by.person_id
    check.save()
    complete_solver(solver)
    solver.save(update_fields=["state", "words"])
    changes: dict[str, object] = {
        "state": [before, state.value],
        "saw_number": check.saw_number,
        "saw_domain": check.saw_domain,
        "interest": "none declared",
    }
    record_audit(by=by, action="check_solver", target=check, changes=changes)
    event = "solvers.verified" if state == SolverState.VERIFIED else "solvers.not_verified"
    facts = {"organisation": check.organisation.name, "reason": check.reason}
    people = people_of_solver(solver)
    tell_people(by=by, row=solver, event=event, people=people, facts=facts, followers=False)
    return check
