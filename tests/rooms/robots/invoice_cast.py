"""The invoice robot against the world: both servers, its settings, mails sent to it, and what truly happened."""

import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from django.utils import timezone

from ringar.core.rules import Viewer
from ringar.demo.world.ground import Ground
from ringar.robots.actions.publishing import add_robot, publish_robot
from ringar.robots.actions.sources import read_source
from ringar.robots.dry_runs import begin_dry_run, run_now
from ringar.robots.engine.running import run_waiting
from ringar.robots.library import cancel_invoice
from ringar.robots.models.cases import Case, Robot
from ringar.robots.models.maps import MapVersion, ProcessMap
from tests.people import People
from tests.rooms.robots.robot_people import bo
from tests.world import PASSWORD, Server, facts, serving

LIBRARY = Path(__file__).parents[3] / "src/ringar/robots/library"
ROBOT, ANNA = "faktura@ringsala.example", "anna@ringsala.example"


@dataclass
class World:
    """A finance system and a mail server, with what is in them."""

    finance: Server
    mail: Server
    invoices: dict[str, dict[str, Any]]
    free: list[str]
    credited: set[str]

    def invoice(self, *, most: int = 5_000) -> str:
        """A number of an open invoice in kronor that no test has had."""
        number = next(each for each in self.free if float(self.invoices[each]["amount"]) <= most)
        self.free.remove(number)
        return number

    def settings(self, name: str = "cancel-invoice") -> dict[str, str]:
        """What the robot of that name is told."""
        told = {
            "ADDRESS": ROBOT, "MAIL_PASSWORD": PASSWORD, "COPY_SECONDS": "0",
            "IMAP_HOST": "127.0.0.1", "IMAP_PORT": self.mail.ports["imap"], "IMAP_SECURITY": "none",
            "SMTP_HOST": "127.0.0.1", "SMTP_PORT": self.mail.ports["smtp"], "SMTP_SECURITY": "none",
            "FINANCE_URL": self.finance.url, "FINANCE_TOKEN": PASSWORD,
            "FINANCE_USER": "robot", "FINANCE_PASSWORD": PASSWORD,
        }  # fmt: skip
        prefix = f"RINGAR_ROBOT_{name}_".upper().replace("-", "_")
        return {prefix + word: str(value) for word, value in told.items()}

    def empty(self) -> None:
        """What earlier tests have left in the mailbox is read."""
        for item in cancel_invoice.mailbox.new_items():
            cancel_invoice.mailbox.acknowledge(item)

    def change(self, sql: str, *values: object) -> None:
        """Writes in the finance system's own database."""
        ground = Ground(self.finance.data)
        with ground.writing() as connection:
            connection.execute(sql, values)
        ground.close()

    def dry_run(self, robot: Robot, reference: str) -> Case:
        return run_now(
            begin_dry_run(by=Viewer.of_robot(robot.organisation_id), robot=robot, reference=reference)
        )

    def credits(self, number: str) -> list[dict[str, Any]]:
        """The credit notes that the ledger holds for the invoice."""
        return [row for row in facts(self.finance.data, "credit") if row["invoice"] == number]

    def journal(self, number: str) -> list[dict[str, Any]]:
        return [row for row in facts(self.finance.data, "journal") if number in row["body"]]

    def answers(self, text: str, to: str = ANNA) -> list[str]:
        """The robot's mails to that address that hold the text."""
        mails = [row for row in facts(self.mail.data, "mail") if row["recipients"] == [to, ROBOT]]
        bodies = [text_of(row["body"]) for row in mails if row["sender"] == ROBOT]
        return [body for body in bodies if text in body]

    def send(self, text: str, *, attached: bytes = b"", sender: str = ANNA, **headers: str) -> None:
        """A mail to the robot. Its own Message-ID, unless given by message_id=; "" for none."""
        message = EmailMessage()
        headers = {"subject": "Fel faktura", "message_id": f"<{timezone.now().timestamp()}@x>", **headers}
        message["From"], message["To"] = sender, ROBOT
        for name, value in headers.items():
            if value:
                message[name.replace("_", "-")] = value
        message.set_content(text)
        if attached:
            message.add_attachment(attached, maintype="application", subtype="xml", filename="faktura.xml")
        self.post(message.as_bytes(), sender)

    def post(self, mail: bytes, sender: str = ANNA) -> None:
        """The same with the mail as it goes over the wire, but for its line ends."""
        mail = re.sub(rb"\r?\n", b"\r\n", mail)
        with smtplib.SMTP("127.0.0.1", self.mail.ports["smtp"], timeout=60) as smtp:
            smtp.sendmail(sender, [ROBOT], mail)


def text_of(body: bytes) -> str:
    part = message_from_bytes(body, policy=policy.default).get_body()
    return str(part.get_content()) if part else ""


@contextmanager
def made_world(folder: Path) -> Iterator[World]:
    """Both servers, with invoices that are neither credited nor in another currency to take from."""
    with serving("finance", folder) as finance, serving("mail", folder) as mail:
        invoices = {row["number"]: row for row in facts(finance.data, "invoice")}
        credited = {row["invoice"] for row in facts(finance.data, "credit")}
        free = (each for each in invoices if each not in credited and invoices[each]["currency"] == "SEK")
        yield World(finance, mail, invoices, list(free), credited)


def signed(people: People, name: str, slug: str) -> MapVersion:
    """The robot's own map, signed as version 2: the first was how it is."""
    routine = {"name": slug, "slug": slug, "decision": "robot", "owner": people.bo}
    row = ProcessMap.objects.create(organisation=people.city, unit=people.care, **routine)
    drawn = {"bpmn": (LIBRARY / f"{name}.bpmn").read_text(encoding="utf-8"), "kind": "to_be"}
    return MapVersion.objects.create(
        process_map=row, number=2, state="signed", signed_at=timezone.now(), **drawn
    )


def published(people: People, name: str = "cancel-invoice", slug: str = "makulera-faktura") -> Robot:
    """The robot, published against its map in home care."""
    signed(people, name, slug)
    return publish_robot(by=bo(people), robot=add_robot(by=bo(people), name=name, unit=people.care))


def work_off(robot: Robot) -> list[Case]:
    """Reads the mailbox and handles what is due; the robot's cases, oldest first."""
    read_source(robot.pk)
    run_waiting()
    return list(Case.objects.filter(robot=robot).order_by("id"))


def due_again(robot: Robot) -> list[Case]:
    """What waits for another try is tried now."""
    Case.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    return work_off(robot)


def told(case: Case) -> tuple[str, Any]:
    """Where a case stands, and its end, question or fault."""
    return case.state, (case.result or {}).get("ended") or case.question or case.error
