"""Checking who suppliers are; conflicts of interest; trials of secrecy."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from ringar.core.actions import add_person
from ringar.core.flags import Flagged
from ringar.core.models import AuditEvent, Interest, Person
from ringar.core.rules import NotAllowed, Refused, Role, Viewer
from ringar.solvers import queries
from ringar.solvers.actions import (
    answer_call,
    begin_trial,
    decide_trial,
    decline_answer,
    edit_call,
    invite_answer,
    open_call,
    refuse_solver,
    set_solver_state,
    start_call,
    step_aside,
    step_aside_from_check,
    verify_solver,
)
from ringar.solvers.models import Answer, Call, SecrecyTrial, Solution, Solver
from ringar.solvers.rules import domains_agree
from ringar.talk.models import Notification
from tests.people import People
from tests.rooms.solvers.cast import COMPANY, founder, secret_answer, startup_of

View = Callable[[Person], Viewer]
Later = Callable[[Call], object]
LOOKED = {"declares_none": True, "saw_number": True, "saw_domain": True}
REASON = "Numret hör till ett annat företag än det ni skriver."
PERSONAL = "Fråga Alva Brandt på 070-123 45 67 om det."


@pytest.fixture
def waiting(people: People) -> Solver:
    """Nadja's company, in the queue."""
    return startup_of(founder())


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_verify_solver_when_looked_at_then_shown_to_everyone_and_told(
    waiting: Solver, people: People, viewer: View
) -> None:
    assert list(queries.unchecked_solvers(viewer(people.dag))) == [waiting]
    check = verify_solver(by=viewer(people.dag), solver=waiting, note="Såg dem på mässan", **LOOKED)
    assert (check.state, check.by, check.saw_domain) == ("verified", people.dag, True)
    assert waiting in queries.visible_solvers(Viewer())
    assert queries.search_solvers(Viewer(), "Nykläckt") == [waiting]
    assert not queries.unchecked_solvers(viewer(people.dag))
    assert Notification.objects.get().event == "solvers.verified"
    with pytest.raises(Refused):
        verify_solver(by=viewer(people.dag), solver=waiting, **LOOKED)


def test_refuse_solver_when_a_reason_is_given_then_told_and_may_be_taken_in_later(
    waiting: Solver, people: People, viewer: View
) -> None:
    by = viewer(people.dag)
    with pytest.raises(Refused):
        refuse_solver(by=by, solver=waiting, declares_none=True, reason="Nej")
    refuse_solver(by=by, solver=waiting, declares_none=True, reason=REASON)
    note = Notification.objects.get()
    assert (note.event, note.is_answer, note.facts["reason"]) == ("solvers.not_verified", True, REASON)
    waiting.refresh_from_db()
    assert waiting.state == "refused" and waiting not in queries.visible_solvers(viewer(people.bo))
    verify_solver(by=by, solver=waiting, **LOOKED)


@pytest.mark.parametrize("who", ["alva", "bo", "cilla", "dag", "elif_", "farid", "sam"])
def test_verify_solver_when_others_try_then_not_allowed(
    waiting: Solver, people: People, viewer: View, who: str
) -> None:
    by = viewer(getattr(people, who))
    if who in {"alva", "dag"}:  # who develop
        assert verify_solver(by=by, solver=waiting, **LOOKED)
        return
    with pytest.raises(NotAllowed):
        verify_solver(by=by, solver=waiting, **LOOKED)
    with pytest.raises(NotAllowed):
        queries.unchecked_solvers(by)


def test_verify_solver_when_nothing_is_looked_at_or_said_of_interests_then_refused(
    waiting: Solver, people: People, viewer: View
) -> None:
    by = viewer(people.dag)
    for wrong in ({"saw_number": False, "saw_domain": False}, {"declares_none": False}):
        with pytest.raises(Refused):
            verify_solver(by=by, solver=waiting, **{**LOOKED, **wrong})
    waiting.refresh_from_db()
    assert waiting.state == "unverified"


