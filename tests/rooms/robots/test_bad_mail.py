"""Mails that nobody would send on purpose, through the real robot: each ends in words that a person understands.

None of them holds up the mails behind it, and none is answered by mistake.
"""

import base64
import imaplib
import io
import zipfile
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ringar.core.models import Person
from ringar.robots import liveness
from ringar.robots.actions.sources import queue_reading, read_source
from ringar.robots.actions.work import begin_work
from ringar.robots.engine.running import run_waiting, run_work
from ringar.robots.library import cancel_invoice, mailbox
from ringar.robots.models.cases import Case, Robot, RobotQueue
from ringar.robots.models.work import Work
from ringar.robots.rules.cases import CaseState
from ringar.robots.rules.work import State
from tests.people import People
from tests.rooms.robots.invoice_cast import ANNA, ROBOT, World, published, told, work_off
from tests.world import facts

LOGGED_IN = Callable[[Person], Client]

DONE, WAITING = CaseState.DONE, CaseState.WAITING
BOMB = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">%s]><Invoice>&z;</Invoice>""" % b"".join(
    b'<!ENTITY %c "%s">' % (98 + place, b"&%c;" % (97 + place) * 10) for place in range(25)
)


@pytest.fixture
def robot(people: People, world: World, settings) -> Robot:
    settings.RINGAR_RETRY_SECONDS = 600  # not by itself, however slow the machine
    return published(people)


def head(name: str, *lines: str) -> bytes:
    """The beginning of a mail from Anna; its Message-ID says which it is."""
    told = [f"From: {ANNA}", f"To: {ROBOT}", f"Message-ID: <{name}@x>", *lines]
    return "\r\n".join(told).encode() + b"\r\n\r\n"


def plain(name: str, text: str | bytes, *lines: str, charset: str = "utf-8") -> bytes:
    kind = f"Content-Type: text/plain; charset={charset}"
    return head(name, "MIME-Version: 1.0", kind, "Content-Transfer-Encoding: 8bit", *lines) + (
        text if isinstance(text, bytes) else text.encode()
    )


def with_file(name: str, text: str, file: str, data: bytes, kind: str) -> bytes:
    parts = [
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n",
        f'--b\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; filename="{file}"\r\n',
        f"Content-Transfer-Encoding: base64\r\n\r\n{base64.encodebytes(data).decode()}\r\n--b--\r\n",
    ]
    return (
        head(name, "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b") + "".join(parts).encode()
    )


def zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("faktura.xml", data)
    return file.getvalue()


def bad_mails(world: World) -> dict[str, tuple[bytes, CaseState, str]]:
    """By name: the mail, where its case ends, and words of its end or question."""
    invoice = [world.invoice() for _ in range(7)]
    ask = "Kreditera faktura {}, den är fel.".format
    ubl = world.invoices[invoice[0]]["xml"]
    kronor = ubl.replace(b'currencyID="SEK"', b'currencyID="NOK"', 1)
    long = [" en rad till" for _ in range(10_000)]
    html = head("html", "Content-Type: text/html; charset=utf-8")
    html += f"<style>p {{}}</style><p>{ask(invoice[1])}<br>Hälsningar</p>".encode()
    return {
        "nothing": (b"\r\n", WAITING, "säger inte"),
        "no text": (head("no text"), WAITING, "säger inte"),
        "no reference": (plain("no reference", "Kan ni makulera fakturan?"), WAITING, "nämner ingen faktura"),
        "two references": (plain("two", ask(f"{invoice[2]} och {invoice[3]}")), WAITING, "flera fakturor"),
        "html alone": (html, DONE, "cancelled"),
        "another character set than it says": (
            plain("set", f"Kreditera {invoice[2]}, på begäran åäö".encode("latin-1")), DONE, "cancelled",
        ),
        "a character set that is none": (plain("none", ask(invoice[3]), charset="klingon"), DONE, "cancelled"),
        "a character set that hides it": (
            plain("hides", ask(invoice[0]).encode("utf-16"), charset="us-ascii"), WAITING, "säger inte",
        ),
        "a header of 10,000 lines": (plain("long", ask(invoice[4]), "Subject: Fel", *long), DONE, "cancelled"),
        "addresses without end": (
            head("many", "Reply-To: a@b.example" + ",\r\n a@b.example" * 50_000) + ask(invoice[0]).encode(),
            DONE, "cancelled",
        ),
        "a document type": (
            with_file("bomb", "Kreditera bifogad.", "faktura.xml", BOMB, "application/xml"),
            WAITING, "bifogade fakturan går inte att läsa",
        ),
        "broken XML": (
            with_file("broken", "Kreditera bifogad.", "f.xml", ubl[:-50], "text/xml"), WAITING, "bifogade fakturan",
        ),
        "two currencies in one invoice": (
            with_file("nok", "Kreditera bifogad.", "f.xml", kronor, "text/xml"), WAITING, "bifogade fakturan",
        ),
        "a packed file": (
            with_file("zip", "Kreditera bifogad.", "faktura.zip", zipped(ubl), "application/zip"),
            WAITING, "nämner ingen faktura",
        ),
        "a packed file beside a number": (
            with_file("zip2", ask(invoice[5]), "faktura.zip", zipped(ubl), "application/zip"), DONE, "cancelled",
        ),
        "a stranger": (
            plain("stranger", ask(invoice[6])).replace(ANNA.encode(), b"x@ringsala.example.evil.example"),
            WAITING, "avsändaren",
        ),
    }  # fmt: skip


