"""Calls and answers: the same for all, nobody left without an answer."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import uuid4

import pytest

from ringar.core.clock import at, now
from ringar.core.models import AuditEvent, Person
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.robots.models.work import OutgoingMail
from ringar.solvers import queries
from ringar.solvers.actions import (
    answer_call,
    close_call,
    decline_answer,
    edit_answer,
    edit_call,
    invite_answer,
    open_call,
    start_call,
    verify_email,
    withdraw_answer,
)
from ringar.solvers.models import Answer, Call, Solution
from ringar.solvers.rules import (
    ANSWERS_PER_EMAIL_AND_CALL,
    STRANGER,
    UNCONFIRMED_PER_EMAIL_AND_DAY,
    AnswerState,
    CallState,
)
from tests.people import People
from tests.rooms.solvers.conftest import NEED

View = Callable[[Person], Viewer]
Later = Callable[[Call], AbstractContextManager[None]]
REASON = "Ni kräver en app, och våra äldre har ingen smart telefon."


@pytest.fixture(autouse=True)
def mail(settings: object) -> None:
    """Mail goes to the queue, as in the house."""
    settings.EMAIL_BACKEND = "ringar.robots.mail.QueueBackend"  # type: ignore[attr-defined]


def draft(by: Viewer, **changes: object) -> Call:
    facts = {
        "title": "Middag för en",
        "text": "Många äter ensamma.",
        "deadline": now() + timedelta(days=3),
        "needs": [NEED],
        "criteria": ["Utan telefon"],
    }
    return start_call(by=by, **{**facts, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"needs": []},
        {"criteria": []},
        {"criteria": list("abcdef")},
        {"title": "  "},
        {"text": ""},
        {"text": "x" * 20_001},
        {"title": "x" * 201},
    ],
)
def test_start_call_when_something_lacks_then_refused(
    changes: dict[str, object], people: People, viewer: View
) -> None:
    with pytest.raises(Refused):
        draft(viewer(people.dag), **changes)
    assert Call.objects.count() == 0


def test_start_call_when_not_one_who_runs_calls_then_not_allowed(people: People, viewer: View) -> None:
    for by in (viewer(people.elif_), viewer(people.farid), Viewer()):
        with pytest.raises(NotAllowed):
            draft(by)


def test_open_call_when_deadline_is_past_then_refused(people: People, viewer: View) -> None:
    call = draft(viewer(people.dag), deadline=now() - timedelta(minutes=1))
    with pytest.raises(Refused):
        open_call(by=viewer(people.dag), call=call)
    with pytest.raises(NotAllowed):
        open_call(by=viewer(people.sam), call=call)


def test_draft_when_not_open_then_only_the_organisation_sees_it(people: People, viewer: View) -> None:
    call = draft(viewer(people.dag))
    assert queries.call_for(viewer(people.bo), call.uuid) == call
    for by in (viewer(people.sam), viewer(people.farid), viewer(people.elif_), Viewer()):
        with pytest.raises(NotAllowed):
            queries.call_for(by, call.uuid)
        assert call not in queries.visible_calls(by)
    with pytest.raises(NotAllowed):
        answer_call(by=Viewer(), call=call, email="a@example.se", text="Hej")


def test_edit_call_when_open_then_promises_hold(call: Call, people: People, viewer: View) -> None:
    by = viewer(people.dag)
    for broken in (
        {"criteria": ["Annat"]},
        {"needs": [(uuid4(), "Annat")]},
        {"deadline": call.deadline - timedelta(days=1)},
    ):
        with pytest.raises(Refused):
            edit_call(by=by, call=call, **broken)  # type: ignore[arg-type]
    later = call.deadline + timedelta(days=7)
    edit_call(by=by, call=call, deadline=later, text="Förtydligat", needs=[NEED])
    call.refresh_from_db()
    assert (call.deadline, call.text) == (later, "Förtydligat")
    assert [c.text for c in call.criteria.all()] == [
        "Fungerar utan smart telefon",
        "Kan börja inom två månader",
    ]


def test_edit_call_when_draft_then_all_can_change(people: People, viewer: View) -> None:
    by = viewer(people.dag)
    call = draft(by)
    other = (uuid4(), "Annat behov")
    edit_call(
        by=by, call=call, criteria=["Ett", "Två"], needs=[NEED, other], deadline=now() + timedelta(days=1)
    )
    assert [c.text for c in call.criteria.all()] == ["Ett", "Två"]
    assert {n.need_uuid for n in call.needs.all()} == {NEED[0], other[0]}
    assert list(queries.calls_of_needs([other[0]], by)) == [call]


def test_answer_call_when_in_time_then_receipt_with_private_link(answer: Answer, call: Call) -> None:
    letter = OutgoingMail.objects.get()
    assert letter.recipients == ["vera@grannbordet.example"]
    assert f"/svar/{answer.token}/" in letter.text and "fyra stolar" in letter.text
    assert queries.answer_with_token(answer.token) == answer
    trail = str([event.__dict__ for event in AuditEvent.objects.all()])
    assert "vera@" not in trail and answer.token not in trail and "sender" in trail


def test_answer_call_when_late_then_refused_kindly(call: Call, after_deadline: Later) -> None:
    with after_deadline(call), pytest.raises(Refused, match=r"Thank you|Tack"):
        answer_call(by=Viewer(), call=call, email="sen@example.se", text="Hoppas det går")
    with at(call.deadline), pytest.raises(Refused):
        answer_call(by=Viewer(), call=call, email="sen@example.se", text="På slaget")
    assert Answer.objects.count() == 0 and OutgoingMail.objects.count() == 0
    with at(call.deadline - timedelta(seconds=1)):
        answer_call(by=Viewer(), call=call, email="nyss@example.se", text="I sista sekunden")


def test_answer_call_when_sent_twice_then_one_answer_and_one_letter(answer: Answer, call: Call) -> None:
    again = answer_call(
        by=Viewer(), call=call, email="Vera@Grannbordet.example", text="Vi börjar med fyra stolar.\n"
    )
    assert again == answer
    assert OutgoingMail.objects.count() == 1


def test_answer_call_when_one_address_sends_much_then_refused(answer: Answer, call: Call) -> None:
    verify_email(by=Viewer(), answer=answer)
    for number in range(1, ANSWERS_PER_EMAIL_AND_CALL):
        more = answer_call(by=Viewer(), call=call, email=answer.email, text=f"En till, {number}")
        verify_email(by=Viewer(), answer=more)
    with pytest.raises(Refused):
        answer_call(by=Viewer(), call=call, email=answer.email, text="Och en")
    answer_call(by=Viewer(), call=call, email="annan@example.se", text="Jag då?")


def test_answer_call_when_others_write_in_ones_name_then_ones_own_still_counts(call: Call) -> None:
    """Answers that nobody has confirmed use up no quota; whoever gets the letters takes them away."""
    false = [
        answer_call(by=Viewer(), call=call, email="vera@example.se", text=f"Falskt {number}")
        for number in range(UNCONFIRMED_PER_EMAIL_AND_DAY)
    ]
    with pytest.raises(Refused) as refused:
        answer_call(by=Viewer(), call=call, email="vera@example.se", text="Mitt riktiga svar")
    assert "dra tillbaka" in str(refused.value)
    withdraw_answer(by=Viewer(), answer=false[0])
    own = answer_call(by=Viewer(), call=call, email="vera@example.se", text="Mitt riktiga svar")
    verify_email(by=Viewer(), answer=own)
    assert own.state == AnswerState.RECEIVED


def test_answer_call_when_logged_in_with_the_address_then_false_ones_do_not_stop_it(
    call: Call, people: People, viewer: View
) -> None:
    for number in range(UNCONFIRMED_PER_EMAIL_AND_DAY):
        answer_call(by=Viewer(), call=call, email=people.elif_.email, text=f"Falskt {number}")
    own = answer_call(by=viewer(people.elif_), call=call, email=people.elif_.email, text="Elifs eget")
    assert own.email_verified_at is not None and own.created_by == people.elif_


def test_answer_call_when_a_call_is_flooded_then_refused_for_an_hour(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ringar.solvers.actions.answers.ANSWERS_PER_CALL_AND_HOUR", 3)
    for number in range(3):
        answer_call(by=Viewer(), call=call, email=f"a{number}@example.se", text="Hej")
    with pytest.raises(Refused):
        answer_call(by=Viewer(), call=call, email="a4@example.se", text="Hej")
    with at(now() + timedelta(minutes=61)):
        answer_call(by=Viewer(), call=call, email="a4@example.se", text="Hej")


@pytest.mark.parametrize(
    "text", ["👩‍🚒 vi kan! 🎉", "\u200fاكتب بكلماتك", "halv\ud83d emoji", "noll\x00byte", "x" * 20_000]
)
def test_answer_call_when_the_text_is_odd_then_kept(text: str, call: Call) -> None:
    answer = answer_call(by=Viewer(), call=call, email="odd@example.se", text=text)
    answer.refresh_from_db()
    assert answer.text == text.replace("\ud83d", "?").replace("\x00", "")


def test_answer_call_when_too_long_or_without_address_then_refused(call: Call) -> None:
    for email, text in (
        ("a@example.se", "x" * 50_000),
        ("ingen adress", "Hej"),
        ("", "Hej"),
        ("a@example.se", " "),
    ):
        with pytest.raises(Refused):
            answer_call(by=Viewer(), call=call, email=email, text=text)


def test_answer_call_when_with_a_solution_then_only_ones_own(
    call: Call, solution: Solution, people: People, viewer: View
) -> None:
    mine = answer_call(
        by=viewer(people.elif_), call=call, email="e@example.se", text="Matlag", solution=solution
    )
    assert mine.solution == solution
    for by in (viewer(people.farid), Viewer()):
        with pytest.raises(NotAllowed):
            answer_call(by=by, call=call, email="r@example.se", text="Min!", solution=solution)


def test_secrecy_when_answered_with_then_told_to_the_caller_too(
    solution: Solution, people: People, viewer: View
) -> None:
    assert queries.secrecy_of(viewer(people.sam), solution, STRANGER) == ("", "")
    theirs = open_call(by=viewer(people.sam), call=draft(viewer(people.sam)))
    answer_call(by=viewer(people.elif_), call=theirs, email="e@example.se", text="Matlag", solution=solution)
    assert queries.secrecy_of(viewer(people.sam), solution, STRANGER)[0] == solution.secrecy


def test_edit_answer_when_before_deadline_then_saved_else_refused(
    answer: Answer, call: Call, after_deadline: Later
) -> None:
    edit_answer(by=Viewer(), answer=answer, text="Fem stolar", name="Vera")
    answer.refresh_from_db()
    assert (answer.text, answer.name) == ("Fem stolar", "Vera")
    with after_deadline(call), pytest.raises(Refused):
        edit_answer(by=Viewer(), answer=answer, text="Sex stolar")


def test_withdraw_answer_when_sent_then_no_longer_waits(
    answer: Answer, call: Call, people: People, viewer: View, after_deadline: Later
) -> None:
    withdraw_answer(by=Viewer(), answer=answer)
    withdraw_answer(by=Viewer(), answer=answer)
    assert queries.answer_counts(call) == {}
    with after_deadline(call):
        with pytest.raises(Refused):
            invite_answer(by=viewer(people.dag), answer=answer, declares_none=True)
        close_call(by=viewer(people.dag), call=call)
    call.refresh_from_db()
    assert call.state == CallState.ANSWERED


def test_verify_email_when_done_twice_then_first_time_stands(answer: Answer) -> None:
    verify_email(by=Viewer(), answer=answer)
    answer.refresh_from_db()
    first = answer.email_verified_at
    with at(now() + timedelta(days=1)):
        verify_email(by=Viewer(), answer=answer)
    answer.refresh_from_db()
    assert first is not None and answer.email_verified_at == first


def test_decide_when_before_the_deadline_then_refused(answer: Answer, people: People, viewer: View) -> None:
    with pytest.raises(Refused):
        invite_answer(by=viewer(people.dag), answer=answer, declares_none=True)
    with pytest.raises(Refused):
        decline_answer(by=viewer(people.dag), answer=answer, declares_none=True, reason=REASON)


def test_decide_answer_when_it_settles_the_call_then_the_trail_tells_of_that_too(
    call: Call, people: People, viewer: View, after_deadline: Later
) -> None:
    first, last = (
        answer_call(by=Viewer(), call=call, text="Fem stolar", email=f"{name}@example.se")
        for name in ("vera", "ville")
    )
    with after_deadline(call):
        for answer in (first, last):
            decline_answer(by=viewer(people.dag), answer=answer, declares_none=True, reason=REASON)
    told = AuditEvent.objects.filter(action="decide_answer").order_by("id")
    assert [row.changes.get("call") for row in told] == [["open", "closed"], ["closed", "answered"]]


def test_decline_when_reason_is_short_then_refused(
    answer: Answer, call: Call, people: People, viewer: View, after_deadline: Later
) -> None:
    with after_deadline(call):
        for short in ("", "Nej.", " " * 40 + "för kort text"):
            with pytest.raises(Refused):
                decline_answer(by=viewer(people.dag), answer=answer, declares_none=True, reason=short)
    answer.refresh_from_db()
    assert answer.state == AnswerState.RECEIVED


def test_decide_when_not_one_who_runs_the_call_then_not_allowed(
    answer: Answer, call: Call, people: People, viewer: View, after_deadline: Later
) -> None:
    with after_deadline(call):
        for person in (people.sam, people.elif_, people.farid):
            with pytest.raises(NotAllowed):
                decline_answer(by=viewer(person), answer=answer, declares_none=True, reason=REASON)
            with pytest.raises(NotAllowed):
                queries.answers_to(viewer(person), call)


def test_call_when_from_open_to_the_last_answer_then_everyone_is_answered(
    answer: Answer, call: Call, people: People, viewer: View, after_deadline: Later
) -> None:
    other = answer_call(
        by=Viewer(),
        call=call,
        email="app@example.se",
        text="Our app predicts loneliness for you and the team",
    )
    with after_deadline(call):
        assert call not in queries.open_calls(now())
        assert call.state_at(now()) == CallState.CLOSED
        assert queries.answer_counts(call) == {"received": 2}
        invite_answer(by=viewer(people.dag), answer=answer, declares_none=True)
        call.refresh_from_db()
        assert call.state == CallState.CLOSED
        decline_answer(by=viewer(people.dag), answer=other, declares_none=True, reason=REASON)
    call.refresh_from_db()
    assert call.state == CallState.ANSWERED
    no = OutgoingMail.objects.latest("id")
    assert no.recipients == ["app@example.se"]
    assert REASON in no.text and f"/svar/{other.token}/" in no.text
    other.refresh_from_db()
    assert (other.decided_by, other.reason) == (people.dag, REASON)


def test_invite_when_declined_before_then_a_second_thought_but_not_back(
    answer: Answer, call: Call, people: People, viewer: View, after_deadline: Later
) -> None:
    by = viewer(people.dag)
    with after_deadline(call):
        decline_answer(by=by, answer=answer, declares_none=True, reason=REASON)
        invite_answer(by=by, answer=answer, declares_none=True)
        invite_answer(by=by, answer=answer, declares_none=True)
        with pytest.raises(Refused):
            decline_answer(by=by, answer=answer, declares_none=True, reason=REASON)
        with pytest.raises(Refused):
            withdraw_answer(by=Viewer(), answer=answer)
    assert OutgoingMail.objects.count() == 3


def test_close_call_when_somebody_has_answered_then_only_after_the_deadline(
    call: Call, people: People, viewer: View, after_deadline: Later
) -> None:
    by = viewer(people.dag)
    answer = answer_call(by=Viewer(), call=call, email="a@example.se", text="Hej")
    with pytest.raises(Refused):
        close_call(by=by, call=call)
    with after_deadline(call):
        close_call(by=by, call=call)
        call.refresh_from_db()
        assert call.state == CallState.CLOSED
        decline_answer(by=by, answer=answer, declares_none=True, reason=REASON)
    empty = open_call(by=by, call=draft(by))
    assert close_call(by=by, call=empty).state == CallState.ANSWERED
    with pytest.raises(Refused):
        answer_call(by=Viewer(), call=empty, email="a@example.se", text="Hej")
