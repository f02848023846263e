"""Suppliers that registered themselves, an incubator, colleagues and a trial of secrecy, for tests of who sees what."""

import re
from typing import Any

from django.core import mail

from ringar.core.actions import add_person
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.robots.models.work import OutgoingMail
from ringar.solvers.actions import (
    answer_call,
    answer_join,
    ask_on_behalf,
    ask_to_join,
    begin_trial,
    register_solver,
    register_startup,
    send_registration,
)
from ringar.solvers.models import Answer, Call, OnBehalf, Solver
from tests.people import People

NUMBER = "559000-0005"
OTHER_NUMBER = "556000-0001"
COMPANY: dict[str, Any] = {
    "name": "Nykläckt AB",
    "kind": "company",
    "organisation_number": OTHER_NUMBER,
    "website": "https://nyklackt.example",
    "person": "Nadja",
    "email": "nadja@nyklackt.example",
    "language": "sv",
}


def founder(name: str = "Nadja") -> Person:
    """Somebody with an account and no role anywhere."""
    email = f"{name.lower()}@nyklackt.example"
    return add_person(by=Viewer.of_command_line(), email=email, name=name, password="ett långt lösenord")


def startup_of(person: Person, **told: Any) -> Solver:
    """What the person registers, waiting to be checked."""
    made = register_startup(by=viewer_of(person), **{**COMPANY, **told})
    assert isinstance(made, Solver)
    return made


def incubator_of(people: People, coach: Person) -> Solver:
    """An incubator that Dag registered, with a coach whom he let in."""
    by = viewer_of(people.dag)
    made = register_solver(by=by, name="Inkubatorn", kind="incubator")
    answer_join(by=by, request=ask_to_join(by=viewer_of(coach), solver=made), is_welcome=True)
    return made


def asked_by(coach: Person, agent: Solver, solver: Solver) -> OnBehalf:
    """The agent asks to do everything for the solver."""
    return ask_on_behalf(by=viewer_of(coach), agent=agent, solver=solver, scopes=["answers", "solutions"])


def letter_link(part: str) -> str:
    """The path with that part in the newest letter that holds one."""
    texts = [
        *OutgoingMail.objects.order_by("-id").values_list("text", flat=True),
        *(m.body for m in mail.outbox),
    ]
    for text in texts:
        if found := re.search(rf"https?://[^/\s]+(/\S*{part}\S*)", text):
            return found[1]
    raise LookupError(part)


def registration_token() -> str:
    """What the link in the letter to Nadja holds."""
    send_registration(**COMPANY)
    return letter_link("registrera").rstrip("/").rpartition("/")[2]


def add_suppliers(args: dict[str, list[Any]], people: People) -> None:
    """One of each for the table of rights. The words in capitals are what is hidden from somebody."""
    startup, call = args["startup"][0], args["open-call"][0]
    args["registration"] = [registration_token()]
    unchecked = startup_of(founder("Nora"), name="OKONTROLLERADE AB", email="nora@nyklackt.example")
    args["unchecked"] = [unchecked]
    args["join"] = [ask_to_join(by=viewer_of(founder("Nils")), solver=startup)]
    args["member"] = [startup.members.get()]
    incubator = incubator_of(people, people.farid)
    args["incubator"] = [incubator]
    args["behalf"] = [asked_by(people.farid, incubator, startup)]
    answer = secret_answer(call)
    args["secret-answer"] = [call, answer]
    args["trial"] = [begin_trial(by=viewer_of(people.dag), record=answer, wanted="Svaret på Middag")]


def secret_answer(call: Call) -> Answer:
    """An answer that asks for secrecy."""
    return answer_call(
        by=Viewer(),
        call=call,
        email="hemlig@AVSÄNDAREN.example",
        text="AVSÄNDARENS andra svar",
        secrecy="AFFÄRSHEMLIGHETEN",
        secrecy_reason="Vi förlorar allt",
    )
