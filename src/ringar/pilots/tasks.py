"""What the robots do for pilots."""

from django.utils.translation import gettext_lazy as _

from ringar.core.clock import now
from ringar.core.rules import Viewer
from ringar.pilots.actions.measurements import remind_measurers
from ringar.pilots.actions.work_lists import measure_by_list
from ringar.pilots.queries.measurements import measurers_to_remind
from ringar.pilots.queries.work_lists import pilots_with_news
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


@watch("pilots.lists_look", every=600)
def look_at_lists() -> None:
    """Queues the handing in where a work list says something that its pilot does not hold yet."""
    if next(pilots_with_news(), None) is not None:
        queue_work("pilots.measure_lists", by=Viewer.of_robot(), key="pilots.measure_lists", again=True)


@task("pilots.measure_lists", label=_("Hand in what crews have ticked off"))
def measure_lists(work: WorkContext) -> None:
    """Hands in the weeks of all pilots that try a work list."""
    for pilot in pilots_with_news():
        measure_by_list(by=Viewer.of_robot(pilot.organisation_id), pilot=pilot)
