"""A robot's mailbox: new mails become its cases, and it answers them from there.

A mail is marked as read only when its case stands, so a crash between the two meets it again and finds its case. Each
answer goes to the robot's own mailbox too: that copy is how it knows, after a crash, what it has sent.
"""

import contextlib
import imaplib
import re
import smtplib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ringar.robots.authoring import Item, NeedsHuman, TargetDown
from ringar.robots.library.addresses import SECONDS, server, tls
from ringar.robots.library.letters import OWN_ID, read_letter, reference_of, write_answer
from ringar.robots.robot_settings import secret, setting

LARGEST = 20 * 1024 * 1024  # bytes; a larger mail is not fetched, a person reads it
AT_ONCE = 200


@dataclass(frozen=True)
class Letter(Item):
    """A mail that has come in, in a connection that is open as long as the mails are gone through."""

    connection: imaplib.IMAP4
    uid: str


class Mailbox:
    """The mailbox of the robot of that name: its settings are read when they are needed."""

    def __init__(self, robot: str) -> None:
        self.robot = robot

    @property
    def address(self) -> str:
        return setting(self.robot, "ADDRESS").lower()

    @property
    def domain(self) -> str:
        """Everybody in the robot's own domain: "@kommun.se"."""
        return f"@{self.address.rpartition('@')[2]}"

    def new_items(self) -> Iterator[Item]:
        """Unread mails, the oldest first, without those that the robot sent itself.

        One that the server does not hand over stays unread and holds up no other; TargetDown is raised at the end.
        """
        fault = None
        with self.opened() as connection:
            uids = _search(connection, "UNSEEN")[:AT_ONCE]
            sizes = _sizes(connection, uids)
            for uid in uids:
                try:
                    item = self.read(connection, uid, sizes.get(uid, 0))
                except TargetDown as error:
                    fault = error
                    continue
                if item is None:
                    _mark_read(connection, uid)
                else:
                    yield item
        if fault is not None:
            raise fault

    def acknowledge(self, item: Item) -> None:
        """Marks the mail as read."""
        if isinstance(item, Letter):
            _mark_read(item.connection, item.uid)

    def read(self, connection: imaplib.IMAP4, uid: str, size: int) -> Letter | None:
        """The mail as a case; None where it is the robot's copy of its own answer."""
        is_large = size > LARGEST
        data = _fetch(connection, uid, "BODY.PEEK[HEADER]" if is_large else "BODY.PEEK[]")
        told = read_letter(data, size=size if is_large else None)
        if told["from"] == self.address and OWN_ID.fullmatch(told["message_id"]):
            return None
        title = told["subject"] or _("A mail without a subject")
        return Letter(reference_of(data, told), title, told, connection, uid)

    def message_id_of(self, key: str) -> str:
        """The same for the same key: how an answer is known again."""
        return f"<{key.replace(':', '.')}{self.domain}>"

    def answer(self, letter: dict[str, Any], text: str, key: str) -> dict[str, str]:
        """Sends the answer, with a copy to the robot's own mailbox; nothing where a machine or nobody wrote.

        Raises NeedsHuman where the address is refused, TargetDown and OSError where the server does not take it now.
        """
        message_id = self.message_id_of(key)
        if letter["automatic"] or not letter["to_answer"]:
            return {"message_id": "", "to": ""}
        message = write_answer(letter, text, sender=self.address, message_id=message_id)
        to = str(message["To"])
        with self.sending() as smtp:
            _hand_over(smtp, self.address, to, message.as_bytes())
        return {"message_id": message_id, "to": to}

    def was_sent(self, key: str, letter: dict[str, Any], text: str) -> dict[str, str] | None:
        """What `answer` gave, where its copy is in the robot's mailbox; looked for a while, as mail may take one."""
        message_id = self.message_id_of(key)
        deadline = time.monotonic() + float(setting(self.robot, "COPY_SECONDS", "5"))
        while True:
            with self.opened() as connection:
                if _search(connection, "HEADER", "Message-ID", f'"{message_id}"'):
                    return {"message_id": message_id, "to": letter["to_answer"]}
            if time.monotonic() >= deadline:
                return None
            time.sleep(0.5)

    @contextlib.contextmanager
    def opened(self) -> Iterator[imaplib.IMAP4]:
        """The mailbox over IMAP, logged out afterwards. Raises TargetDown, OSError."""
        host, port, security = server(self.robot, "IMAP", 993)
        connection = (
            imaplib.IMAP4_SSL(host, port, ssl_context=tls(), timeout=SECONDS)
            if security == "tls"
            else imaplib.IMAP4(host, port, timeout=SECONDS)
        )
        try:
            if security == "starttls":
                connection.starttls(tls())
            connection.login(
                setting(self.robot, "MAIL_USER", self.address), secret(self.robot, "MAIL_PASSWORD")
            )
            _checked(connection.select("INBOX"))
            yield connection
        except imaplib.IMAP4.error as error:
            raise TargetDown(f"The mailbox says: {error}") from error
        finally:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                connection.logout()

    @contextlib.contextmanager
    def sending(self) -> Iterator[smtplib.SMTP]:
        """The mail server over SMTP."""
        host, port, security = server(self.robot, "SMTP", 465)
        smtp = (
            smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=tls())
            if security == "tls"
            else smtplib.SMTP(host, port, timeout=SECONDS)
        )
        with smtp:
            if security == "starttls":
                smtp.starttls(context=tls())
            smtp.ehlo()
            if smtp.has_extn("auth"):
                smtp.login(
                    setting(self.robot, "MAIL_USER", self.address), secret(self.robot, "MAIL_PASSWORD")
                )
            yield smtp


