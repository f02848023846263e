"""What the robots do for pilots."""

from django.utils.translation import gettext_lazy as _

from ringar.core.clock import now
from ringar.core.rules import Viewer
from ringar.pilots.actions.measurements import remind_measurers
from ringar.pilots.queries.measurements import measurers_to_remind
from ringar.robots.actions.work import queue_work
from ringar.robots.registry import WorkContext, task, watch


@watch("pilots.measurements_look", every=600)
def look_at_measurements() -> None:
    """Queues the reminders where a week has ended and somebody has not handed in its value."""
    if measurers_to_remind(now()):
        queue_work("pilots.remind", by=Viewer.of_robot(), key="pilots.remind", again=True)


@task("pilots.remind", label=_("Remind those who measure"))
def remind(work: WorkContext) -> None:
    remind_measurers(measurers_to_remind(now()))
