"""What is done once a day without anybody asking: the audit trail is checked, what is of no more use is removed."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from ringar.core.actions import seal_chain
from ringar.core.actions.limits import prune_counts
from ringar.core.audit_queries import ChainReport, unsealed, verify_chain
from ringar.core.models import Person
from ringar.core.rules import Role
from ringar.core.uploads import remove_abandoned
from ringar.robots.actions.map_logs import prune_logs
from ringar.robots.models.work import Work
from ringar.robots.rules.work import State

log = logging.getLogger("ringar.trust")
AT_ONCE = 1_000


def check_trail() -> ChainReport:
    """Takes what waits into the audit trail's chain and goes along it; a broken one is told to the administrators.

    The log keeps the head, so that logs sent elsewhere guard the chain against whoever owns the database.
    """
    while unsealed().exists():
        seal_chain()
    report = verify_chain()
    log.info("Audit chain: %d rows, position %d, head %s", report.rows, report.position, report.head)
    if not report.is_whole:
        log.error("The audit chain is broken: %s", report.first_break or f"{report.late} rows outside it")
        tell_administrators(report)
    return report


@transaction.atomic
def tell_administrators(report: ChainReport) -> None:
    """Writes to each administrator, and to whoever runs the installation, where the chain broke."""
    found = report.first_break
    place = f"{found.position}" if found else "–"
    people = Person.objects.filter(
        is_active=True, erased_at=None, memberships__role=Role.ADMINISTRATOR.value
    ).distinct()
    letters = [(person.email, person.language) for person in people]
    for address, language in [*letters, (settings.DEFAULT_FROM_EMAIL, settings.LANGUAGE_CODE)]:
        with override(language):
            subject = _("Ringar: the audit trail does not hold")
            text = _(
                "Ringar has checked the audit trail. The first row that is not as it was written has number"
                " %(place)s. Somebody may have changed the database by hand.\n\n"
                "What to do: ask whoever runs Ringar to run “ringar audit verify”, keep the database as it is now,"
                " and compare with the latest backup."
            )
            EmailMessage(subject=subject, body=text % {"place": place}, to=[address]).send()


def prune_work(at: datetime | None = None) -> int:
    """Removes queued work done more than RINGAR_WORK_KEPT_DAYS ago; returns how many. What failed stays."""
    before = (at or timezone.now()) - timedelta(days=settings.RINGAR_WORK_KEPT_DAYS)
    count = 0
    while ids := list(
        Work.objects.filter(state=State.DONE, finished_at__lt=before).values_list("id", flat=True)[:AT_ONCE]
    ):
        count += Work.objects.filter(pk__in=ids, state=State.DONE).delete()[0]
    return count


def remove_old() -> dict[str, int]:
    """Removes done work, logs never measured, files never saved, ended log-ins and counts; returns how many of each."""
    return {
        "work": prune_work(),
        "logs": prune_logs(),
        "files": remove_abandoned(),
        "sessions": Session.objects.filter(expire_date__lt=timezone.now()).delete()[0],
        "counts": prune_counts(),
    }
