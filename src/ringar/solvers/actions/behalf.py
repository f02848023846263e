"""One solver (an incubator) acts on behalf of another: asks, is approved by its owners, ends at once."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now, today
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.solvers.models import OnBehalf, Solver
from ringar.solvers.queries import owners_of, people_of_solver, standing_of
from ringar.solvers.rules import MemberRole, Scope, may_act_for_others
from ringar.talk.actions import tell_people


@transaction.atomic
def ask_on_behalf(
    *, by: Viewer, agent: Solver, solver: Solver, scopes: Iterable[str], until: date | None = None
) -> OnBehalf:
    """Asks the solver's owners to let the agent act for it. Raises NotAllowed, or Refused where it can not be asked."""
    if not standing_of(by, agent).role or not may_act_for_others(agent.kind, agent.state):
        raise NotAllowed
    wanted = [scope for scope in Scope.values if scope in set(scopes)]
    if not wanted:
        raise Refused(_("Tick what you would do for them."))
    if until is not None and until < today():
        raise Refused(_("The day has passed. Choose a later one, or none."))
    if agent.pk == solver.pk:
        raise Refused(_("You act for it already."))
    solver = Solver.objects.select_for_update().get(pk=solver.pk)
    if not owners_of(solver):
        raise Refused(
            _("Nobody acts for %(name)s yet, so there is nobody to say yes.") % {"name": solver.name}
        )
    end_lapsed(agent, solver)
    if OnBehalf.objects.filter(agent=agent, solver=solver, ended_at=None).exists():
        raise Refused(_("You have asked already. What you may do is on their page."))
    row = OnBehalf.objects.create(
        agent=agent, solver=solver, scopes=wanted, until=until, asked_by_id=by.person_id, asked_at=now()
    )
    changes: dict[str, object] = {"scopes": wanted, "until": until and until.isoformat()}
    record_audit(by=by, action="ask_on_behalf", target=row, changes=changes)
    tell(by, row, "solvers.agent_asked", owners_of(solver))
    return row


@transaction.atomic
def approve_on_behalf(*, by: Viewer, behalf: OnBehalf) -> OnBehalf:
    """An owner of the solver says yes. Raises NotAllowed, or Refused where it has ended."""
    behalf = locked(behalf)
    if standing_of(by, behalf.solver).role != MemberRole.OWNER:
        raise NotAllowed
    if behalf.ended_at is not None:
        raise Refused(_("It has ended. They may ask anew."))
    if behalf.approved_at is None:
        behalf.approved_at, behalf.approved_by_id = now(), by.person_id
        behalf.save(update_fields=["approved_at", "approved_by"])
        record_audit(by=by, action="approve_on_behalf", target=behalf, changes={"scopes": behalf.scopes})
        tell(by, behalf, "solvers.agent_approved", people_of_solver(behalf.agent))
    return behalf


@transaction.atomic
def end_on_behalf(*, by: Viewer, behalf: OnBehalf) -> OnBehalf:
    """Either side ends it (or says no), at once. What was written stays. Twice changes nothing."""
    behalf = locked(behalf)
    is_owner = standing_of(by, behalf.solver).role == MemberRole.OWNER
    if not is_owner and not standing_of(by, behalf.agent).role:
        raise NotAllowed
    if behalf.ended_at is None:
        behalf.ended_at, behalf.ended_by_id = now(), by.person_id
        behalf.save(update_fields=["ended_at", "ended_by"])
        record_audit(by=by, action="end_on_behalf", target=behalf)
        tell(by, behalf, "solvers.agent_ended", people_of_solver(behalf.agent) | owners_of(behalf.solver))
    return behalf


def end_lapsed(agent: Solver, solver: Solver) -> None:
    """What has lapsed stands in the way of asking anew no longer."""
    lapsed = OnBehalf.objects.filter(agent=agent, solver=solver, ended_at=None, until__lt=today())
    lapsed.update(ended_at=now())


def locked(behalf: OnBehalf) -> OnBehalf:
    """The row as it stands in the database, locked, with both solvers."""
    rows = OnBehalf.objects.select_for_update(of=["self"]).select_related("agent", "solver")
    return rows.get(pk=behalf.pk)


def tell(by: Viewer, behalf: OnBehalf, event: str, people: set[int]) -> None:
    """Tells people of either side."""
    facts = {"agent": behalf.agent.name}
    tell_people(by=by, row=behalf.solver, event=event, people=people, facts=facts, followers=False)
