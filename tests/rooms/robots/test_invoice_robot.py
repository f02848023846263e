"""The invoice robot with real servers: what it does, what it asks, and that nothing is done twice."""

import os
import random

import pytest
from django.utils import timezone

from ringar.core.models import AuditEvent
from ringar.core.rules import Refused
from ringar.robots.actions.cases import answer_case
from ringar.robots.actions.changed_code import differences
from ringar.robots.actions.publishing import add_robot, publish_robot
from ringar.robots.library import cancel_invoice, mailbox
from ringar.robots.models.cases import Case, CaseNote, Robot, RobotQueue, Run, Step
from ringar.robots.models.work import Work
from ringar.robots.rules.cases import CaseState
from ringar_kits.invoices import check_invoice, read_invoice
from tests.people import People
from tests.rooms.robots.invoice_cast import (
    World,
    due_again,
    published,
    signed,
    told,
    work_off,
)
from tests.rooms.robots.robot_people import bo
from tests.world import PASSWORD, facts, switch


@pytest.fixture
def robot(people: People, world: World, settings) -> Robot:
    settings.RINGAR_RETRY_SECONDS = 600  # not by itself, however slow the machine
    return published(people)


def ask(world: World, number: str) -> None:
    world.send(f"Hej! Faktura {number} blev fel, kan ni makulera den?\n/Anna")


def once(world: World, number: str) -> bool:
    """Credited, answered and written in the journal, each once."""
    done = world.credits(number), world.answers(number), world.journal(number)
    return [len(each) for each in done] == [1, 1, 1]


def test_mail_when_it_asks_for_an_invoice_then_it_is_credited_answered_and_written_in_the_journal(
    robot: Robot, world: World
) -> None:
    number = world.invoice()
    ask(world, number)
    (case,) = work_off(robot)
    assert told(case) == (CaseState.DONE, "cancelled")
    (credit,) = world.credits(number)
    note = read_invoice(credit["body"])
    assert [finding for finding in check_invoice(credit["body"]) if finding.is_error] == []
    assert (note.is_credit, note.type_code, note.preceding[0].number) == (True, "381", number)
    assert str(note.totals.payable) == world.invoices[number]["amount"]
    assert once(world, number)
    assert credit["number"] in world.answers(number)[0]
    steps = Step.objects.filter(case=case).order_by("number").values_list("bpmn_id", flat=True)
    assert list(steps) == [
        "read_request", "find_invoice", "make_note", "credit_invoice", "answer", "write_journal",
    ]  # fmt: skip
    assert work_off(robot) == [case], "its own copy of the answer is no new case"


def test_mail_when_delivered_twice_then_it_is_one_case(robot: Robot, world: World) -> None:
    number = world.invoice()
    for _time in range(2):
        world.send(f"Kreditera {number}", message_id="<same@x>")
    assert [told(case) for case in work_off(robot)] == [(CaseState.DONE, "cancelled")]
    world.send(f"Kreditera {number}", message_id="<same@x>")
    assert len(work_off(robot)) == 1
    assert once(world, number)


def test_mail_when_it_has_no_message_id_then_its_bytes_tell_it_apart(robot: Robot, world: World) -> None:
    numbers = [world.invoice(), world.invoice()]
    for number in (*numbers, numbers[0]):
        world.send(f"Kreditera {number}", message_id="")
    assert [told(case)[1] for case in work_off(robot)] == ["cancelled"] * 2
    assert all(once(world, number) for number in numbers)


def test_mails_when_in_any_order_and_the_same_invoice_twice_then_credited_once_and_the_second_answered_kindly(
    robot: Robot, world: World
) -> None:
    numbers = [world.invoice() for _ in range(3)]
    mails = [*numbers, *numbers]
    random.Random(5).shuffle(mails)
    for number in mails:
        ask(world, number)
    ends = [told(case) for case in work_off(robot)]
    assert sorted(ends) == [(CaseState.DONE, "already")] * 3 + [(CaseState.DONE, "cancelled")] * 3
    for number in numbers:
        (credit,) = world.credits(number)
        assert len(world.journal(number)) == 1
        assert [credit["number"] in text for text in world.answers(number)] == [True, True]


