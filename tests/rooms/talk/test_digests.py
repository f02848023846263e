"""Mail about what happens: when it is due, what it holds, exactly once, and the ways to end it."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage as Parsed
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from ringar.core.clock import at
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.needs.actions import edit_need
from ringar.needs.models import Need
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.work import OutgoingMail, Work
from ringar.talk.actions import (
    add_comment,
    choose_digest,
    follow_row,
    hide_comment,
    mark_read,
    send_due_mail,
    unsubscribe,
)
from ringar.talk.actions import digests as digests_module
from ringar.talk.actions.digests import unsubscribe_token
from ringar.talk.actions.mailing import mail_person
from ringar.talk.models import DigestChoice, Notification
from ringar.talk.rules import Digest, Purpose, due_at
from tests.people import People
from tests.rooms.needs.cast import shared_by
from tests.rooms.robots.conftest import free_port

STOCKHOLM = ZoneInfo("Europe/Stockholm")
TUESDAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # 10.00 in Stockholm


@pytest.fixture(autouse=True)
def real_backend(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "ringar.robots.mail.QueueBackend"
    settings.DEMO = False


def wants(person: Person, how: str, hour: int = 8, weekday: int = 1) -> None:
    choose_digest(by=viewer_of(person), how=how, hour=hour, weekday=weekday)


def say(person: Person, need: Need, text: str, **options: object) -> None:
    add_comment(by=viewer_of(person), row=need, text=text, **options)


def letters(person: Person) -> list[OutgoingMail]:
    return [mail for mail in OutgoingMail.objects.order_by("pk") if person.email in mail.recipients]


def stockholm(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=STOCKHOLM)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("how", "hour", "weekday", "since", "due"),
    [
        ("none", 8, 1, (2026, 3, 10, 10, 0), None),
        ("at_once", 8, 1, (2026, 3, 10, 10, 0), (2026, 3, 10, 10, 0)),
        ("daily", 8, 1, (2026, 3, 10, 7, 59), (2026, 3, 10, 8, 0)),
        ("daily", 8, 1, (2026, 3, 10, 8, 0), (2026, 3, 11, 8, 0)),
        ("daily", 0, 1, (2026, 12, 31, 23, 59), (2027, 1, 1, 0, 0)),
        ("weekly", 8, 1, (2026, 3, 10, 10, 0), (2026, 3, 16, 8, 0)),
        ("weekly", 8, 2, (2026, 3, 10, 7, 0), (2026, 3, 10, 8, 0)),
        ("weekly", 8, 2, (2026, 3, 10, 10, 0), (2026, 3, 17, 8, 0)),
        ("weekly", 8, 7, (2026, 3, 28, 10, 0), (2026, 3, 29, 8, 0)),  # the night when summer time begins
        ("daily", 8, 1, (2026, 10, 24, 10, 0), (2026, 10, 25, 8, 0)),  # and ends
    ],
)
def test_due_at_when_asked_then_the_next_such_hour_of_local_time(
    how: str, hour: int, weekday: int, since: tuple[int, ...], due: tuple[int, ...] | None
) -> None:
    found = due_at(how, hour=hour, weekday=weekday, since=stockholm(*since).astimezone(UTC), zone=STOCKHOLM)
    assert found == (stockholm(*due) if due else None)


def test_due_at_when_any_hour_of_a_year_then_within_a_week_and_at_that_hour() -> None:
    for hours in range(0, 24 * 366, 7):
        since = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
        due = due_at("weekly", hour=6, weekday=3, since=since, zone=STOCKHOLM)
        assert due is not None
        local = due.astimezone(STOCKHOLM)
        assert timedelta() < due - since <= timedelta(days=7, hours=1)
        assert (local.hour, local.isoweekday()) == (6, 3)


def test_digest_when_daily_then_one_mail_grouped_newest_first_and_nothing_twice(people: People) -> None:
    with at(TUESDAY):
        one, other = shared_by(people.bo, title="Nycklarna"), shared_by(people.bo, title="Bilarna")
        say(people.dag, one, "Första ordet")
        say(people.dag, other, "Andra ordet")
        say(people.cilla, one, "Tredje ordet")
    with at(TUESDAY + timedelta(hours=1)):
        assert send_due_mail() == 0
    with at(TUESDAY + timedelta(days=1)):
        assert send_due_mail() == 2, "to Bo, and to Dag who follows since he wrote"
        assert send_due_mail() == 0
    [mail] = letters(people.bo)
    assert mail.subject == "Nytt om 2 saker"
    places = [mail.text.index(word) for word in ("Nycklarna", "Tredje ordet", "Första ordet", "Bilarna")]
    assert places == sorted(places)
    assert mail.text.count("Första ordet") == mail.text.count("Andra ordet") == 1
    assert "http" in mail.text and one.get_absolute_url() in mail.text
    assert "Tredje ordet" in letters(people.dag)[0].text and "Första" not in letters(people.dag)[0].text
    assert not Notification.objects.filter(mail_at__isnull=False, person=people.bo).exists()


def test_digest_when_there_is_nothing_then_no_mail(people: People) -> None:
    wants(people.bo, Digest.DAILY)
    with at(TUESDAY + timedelta(days=400)):
        assert send_due_mail() == 0
    assert not OutgoingMail.objects.exists()


def test_digest_when_read_on_the_page_then_not_mailed(people: People) -> None:
    with at(TUESDAY):
        one, other = shared_by(people.bo, title="Nycklarna"), shared_by(people.bo, title="Bilarna")
        say(people.dag, one, "Läst")
        say(people.dag, other, "Oläst")
        mark_read(by=viewer_of(people.bo), row=one.uuid)
    with at(TUESDAY + timedelta(days=1)):
        send_due_mail()
    [mail] = letters(people.bo)
    assert "Oläst" in mail.text and "Nycklarna" not in mail.text
    with at(TUESDAY + timedelta(days=1)):
        say(people.dag, other, "Mer")
        mark_read(by=viewer_of(people.bo))
    with at(TUESDAY + timedelta(days=3)):
        assert send_due_mail() == 0


def test_answer_when_weekly_is_chosen_then_mailed_at_once_and_the_rest_waits(people: People) -> None:
    wants(people.bo, Digest.WEEKLY)
    with at(TUESDAY):
        need = shared_by(people.bo)
        say(people.cilla, need, "Pratet väntar")
        say(people.dag, need, "Svaret går genast", purpose=Purpose.ANSWER)
        send_due_mail()
    [mail] = letters(people.bo)
    assert "Svaret går genast" in mail.text and "Pratet väntar" not in mail.text
    with at(TUESDAY + timedelta(days=7)):
        send_due_mail()
    assert "Pratet väntar" in letters(people.bo)[1].text
    assert "Svaret går genast" not in letters(people.bo)[1].text


def test_digest_when_none_is_chosen_then_no_mail_not_even_answers(people: People) -> None:
    wants(people.bo, Digest.NONE)
    with at(TUESDAY):
        need = shared_by(people.bo)
        say(people.dag, need, "Svar", purpose=Purpose.ANSWER)
    with at(TUESDAY + timedelta(days=30)):
        assert send_due_mail() == 0
    assert Notification.objects.filter(person=people.bo).exists()


def test_choose_digest_when_changed_then_what_waits_follows_the_new_choice(people: People) -> None:
    with at(TUESDAY):
        need = shared_by(people.bo)
        say(people.dag, need, "Väntar")
        wants(people.bo, Digest.WEEKLY, hour=6, weekday=5)
    waiting = Notification.objects.get(person=people.bo)
    assert waiting.mail_at == stockholm(2026, 3, 13, 6, 0)
    with at(TUESDAY):
        wants(people.bo, Digest.NONE)
        wants(people.bo, Digest.AT_ONCE)
        assert send_due_mail() == 0, "what was not wanted is not sent later"
        say(people.dag, need, "Genast")
        assert send_due_mail() == 1
    audit = AuditEvent.objects.filter(action="choose_digest").order_by("pk")[0]
    assert audit.changes["digest"] == [["daily", 8, 1], ["weekly", 6, 5]]


@pytest.mark.parametrize(("how", "hour", "weekday"), [("x", 8, 1), ("daily", 24, 1), ("weekly", 8, 0)])
def test_choose_digest_when_odd_then_refused(people: People, how: str, hour: int, weekday: int) -> None:
    with pytest.raises(Refused):
        choose_digest(by=viewer_of(people.bo), how=how, hour=hour, weekday=weekday)
    with pytest.raises(NotAllowed):
        choose_digest(by=Viewer(), how="daily")


def test_mail_when_the_reader_reads_english_then_in_english(people: People) -> None:
    people.bo.language = "en"
    people.bo.save()
    with at(TUESDAY):
        say(people.dag, shared_by(people.bo, title="Nycklarna"), "Hej")
    with at(TUESDAY + timedelta(days=1)):
        send_due_mail()
    [mail] = letters(people.bo)
    assert mail.subject == "Dag wrote about “Nycklarna”."
    assert "Hello Bo!" in mail.text


def test_mail_when_the_row_is_closed_to_the_reader_since_then_nothing_of_it(people: People) -> None:
    with at(TUESDAY):
        need = shared_by(people.bo, title="HEMLIG TITEL", visibility="public")
        follow_row(by=viewer_of(people.farid), row=need)
        say(people.dag, need, "HEMLIGA ORD")
        edit_need(by=viewer_of(people.bo), need=need, changes={"visibility": "unit"})
    with at(TUESDAY + timedelta(days=1)):
        send_due_mail()
    assert not letters(people.farid)
    assert len(letters(people.bo)) == 1


def test_mail_when_the_comment_is_hidden_since_then_its_words_are_not_told(people: People) -> None:
    with at(TUESDAY):
        need = shared_by(people.bo)
        comment = add_comment(by=viewer_of(people.cilla), row=need, text="DOLDA ORD").comment
        hide_comment(by=viewer_of(people.dag), comment=comment, reason="Pekar ut någon")
    with at(TUESDAY + timedelta(days=1)):
        send_due_mail()
    assert "DOLDA ORD" not in letters(people.bo)[0].text
    [told] = [mail for mail in letters(people.cilla) if "Pekar ut någon" in mail.text]
    assert "DOLDA ORD" not in told.text


def test_mail_when_the_person_has_left_then_none(people: People) -> None:
    with at(TUESDAY):
        say(people.dag, shared_by(people.bo), "Hej")
    Person.objects.filter(pk=people.bo.pk).update(is_active=False)
    with at(TUESDAY + timedelta(days=1)):
        assert send_due_mail() == 0
        assert send_due_mail() == 0


def test_mail_when_outside_then_the_unit_is_told_and_not_the_name(people: People) -> None:
    with at(TUESDAY):
        need = shared_by(people.bo, visibility="public")
        follow_row(by=viewer_of(people.farid), row=need)
        say(people.alva, need, "Hej")
    with at(TUESDAY + timedelta(days=1)):
        send_due_mail()
    [outside], [inside] = letters(people.farid), letters(people.bo)
    assert people.district.name in outside.text and "Alva" not in outside.text
    assert "Alva" in inside.text


def test_send_due_mail_when_one_fails_then_the_others_get_theirs_and_it_is_tried_again(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(TUESDAY):
        need = shared_by(people.bo)
        follow_row(by=viewer_of(people.cilla), row=need)
        say(people.dag, need, "Hej")
    Person.objects.filter(pk=people.bo.pk).update(email="två\nrader@ringsala.example")
    with at(TUESDAY + timedelta(days=1)):
        with pytest.raises(Exception, match=r"(?i)header|newline|address"):
            send_due_mail()
        assert len(letters(people.cilla)) == 1
        Person.objects.filter(pk=people.bo.pk).update(email=people.bo.email)
        assert send_due_mail() == 1
    assert len(letters(people.bo)) == len(letters(people.cilla)) == 1


@pytest.mark.django_db(transaction=True)
def test_mail_person_when_it_dies_before_the_end_then_nothing_is_sent_and_later_once(people: People) -> None:
    with at(TUESDAY):
        say(people.dag, shared_by(people.bo), "Hej")
    with at(TUESDAY + timedelta(days=1)):
        with suppress(RuntimeError), transaction.atomic():
            assert mail_person(people.bo.pk)
            raise RuntimeError("the power goes")
        assert not OutgoingMail.objects.exists() and not Work.objects.filter(key__startswith="mail:").exists()
        assert send_due_mail() == 1
    assert len(letters(people.bo)) == 1


@pytest.mark.django_db(transaction=True)
def test_send_due_mail_when_many_workers_send_at_once_then_each_is_mailed_once(people: People) -> None:
    readers = [people.alva, people.bo, people.cilla]
    with at(TUESDAY):
        need = shared_by(people.bo)
        for reader in readers:
            follow_row(by=viewer_of(reader), row=need)
        for number in range(3):
            say(people.dag, need, f"Ord nummer {number}")
    started, wrong = threading.Barrier(4), []

    def work() -> None:
        connection.ensure_connection()
        started.wait()
        try:
            with at(TUESDAY + timedelta(days=1)):
                send_due_mail()
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    for reader in readers:
        [mail] = letters(reader)
        assert all(mail.text.count(f"Ord nummer {number}") == 1 for number in range(3))


class Postbox:
    """Keeps what it is sent."""

    def __init__(self) -> None:
        self.mails: list[Parsed] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@pytest.fixture
def postbox(settings: Settings) -> Iterator[Postbox]:
    box = Postbox()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.RINGAR_SMTP_URL = f"smtp://127.0.0.1:{server.port}"
    yield box
    server.stop()


def test_digest_when_the_worker_runs_then_it_arrives_once_and_can_be_ended_by_one_press(
    people: People, postbox: Postbox
) -> None:
    wants(people.bo, Digest.AT_ONCE)
    need = shared_by(people.bo, title="Nycklarna")
    say(people.dag, need, "Hej")
    run_waiting()
    run_waiting()
    [mail] = [each for each in postbox.mails if each["To"] == people.bo.email]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = mail["List-Unsubscribe"].strip(" <>")
    body = mail.get_body(("plain",)).get_content()
    assert link in body.replace("=\n", "") and "Hej" in body
    path = link.removeprefix("https://testserver").removeprefix("http://testserver")
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert DigestChoice.objects.get(person=people.bo).how == Digest.NONE
    say(people.dag, need, "Till")
    run_waiting()
    assert len([each for each in postbox.mails if each["To"] == people.bo.email]) == 1


def test_unsubscribe_when_a_mail_filter_looks_then_nothing_changes(people: People) -> None:
    path = reverse("unsubscribe", args=[unsubscribe_token(people.bo)])
    for method in ("get", "head"):
        assert getattr(Client(), method)(path).status_code == 200
    assert Client().options(path).status_code in {200, 405}
    assert not DigestChoice.objects.exists()
    assert not AuditEvent.objects.filter(action="choose_digest").exists()


def test_unsubscribe_when_the_token_is_made_up_then_not_found(people: People) -> None:
    token = unsubscribe_token(people.bo)
    for wrong in (token[:-1], token + "x", str(people.bo.uuid), f"{people.dag.uuid}{token[36:]}", "x", "å"):
        assert Client().post(reverse("unsubscribe", args=[wrong])).status_code == 404
        with pytest.raises(NotAllowed):
            unsubscribe(token=wrong)
    assert not DigestChoice.objects.exists()
    assert digests_module.person_of_token(token) == people.bo
