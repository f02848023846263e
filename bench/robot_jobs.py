"""What the bench's robots are given to do, and what truly came of it, counted outside of the robots.

A job has `robot`, `module` and `environment` for the processes, `give(count)`, and `found()`: what is lost or double.
"""

import json
import smtplib
from collections import Counter
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from robot_trial import TRUTH

import ringar
from ringar.demo.world.__main__ import PASSWORD
from ringar.demo.world.ground import facts
from ringar.demo.world.start import start

AT_ONCE = 1_000


class Lines:
    """Cases of a robot that writes lines: three for each case, or one."""

    module = "robot_trial"
    robots_only: tuple[str, ...] = ()

    def __init__(self, folder: Path, *, is_short: bool) -> None:
        self.robot = "bench-line" if is_short else "bench-append"
        self.effects = ("credit",) if is_short else ("credit", "reply", "enter")
        self.truth = folder / "truth"
        self.truth.touch()
        self.environment = {TRUTH: str(self.truth)}
        self.asked: list[str] = []

    def bpmn(self) -> str:
        return ""

    def give(self, house: Any, robot: Any, count: int) -> None:
        """Opens that many more cases."""
        new = [str(len(self.asked) + place) for place in range(count)]
        for place in range(0, count, AT_ONCE):
            house.open_cases(robot, new[place : place + AT_ONCE])
        self.asked += new

    def found(self) -> dict[str, int]:
        """Items that lack an effect, and effects beyond one of each."""
        lines = Counter(self.truth.read_text().splitlines())
        double = {
            name: sum(n - 1 for line, n in lines.items() if line.startswith(name)) for name in self.effects
        }
        lost = [item for item in self.asked if any(f"{name} {item}" not in lines for name in self.effects)]
        return {
            "lost": len(lost),
            "double_credits": double["credit"],
            "double_mails": double.get("reply", 0),
            "double_logs": double.get("enter", 0),
            "handled_twice": len({line.split()[1] for line, n in lines.items() if n > 1}),
        }

    def stop(self) -> None:
        """Nothing of it runs."""


MAP = Path(ringar.__path__[0]) / "robots/library/cancel-invoice.bpmn"
INVOICES = 6_000
TWICE = 10  # every so many mails come twice
ADDRESS = "faktura@kommun.example"


class Mails:
    """Mails to the invoice robot: each asks for an invoice of its own: one credit, one answer, one journal line."""

    robot, module = "cancel-invoice", "ringar.robots.library.cancel_invoice"

    def __init__(self, folder: Path, *, delay_ms: float, is_keyless: bool) -> None:
        delay = ("--delay-ms", str(delay_ms))
        self.finance = start("finance", folder / "finance.sqlite3", "--invoices", str(INVOICES), *delay)
        self.mail = start("mail", folder / "mail.sqlite3", *delay)
        credited = {row["invoice"] for row in facts(self.finance.data, "credit")}
        self.free = [
            row["number"]
            for row in facts(self.finance.data, "invoice")
            if row["currency"] == "SEK" and row["number"] not in credited
        ]
        self.asked: list[str] = []
        self.robots_only = ["robot_keyless"] if is_keyless else []
        told = {
            "FINANCE_URL": self.finance.url,
            "FINANCE_TOKEN": PASSWORD,
            "ADDRESS": ADDRESS,
            "MAIL_PASSWORD": PASSWORD,
            "LIMIT": "1000000",
            "SENDERS": "@kommun.example",
            "COPY_SECONDS": "1",
        }
        for which in ("IMAP", "SMTP"):
            port = self.mail.ports[which.lower()]
            told |= {f"{which}_HOST": "127.0.0.1", f"{which}_PORT": str(port), f"{which}_SECURITY": "none"}
        self.environment = {f"RINGAR_ROBOT_CANCEL_INVOICE_{name}": value for name, value in told.items()}

    def bpmn(self) -> str:
        """The robot's own map."""
        return MAP.read_text(encoding="utf-8")

    def give(self, _house: Any, _robot: Any, count: int) -> None:
        """Puts that many mails in the robot's mailbox, some of them twice."""
        with smtplib.SMTP("127.0.0.1", self.mail.ports["smtp"], timeout=60) as smtp:
            for number in self.free[len(self.asked) : len(self.asked) + count]:
                for _time in range(2 if len(self.asked) % TWICE == 0 else 1):
                    smtp.send_message(request(number))
                self.asked.append(number)

    def found(self) -> dict[str, int]:
        """Items that lack an effect, and effects beyond one of each."""
        credit = Counter(
            row["invoice"] for row in facts(self.finance.data, "credit") if row["way"] != "before"
        )
        lines = Counter(json.loads(row["body"])["invoice"] for row in facts(self.finance.data, "journal"))
        sent = [row for row in facts(self.mail.data, "mail") if row["sender"] == ADDRESS]
        answers = Counter(to for row in sent for to in row["recipients"] if to != ADDRESS)
        asked = set(self.asked)
        lost = [n for n in asked if not (credit[n] and lines[n] and answers[sender_of(n)])]
        strange = (
            (credit.keys() - asked)
            | (lines.keys() - asked)
            | (answers.keys() - {sender_of(n) for n in asked})
        )
        return {
            "lost": len(lost),
            "double_credits": sum(n - 1 for n in credit.values()),
            "double_mails": sum(n - 1 for n in answers.values()),
            "double_logs": sum(n - 1 for n in lines.values()),
            "strange": len(strange),
        }

    def stop(self) -> None:
        """Ends both servers."""
        self.finance.stop()
        self.mail.stop()


def sender_of(number: str) -> str:
    return f"enhet-{number}@kommun.example"


def request(number: str) -> EmailMessage:
    """The same, byte for byte, for the same invoice: as a mail that is delivered twice."""
    message = EmailMessage()
    message["From"], message["To"] = sender_of(number), ADDRESS
    message["Subject"] = f"Fel faktura {number}"
    message["Message-ID"] = f"<bench-{number}@kommun.example>"
    message.set_content(f"Hej!\n\nFaktura {number} gick till fel kund. Kan ni makulera den?\n\nHälsningar\n")
    return message