def test_credit_when_two_cases_are_past_the_look_at_once_then_the_ledger_holds_one(
    robot: Robot, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = world.invoice()
    ask(world, number)
    look = cancel_invoice.finance.find(number, customer="", amount="")
    work_off(robot)
    ask(world, number)
    monkeypatch.setattr(cancel_invoice.finance, "find", lambda *_args, **_named: look)  # as it was: open
    assert [told(case)[1] for case in work_off(robot)] == ["cancelled", "already"]
    assert len(world.credits(number)) == 1


def test_robot_when_it_stops_after_an_effect_and_before_its_note_then_verify_finds_it(
    robot: Robot, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = world.invoice()
    ask(world, number)
    for lost in ("credit", "answer", "write_journal"):
        place = cancel_invoice.mailbox if lost == "answer" else cancel_invoice.finance
        deed = getattr(place, lost)

        def stop_after(*args: object, deed: object = deed, **named: object) -> None:
            deed(*args, **named)  # type: ignore[operator]
            raise ConnectionResetError("the cable")

        with monkeypatch.context() as patch:
            patch.setattr(place, lost, stop_after)
            (case,) = due_again(robot)
            assert (case.state, Step.objects.get(case=case, key__endswith=lost[-6:]).done_at) == (
                CaseState.RETRYING,
                None,
            )
    (case,) = due_again(robot)
    assert told(case) == (CaseState.DONE, "cancelled"), "its own credit note is no one else's"
    assert once(world, number)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Kan ni makulera fakturan? Den är fel.", "nämner ingen faktura"),
        ("Kreditera faktura 70100001 eller 70100002", "flera fakturor"),
        ("Kreditera faktura 99999999", "Det finns ingen faktura 99999999"),
        ("Hej, hur går det med faktura 70100001?", "säger inte"),
        ("", "säger inte"),
        ("😀 " * 20_000 + "‮kreditera 70100001‬ \udcff", ""),
    ],
)
def test_mail_when_it_is_not_clear_then_a_person_is_asked_and_the_queue_goes_on(
    robot: Robot, world: World, text: str, question: str
) -> None:
    number, before = world.invoice(), len(facts(world.finance.data, "credit"))
    world.send(text.encode("utf-8", "replace").decode())
    ask(world, number)
    unclear, clear = work_off(robot)
    assert unclear.state == CaseState.WAITING
    assert question in unclear.question
    assert told(clear) == (CaseState.DONE, "cancelled")
    assert len(facts(world.finance.data, "credit")) == before + 1


def test_question_when_answered_with_a_number_then_that_invoice_is_cancelled_and_a_no_is_told(
    robot: Robot, world: World, people: People
) -> None:
    number, other = world.invoice(), world.invoice()
    world.send(f"Makulera {number}, eller om det var {other}?")
    world.send(f"Makulera {number}, eller om det var {other}?")
    first, second = work_off(robot)
    assert first.facts["numbers"] == f"{number}, {other}"
    answer_case(by=bo(people), case=first, approved=True, text=f"Det är {other}")
    answer_case(by=bo(people), case=second, approved=False, text="Ring mig, tack.")
    assert [told(case) for case in work_off(robot)] == [
        (CaseState.DONE, "cancelled"),
        (CaseState.DONE, "declined"),
    ]
    assert once(world, other)
    assert not world.credits(number)
    assert len(world.answers("Ring mig, tack.")) == 1


def test_invoice_when_above_the_limit_in_euro_or_asked_for_by_a_stranger_then_a_yes_counts_for_that_one(
    robot: Robot, world: World, people: People
) -> None:
    dear, other = [each for each in world.free if float(world.invoices[each]["amount"]) > 5_000][:2]
    world.free.remove(dear)
    euro = next(
        number
        for number, row in world.invoices.items()
        if row["currency"] == "EUR" and number not in world.credited
    )
    cheap = world.invoice()
    ask(world, dear)
    ask(world, euro)
    world.send(f"Makulera {cheap}", sender="anna@ringsala.example.evil.example")
    cases = work_off(robot)
    assert [case.facts["invoice"] for case in cases] == [dear, euro, cheap]
    for case, words in zip(cases, ("5000", "EUR", "avsändaren"), strict=True):
        assert case.state == CaseState.WAITING
        assert words.lower() in case.question.lower()
    assert not any(world.credits(number) for number in (dear, euro, cheap))
    for case, text in zip(cases, ("", f"hellre {other}", ""), strict=True):
        answer_case(by=bo(people), case=case, approved=True, text=text)
    first, second, third = work_off(robot)
    assert told(first) == (CaseState.DONE, "cancelled")
    assert (second.state, second.facts["invoice"]) == (CaseState.WAITING, other), "the yes was to another one"
    assert told(third) == (CaseState.DONE, "cancelled")
    assert [len(world.credits(number)) for number in (dear, euro, other, cheap)] == [1, 0, 0, 1]


def test_invoice_when_credited_before_or_in_part_then_answered_or_left_to_a_person(
    robot: Robot, world: World
) -> None:
    credited = next(iter(world.credited))
    ask(world, credited)
    assert [told(case) for case in work_off(robot)] == [(CaseState.DONE, "already")]
    assert len(world.credits(credited)) == 1
    assert f"K{credited}" in world.answers(credited)[-1]
    part = world.invoice()
    world.change(
        "INSERT INTO credit (at, way, invoice, number, currency, amount, body)"
        " VALUES (0, 'x', ?, 'K1', 'SEK', '1', '')",
        part,
    )
    ask(world, part)
    assert work_off(robot)[-1].state == CaseState.WAITING


