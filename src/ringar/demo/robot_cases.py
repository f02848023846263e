"""The city's invoice robot is put to work: published against its map, with the cases of some days behind it.

All of it happens: mails are sent, read, answered and credited in the demo's world, by the robot's own code. Only the
times are moved to the days before. One question is left for the person who watches.
"""

import smtplib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from django.db.models import F, Model
from django.utils import timezone

from ringar.core.clock import at
from ringar.core.models import Person, Unit
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.demo.cast import email_of
from ringar.demo.letters import IN_BATCH, invent_mails
from ringar.demo.routines import told
from ringar.demo.surroundings import ROBOT
from ringar.demo.world.keep import invoices_of
from ringar.demo.world.keep import told as told_by_world
from ringar.robots.actions.cases import answer_case
from ringar.robots.actions.publishing import add_robot, publish_robot
from ringar.robots.actions.robots import record_upkeep, set_worker_limit, time_by_hand
from ringar.robots.actions.sources import read_source
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.cases import Case, CaseNote, Robot, Run, Step
from ringar.robots.rules.cases import CaseState, RobotState

RUN_CASE = "robots.run_case"
QUEUE_LABEL = "Kundfakturor som ska bort"
DAYS = (5, 0)
"""How long ago each batch of the past came in."""
TODAY = len(DAYS)
"""The batch that lies unread in the mailbox when the demo is first opened."""
AT_A_TIME = 2
TIMES: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (Robot, ("published_at",)),
    (Case, ("created_at", "asked_at", "answered_at", "finished_at")),
    (Run, ("started_at", "ended_at")),
    (Step, ("intended_at", "done_at")),
    (CaseNote, ("at",)),
)


@contextmanager
def dated(moment: datetime) -> Iterator[None]:
    """What robots do inside happened at that moment: their rows' times are moved there, as long as it took."""
    began = timezone.now()
    with at(moment):
        yield
    for model, names in TIMES:
        for name in names:
            rows = model._default_manager.filter(**{f"{name}__gte": began})
            rows.update(**{name: F(name) + (moment - began)})


def deliver(folder: Path, mails: Sequence[EmailMessage]) -> None:
    """Sends the mails to the demo's mail server. Raises OSError where it does not run."""
    port = told_by_world(folder, "smtp_port")
    if not port:
        raise ConnectionError("the demo's mail server does not run")
    with smtplib.SMTP("127.0.0.1", int(port), timeout=30) as smtp:
        for mail in mails:
            smtp.send_message(mail)


def deliver_batch(folder: Path, batch: int) -> int:
    """Sends that batch of invented mails; returns how many. Sent twice, each is still one case."""
    mails = invent_mails(invoices_of(folder), batch=batch)
    deliver(folder, mails)
    return len(mails)


def is_at_work() -> bool:
    """Whether the city's robot is published, or has been."""
    return Robot.objects.filter(name=ROBOT).exclude(state=RobotState.DRAFT).exists()


def put_to_work(folder: Path, tell: Callable[[str], object] = lambda _: None) -> None:
    """Publishes the robot, has it handle the mails of the days before, and sends today's. The world must run."""
    row, now = told()["cancelling"], timezone.now()
    by = viewer_of(Person.objects.get(email=email_of(row["by"])))
    tell("the invoice robot, and the cases of some days")
    with dated(now - timedelta(days=row["published"])):
        robot = publish(by)
    for batch, days in enumerate(DAYS):
        mails = invent_mails(invoices_of(folder), batch=batch)
        for place, mail in enumerate(mails):
            minutes = (IN_BATCH - place) * 23
            with dated(now - timedelta(days=days, minutes=minutes)):
                deliver(folder, [mail])
                read_source(robot.pk)
                run_waiting(only=RUN_CASE)
        answer_all(by, now - timedelta(days=days, minutes=10), leaves_large=batch == TODAY - 1)
    deliver_batch(folder, TODAY)


def publish(by: Viewer) -> Robot:
    """The robot in the unit that keeps it, timed by hand, with its hours of upkeep."""
    row = told()["cancelling"]
    unit = Unit.objects.get(pk=by.home_unit_id or 0)
    robot = publish_robot(by=by, robot=add_robot(by=by, name=ROBOT, unit=unit, queue_label=QUEUE_LABEL))
    set_worker_limit(by=by, queue=robot.queue, limit=AT_A_TIME)
    today = timezone.localdate()
    robot = time_by_hand(
        by=by,
        robot=robot,
        minutes=row["minutes"],
        minutes_per_exception=row["minutes_per_exception"],
        source=row["timed"],
        on=today - timedelta(days=row["timed_days"]),
    )
    for each in row["upkeep"]:
        on = today - timedelta(days=each["days"])
        record_upkeep(by=by, robot=robot, hours=each["hours"], on=on, what=each["what"])
    return robot


def answer_all(by: Viewer, moment: datetime, *, leaves_large: bool) -> None:
    """What the robot asked is answered a while later: large amounts approved, the rest declined.

    `leaves_large`: the large amount is left for the person who watches.
    """
    for case in Case.objects.filter(robot__name=ROBOT, state=CaseState.WAITING).order_by("id"):
        is_large = "amount" in case.facts
        if is_large and leaves_large:
            continue
        text = "Ja, den var fel från början." if is_large else "Skriv vilken faktura det gäller, tack."
        with dated(moment):
            answer_case(by=by, case=case, approved=is_large, text=text)
            run_waiting(only=RUN_CASE)
