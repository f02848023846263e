"""Where robots' cases come from: what has come in becomes cases, and only then is it acknowledged."""

import logging
import traceback
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from ringar.core.rules import Viewer
from ringar.robots.actions.cases import open_case
from ringar.robots.actions.work import queue_work
from ringar.robots.case_values import clean_text
from ringar.robots.finding import known_robots, robot_named
from ringar.robots.models.cases import Robot
from ringar.robots.models.work import Work
from ringar.robots.queries.work import reading_key
from ringar.robots.rules.cases import RobotState
from ringar.robots.rules.work import UNFINISHED

log = logging.getLogger("ringar.robots")
REST = timedelta(seconds=5)


def queue_reading() -> None:
    """Queues a reading for each published robot with a source, unless one is under way or has just ended."""
    with_source = [name for name in known_robots() if getattr(robot_named(name), "source", None)]
    robots = Robot.objects.filter(name__in=with_source, state=RobotState.PUBLISHED)
    keys = {reading_key(robot): robot for robot in robots}
    lately = Q(state__in=UNFINISHED) | Q(finished_at__gt=timezone.now() - REST)
    busy = set(Work.objects.filter(lately, key__in=keys).values_list("key", flat=True))
    for key, robot in keys.items():
        if key not in busy:
            queue_work(
                "robots.read_source",
                by=Viewer.of_robot(robot.organisation_id),
                key=key,
                payload={"robot": robot.pk},
                organisation_id=robot.organisation_id,
                again=True,
            )


def read_source(robot_id: int) -> int:
    """Opens a case for each item of the robot's source, then acknowledges it; returns how many items there were.

    In this order: a process that dies between the two meets the item again, and finds its case. One item that can
    not be taken does not hold up the others; it is not acknowledged, and the last fault is raised at the end.
    """
    robot = Robot.objects.select_related("queue").get(pk=robot_id)
    code = robot_named(robot.name)
    if code is None or code.source is None or robot.state != RobotState.PUBLISHED:
        return 0
    by, count, fault = Viewer.of_robot(robot.organisation_id), 0, None
    for item in code.source.new_items():
        try:
            open_case(by=by, robot=robot, reference=item.reference, title=item.title, payload=item.payload)
            code.source.acknowledge(item)
            count += 1
        except Exception as error:
            log.error("An item of %s could not be taken\n%s", robot.name, clean_text(traceback.format_exc()))
            fault = error
    if fault is not None:
        raise fault
    return count
