"""Needs and solutions of the tests, made through actions only, and ranked by the robots."""

from dataclasses import dataclass
from typing import Any

from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.needs.actions import add_criterion, add_evidence, edit_need, move_need, share_need, start_need
from ringar.needs.models import Need
from ringar.needs.queries import need_for
from ringar.robots.engine.running import run_waiting
from ringar.solvers.actions import publish_solution, register_solver
from ringar.solvers.models import Solution
from tests.people import People

LONELY = "De äldre i våra hemtjänstgrupper är ensamma. De träffar ingen annan än oss på hela dagen."
LEAKS = "Vattenläckor på ledningarna upptäcks först när vattnet står på gatan."
BEACH = "Det saknas badvakter vid stranden, och i somras var ett barn nära att drunkna."
TEXTS = {
    "Kaffesällskap": "Äldre i hemtjänsten som är ensamma på dagen träffar frivilliga för kaffe och samtal.",
    "Långbord": "Ensamma äldre träffas på kvällarna och äter, hemtjänstgrupper följer dem dit.",
    "Läckörat": "Mikrofoner på vattenledningar hör vattenläckor innan vattnet når gatan.",
    "Fakturarobot": "Makulerar felaktiga fakturor i ekonomisystemet dygnet runt.",
    "Ordlek": "Förskolor tränar svenska med bilder och ljud för barn som lär sig språket.",
    "Byabuss": "Beställ skjuts med elbuss från byar utan kollektivtrafik till vårdcentralen.",
    "Solskärm": "Markiser som fäller upp sig själva när solen värmer skolsalen.",
    "Matsvinnsvåg": "Vågar i skolkök väger svinnet och visar eleverna kurvan.",
}


@dataclass
class Market:
    """What is offered: by a startup whose person is Elif, and by the city itself."""

    solutions: dict[str, Solution]

    def __getitem__(self, name: str) -> Solution:
        return self.solutions[name]


def offer(by: Viewer, name: str, what: str, *, solver: str = "", **facts: Any) -> Solution:
    made = register_solver(by=by, name=solver or f"{name} AB")
    return publish_solution(by=by, solver=made, name=name, what=what, **facts)


def make_market(people: People) -> Market:
    """Eight solutions; "Kaffesällskap" is Elif's."""
    operator = Viewer.of_command_line()
    by = {"Kaffesällskap": viewer_of(people.elif_)}
    return Market({name: offer(by.get(name, operator), name, what) for name, what in TEXTS.items()})


def shared_need(
    person: Person, symptom: str = LONELY, *, title: str = "", visibility: str = "organisation"
) -> Need:
    by = viewer_of(person)
    need = start_need(by=by, symptom=symptom, title=title)
    return share_need(by=by, need=need, visibility=visibility)


def chosen_need(person: Person, leader: Person, symptom: str = LONELY) -> Need:
    """A need as far as chosen: what comes next is a match."""
    by, need = viewer_of(person), shared_need(person, symptom)
    add_evidence(
        by=by,
        need=need,
        kind="interview",
        summary="Hon hade inte sagt ett ord på tre dagar.",
        met="en boende",
    )
    for text in ("Minst ett samtal om dagen", "Ingen ny inloggning"):
        add_criterion(by=by, need=need, text=text)
    edit_need(
        by=by, need=need, changes={"who_affected": "De boende", "good_effect": "Färre larm", "owner": person}
    )
    move_need(by=by, need=need, to="explored")
    move_need(by=viewer_of(leader), need=need_for(viewer_of(leader), need.uuid), to="chosen")
    return need_for(by, need.uuid)


def ranked(need: Need) -> list[str]:
    """The names of the need's matches by rank, once the robots have done what waits."""
    run_waiting()
    rows = need.matches.filter(rank__isnull=False).order_by("rank")
    return list(rows.values_list("solution__name", flat=True))
