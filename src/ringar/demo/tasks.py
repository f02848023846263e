"""What robots do for the demo: they send it mail."""

from django.utils.translation import gettext_lazy as _

from ringar.demo.robot_cases import deliver_batch
from ringar.demo.surroundings import world_folder
from ringar.robots.registry import WorkContext, task


@task("demo.send_mails", label=_("Send invented mails to the invoice robot"), is_urgent=True)
def send_mails(work: WorkContext) -> None:
    deliver_batch(world_folder(), work.payload["batch"])
