"""A startup with a secret, a sole trader with a personal number, and a call: made through actions only."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from ringar.core.clock import at, now
from ringar.core.models import Person
from ringar.core.rules import Viewer
from ringar.solvers.actions import answer_call, open_call, publish_solution, register_solver, start_call
from ringar.solvers.models import Answer, Call, Solution, Solver
from tests.people import People

PERSONAL_NUMBER = "9112310009"  # 1891: nobody alive has it
SECRET = "Algoritmen bygger på Kvintosols patentsökta hylla"
LOSS = "En konkurrent kan bygga samma hylla på en månad"
NEED = (UUID("11111111-2222-3333-4444-555555555555"), "Äldre äter ensamma")


@pytest.fixture
def startup(people: People, viewer: Callable[[Person], Viewer]) -> Solver:
    """Elif's company, registered by herself."""
    return register_solver(
        by=viewer(people.elif_),
        name="Middagsbron AB",
        kind="company",
        organisation_number="559000-0005",
        email="hej@middagsbron.example",
        website="https://middagsbron.example",
        about="Vi dukar för grannar som inte känner varandra än.",
        languages="svenska, engelska",
    )


@pytest.fixture
def solution(startup: Solver, people: People, viewer: Callable[[Person], Viewer]) -> Solution:
    """Elif's solution, with a reference and something she asks to keep secret."""
    return publish_solution(
        by=viewer(people.elif_),
        solver=startup,
        name="Matlag i trappan",
        what="Fyra grannar äter middag ihop varje torsdag. Bryter ensamhet bland äldre.",
        maturity="piloted",
        price_class="below_100k",
        secrecy=SECRET,
        secrecy_reason=LOSS,
        references=[
            {"municipality": "Fjärdinge kommun", "year": 2023, "what": "Tolv trappor", "effect": "Fler ses"}
        ],
    )


@pytest.fixture
def sole_trader(people: People, viewer: Callable[[Person], Viewer]) -> Solver:
    """A sole trader, registered by Bo."""
    return register_solver(
        by=viewer(people.bo),
        name="Vevas snickeri",
        kind="sole_trader",
        organisation_number=PERSONAL_NUMBER,
        about="Bygger ramper och trösklar.",
    )


@pytest.fixture
def call(people: People, viewer: Callable[[Person], Viewer]) -> Call:
    """Dag's call, open for two weeks."""
    by = viewer(people.dag)
    draft = start_call(
        by=by,
        title="Middag för en",
        text="Många äldre äter ensamma. Hur kan de få sällskap?",
        deadline=now() + timedelta(days=14),
        needs=[NEED],
        criteria=["Fungerar utan smart telefon", "Kan börja inom två månader"],
    )
    return open_call(by=by, call=draft)


@pytest.fixture
def answer(call: Call) -> Answer:
    """Someone's answer, with an e-mail address only."""
    return answer_call(
        by=Viewer(), call=call, email="vera@grannbordet.example", text="Vi börjar med fyra stolar."
    )


@pytest.fixture
def after_deadline() -> Callable[[Call], object]:
    """`with after_deadline(call):` what is done inside happens an hour after the deadline."""
    return lambda call: at(call.deadline + timedelta(hours=1))
