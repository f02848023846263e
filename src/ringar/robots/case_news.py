"""Who is told that robots need people: who keeps the queue by letter with a link, who follows it by a notice."""

import logging
from collections.abc import Callable

from django.db import DatabaseError, transaction

from ringar.core.registry import tell
from ringar.core.rules import Viewer
from ringar.robots.case_mail import write_letters
from ringar.robots.models.cases import Case, RobotQueue
from ringar.robots.queries.cases import keepers_of
from ringar.robots.rules.cases import CaseState

log = logging.getLogger("ringar.robots")
MOST_WAITING = 20
"""While so many cases of a queue wait for people in one state, further ones are told of on the pages only."""


def unless_it_fails(told: Callable[[], None], about: object) -> None:
    """Tells in the caller's transaction. What can not be told holds up no case: the log says why, the pages show it."""
    try:
        with transaction.atomic():
            told()
    except DatabaseError:
        raise
    except Exception:
        log.exception("Nobody could be told about %s", about)


def tell_asked(case: Case) -> None:
    """Tells that the case waits for an answer. A dry run asks nobody."""
    unless_it_fails(lambda: _tell(case, "robots.asked", CaseState.WAITING, has_letter=True), case.uuid)


def tell_failed(case: Case) -> None:
    """Tells that the robot has given the case up."""
    unless_it_fails(lambda: _tell(case, "robots.failed", CaseState.FAILED, has_letter=False), case.uuid)


def _tell(case: Case, event: str, state: CaseState, *, has_letter: bool) -> None:
    queue = case.robot.queue
    count = Case.objects.filter(robot__queue=queue, state=state, is_dry_run=False).count()
    if case.is_dry_run or count > MOST_WAITING:
        return
    keepers = keepers_of(queue)
    if has_letter:
        write_letters(case, keepers, is_last=count == MOST_WAITING)
    people = [person.pk for person in keepers]
    by, written = Viewer.of_robot(case.organisation_id), people if has_letter else []
    tell(by=by, row=case, event=event, people=people, written=written, also_of=[queue.uuid])


def tell_paused(queue: RobotQueue) -> None:
    """Tells that the queue has paused itself."""
    people = [person.pk for person in keepers_of(queue)]
    by = Viewer.of_robot(queue.organisation_id)
    unless_it_fails(lambda: _tell_paused(by, queue, people), queue.uuid)


def _tell_paused(by: Viewer, queue: RobotQueue, people: list[int]) -> None:
    tell(by=by, row=queue, event="robots.paused", people=people)
