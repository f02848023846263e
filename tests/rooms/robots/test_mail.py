"""Mail through the queue, to a real SMTP server."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage as Parsed

import pytest
from aiosmtpd.controller import Controller
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import BadHeaderError, EmailMultiAlternatives, get_connection
from django.db import transaction
from pytest_django import Settings

from ringar.robots.engine.running import run_waiting
from ringar.robots.mail import attachments_of, smtp_backend
from ringar.robots.models.work import OutgoingMail, Work
from ringar.robots.rules.work import MailState, State
from tests.rooms.robots.conftest import free_port

INVITATION = "BEGIN:VCALENDAR\r\nSUMMARY:Möte\r\nEND:VCALENDAR\r\n"


class Postbox:
    """Takes what it is sent; `answers` are said first, instead of taking."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], Parsed]] = []
        self.answers: list[str] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:
        if self.answers:
            return self.answers.pop(0)
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append((list(envelope.rcpt_tos), parsed))
        return "250 taken"


@pytest.fixture
def postbox(settings: Settings) -> Iterator[Postbox]:
    box = Postbox()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.RINGAR_SMTP_URL = f"smtp://127.0.0.1:{server.port}"
    yield box
    server.stop()


@pytest.fixture(autouse=True)
def real_backend(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "ringar.robots.mail.QueueBackend"
    settings.DEMO = False


def send(subject: str = "Välkommen till mötet", to: str = "elif@startup.example") -> None:
    message = EmailMultiAlternatives(
        subject, "Hej Elif!\n\nVi ses på måndag.", "Ringar <ringar@ringsala.example>", [to]
    )
    message.bcc = ["dag@ringsala.example"]
    message.attach_alternative("<p>Hej <b>Elif</b>!</p>", "text/html")
    message.attach("mote.ics", INVITATION, "text/calendar")
    message.send()


def make_due() -> None:
    Work.objects.update(not_before="2000-01-01T00:00Z")


def test_send_when_the_worker_runs_then_the_message_arrives_once_and_whole(
    db: None, postbox: Postbox
) -> None:
    send()
    assert postbox.mails == []
    run_waiting()
    run_waiting()
    ((recipients, mail),) = postbox.mails
    stored = OutgoingMail.objects.get()
    assert recipients == ["elif@startup.example", "dag@ringsala.example"]
    assert mail["Subject"] == "Välkommen till mötet"
    assert mail["Message-ID"] == stored.message_id
    assert mail["Bcc"] is None
    assert "Vi ses på måndag." in mail.get_body(("plain",)).get_content()
    assert "<b>Elif</b>" in mail.get_body(("html",)).get_content()
    (file,) = mail.iter_attachments()
    assert (file.get_content_type(), "SUMMARY:Möte" in file.get_content()) == ("text/calendar", True)
    assert (stored.state, stored.text) == (MailState.SENT, "Hej Elif!\n\nVi ses på måndag.")
    assert stored.sent_at is not None
    (shown,) = attachments_of(stored)
    assert (shown.name, shown.kind, "SUMMARY:Möte" in shown.text) == ("mote.ics", "text/calendar", True)


def test_send_when_the_server_is_down_then_it_is_tried_again_under_the_same_message_id(
    db: None, postbox: Postbox, settings: Settings
) -> None:
    send()
    message_id = OutgoingMail.objects.get().message_id
    right, settings.RINGAR_SMTP_URL = settings.RINGAR_SMTP_URL, "smtp://127.0.0.1:1"
    run_waiting()
    work = Work.objects.get()
    assert (work.state, work.attempts) == (State.WAITING, 1)
    assert "Connection refused" in work.error
    settings.RINGAR_SMTP_URL = right
    postbox.answers = ["451 try later"]
    make_due()
    run_waiting()
    assert "451" in Work.objects.get().error
    make_due()
    run_waiting()
    assert [mail["Message-ID"] for _, mail in postbox.mails] == [message_id]
    assert OutgoingMail.objects.get().state == MailState.SENT


def test_send_when_the_server_refuses_for_good_then_it_fails_and_a_retry_sends_it(
    db: None, postbox: Postbox
) -> None:
    postbox.answers = ["554 no thanks"]
    send()
    run_waiting()
    work = Work.objects.get()
    assert (work.state, work.attempts) == (State.FAILED, 1)
    assert "554" in work.error
    Work.objects.update(state=State.WAITING, revision=2, handed_at=None, owner="")
    run_waiting()
    assert len(postbox.mails) == 1


@pytest.mark.parametrize("demo", [True, False])
def test_send_when_in_the_demo_or_without_server_then_it_is_kept(
    db: None, settings: Settings, demo: bool
) -> None:
    settings.DEMO = demo
    settings.RINGAR_SMTP_URL = "smtp://127.0.0.1:1" if demo else ""
    send()
    run_waiting()
    assert OutgoingMail.objects.get().state == MailState.KEPT
    assert Work.objects.get().state == State.DONE


@pytest.mark.django_db(transaction=True)
def test_send_when_the_transaction_is_rolled_back_then_nothing_is_sent() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        send()
        raise RuntimeError
    assert not OutgoingMail.objects.exists()
    assert not Work.objects.exists()


def test_send_when_the_text_is_strange_then_it_arrives_readable(db: None, postbox: Postbox) -> None:
    message = EmailMultiAlternatives(
        "Hej 🦉\ud800", "a\0b \ud800 שלום " + "ö" * 50_000, None, ["farid@åäö.example"]
    )
    message.send()
    run_waiting()
    ((recipients, mail),) = postbox.mails
    assert mail["Subject"] == "Hej 🦉\ufffd"
    text = mail.get_body(("plain",)).get_content()
    assert text.startswith("a\ufffdb \ufffd שלום")
    assert text.count("ö") == 50_000
    assert recipients == ["farid@xn--4cab6c.example"]


def test_send_when_a_header_holds_a_line_break_then_nothing_is_queued(db: None) -> None:
    with pytest.raises(BadHeaderError):
        send("Hej\nBcc: sam@fjardinge.example")
    assert not Work.objects.exists()


def test_send_messages_when_one_has_no_reader_then_the_others_are_counted(db: None) -> None:
    messages = [EmailMultiAlternatives("A", "a", None, to) for to in ([], ["bo@ringsala.example"])]
    assert get_connection().send_messages(messages) == 1


def test_smtp_backend_when_the_url_is_read_then_all_its_parts_count() -> None:
    secure = smtp_backend("smtps://ringar:l%C3%B6s%40rd@mail.example")
    assert (secure.host, secure.port, secure.use_ssl) == ("mail.example", 465, True)
    assert (secure.username, secure.password) == ("ringar", "lös@rd")
    starttls = smtp_backend("smtp+starttls://mail.example:2525")
    assert (starttls.port, starttls.use_tls, starttls.use_ssl) == (2525, True, False)
    with pytest.raises(ImproperlyConfigured, match="smtp://user:password@host:port"):
        smtp_backend("mail.example")