def test_mails_when_bad_in_every_way_then_each_ends_in_plain_words_and_the_good_one_behind_is_handled(
    robot: Robot, world: World
) -> None:
    bad, good = bad_mails(world), world.invoice()
    for mail, _state, _words in bad.values():
        world.post(mail)
    world.post(plain("good", f"Kreditera faktura {good}, den är fel."))
    *cases, last = work_off(robot)
    found = {name: told(case) for name, case in zip(bad, cases, strict=True)}
    wrong = {
        name: found[name]
        for name, (_mail, state, words) in bad.items()
        if found[name][0] != state or words.lower() not in found[name][1].lower()
    }
    assert not wrong
    assert cases[list(bad).index("a packed file")].facts["files"] == "faktura.zip"
    assert told(last) == (DONE, "cancelled")
    assert not RobotQueue.objects.get().faults_in_row
    assert work_off(robot)[-1] == last, "each is met once"
    done = sum(state == DONE for _mail, state, _words in bad.values()) + 1
    assert sum(case.state == DONE for case in [*cases, last]) == done


@pytest.mark.parametrize(
    ("lines", "end"),
    [
        (["Auto-Submitted: auto-replied"], (DONE, "automatic")),
        (["Auto-Submitted: auto-generated; x=y"], (DONE, "automatic")),
        (["Precedence: bulk"], (DONE, "automatic")),
        (["Precedence: AUTO_REPLY"], (DONE, "automatic")),
        (["X-Autoreply: yes"], (DONE, "automatic")),
        ([], WAITING),
    ],
)
def test_answer_of_the_robot_when_a_machine_answers_it_then_that_is_not_answered(
    robot: Robot, world: World, lines: list[str], end: object
) -> None:
    number = world.invoice()
    world.post(plain("first", f"Kreditera faktura {number}."))
    (first,) = work_off(robot)
    answer = cancel_invoice.mailbox.message_id_of(f"{first.uuid}:answer")
    sent = len(facts(world.mail.data, "mail"))
    echo = [
        "Subject: Autosvar: Kreditera",
        f"In-Reply-To: {answer}",
        f"References: <first@x> {answer}",
        *lines,
    ]
    world.post(plain("echo", f"Jag är ledig.\r\n\r\nKreditera faktura {number}.", *echo))
    _first, case = work_off(robot)
    assert (told(case) if lines else case.state) == end
    if not lines:
        assert "svarar på" in case.question
        assert case.facts["invoice"] == number
    assert len(facts(world.mail.data, "mail")) == sent + 1, "the echo alone"


def test_mail_when_the_server_does_not_hand_it_over_then_those_behind_it_are_taken_in(
    robot: Robot, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = world.invoice()
    world.post(plain("stuck", "Kreditera 70100001"))
    world.post(plain("behind", f"Kreditera faktura {number}."))
    fetch: Callable[..., bytes] = mailbox._fetch
    stuck: list[str] = []

    def refuse_first(connection: object, uid: str, part: str) -> bytes:
        stuck[:] = stuck or [uid]
        if uid == stuck[0]:
            raise mailbox.TargetDown("The mailbox says NO: this mail is broken")
        return fetch(connection, uid, part)

    with monkeypatch.context() as patch:
        patch.setattr(mailbox, "_fetch", refuse_first)
        with pytest.raises(mailbox.TargetDown, match="this mail is broken"):
            read_source(robot.pk)
    assert [case.payload["message_id"] for case in Case.objects.all()] == ["<behind@x>"]
    read_source(robot.pk)
    assert Case.objects.count() == 2, "the other one is still unread, and taken in when it can be"


def test_mailbox_when_it_can_not_be_read_then_the_page_says_so_without_the_password_until_it_can(
    robot: Robot, world: World, people: People, logged_in: LOGGED_IN, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    pages = [reverse("robot_list"), reverse("robot_detail", args=[robot.uuid])]
    client, words = logged_in(people.bo), "går inte att läsa"
    number = world.invoice()
    world.send(f"Kreditera faktura {number}.")

    def read_and_look() -> list[str]:
        Work.objects.update(not_before=timezone.now(), finished_at=None)
        run_waiting()
        return [client.get(page).content.decode() for page in pages]

    with monkeypatch.context() as patch:
        patch.setenv("RINGAR_ROBOT_CANCEL_INVOICE_MAIL_PASSWORD", "fel-lösen")
        patch.setattr(imaplib.IMAP4, "login", refuse)
        for _time in range(5):
            shown = read_and_look()
        assert all(words in page and "AUTHENTICATIONFAILED" in page for page in shown)
        told = f"{shown}{list(Work.objects.values())}{caplog.text}"
        assert "fel-lösen" not in told and "•••" in told
    assert not any(words in page for page in read_and_look())
    assert Case.objects.get().state == DONE


def refuse(_self: object, user: str, password: str) -> None:
    raise imaplib.IMAP4.error(f"[AUTHENTICATIONFAILED] {user} {password}")


@pytest.mark.django_db(transaction=True)
def test_reading_when_its_process_was_killed_then_it_goes_on_and_is_no_fault(
    robot: Robot, world: World
) -> None:
    world.send("Kreditera 70100001")
    queue_reading()
    work = Work.objects.get(name="robots.read_source")
    dead = liveness.new_owner()
    begin_work(work.pk, revision=work.revision, owner=dead, attempts=3, is_alive=liveness.is_alive)
    run_work(work.pk, work.revision, liveness.new_owner())
    work.refresh_from_db()
    assert (work.state, work.error, Case.objects.count()) == (State.DONE, "", 1)