def test_verify_solver_when_an_interest_is_declared_then_a_colleague_decides(
    waiting: Solver, people: People, viewer: View
) -> None:
    step_aside_from_check(by=viewer(people.dag), solver=waiting, reason="Min systers företag")
    with pytest.raises(Refused):
        verify_solver(by=viewer(people.dag), solver=waiting, **LOOKED)
    assert verify_solver(by=viewer(people.alva), solver=waiting, **LOOKED).by == people.alva
    trail = AuditEvent.objects.get(action="declare_interest")
    assert "syster" not in str(trail.changes)


def test_set_solver_state_when_it_registered_itself_then_only_the_queue_takes_it_in(
    waiting: Solver, people: People, viewer: View
) -> None:
    by = viewer(people.dag)
    for state in ("verified", "registered", "unverified", "nonsense"):
        with pytest.raises(Refused):
            set_solver_state(by=by, solver=waiting, state=state)
    hidden = set_solver_state(by=by, solver=waiting, state="hidden")
    assert hidden not in queries.visible_solvers(viewer(people.bo))
    assert set_solver_state(by=by, solver=waiting, state="registered").state == "unverified"
    page = client_of(people.dag).post(
        reverse("solver_state", args=[waiting.uuid]), {"state": "verified"}, follow=True
    )
    assert page.status_code == 200 and "notice-error" in page.content.decode()


@pytest.mark.parametrize(
    ("email", "website", "agrees"),
    [
        ("a@firma.se", "https://www.firma.se/om", True),
        ("a@post.firma.se", "https://firma.se", True),
        ("a@firma.se.ond.example", "https://firma.se", False),
        ("a@ondfirma.se", "https://firma.se", False),
        ("a@firma.se", "", False),
        ("", "https://firma.se", False),
    ],
)
def test_domains_agree_when_compared_then_only_the_same_house(email: str, website: str, agrees: bool) -> None:
    assert domains_agree(email, website) is agrees


def test_verify_page_when_decided_through_it_then_as_the_button_says(waiting: Solver, people: People) -> None:
    client, address = client_of(people.dag), reverse("solver_verify", args=[waiting.uuid])
    assert COMPANY["email"] in client.get(address).content.decode()
    unsaid = client.post(address, {"decision": "verify", "saw_number": "on"})
    assert unsaid.status_code == 200 and Solver.objects.get().state == "unverified"
    short = client.post(address, {"interest": "none", "decision": "refuse", "reason": "Nej"})
    assert short.status_code == 200 and "Nej" in short.content.decode()
    client.post(address, {"interest": "none", "decision": "verify", "saw_number": "on"})
    assert Solver.objects.get().state == "verified"


def test_verify_page_when_an_interest_is_told_then_steps_aside(waiting: Solver, people: People) -> None:
    client, address = client_of(people.dag), reverse("solver_verify", args=[waiting.uuid])
    client.post(address, {"interest": "has", "decision": "verify", "saw_number": "on"})
    assert Solver.objects.get().state == "unverified" and Interest.objects.get().person == people.dag
    assert 'value="verify"' not in client.get(address).content.decode()


def test_decide_answer_when_an_interest_is_declared_then_refused_and_told_who_else(
    answer: Answer, call: Call, people: People, viewer: View, after_deadline: Later
) -> None:
    step_aside(by=viewer(people.dag), call=call)
    with after_deadline(call):
        with pytest.raises(Refused) as refused:
            invite_answer(by=viewer(people.dag), answer=answer, declares_none=True)
        assert "Alva" in str(refused.value) and "Sam" not in str(refused.value)
        assert invite_answer(by=viewer(people.alva), answer=answer, declares_none=True).decided_by


def test_decide_answer_when_nothing_is_said_of_interests_then_refused(
    answer: Answer, call: Call, people: People, viewer: View, after_deadline: Later
) -> None:
    with after_deadline(call):
        with pytest.raises(Refused):
            decline_answer(by=viewer(people.dag), answer=answer, declares_none=False, reason=REASON)
        decline_answer(by=viewer(people.dag), answer=answer, declares_none=True, reason=REASON)
    assert AuditEvent.objects.get(action="decide_answer").changes["interest"] == "none declared"


