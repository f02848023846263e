"""Startups of the invented city that came by themselves: one waits to be checked; an incubator acts for another."""

from ringar.core.actions import add_person
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.solvers.actions import (
    answer_call,
    answer_join,
    approve_on_behalf,
    ask_on_behalf,
    ask_to_join,
    register_startup,
)
from ringar.solvers.models import Call, JoinRequest, Solver

COACH = ("Ylva Slipman", "ylva@inkubatorn-slipen.example")
FOUNDER = ("Noor Tystmark", "noor@tystmark.example")
ANSWER = """
Vi skriver för Ordbryggan, som sitter hos oss på Slipen.

Deras bildbok läses av barn och pedagog tillsammans, och samma bok finns inläst hemma på familjens språk. De prövade \
den ett halvår på två avdelningar. Det som var svårast var att hitta stunden på dagen, så nu börjar de med det: ni \
pekar ut tjugo minuter som redan finns, och boken får plats där.

Ett försök på tre avdelningar kostar 54 000 kronor. Vi på inkubatorn ordnar mätningen, så att den som säljer inte \
mäter sig själv.
"""


def newcomer(name: str, email: str) -> Person:
    """Somebody without a role in any organisation."""
    return add_person(by=Viewer.of_command_line(), email=email, name=name)


def add_incubator(call: Call, founder: Viewer, checker: Viewer) -> None:
    """The incubator's coach is let in by who checks suppliers, and answers a call for Elif's company."""
    coach = viewer_of(newcomer(*COACH))
    incubator = Solver.objects.get(external_id="inkubatorn-slipen")
    startup = Solver.objects.get(external_id="ordbryggan")
    asked = ask_to_join(by=coach, solver=incubator)
    answer_join(by=checker, request=asked, is_welcome=True)
    behalf = ask_on_behalf(by=coach, agent=incubator, solver=startup, scopes=["answers", "solutions"])
    approve_on_behalf(by=founder, behalf=behalf)
    answer_call(
        by=coach,
        call=call,
        email=COACH[1],
        name=COACH[0],
        text=ANSWER.strip(),
        solver=startup,
        secrecy="Vad försöket kostar oss per avdelning, i bilagan som vi skickar efteråt.",
        secrecy_reason="Andra leverantörer skulle se vår marginal och lägga sig strax under den.",
    )


def add_unchecked() -> Solver | JoinRequest:
    """A startup that registered itself and waits in the queue."""
    return register_startup(
        by=viewer_of(newcomer(*FOUNDER)),
        name="Tystmark AB",
        kind="company",
        organisation_number="559999-7003",
        website="https://tystmark.example",
        person=FOUNDER[0],
        email=FOUNDER[1],
    )
