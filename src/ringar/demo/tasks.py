"""What robots do for the demo: they send it mail, and its sensors go on measuring."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from ringar.demo.robot_cases import deliver_batch
from ringar.demo.sensors import bring_in_readings
from ringar.demo.surroundings import world_folder
from ringar.robots.registry import WorkContext, task, watch


@task("demo.send_mails", label=_("Send invented mails to the invoice robot"), is_urgent=True)
def send_mails(work: WorkContext) -> None:
    deliver_batch(world_folder(), work.payload["batch"])


@watch("demo.sensors", every=600)
def read_sensors() -> None:
    if settings.DEMO:
        bring_in_readings()
