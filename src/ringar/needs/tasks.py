"""What the robots do for needs."""

from django.utils.translation import gettext_lazy as _

from ringar.core.clock import now
from ringar.core.rules import Viewer
from ringar.needs.actions import close_due_rounds, embed_needs, remind_assessors
from ringar.needs.round_queries import assessors_to_remind, rounds_to_close
from ringar.robots.actions.work import queue_work
from ringar.robots.registry import CannotWork, WorkContext, task, watch


@task("needs.embed", label=_("Make needs findable by meaning"))
def embed(work: WorkContext) -> None:
    uuids = work.payload.get("needs")
    if not isinstance(uuids, list):
        raise CannotWork("The work names no needs.")
    embed_needs(uuids=[str(uuid) for uuid in uuids], report=work.report)


@watch("needs.rounds_look", every=60)
def look_at_rounds() -> None:
    """Queues the closing and the reminders where a round's last day is near or past."""
    if rounds_to_close(now()).exists() or assessors_to_remind(now()).exists():
        queue_work("needs.rounds", by=Viewer.of_robot(), key="needs.rounds", again=True)


@task("needs.rounds", label=_("Close rounds in time, and remind their assessors"))
def keep_rounds(work: WorkContext) -> None:
    close_due_rounds()
    remind_assessors()