def _hand_over(smtp: smtplib.SMTP, sender: str, to: str, data: bytes) -> None:
    """One mail to its reader and back to its sender: to both, or to none."""
    _taken(*smtp.mail(sender))
    for address in (to, sender):
        code, text = smtp.rcpt(address)
        if code >= 500 and address == to:
            raise NeedsHuman(_refusal(to, text.decode("utf-8", "replace")), address=to)
        _taken(code, text)
    _taken(*smtp.data(data))


def _taken(code: int, text: bytes) -> None:
    if code >= 300:
        raise TargetDown(f"The mail server says {code} {text.decode('utf-8', 'replace')[:200]}")


def _refusal(to: str, fault: str) -> str:
    return _("The answer can not be sent to “%(address)s”: %(fault)s") % {"address": to, "fault": fault[:200]}


def _checked(answer: tuple[str, list[Any]]) -> list[Any]:
    if answer[0] != "OK":
        raise TargetDown(f"The mailbox says {str(answer)[:200]}")
    return answer[1]


def _search(connection: imaplib.IMAP4, *criteria: str) -> list[str]:
    found = _checked(connection.uid("SEARCH", *criteria))
    return [uid.decode() for line in found if line for uid in line.split()]


def _sizes(connection: imaplib.IMAP4, uids: list[str]) -> dict[str, int]:
    """Bytes of each mail, asked before any is fetched."""
    if not uids:
        return {}
    lines = _checked(connection.uid("FETCH", ",".join(uids), "(UID RFC822.SIZE)"))
    words = [line.decode() if isinstance(line, bytes) else line[0].decode() for line in lines if line]
    told = [(re.search(r"UID (\d+)", line), re.search(r"RFC822\.SIZE (\d+)", line)) for line in words]
    return {uid[1]: int(size[1]) for uid, size in told if uid and size}


def _fetch(connection: imaplib.IMAP4, uid: str, part: str) -> bytes:
    for line in _checked(connection.uid("FETCH", uid, f"({part})")):
        if isinstance(line, tuple):
            return bytes(line[1])
    raise TargetDown("A mail was in the mailbox and is not there any more.")


def _mark_read(connection: imaplib.IMAP4, uid: str) -> None:
    _checked(connection.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))
