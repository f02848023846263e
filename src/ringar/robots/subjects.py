"""Cases and their queues as rows that can be followed and discussed; and what people are told of them."""

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from ringar.core.registry import Event, Subject
from ringar.core.rules import Viewer
from ringar.robots.models.cases import Case, RobotQueue
from ringar.robots.queries.cases import keepers_of, visible_cases, visible_queues
from ringar.robots.rules.cases import can_handle_cases, can_keep_robots


def may_handle(viewer: Viewer, case: Case) -> bool:
    """Whether the viewer answers and takes over the case."""
    queue = case.robot.queue
    return can_handle_cases(viewer, organisation_id=queue.organisation_id, unit_id=queue.unit_id)


def may_keep(viewer: Viewer, queue: RobotQueue) -> bool:
    """Whether the viewer keeps the queue."""
    return can_keep_robots(viewer, organisation_id=queue.organisation_id, unit_id=queue.unit_id)


def concerned_by_case(case: Case) -> Collection[int]:
    """Who keeps its queue, and who has taken it over."""
    taken = {case.taken_by_id} if case.taken_by_id else set()
    return {person.pk for person in keepers_of(case.robot.queue)} | taken


def concerned_by_queue(queue: RobotQueue) -> Collection[int]:
    """Who keeps it."""
    return {person.pk for person in keepers_of(queue)}


SUBJECTS = [
    Subject(
        kind="case",
        label=_("case of a robot"),
        visible=visible_cases,
        concerned=concerned_by_case,
        model=Case._meta.label,
        may_write=may_handle,
    ),
    Subject(
        kind="robot-queue",
        label=_("queue of cases"),
        visible=visible_queues,
        concerned=concerned_by_queue,
        model=RobotQueue._meta.label,
        may_write=may_keep,
    ),
]

EVENTS = [
    Event("robots.asked", _("A robot needs a person to decide about “%(title)s”.")),
    Event("robots.failed", _("The robot gave up “%(title)s”: try it again, or take it over.")),
    Event(
        "robots.paused",
        _("The robots’ queue “%(title)s” has paused itself: what they work in does not answer."),
    ),
]
