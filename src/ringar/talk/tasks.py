"""What the robots do for talk: send the mail that is due."""

from django.utils.translation import gettext_lazy as _

from ringar.core.clock import now
from ringar.core.rules import Viewer
from ringar.robots.actions.work import queue_work
from ringar.robots.registry import WorkContext, task, watch
from ringar.talk.actions import forget_old_notifications, send_due_mail
from ringar.talk.queries.notices import due_people


@watch("talk.look", every=20)
def look_for_due_mail() -> None:
    """Queues the sending where somebody's mail is due; one piece of work, however many look."""
    if due_people(now(), limit=1):
        queue_work("talk.send_mail", by=Viewer.of_robot(), key="talk.send_mail", again=True)


@watch("talk.forget", every=3600)
def forget() -> None:
    """What was read long ago goes."""
    forget_old_notifications()


@task("talk.send_mail", label=_("Send what people are told"), is_urgent=True)
def send_mail(work: WorkContext) -> None:
    sent = send_due_mail()
    work.report(1, str(sent))
