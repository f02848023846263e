"""What a person may do to the demo's robots to see what they stand: kill one, send them more mail."""

import contextlib
import os
import signal
import socket

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.demo.robot_cases import TODAY
from ringar.robots import liveness
from ringar.robots.actions.publishing import refuse_unless_keeping
from ringar.robots.actions.work import queue_work
from ringar.robots.models.cases import Robot, Run
from ringar.robots.models.work import Work
from ringar.robots.queries.work import living_workers

SEND_MAILS = "demo.send_mails"


def process_here(name: str) -> int | None:
    """The process id of a worker of that name, where it lives and on this machine; its lock shows that it does."""
    host, _dash, rest = name.rpartition("-")[0].rpartition("-")
    if host != socket.gethostname()[:60] or not rest.isdecimal() or not liveness.is_alive(name):
        return None
    return int(rest)


def refuse_unless_demo(by: Viewer, robot: Robot) -> None:
    """Raises NotAllowed outside the demo, and for who does not keep the robot."""
    if not settings.DEMO:
        raise NotAllowed
    refuse_unless_keeping(by, robot.queue)


def kill_robot(*, by: Viewer, robot: Robot) -> int:
    """Sends SIGKILL to a robot process, one that is at a case if any is; returns its process id.

    Written down first, since the process gets no chance to say anything. Raises NotAllowed; Refused where none runs
    here.
    """
    refuse_unless_demo(by, robot)
    begun = (
        Run.objects.filter(case__robot=robot, ended_at=None).order_by("-id").values_list("worker", flat=True)
    )
    names = list(dict.fromkeys([*begun[:50], *(worker.name for worker in living_workers())]))
    found = next(((name, pid) for name in names if (pid := process_here(name)) is not None), None)
    if found is None:
        raise Refused(_("No robot process runs on this computer. Wait a few seconds for the next to start."))
    name, pid = found
    write_death(by, robot, name, pid)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return pid


@transaction.atomic
def write_death(by: Viewer, robot: Robot, name: str, pid: int) -> None:
    """The audit row: which process, and the cases that it was at."""
    runs = Run.objects.filter(case__robot=robot, ended_at=None, worker=name).select_related("case")
    cases = ", ".join(str(run.case.uuid) for run in runs)
    record_audit(by=by, action="kill_robot", target=robot, changes={"process": pid, "cases": cases})


@transaction.atomic
def send_more_mails(*, by: Viewer, robot: Robot) -> Work:
    """Has ten more invented mails sent to the robot; twice at once is one batch. Raises NotAllowed."""
    refuse_unless_demo(by, robot)
    last = Work.objects.filter(name=SEND_MAILS).order_by("-id").first()
    batch = (last.payload["batch"] if last else TODAY) + 1
    work = queue_work(
        SEND_MAILS,
        by=by,
        key=f"{SEND_MAILS}:{batch}",
        payload={"batch": batch},
        organisation_id=robot.organisation_id,
    )
    record_audit(by=by, action="send_more_mails", target=robot, changes={"batch": batch})
    return work
