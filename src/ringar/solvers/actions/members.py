"""Who acts for a solver: asks to, is let in, gets another role, leaves."""

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.queries import shown_name
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.solvers.actions.solutions import add_member
from ringar.solvers.models import JoinRequest, Solver, SolverMember
from ringar.solvers.queries import owners_of, standing_of
from ringar.solvers.rules import MemberRole, RequestState, can_verify
from ringar.talk.actions import tell_people


@transaction.atomic
def ask_to_join(*, by: Viewer, solver: Solver) -> JoinRequest:
    """The person asks to act for a solver that is here already; asking twice changes nothing.

    Its owners are told; where it has none, those who check suppliers find it in their queue. Raises NotAllowed
    without a log-in, Refused for who acts for it already.
    """
    if by.person_id is None:
        raise NotAllowed
    solver = Solver.objects.select_for_update().get(pk=solver.pk)
    if solver.members.filter(person_id=by.person_id).exists():
        raise Refused(_("You act for it already."))
    request, is_new = JoinRequest.objects.get_or_create(
        solver=solver, person_id=by.person_id, state=RequestState.WAITING, defaults={"asked_at": now()}
    )
    if is_new:
        record_audit(by=by, action="ask_to_join", target=request)
        tell_owners(by, solver, request)
    return request


def tell_owners(by: Viewer, solver: Solver, request: JoinRequest) -> None:
    """Tells those who decide who acts for the solver."""
    facts = {"person": shown_name(request.person, Viewer())}
    people = owners_of(solver)
    tell_people(by=by, row=solver, event="solvers.join_asked", people=people, facts=facts, followers=False)


@transaction.atomic
def answer_join(*, by: Viewer, request: JoinRequest, is_welcome: bool) -> JoinRequest:
    """An owner lets somebody in or not; where the solver has no owner, somebody who checks does, and makes one.

    Raises NotAllowed, or Refused where it has been answered already.
    """
    solver = Solver.objects.select_for_update().get(pk=request.solver_id)
    request = JoinRequest.objects.select_for_update().get(pk=request.pk)
    has_owner = bool(owners_of(solver))
    if not may_answer_join(by, solver, has_owner=has_owner) or request.person_id == by.person_id:
        raise NotAllowed
    if request.state != RequestState.WAITING:
        raise Refused(_("It has been answered already."))
    request.state = RequestState.APPROVED if is_welcome else RequestState.DECLINED
    request.answered_at, request.answered_by_id = now(), by.person_id
    request.save(update_fields=["state", "answered_at", "answered_by"])
    if is_welcome:
        add_member(solver, request.person_id, MemberRole.MEMBER if has_owner else MemberRole.OWNER)
    changes: dict[str, object] = {"state": [RequestState.WAITING.value, request.state]}
    record_audit(by=by, action="answer_join", target=request, changes=changes)
    event = "solvers.joined" if is_welcome else "solvers.not_joined"
    tell_people(by=by, row=solver, event=event, people=[request.person_id], followers=False)
    return request


def may_answer_join(by: Viewer, solver: Solver, *, has_owner: bool) -> bool:
    """Whether the viewer decides who acts for the solver."""
    return standing_of(by, solver).role == MemberRole.OWNER if has_owner else can_verify(by)


@transaction.atomic
def change_member(*, by: Viewer, member: SolverMember, role: str) -> SolverMember:
    """An owner gives another role. Raises NotAllowed, or Refused where no owner would be left."""
    solver, member = locked_member(member)
    if standing_of(by, solver).role != MemberRole.OWNER:
        raise NotAllowed
    if role not in MemberRole.values:
        raise Refused(_("There is no such role."))
    if member.role != role:
        refuse_without_owner(member)
        before, member.role = member.role, role
        member.save(update_fields=["role"])
        record_audit(by=by, action="change_member", target=member, changes={"role": [before, role]})
    return member


@transaction.atomic
def remove_member(*, by: Viewer, member: SolverMember) -> None:
    """An owner takes somebody off, or somebody leaves. Raises NotAllowed, or Refused where no owner would be left."""
    solver, member = locked_member(member)
    if standing_of(by, solver).role != MemberRole.OWNER and member.person_id != by.person_id:
        raise NotAllowed
    refuse_without_owner(member)
    record_audit(by=by, action="remove_member", target=member, changes={"role": [member.role, None]})
    member.delete()


def locked_member(member: SolverMember) -> tuple[Solver, SolverMember]:
    """The solver, locked, and the member as it stands: so that two owners do not leave at once."""
    solver = Solver.objects.select_for_update().get(pk=member.solver_id)
    found = SolverMember.objects.filter(pk=member.pk).first()
    if found is None:
        raise Refused(_("The person no longer acts for it."))
    return solver, found


def refuse_without_owner(member: SolverMember) -> None:
    """Raises Refused where the member is the last owner."""
    if member.role != MemberRole.OWNER:
        return
    others = SolverMember.objects.filter(solver_id=member.solver_id, role=MemberRole.OWNER)
    if not others.exclude(pk=member.pk).exists():
        raise Refused(_("Somebody must decide who acts for it. First make another one an owner."))