@pytest.mark.parametrize(
    ("ubl", "question"),
    [
        (b"<Invoice", "Ingen kreditfaktura"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "Ingen kreditfaktura"),
    ],
)
def test_finance_system_when_its_invoice_is_broken_then_a_person_is_asked(
    robot: Robot, world: World, ubl: bytes, question: str
) -> None:
    number, good = world.invoice(), world.invoice()
    world.change("UPDATE invoice SET xml = ? WHERE number = ?", ubl, number)
    ask(world, number)
    ask(world, good)
    broken, fine = work_off(robot)
    assert broken.state == CaseState.WAITING
    assert question in broken.question
    assert told(fine) == (CaseState.DONE, "cancelled")
    assert not world.credits(number)


def test_attachment_when_it_is_an_invoice_then_its_number_counts_and_when_broken_it_is_said(
    robot: Robot, world: World
) -> None:
    number = world.invoice()
    world.send("Kreditera den bifogade.", attached=world.invoices[number]["xml"])
    world.send("Kreditera den bifogade.", attached=b"<Invoice><cbc:ID>")
    good, broken = work_off(robot)
    assert told(good) == (CaseState.DONE, "cancelled")
    assert "bifogade" in broken.question
    assert broken.payload["invoices"][0]["fault"]


def test_mail_when_larger_than_the_limit_then_it_is_not_fetched_and_a_person_reads_it(
    robot: Robot, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert mailbox.LARGEST == 20 * 1024 * 1024
    # A mail of 50 MB takes the test's server half a minute; the way is the same for a smaller one.
    monkeypatch.setattr(mailbox, "LARGEST", 1024 * 1024)
    number = world.invoice()
    world.send(f"Kreditera {number}", attached=os.urandom(1024 * 1024))
    ask(world, world.invoice())
    large, small = work_off(robot)
    assert large.payload["too_large"] > 1024 * 1024
    assert large.payload["text"] == ""
    assert (large.state, "20 MB" in large.question) == (CaseState.WAITING, True)
    assert small.state == CaseState.DONE


def test_mail_when_a_machine_wrote_it_then_it_is_not_answered(robot: Robot, world: World) -> None:
    before = len(facts(world.mail.data, "mail"))
    world.send("Jag är på semester. Kreditera 70100001", auto_submitted="auto-replied")
    assert [told(case) for case in work_off(robot)] == [(CaseState.DONE, "automatic")]
    assert len(facts(world.mail.data, "mail")) == before + 1


def test_finance_system_when_down_then_no_case_is_lost_and_all_are_done_when_it_is_back(
    robot: Robot, world: World
) -> None:
    numbers = [world.invoice() for _ in range(7)]
    for number in numbers:
        ask(world, number)
    switch(world.finance.data, down=1)
    try:
        work_off(robot)
        due_again(robot)
        assert RobotQueue.objects.get().is_paused
        assert not Case.objects.filter(state__in=[CaseState.FAILED, CaseState.DONE]).exists()
    finally:
        switch(world.finance.data, down=0)
    RobotQueue.objects.update(probe_at=timezone.now())
    for _look in range(2):
        cases = due_again(robot)
    assert {told(case) for case in cases} == {(CaseState.DONE, "cancelled")}
    assert all(once(world, number) for number in numbers)


def test_dry_run_when_of_a_mail_then_nothing_leaves_the_house(robot: Robot, world: World) -> None:
    from_mail = world.invoice()
    ask(world, from_mail)
    with pytest.raises(Refused):
        world.dry_run(robot, "no such mail")
    case = world.dry_run(robot, next(iter(cancel_invoice.mailbox.new_items())).reference)
    assert told(case) == (CaseState.DONE, "cancelled")
    assert set(case.steps.filter(kind="dry").values_list("name", flat=True)) == {
        "credit_invoice", "answer", "write_journal",
    }  # fmt: skip
    assert (world.credits(from_mail), world.answers(from_mail)) == ([], [])


def test_password_when_anything_goes_wrong_then_it_stands_in_no_row_and_no_log(
    robot: Robot, world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(world, world.invoice())
    monkeypatch.setattr(
        cancel_invoice.finance, "document", lambda number: (_ for _ in ()).throw(OSError(f"401 {PASSWORD}"))
    )
    (case,) = work_off(robot)
    assert (case.state, "401" in case.error) == (CaseState.RETRYING, True)
    for model in (Case, Run, Step, CaseNote, Work, AuditEvent):
        assert PASSWORD not in str(list(model.objects.values()))
    assert PASSWORD not in caplog.text
    monkeypatch.setenv("RINGAR_ROBOT_CANCEL_INVOICE_FINANCE_URL", "http://ekonomi.example")
    with pytest.raises(OSError, match="another machine"):
        cancel_invoice.finance.invoice("1")


def test_map_when_it_and_the_robot_name_the_same_steps_then_it_is_published_and_else_refused(
    people: People, world: World
) -> None:
    version = signed(people, "cancel-invoice", "makulera-faktura")
    assert differences(cancel_invoice.cancel_invoice, version) == []
    version.bpmn = version.bpmn.replace('"make_note"', '"make_credit_note"')
    version.save()
    draft = add_robot(by=bo(people), name="cancel-invoice", unit=people.care)
    with pytest.raises(Refused, match=r"(?s)make_note.*Gör och kontrollera"):
        publish_robot(by=bo(people), robot=draft)