def test_decide_answer_when_one_acts_for_the_sender_then_refused(
    call: Call, people: People, viewer: View, after_deadline: Later
) -> None:
    nadja = founder()
    solver = startup_of(nadja)
    sent = answer_call(by=viewer(nadja), call=call, email=nadja.email, text="Vi kläcker", solver=solver)
    top = people.city.units.get(parent=None)
    add_person(by=Viewer.of_command_line(), email=nadja.email, name="Nadja", unit=top, role=Role.BUYER)
    with after_deadline(call), pytest.raises(Refused):
        invite_answer(by=viewer(nadja), answer=sent, declares_none=True)


def test_decide_page_when_an_interest_is_told_then_the_forms_go_and_others_are_named(
    answer: Answer, call: Call, people: People, after_deadline: Later
) -> None:
    client = client_of(people.dag)
    address = reverse("answer_decide", args=[call.uuid, answer.uuid])
    with after_deadline(call):
        client.post(address, {"decision": "invite", f"{answer.pk}-interest": "has"})
        page = client.get(reverse("call_answers", args=[call.uuid])).content.decode()
    answer.refresh_from_db()
    assert answer.state == "received" and f'action="{address}"' not in page and "Alva" in page


def test_decide_answer_when_the_sender_has_an_account_then_told_there_too(
    call: Call, people: People, viewer: View, after_deadline: Later
) -> None:
    sent = answer_call(by=viewer(people.elif_), call=call, email=people.elif_.email, text="Vi dukar")
    assert Notification.objects.get(person=people.dag).event == "solvers.answered"
    with after_deadline(call):
        decline_answer(by=viewer(people.dag), answer=sent, declares_none=True, reason=REASON)
    assert Notification.objects.get(person=people.elif_).event == "solvers.decided"
    assert [letter.to for letter in mail.outbox] == [[people.elif_.email]] * 2


def test_answer_when_secrecy_is_asked_for_then_a_reason_is_needed_and_only_deciders_read_it(
    call: Call, people: People, viewer: View
) -> None:
    with pytest.raises(Refused):
        answer_call(by=Viewer(), call=call, email="a@example.se", text="Hej", secrecy="Priset")
    secret_answer(call)
    for person in (people.elif_, people.farid, people.sam):
        page = client_of(person).get(reverse("call_detail", args=[call.uuid])).content.decode()
        assert "AFFÄRSHEMLIGHETEN" not in page
    client = client_of(people.dag)
    page = client.get(reverse("call_answers", args=[call.uuid])).content.decode()
    assert "AFFÄRSHEMLIGHETEN" in page and "Vi förlorar allt" in page
    for kind in ("", "?format=xlsx"):
        file = client.get(reverse("call_answers_csv", args=[call.uuid]) + kind).getvalue()
        assert "AFFÄRSHEMLIGHETEN".encode() not in file and file
    assert not AuditEvent.objects.filter(changes__icontains="AFFÄRSHEMLIGHETEN").exists()


def test_trial_when_begun_and_decided_then_a_record_that_stands(
    call: Call, people: People, viewer: View
) -> None:
    by, sent = viewer(people.dag), secret_answer(call)
    trial = begin_trial(by=by, record=sent, wanted="Hela svaret")
    assert (trial.ask, trial.ask_reason) == ("AFFÄRSHEMLIGHETEN", "Vi förlorar allt")
    why = "Beloppen röjer deras kalkyl, resten lämnas ut."
    for wrong in (
        {"decision": "partly", "reason": why, "ground": ""},
        {"decision": "partly", "reason": "Kort", "ground": "31 kap. 16 § OSL"},
        {"decision": "perhaps", "reason": why, "ground": "31 kap. 16 § OSL"},
    ):
        with pytest.raises(Refused):
            decide_trial(by=by, trial=trial, **wrong)
    decide_trial(by=by, trial=trial, decision="partly", reason=why, ground="31 kap. 16 § OSL")
    with pytest.raises(Refused):
        decide_trial(by=by, trial=trial, decision="disclose", reason=why)
    trial.refresh_from_db()
    assert (trial.decision, trial.decided_by) == ("partly", people.dag)
    assert begin_trial(by=by, record=sent, wanted="Hela svaret igen") != trial
    file = client_of(people.dag).get(reverse("trial_csv")).getvalue().decode()
    assert "31 kap. 16 §" in file and why in file and "AFFÄRSHEMLIGHETEN" not in file


