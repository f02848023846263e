"""Who acts for a solver, as its own people or on its behalf; and who is told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from ringar.core.clock import at, now, today
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.solvers import queries
from ringar.solvers.actions import (
    answer_call,
    answer_join,
    approve_on_behalf,
    ask_on_behalf,
    ask_to_join,
    change_member,
    edit_solution,
    edit_solver,
    end_on_behalf,
    publish_solution,
    remove_member,
    set_solver_state,
)
from ringar.solvers.models import Call, OnBehalf, Solution, Solver, SolverMember
from ringar.talk.models import Notification
from tests.people import People
from tests.rooms.solvers.cast import asked_by, founder, incubator_of, startup_of

View = Callable[[Person], Viewer]


@pytest.fixture
def coach(db: None) -> Person:
    return founder("Ylva")


@pytest.fixture
def behalf(people: People, coach: Person, startup: Solver, viewer: View) -> OnBehalf:
    """Ylva's incubator acts for Elif's company, who has said yes."""
    asked = asked_by(coach, incubator_of(people, coach), startup)
    return approve_on_behalf(by=viewer(people.elif_), behalf=asked)


def told(person: Person) -> list[str]:
    return list(Notification.objects.filter(person=person).order_by("id").values_list("event", flat=True))


def test_ask_to_join_when_an_owner_says_yes_then_a_member_who_may_write(
    startup: Solver, people: People, viewer: View
) -> None:
    nils = founder("Nils")
    asked = ask_to_join(by=viewer_of(nils), solver=startup)
    assert ask_to_join(by=viewer_of(nils), solver=startup) == asked
    assert told(people.elif_) == ["solvers.join_asked"]
    with pytest.raises(NotAllowed):
        edit_solver(by=viewer_of(nils), solver=startup, about="Nils var här")
    answer_join(by=viewer(people.elif_), request=asked, is_welcome=True)
    assert edit_solver(by=viewer_of(nils), solver=startup, about="Nils var här").about
    assert told(nils) == ["solvers.joined"]
    assert startup.members.get(person=nils).role == "member"


def test_ask_to_join_when_declined_then_no_member_and_may_ask_again(
    startup: Solver, people: People, viewer: View
) -> None:
    nils = founder("Nils")
    asked = ask_to_join(by=viewer_of(nils), solver=startup)
    answer_join(by=viewer(people.elif_), request=asked, is_welcome=False)
    assert not startup.members.filter(person=nils).exists() and told(nils) == ["solvers.not_joined"]
    with pytest.raises(Refused):
        answer_join(by=viewer(people.elif_), request=asked, is_welcome=True)
    assert ask_to_join(by=viewer_of(nils), solver=startup) != asked


@pytest.mark.parametrize("who", ["nils", "bo", "dag", "sam", "farid"])
def test_answer_join_when_it_has_an_owner_then_nobody_else_lets_in(
    startup: Solver, people: People, viewer: View, who: str
) -> None:
    nils = founder("Nils")
    asked = ask_to_join(by=viewer_of(nils), solver=startup)
    by = viewer_of(nils if who == "nils" else getattr(people, who))
    with pytest.raises(NotAllowed):
        answer_join(by=by, request=asked, is_welcome=True)


def test_answer_join_when_nobody_acts_for_it_then_who_checks_makes_an_owner(
    sole_trader: Solver, people: People, viewer: View
) -> None:
    nils = founder("Nils")
    asked = ask_to_join(by=viewer_of(nils), solver=sole_trader)
    assert list(queries.unowned_requests(viewer(people.dag))) == [asked]
    with pytest.raises(NotAllowed):
        answer_join(by=viewer(people.bo), request=asked, is_welcome=True)
    answer_join(by=viewer(people.dag), request=asked, is_welcome=True)
    assert sole_trader.members.get().role == "owner"


def test_remove_member_when_the_last_owner_then_refused(
    startup: Solver, people: People, viewer: View
) -> None:
    elif_, by = startup.members.get(), viewer(people.elif_)
    with pytest.raises(Refused):
        remove_member(by=by, member=elif_)
    with pytest.raises(Refused):
        change_member(by=by, member=elif_, role="member")
    nils = founder("Nils")
    answer_join(by=by, request=ask_to_join(by=viewer_of(nils), solver=startup), is_welcome=True)
    with pytest.raises(Refused):  # a member is no owner
        remove_member(by=by, member=elif_)
    change_member(by=by, member=startup.members.get(person=nils), role="owner")
    remove_member(by=by, member=elif_)
    assert queries.owners_of(startup) == {nils.pk}
    with pytest.raises(NotAllowed):
        edit_solver(by=by, solver=startup, about="Jag också")


def test_change_member_when_not_an_owner_then_not_allowed(
    startup: Solver, people: People, viewer: View
) -> None:
    nils = founder("Nils")
    answer_join(
        by=viewer(people.elif_), request=ask_to_join(by=viewer_of(nils), solver=startup), is_welcome=True
    )
    mine, elifs = startup.members.get(person=nils), startup.members.get(person=people.elif_)
    for by in (viewer_of(nils), viewer(people.dag), viewer(people.sam)):
        with pytest.raises(NotAllowed):
            change_member(by=by, member=mine, role="owner")
        with pytest.raises(NotAllowed):
            remove_member(by=by, member=elifs)
    remove_member(by=viewer_of(nils), member=mine)  # one may always leave
    assert SolverMember.objects.count() == 1


def test_on_behalf_when_only_asked_then_nothing_may_be_done(
    people: People, coach: Person, startup: Solver, solution: Solution, call: Call
) -> None:
    asked_by(coach, incubator_of(people, coach), startup)
    assert told(people.elif_)[-1] == "solvers.agent_asked"
    by = viewer_of(coach)
    with pytest.raises(NotAllowed):
        publish_solution(by=by, solver=startup, name="Vårt", what="Något")
    with pytest.raises(NotAllowed):
        answer_call(by=by, call=call, email=coach.email, text="Vi svarar", solver=startup)
    assert queries.secrecy_of(by, solution, queries.standing_of(by, startup)) == ("", "")


def test_on_behalf_when_approved_then_answers_and_solutions_name_both(
    behalf: OnBehalf, coach: Person, startup: Solver, call: Call
) -> None:
    by = viewer_of(coach)
    made = publish_solution(by=by, solver=startup, name="Vårt", what="Något")
    answer = answer_call(by=by, call=call, email=coach.email, text="Vi svarar", solver=startup)
    assert made.agent == answer.agent == behalf.agent and answer.solver == startup
    for action in ("publish_solution", "answer_call"):
        changes = AuditEvent.objects.get(action=action, person_id=coach.pk).changes
        assert changes["on_behalf"] == {"agent": "Inkubatorn", "for": startup.name}
    page = Client().get(made.get_absolute_url()).content.decode()
    assert "Inkubatorn" in page and startup.name in page
    with pytest.raises(NotAllowed):  # never the facts themselves
        edit_solver(by=by, solver=startup, name="Kapat AB")


def test_on_behalf_when_ended_then_stopped_at_once(
    behalf: OnBehalf, coach: Person, people: People, startup: Solver, call: Call, viewer: View
) -> None:
    made = publish_solution(by=viewer_of(coach), solver=startup, name="Vårt", what="Något")
    end_on_behalf(by=viewer(people.elif_), behalf=behalf)
    assert told(coach)[-1] == "solvers.agent_ended"
    with pytest.raises(NotAllowed):
        edit_solution(by=viewer_of(coach), solution=made, what="Mer")
    with pytest.raises(NotAllowed):
        answer_call(by=viewer_of(coach), call=call, email=coach.email, text="Vi svarar", solver=startup)
    with pytest.raises(Refused):
        approve_on_behalf(by=viewer(people.elif_), behalf=behalf)
    assert asked_by(coach, behalf.agent, startup) != behalf


@pytest.mark.parametrize(("scope", "may"), [("answers", {"answer"}), ("solutions", {"describe"})])
def test_on_behalf_when_one_scope_then_nothing_else(
    people: People, coach: Person, startup: Solver, call: Call, viewer: View, scope: str, may: set[str]
) -> None:
    agent = incubator_of(people, coach)
    by = viewer_of(coach)
    asked = ask_on_behalf(by=by, agent=agent, solver=startup, scopes=[scope, "everything"])
    approve_on_behalf(by=viewer(people.elif_), behalf=asked)
    assert asked.scopes == [scope]
    did = set()
    for name, act in {
        "answer": lambda: answer_call(by=by, call=call, email=coach.email, text="Vi", solver=startup),
        "describe": lambda: publish_solution(by=by, solver=startup, name="Vårt", what="Något"),
    }.items():
        try:
            act()
            did.add(name)
        except NotAllowed:
            continue
    assert did == may
    for_answers = queries.acted_for(by, "answers")
    assert (startup.pk in set(for_answers)) is (scope == "answers")


def test_on_behalf_when_its_day_has_passed_then_stopped(
    people: People, coach: Person, startup: Solver, viewer: View
) -> None:
    agent, by = incubator_of(people, coach), viewer_of(coach)
    day = today() + timedelta(days=3)
    asked = ask_on_behalf(by=by, agent=agent, solver=startup, scopes=["solutions"], until=day)
    approve_on_behalf(by=viewer(people.elif_), behalf=asked)
    assert queries.may_describe_solver(by, startup)
    with at(now() + timedelta(days=4)):
        assert not queries.may_describe_solver(by, startup)
        assert ask_on_behalf(by=by, agent=agent, solver=startup, scopes=["solutions"])


def test_on_behalf_when_the_agent_is_hidden_then_stopped(
    behalf: OnBehalf, people: People, coach: Person, startup: Solver, viewer: View
) -> None:
    set_solver_state(by=viewer(people.dag), solver=behalf.agent, state="hidden")
    assert not queries.may_describe_solver(viewer_of(coach), startup)


def test_ask_on_behalf_when_no_incubator_or_nobody_to_ask_then_not(
    people: People, coach: Person, startup: Solver, sole_trader: Solver, viewer: View
) -> None:
    with pytest.raises(NotAllowed):  # a company is no incubator
        ask_on_behalf(by=viewer(people.elif_), agent=startup, solver=sole_trader, scopes=["answers"])
    agent = incubator_of(people, coach)
    with pytest.raises(NotAllowed):  # not hers
        ask_on_behalf(by=viewer(people.elif_), agent=agent, solver=startup, scopes=["answers"])
    for solver, scopes in ((sole_trader, ["answers"]), (startup, []), (agent, ["answers"])):
        with pytest.raises(Refused):
            ask_on_behalf(by=viewer_of(coach), agent=agent, solver=solver, scopes=scopes)
    asked_by(coach, agent, startup)
    with pytest.raises(Refused):
        asked_by(coach, agent, startup)


@pytest.mark.parametrize("who", ["bo", "dag", "sam", "farid"])
def test_on_behalf_when_others_approve_or_end_then_not_allowed(
    behalf: OnBehalf, people: People, viewer: View, who: str
) -> None:
    for act in (approve_on_behalf, end_on_behalf):
        with pytest.raises(NotAllowed):
            act(by=viewer(getattr(people, who)), behalf=behalf)


def test_answer_page_when_acting_for_others_then_asks_for_whom(
    behalf: OnBehalf, coach: Person, startup: Solver, call: Call
) -> None:
    client = Client()
    client.force_login(coach)
    address = reverse("answer_new", args=[call.uuid])
    assert str(startup.uuid) in client.get(address).content.decode()
    sent = {"email": coach.email, "text": "Vi svarar åt dem", "acting": str(startup.uuid)}
    assert client.post(address, sent).status_code == 302
    answer = call.answers.get()
    assert (answer.solver, answer.agent) == (startup, behalf.agent)
    refused = client.post(address, {**sent, "text": "Annat", "acting": str(startup_of(founder()).uuid)})
    assert refused.status_code == 200 and call.answers.count() == 1


def test_people_page_when_protected_then_not_named(
    startup: Solver, people: People, viewer: View, call: Call
) -> None:
    nils = founder("Nils")
    answer_join(
        by=viewer(people.elif_), request=ask_to_join(by=viewer_of(nils), solver=startup), is_welcome=True
    )
    Person.objects.filter(pk=nils.pk).update(is_protected=True, title="Utvecklare")
    answer_call(
        by=viewer_of(nils), call=call, email=nils.email, name="Nils", text="Vi svarar", solver=startup
    )
    client = Client()
    client.force_login(people.elif_)
    page = client.get(reverse("solver_people", args=[startup.uuid])).content.decode()
    assert "Utvecklare" in page and "Nils" not in page
    client.force_login(people.dag)
    for name in ("call_answers", "call_answers_csv"):
        text = client.get(reverse(name, args=[call.uuid])).getvalue().decode()
        assert startup.name in text and "Nils" not in text and nils.email not in text
