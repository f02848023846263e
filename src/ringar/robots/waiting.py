"""What waits for people here: robots' questions, and objections to maps."""

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ringar.core.registry import MOST_WAITING, Waiting, Waits
from ringar.core.rules import Role, Viewer
from ringar.robots.map_waiting import MAPS_WAIT
from ringar.robots.models.cases import Case
from ringar.robots.queries.cases import visible_cases
from ringar.robots.rules.cases import CaseState


def questions_for(viewer: Viewer) -> QuerySet[Case]:
    """Questions of the queues of the viewer's own units, and of those that they lead the development of."""
    if not viewer.may_write:
        return Case.objects.none()
    led = viewer.role_units.get(Role.DEVELOPMENT_MANAGER, frozenset())
    rows = visible_cases(viewer).filter(state=CaseState.WAITING, is_dry_run=False)
    near = Q(robot__queue__unit__in=viewer.own_unit_ids) | Q(robot__queue__unit__in=led)
    return rows.filter(near).order_by("asked_at", "id")[:MOST_WAITING]


def questions(viewer: Viewer) -> list[Waiting]:
    """Cases that wait for an answer. 1 query."""
    return [
        Waiting(
            _("Answer a robot’s question"),
            case.title,
            reverse("case_detail", args=[case.uuid]),
            case.asked_at or case.created_at,
        )
        for case in questions_for(viewer)
    ]


WAITING = [Waits(questions_for, questions), MAPS_WAIT]