@pytest.mark.parametrize("who", ["elif_", "farid", "sam"])
def test_trial_when_others_try_then_not_allowed(
    call: Call, solution: Solution, people: People, viewer: View, who: str
) -> None:
    by = viewer(getattr(people, who))
    trial = begin_trial(by=viewer(people.dag), record=secret_answer(call), wanted="Allt")
    for record in (trial.answer, solution):
        with pytest.raises(NotAllowed):
            begin_trial(by=by, record=record, wanted="Allt")
    with pytest.raises(NotAllowed):
        decide_trial(by=by, trial=trial, decision="disclose", reason="Det finns inget hemligt här.")
    assert client_of(getattr(people, who)).get(trial.get_absolute_url()).status_code == 404


def test_trial_pages_when_a_solution_is_asked_for_then_the_way_through(
    solution: Solution, people: People
) -> None:
    client = client_of(people.dag)
    address = reverse("trial_new_solution", args=[solution.uuid])
    assert address in client.get(solution.get_absolute_url()).content.decode()
    page = client.post(address, {"wanted": "Hyllan"}, follow=True).content.decode()
    assert solution.secrecy in page and "OSL" in page
    trial = SecrecyTrial.objects.get()
    told = {"decision": "refuse", "reason": "Det är kärnan i deras affär.", "ground": "31 kap. 16 § OSL"}
    client.post(trial.get_absolute_url(), told)
    trial.refresh_from_db()
    assert trial.decision == "refuse"
    assert client.get(reverse("trial_list")).content.decode().count(str(trial.uuid)) == 1


def test_open_call_when_words_are_flagged_then_decided_on_first(
    call: Call, people: People, viewer: View
) -> None:
    by = viewer(people.dag)
    draft = start_call(
        by=by,
        title="Rör",
        text=PERSONAL,
        deadline=call.deadline,
        needs=[(need.need_uuid, need.need_title) for need in call.needs.all()],
        criteria=["Tätt"],
    )
    client, address = client_of(people.dag), reverse("call_open", args=[draft.uuid])
    page = client.post(address).content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft" and "070-123 45 67" in page
    with pytest.raises(Flagged) as flagged:
        open_call(by=by, call=draft)
    kept = [flag.key for flag in flagged.value.flags]
    assert client.post(address, {"kept": kept}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "open"
    trail = AuditEvent.objects.get(action="open_call", target_id=draft.uuid).changes
    assert trail["flags_kept"] and "070" not in str(trail["flags_kept"])


def test_edit_call_when_open_and_flagged_then_decided_on_first(
    call: Call, people: People, viewer: View
) -> None:
    by = viewer(people.dag)
    with pytest.raises(Flagged) as flagged:
        edit_call(by=by, call=call, text=PERSONAL)
    call.refresh_from_db()
    assert "070" not in call.text
    edit_call(by=by, call=call, text=PERSONAL, kept=[flag.key for flag in flagged.value.flags])
    edit_call(by=by, call=call, text=f"{PERSONAL} Tack!")  # decided on already
    page = client_of(people.dag).post(
        reverse("call_edit", args=[call.uuid]),
        {"title": call.title, "text": "Ring 073-765 43 21", "deadline": f"{call.deadline:%Y-%m-%dT%H:%M}"},
    )
    assert page.status_code == 200 and "073-765 43 21" in page.content.decode()
