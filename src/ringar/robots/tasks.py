"""What robots do for this room: they send mail, and keep the house once a day."""

from django.utils.translation import gettext_lazy as _

from ringar.core.clock import today
from ringar.core.rules import Viewer
from ringar.robots import housekeeping, mail, webhooks
from ringar.robots.actions import map_logs, sources
from ringar.robots.actions.work import queue_work
from ringar.robots.engine.cases import handle_case
from ringar.robots.registry import CannotWork, WorkContext, task, watch


# Ten attempts are about four hours: long enough for a mail server to come back.
@task("robots.send_mail", label=_("Send an e-mail"), is_urgent=True, attempts=10)
def send_mail(work: WorkContext) -> None:
    mail.send_mail(work.payload["mail"])


@watch("robots.day", every=3600)
def look_at_day() -> None:
    """Queues the day's housekeeping, once for each day."""
    for name in ("robots.check_trail", "robots.remove_old"):
        queue_work(name, by=Viewer.of_robot(), key=f"{name}:{today()}")


@task("robots.check_trail", label=_("Check that the audit trail is untouched"), attempts=2)
def check_trail(work: WorkContext) -> None:
    report = housekeeping.check_trail()
    if not report.is_whole:
        raise CannotWork(_("The audit trail does not hold. The administrators are told by mail."))


@task("robots.remove_old", label=_("Remove what is of no more use"))
def remove_old(work: WorkContext) -> None:
    removed = housekeeping.remove_old()
    work.report(1, ", ".join(f"{name}: {count}" for name, count in removed.items()))


@watch("robots.webhooks", every=5)
def look_at_webhooks() -> None:
    """Writes what webhooks are to be told; the sending is work of its own."""
    webhooks.tell_waiting()


# Eighty attempts are about three days.
@task("robots.tell_webhook", label=_("Tell another system what has happened"), attempts=80)
def tell_webhook(work: WorkContext) -> None:
    webhooks.deliver(work.payload["delivery"])


# A case counts its own attempts: what is tried again here is only what a crash or the database has broken off.
@task("robots.run_case", label=_("Handle a case"), attempts=1_000_000)
def run_case(work: WorkContext) -> None:
    payload = work.payload
    handle_case(payload["case"], number=payload["number"], owner=work.owner, is_probe=payload["is_probe"])


@watch("robots.sources", every=1)
def look_at_sources() -> None:
    """Queues the reading of each published robot's source, some seconds after the last one ended."""
    sources.queue_reading()


# Reading twice does no harm: a robot that is killed at it is no fault. What goes wrong is looked at soon again anyhow.
@task("robots.read_source", label=_("See what has come in for a robot"), attempts=3)
def read_source(work: WorkContext) -> None:
    sources.read_source(work.payload["robot"])


@task("robots.measure_log", label=_("Measure an event log"), attempts=3)
def measure_log(work: WorkContext) -> None:
    map_logs.measure_log(by=work.by, uuid=work.payload["log"], report=work.report)
