"""Doing one piece of work: the registered task is called, and the row tells how it went.

`run_work` is what the engine calls. `run_waiting` does the same in the calling process, without engine or
worker: for tests, and for filling the demo before anything is served.
"""

import logging
import traceback

from django.utils import timezone

from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.robots import liveness
from ringar.robots.actions.handing import hand_cases
from ringar.robots.actions.work import begin_work, fail_work, finish_work, report_progress
from ringar.robots.case_values import clean_text, fault_text
from ringar.robots.models.work import Work
from ringar.robots.registry import WATCHES, CannotWork, Payload, Task, WorkContext, find_tasks, task_named
from ringar.robots.rules.work import ATTEMPTS, INLINE, State

log = logging.getLogger("ringar.robots")
OFTEN = 60  # seconds; what is looked for more seldom is left to workers
FINAL = (CannotWork, NotAllowed, Refused)


class TakenOver(Exception):
    """Another process has this work now; this one lets go of it."""


def run_work(work_id: int, revision: int, owner: str) -> None:
    """Does the work, unless it is finished or in other hands. Never raises for what the task did wrong."""
    name = Work.objects.filter(pk=work_id).values_list("name", flat=True).first()
    task = task_named(name or "")
    attempts = task.attempts if task else ATTEMPTS
    work = begin_work(work_id, revision=revision, owner=owner, attempts=attempts, is_alive=liveness.is_alive)
    if work is None:
        return
    try:
        call_task(task, work)
    except TakenOver:
        log.warning("%s has gone to another process", work)
    except FINAL as error:
        fail_work(work, clean_text(error) or fault_text(error), attempts=0)
    except Exception as error:
        details = clean_text(traceback.format_exc())
        log.warning("%s, attempt %s of %s\n%s", work, work.attempts, attempts, details)
        fail_work(work, fault_text(error), attempts=attempts)
    else:
        finish_work(work)


def call_task(task: Task | None, work: Work) -> None:
    """Calls the task with its context. Raises what the task raises, CannotWork where there is no such task."""
    if task is None:
        raise CannotWork(f"There is no task called {work.name!r}. Is the worker older than the pages?")
    if not isinstance(work.payload, dict):
        raise CannotWork("The payload is not an object with named values.")

    def report(progress: float, message: str = "") -> None:
        if not report_progress(work, progress, message):
            raise TakenOver

    payload = Payload(work.name, work.payload)
    by = Viewer.of_robot(work.organisation_id)
    task.run(WorkContext(payload=payload, by=by, key=str(work.uuid), report=report, owner=work.owner))


def run_waiting(limit: int | None = None, *, only: str = "") -> int:
    """Does the work that is waiting and due, in order, in this process; returns how many pieces.

    Looks once at first, as a worker does, for what the watches of every minute find to do. Work that is queued on the
    way is done too. Work that a worker already has is left to it. `only`: work of that name, and no looking.
    """
    find_tasks()
    for each in WATCHES.values():
        if each.every <= OFTEN and not only:
            each.look()
    hand_cases()
    owner = liveness.new_owner(INLINE)
    count = 0
    with liveness.holding(owner):
        while limit is None or count < limit:
            due = Work.objects.filter(state=State.WAITING, handed_at=None, not_before__lte=timezone.now())
            due = due.filter(name=only) if only else due
            row = due.order_by("-is_urgent", "id").values_list("id", "revision").first()
            if row is None:
                if hand_cases():
                    continue
                break
            run_work(row[0], row[1], owner)
            count += 1
    return count
