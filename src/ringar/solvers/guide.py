"""The first steps in this room: tell who you are, answer a call."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ringar.core.registry import GuideStep
from ringar.core.rules import Role, Viewer
from ringar.solvers.models import Answer, Call, Solver, SolverMember


def has_supplier(viewer: Viewer) -> bool:
    """Whether the viewer has registered a supplier or acts for one."""
    person = viewer.person_id or 0
    acts = SolverMember.objects.filter(person_id=person).exists()
    return acts or Solver.objects.filter(created_by_id=person).exists()


def has_answered(viewer: Viewer) -> bool:
    """Whether the viewer has answered a call, or a solution of the viewer's has."""
    person = viewer.person_id or 0
    return Answer.objects.filter(Q(created_by_id=person) | Q(solution__created_by_id=person)).exists()


def has_called(viewer: Viewer) -> bool:
    """Whether the viewer has made a call."""
    return Call.objects.filter(created_by_id=viewer.person_id or 0).exists()


STEPS = [
    GuideStep(
        order=8,
        url="solver_new",
        title=_("Tell who you are and what you offer"),
        text=_(
            "Your company and your solution, in your own words. Municipalities find it when it fits a need."
        ),
        roles=frozenset({Role.SOLVER}),
        is_done=has_supplier,
    ),
    GuideStep(
        order=12,
        url="call_list",
        title=_("Answer a call"),
        text=_("Calls that are open now. You answer in your own words, and always get an answer back."),
        roles=frozenset({Role.SOLVER}),
        is_done=has_answered,
    ),
    GuideStep(
        order=28,
        url="call_new",
        title=_("Make a call of a need"),
        text=_("The same criteria and the same deadline for everyone who answers."),
        roles=frozenset({Role.BUYER}),
        is_done=has_called,
    ),
]
