"""Two people at two gates at the same moment: the last room below the ceiling is given once, a gate opens once."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection

from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Refused
from ringar.pilots.actions.gates import ask_gate
from ringar.pilots.models import Gate, Pilot
from ringar.pilots.rules import GateOutcome
from ringar.procurement.actions import add_purchase
from ringar.procurement.models import Ceiling
from tests.people import People
from tests.rooms.pilots.prepared import ready

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ceiling")]


@pytest.fixture
def ceiling(transactional_db: None) -> None:
    """A transactional test before this one may have emptied the tables: the first ceiling is set anew."""
    Ceiling.objects.get_or_create(valid_from=date(2022, 2, 1), defaults={"sek": 700_000, "source": "LOU"})


def at_once(*tries: Callable[[], object]) -> list[BaseException]:
    """Does all of it at the same moment; what went wrong."""
    started, wrong = threading.Barrier(len(tries)), list[BaseException]()

    def run(one: Callable[[], object]) -> None:
        connection.ensure_connection()
        started.wait()
        try:
            one()
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[one]) for one in tries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def opening(person: Person, pilot: Pilot) -> Callable[[], object]:
    by = viewer_of(person)
    return lambda: ask_gate(by=by, pilot=pilot, reason="Det bär.", declares_none=True)


def test_ask_gate_for_two_pilots_at_once_then_only_one_fits_below_the_ceiling(people: People) -> None:
    told = {"kind": "Välfärdsteknik", "what": "Larm", "supplier": "Larmbolaget", "unit": people.water}
    add_purchase(by=viewer_of(people.dag), sek=600_000, date=date(2026, 2, 1), **told)  # type: ignore[arg-type]
    pilots = [ready(people, title=f"Larm {number}") for number in range(2)]
    assert not at_once(opening(people.alva, pilots[0]), opening(people.cilla, pilots[1]))
    outcomes = sorted(Gate.objects.values_list("outcome", flat=True))
    assert outcomes == [GateOutcome.OPENED, GateOutcome.REFUSED]


def test_ask_gate_by_two_at_once_then_it_opens_once(people: People) -> None:
    pilot = ready(people)
    [wrong] = at_once(opening(people.alva, pilot), opening(people.cilla, pilot))
    assert isinstance(wrong, Refused)
    assert pilot.gates.filter(outcome=GateOutcome.OPENED).count() == 1


def test_ask_gate_by_two_who_may_not_decide_at_once_then_one_waits(people: People) -> None:
    pilot = ready(people)
    [wrong] = at_once(opening(people.bo, pilot), opening(people.bo, pilot))
    assert isinstance(wrong, Refused)
    assert pilot.gates.filter(outcome=GateOutcome.ASKED).count() == 1
