"""The mail server of the demo: what it took in by SMTP lies in the mailboxes of IMAP and in its ground truth."""

import imaplib
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.world import PASSWORD, Server, facts, serving, start, switch

ROBOT, PERSON = "faktura@ringsala.example", "bo@ringsala.example"


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving("mail", tmp_path_factory.mktemp("world")) as server:
        yield server


def send(server: Server, message_id: str, *, to: list[str], attached: bytes = b"") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = PERSON, to[0], "Makulera"
    message["Message-ID"] = message_id
    message.set_content("Hej åäö")
    if attached:
        message.add_attachment(attached, maintype="application", subtype="octet-stream", filename="foto.raw")
    with smtplib.SMTP("127.0.0.1", server.ports["smtp"], timeout=20) as smtp:
        smtp.send_message(message, PERSON, to)


def inbox(server: Server, address: str, password: str = PASSWORD) -> imaplib.IMAP4:
    client = imaplib.IMAP4("127.0.0.1", server.ports["imap"], timeout=20)
    client.login(address, password)
    client.select("INBOX")
    return client


def search(client: imaplib.IMAP4, *criteria: str) -> list[bytes]:
    return client.uid("SEARCH", *criteria)[1][0].split()


def test_mail_when_taken_in_then_delivered_to_envelope_and_written_down(mail: Server) -> None:
    send(mail, "<one@ringsala.example>", to=[PERSON, ROBOT])
    for address in (PERSON, ROBOT):  # the second is a blind copy: no header names it
        client = inbox(mail, address)
        found = search(client, "HEADER", "Message-ID", "<one@ringsala.example>")
        assert len(found) == 1
        assert "Hej" in client.uid("FETCH", found[0].decode(), "(BODY.PEEK[])")[1][0][1].decode()
        assert not search(client, "HEADER", "Message-ID", "<two@ringsala.example>")
        client.logout()
    kept = [row for row in facts(mail.data, "mail") if row["message_id"] == "<one@ringsala.example>"]
    assert [row["recipients"] for row in kept] == [[PERSON, ROBOT]]


def test_mail_when_read_then_stays_read_for_the_next_who_looks(mail: Server) -> None:
    send(mail, "<seen@ringsala.example>", to=["seen@ringsala.example"])
    client = inbox(mail, "seen@ringsala.example")
    unread = search(client, "UNSEEN")
    assert len(unread) == 1
    client.uid("STORE", unread[0].decode(), "+FLAGS", r"(\Seen)")
    client.logout()
    later = inbox(mail, "seen@ringsala.example")
    assert not search(later, "UNSEEN")
    assert len(search(later, "ALL")) == 1


def test_mail_when_sent_twice_then_both_are_kept(mail: Server) -> None:
    for _ in range(2):
        send(mail, "<twice@ringsala.example>", to=["twice@ringsala.example"])
    assert len(search(inbox(mail, "twice@ringsala.example"), "ALL")) == 2
    assert len([row for row in facts(mail.data, "mail") if row["message_id"].startswith("<twice")]) == 2


def test_mailbox_when_password_is_wrong_then_closed(mail: Server) -> None:
    with pytest.raises(imaplib.IMAP4.error):
        inbox(mail, ROBOT, password="fel")


def test_mail_when_server_is_down_then_refused_for_now_and_not_kept(mail: Server) -> None:
    switch(mail.data, down=1)
    try:
        with pytest.raises(smtplib.SMTPDataError, match="451"):
            send(mail, "<down@ringsala.example>", to=[ROBOT])
    finally:
        switch(mail.data, down=0)
    assert not [row for row in facts(mail.data, "mail") if row["message_id"].startswith("<down")]


def test_mail_when_twelve_megabytes_then_taken_in_and_read_back(mail: Server) -> None:
    send(mail, "<big@ringsala.example>", to=["big@ringsala.example"], attached=bytes(9_000_000))
    client = inbox(mail, "big@ringsala.example")
    size = client.uid("FETCH", search(client, "ALL")[0].decode(), "(RFC822.SIZE)")[1][0]
    assert int(size.split(b"RFC822.SIZE ")[1].split(b")")[0].split()[0]) > 12_000_000


def test_mail_when_server_is_killed_then_delivered_again_at_its_start(tmp_path: Path) -> None:
    server = start("mail", tmp_path / "mail.sqlite3", "--delay-ms", "0")
    send(server, "<kept@ringsala.example>", to=[ROBOT])
    server.process.kill()
    server.stop()
    with serving("mail", tmp_path) as again:
        assert len(search(inbox(again, ROBOT), "HEADER", "Message-ID", "<kept@ringsala.example>")) == 1
