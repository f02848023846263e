"""What waits for people here: robots' questions, what robots gave up, robots that stand still, objections to maps."""

from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ringar.core.registry import MOST_WAITING, Waiting, Waits
from ringar.core.rules import Role, Viewer
from ringar.robots.finding import known_robots, robot_named
from ringar.robots.map_waiting import MAPS_WAIT, OPEN_MAPS_WAIT
from ringar.robots.models.cases import Case, Robot, RobotQueue
from ringar.robots.queries.cases import visible_cases, visible_queues, visible_robots
from ringar.robots.rules.cases import KEEPERS, CaseState, RobotState


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
            str(case),
            case.get_absolute_url(),
            case.asked_at or case.created_at,
        )
        for case in questions_for(viewer)
    ]


def kept_units(viewer: Viewer) -> frozenset[int]:
    """The units whose robots the viewer keeps."""
    held = [ids for role, ids in viewer.role_units.items() if role in KEEPERS]
    return frozenset[int]().union(*held) if viewer.may_write else frozenset()


def failed_for(viewer: Viewer) -> QuerySet[Case]:
    """What robots gave up in the queues that the viewer keeps."""
    rows = visible_cases(viewer).filter(state=CaseState.FAILED, is_dry_run=False)
    return rows.filter(robot__queue__unit__in=kept_units(viewer)).order_by("finished_at", "id")[:MOST_WAITING]


def failed(viewer: Viewer) -> list[Waiting]:
    """Cases that somebody tries again or takes over. 1 query."""
    return [
        Waiting(
            _("Try it again, or take it over: a robot gave it up"),
            str(case),
            case.get_absolute_url(),
            case.finished_at or case.created_at,
        )
        for case in failed_for(viewer)
    ]


def paused_for(viewer: Viewer) -> QuerySet[RobotQueue]:
    """Queues that have paused themselves, of those that the viewer keeps."""
    rows = visible_queues(viewer).filter(is_paused=True, paused_by="", paused_at__isnull=False)
    return rows.filter(unit__in=kept_units(viewer)).order_by("paused_at", "id")[:MOST_WAITING]


def paused(viewer: Viewer) -> list[Waiting]:
    """Queues whose target does not answer. 1 query."""
    text = _("See to what the robots work in: it does not answer")
    rows = paused_for(viewer)
    return [
        Waiting(text, str(queue), reverse("robot_list"), queue.paused_at) for queue in rows if queue.paused_at
    ]


def changed_for(viewer: Viewer) -> QuerySet[Robot]:
    """Published robots that the viewer keeps, whose code at hand is another than what was published."""
    codes = [code for name in known_robots() if (code := robot_named(name))]
    others = [Q(name=code.name) & ~Q(source_hash__in=["", code.source_hash]) for code in codes]
    rows = visible_robots(viewer).filter(state=RobotState.PUBLISHED, queue__unit__in=kept_units(viewer))
    rows = rows.filter(reduce(or_, others, Q(pk=None)), published_at__isnull=False)
    return rows.order_by("published_at", "id")[:MOST_WAITING]


def changed(viewer: Viewer) -> list[Waiting]:
    """Robots that somebody looks at and publishes again. 1 query."""
    text = _("Look at a robot whose code was changed, and publish it again")
    rows = changed_for(viewer)
    return [
        Waiting(text, str(robot), reverse("robot_detail", args=[robot.uuid]), robot.published_at)
        for robot in rows
        if robot.published_at
    ]


WAITING = [
    Waits(questions_for, questions),
    Waits(failed_for, failed),
    Waits(paused_for, paused),
    Waits(changed_for, changed),
    MAPS_WAIT,
    OPEN_MAPS_WAIT,
]
