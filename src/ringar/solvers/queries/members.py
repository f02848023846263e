"""Reads of who acts for a solver, as its own or on its behalf; and what waits for somebody's answer."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from ringar.core.clock import today
from ringar.core.models import Membership, Person
from ringar.core.rules import NotAllowed, Viewer
from ringar.solvers.models import JoinRequest, OnBehalf, Solver, SolverMember
from ringar.solvers.rules import (
    CHECK_SOLVERS,
    SHOWN_STATES,
    STRANGER,
    MemberRole,
    RequestState,
    SolverState,
    Standing,
    can_describe,
    can_edit,
    can_verify,
)

MOST_WAITING = 100


def holding(day: date) -> Q:
    """The rows of OnBehalf that may be acted on that day. The same rule as `OnBehalf.holds_on`."""
    lasting = Q(until=None) | Q(until__gte=day)
    return lasting & Q(approved_at__isnull=False, ended_at=None, agent__state__in=SHOWN_STATES)


def own_solver_ids(viewer: Viewer) -> "QuerySet[SolverMember, int]":
    """The ids of the solvers that the person acts for as their own; a sub-query, not read here."""
    return SolverMember.objects.filter(person_id=viewer.person_id or 0).values_list("solver_id", flat=True)


def acted_for(viewer: Viewer, scope: str = "") -> "QuerySet[Solver, int]":
    """The ids of the solvers that the person acts for, as their own or on their behalf within the scope.

    A sub-query, not read here. Without a scope: those that the person has anything to do with.
    """
    behalf = OnBehalf.objects.filter(
        holding(today()), solver_id=OuterRef("pk"), agent_id__in=own_solver_ids(viewer)
    )
    if scope:
        # A list of two words: what the text holds is enough, and the same on both databases.
        behalf = behalf.filter(scopes__icontains=scope)
    rows = Solver.objects.filter(Q(pk__in=own_solver_ids(viewer)) | Exists(behalf))
    return rows.values_list("pk", flat=True)


def standing_of(viewer: Viewer, solver: Solver) -> Standing:
    """What ties the viewer to the solver: their own role in it, else that of an agent they act for. 0 to 2 queries.

    One query for a stranger to it, the second one for agents alone.
    """
    if viewer.person_id is None or solver.pk is None:
        return STRANGER
    behalf = OnBehalf.objects.filter(holding(today()), solver=solver)
    rows = SolverMember.objects.filter(
        Q(solver=solver) | Q(solver_id__in=behalf.values("agent_id")), person_id=viewer.person_id
    )
    roles = dict(rows.values_list("solver_id", "role"))
    if solver.pk in roles:
        return Standing(role=roles[solver.pk])
    if not roles:
        return STRANGER
    found = behalf.filter(agent_id__in=roles).select_related("agent").order_by("id")[0]
    return Standing(agent_id=found.agent_id, agent=found.agent.name, scopes=frozenset(found.scopes))


def may_edit_solver(viewer: Viewer, solver: Solver) -> bool:
    """Whether the viewer may change the solver's facts."""
    return can_edit(viewer, standing_of(viewer, solver), registered_in_id=solver.registered_in_id)


def may_describe_solver(viewer: Viewer, solver: Solver) -> bool:
    """Whether the viewer may write the solver's solutions."""
    return can_describe(viewer, standing_of(viewer, solver), registered_in_id=solver.registered_in_id)


def solvers_of(viewer: Viewer) -> "QuerySet[Solver]":
    """The solvers that the person acts for as their own, by name."""
    return Solver.objects.filter(pk__in=own_solver_ids(viewer)).order_by("name", "id")


def principals_of(viewer: Viewer) -> "QuerySet[OnBehalf]":
    """For whom the person may act on behalf, by an agent of theirs."""
    rows = OnBehalf.objects.filter(holding(today()), agent_id__in=own_solver_ids(viewer))
    return rows.select_related("agent", "solver").order_by("solver__name", "id")


def agents_of(viewer: Viewer) -> "QuerySet[Solver]":
    """The person's own solvers that may ask to act for others."""
    return solvers_of(viewer).filter(kind="incubator", state__in=SHOWN_STATES)


def people_of_solver(solver: Solver) -> set[int]:
    """The ids of the people who act for the solver."""
    return set(solver.members.values_list("person_id", flat=True))


def owners_of(solver: Solver) -> set[int]:
    """The ids of the people who decide who acts for the solver."""
    return set(solver.members.filter(role=MemberRole.OWNER).values_list("person_id", flat=True))


def checkers_of(organisation_id: int) -> set[int]:
    """The ids of the people in the organisation who may check solvers."""
    rows = Membership.objects.filter(unit__organisation_id=organisation_id, role__in=CHECK_SOLVERS)
    return set(rows.values_list("person_id", flat=True))


def unchecked_solvers(viewer: Viewer) -> "QuerySet[Solver]":
    """The queue of those who have registered themselves and wait to be checked, oldest first."""
    if not can_verify(viewer):
        raise NotAllowed
    rows = Solver.objects.filter(state=SolverState.UNVERIFIED).order_by("created_at", "id")
    return rows[:MOST_WAITING]


def unowned_requests(viewer: Viewer) -> "QuerySet[JoinRequest]":
    """Requests to act for solvers that nobody acts for yet: those who check answer them."""
    if not can_verify(viewer):
        raise NotAllowed
    owners = SolverMember.objects.filter(solver_id=OuterRef("solver_id"), role=MemberRole.OWNER)
    rows = JoinRequest.objects.filter(~Exists(owners), state=RequestState.WAITING)
    return rows.select_related("solver", "person").order_by("asked_at", "id")[:MOST_WAITING]


def requests_to(solver: Solver) -> "QuerySet[JoinRequest]":
    """Who waits for an answer to act for the solver."""
    rows = solver.join_requests.filter(state=RequestState.WAITING)
    return rows.select_related("person").order_by("asked_at", "id")[:MOST_WAITING]


def behalf_of(viewer: Viewer, solver: Solver) -> "QuerySet[OnBehalf]":
    """Who acts or asks to act on the solver's behalf: all of it for its own people, their own for an agent's."""
    rows = solver.agents.filter(ended_at=None).select_related("agent", "solver").order_by("-id")
    own = own_solver_ids(viewer)
    return rows.filter(Q(agent_id__in=own) | Q(solver_id__in=own))


def shown_email(viewer: Viewer, solver: Solver, standing: Standing) -> str:
    """The solver's address for its own people and for staff; never that of somebody with protected identity."""
    if not solver.email or not (viewer.is_inside or standing.role):
        return ""
    protected = solver.members.filter(person__is_protected=True, person__email__iexact=solver.email)
    return "" if protected.exclude(person_id=viewer.person_id or 0).exists() else solver.email


def own_address(viewer: Viewer) -> dict[str, str]:
    """The person's own name and address, to begin a form with; a protected one's name is left for them to write."""
    person = Person.objects.filter(pk=viewer.person_id or 0).first()
    if person is None:
        return {}
    return {"email": person.email, "name": "" if person.is_protected else person.name}
