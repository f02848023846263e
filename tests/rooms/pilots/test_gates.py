"""Gates: refused with what is missing, asked for, opened by a named person; each try is kept."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ringar.core.actions import add_person, declare_interest
from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Role, Viewer
from ringar.pilots.actions.gates import ask_gate, refuse_gate
from ringar.pilots.actions.money import check_data
from ringar.pilots.actions.parts import Taking, set_units
from ringar.pilots.actions.pilots import start_pilot
from ringar.pilots.models import Gate, Pilot
from ringar.pilots.queries.gates import facts_of, gates_awaiting, missing_of
from ringar.pilots.queries.pilots import concerned_people, pilot_for, visible_pilots
from ringar.pilots.rules import GateOutcome, PilotState, Stage, UnitRole
from ringar.procurement.actions import add_purchase
from ringar.procurement.models import Purchase
from ringar.talk.models import Notification
from tests.people import People
from tests.rooms.needs.cast import shared_by
from tests.rooms.pilots.measured import new_unit
from tests.rooms.pilots.measuring import client_of
from tests.rooms.pilots.prepared import exercise, ready, sprint

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
LogIn = Callable[..., Client]


def opened(person: Any, pilot: Pilot, reason: str = "Behovet är viktigt.", **facts: Any) -> Gate:
    return ask_gate(by=viewer_of(person), pilot=pilot, reason=reason, **{"declares_none": True, **facts})


def test_ask_gate_when_an_exercise_is_ready_then_its_own_people_open_it(people: People) -> None:
    pilot = exercise(people)
    gate = ask_gate(by=viewer_of(people.bo), pilot=pilot)
    assert (gate.outcome, gate.decider) == (GateOutcome.OPENED, people.bo)
    pilot.refresh_from_db()
    assert (pilot.stage, pilot.state) == (Stage.EXERCISE, PilotState.RUNNING)
    assert pilot.starts_on is not None


def test_ask_gate_when_something_is_missing_then_refused_and_kept(people: People) -> None:
    pilot = exercise(people, goal="", ends_on=None)
    gate = ask_gate(by=viewer_of(people.bo), pilot=pilot)
    assert (gate.outcome, gate.missing) == (GateOutcome.REFUSED, ["goal", "end"])
    pilot.refresh_from_db()
    assert pilot.state == PilotState.PLANNED
    kept = AuditEvent.objects.get(action="refuse_gate", target_id=str(pilot.uuid))
    assert kept.changes["missing"] == ["goal", "end"]


@pytest.mark.parametrize("besides", ["goal", "units", "costs", "data", "choice", "facts"])
def test_ask_gate_without_a_part_then_it_stays_closed(people: People, besides: str) -> None:
    pilot = ready(people, besides=besides)
    assert opened(people.alva, pilot).outcome == GateOutcome.REFUSED


def test_ask_gate_without_effect_goal_by_the_operator_then_refused_too(people: People) -> None:
    pilot = ready(people, besides="goal")
    administrator = add_person(
        by=Viewer.of_command_line(),
        email="gun@ringsala.example",
        name="Gun",
        unit=people.city.units.get(parent=None),
        role=Role.ADMINISTRATOR,
    )
    for by in (viewer_of(administrator), viewer_of(people.cilla), Viewer.of_command_line(people.city.pk)):
        gate = ask_gate(by=by, pilot=pilot, reason="Det brådskar.", declares_none=True)
        assert (gate.outcome, gate.missing) == (GateOutcome.REFUSED, ["effect_goal"])
    pilot.refresh_from_db()
    assert pilot.state == PilotState.PLANNED


def test_ask_gate_by_the_operator_when_all_is_there_then_a_person_must(people: People) -> None:
    with pytest.raises(Refused, match="by name"):
        ask_gate(
            by=Viewer.of_command_line(people.city.pk), pilot=ready(people), reason="x", declares_none=True
        )


def test_ask_gate_when_all_is_there_then_the_leader_opens_it_with_a_reason(people: People) -> None:
    pilot = ready(people)
    gate = opened(people.alva, pilot)
    assert (gate.outcome, gate.decider, gate.reason) == (
        GateOutcome.OPENED,
        people.alva,
        "Behovet är viktigt.",
    )
    told = Notification.objects.filter(event="pilots.gate_opened").values_list("person_id", flat=True)
    assert people.bo.pk in told
    pilot.refresh_from_db()
    assert (pilot.stage, pilot.state) == (Stage.PILOT, PilotState.RUNNING)


def test_ask_gate_without_a_reason_then_nothing_happens(people: People) -> None:
    pilot = ready(people)
    with pytest.raises(Refused, match="Write why"):
        opened(people.alva, pilot, reason="  ")
    assert not pilot.gates.exists()


def test_ask_gate_with_an_interest_then_a_colleague_decides(people: People) -> None:
    pilot = ready(people)
    with pytest.raises(Refused, match="interest"):
        opened(people.alva, pilot, declares_none=False)
    declare_interest(by=viewer_of(people.alva), row=pilot, reason="Min bror säljer den.")
    with pytest.raises(Refused, match="interest"):
        opened(people.alva, pilot)
    assert opened(people.cilla, pilot).outcome == GateOutcome.OPENED


def test_ask_gate_by_who_may_not_decide_then_it_waits_and_deciders_are_told(people: People) -> None:
    pilot = ready(people)
    gate = opened(people.bo, pilot)
    assert (gate.outcome, gate.asked_by, gate.decider) == (GateOutcome.ASKED, people.bo, None)
    told = set(Notification.objects.filter(event="pilots.gate_asked").values_list("person_id", flat=True))
    assert {people.alva.pk, people.cilla.pk, people.dag.pk} <= told
    assert gates_awaiting(viewer_of(people.alva)) == [gate]
    assert gates_awaiting(viewer_of(people.bo)) == []
    with pytest.raises(Refused, match="already"):
        opened(people.bo, pilot)


def test_ask_gate_when_one_waits_then_the_same_is_decided(people: People) -> None:
    pilot = ready(people)
    asked = opened(people.bo, pilot)
    gate = opened(people.alva, pilot, reason="Ja.")
    assert (gate.pk, gate.asked_by, gate.decider) == (asked.pk, people.bo, people.alva)
    assert gates_awaiting(viewer_of(people.alva)) == []


def test_ask_gate_when_something_was_taken_away_meanwhile_then_what_waited_is_refused(people: People) -> None:
    pilot = ready(people)
    asked = opened(people.bo, pilot)
    check_data(by=viewer_of(people.bo), pilot=pilot, has_personal_data=True, told={})
    gate = opened(people.alva, pilot)
    assert (gate.pk, gate.outcome, gate.missing) == (asked.pk, GateOutcome.REFUSED, ["data_gaps"])


def test_refuse_gate_with_a_reason_then_who_asked_is_answered(people: People) -> None:
    pilot = ready(people)
    gate = opened(people.bo, pilot)
    with pytest.raises(Refused, match="why not"):
        refuse_gate(by=viewer_of(people.alva), gate=gate, reason="")
    with pytest.raises(NotAllowed):
        refuse_gate(by=viewer_of(people.bo), gate=gate, reason="Nej.")
    refuse_gate(by=viewer_of(people.alva), gate=gate, reason="Vänta till hösten.")
    answer = Notification.objects.get(event="pilots.gate_refused", person=people.bo)
    assert answer.facts["reason"] == "Vänta till hösten."
    with pytest.raises(Refused, match="already"):
        refuse_gate(by=viewer_of(people.alva), gate=gate, reason="Igen.")
    assert opened(people.bo, pilot).pk != gate.pk


def test_ask_gate_by_others_then_nobody_is_told_that_it_exists(people: People) -> None:
    pilot = ready(people)
    for person in (people.sam, people.farid, people.elif_):
        with pytest.raises(NotAllowed):
            opened(person, pilot)


def test_ask_gate_when_the_stage_runs_then_there_is_none(people: People) -> None:
    pilot = ready(people)
    opened(people.alva, pilot)
    with pytest.raises(Refused, match="no gate"):
        opened(people.alva, pilot)


def test_ask_gate_when_a_light_stage_runs_then_the_next_opens_straight_away(people: People) -> None:
    pilot = exercise(people)
    opened(people.bo, pilot)
    assert opened(people.bo, pilot).stage == Stage.PROOF
    pilot.refresh_from_db()
    assert (pilot.stage, pilot.state) == (Stage.PROOF, PilotState.RUNNING)
    assert "effect_goal" in opened(people.alva, pilot).missing


def test_ask_gate_for_a_sprint_without_outcome_then_refused(people: People) -> None:
    pilot = sprint(people)
    opened(people.bo, pilot)
    assert opened(people.bo, pilot).missing == ["sprint_outcome"]


def test_ask_gate_above_the_ceiling_then_refused_until_there_is_room(people: People) -> None:
    buy: dict[str, Any] = {"kind": "välfärdsteknik", "what": "Larm", "supplier": "Larmbolaget"}
    by = viewer_of(people.dag)
    add_purchase(by=by, unit=people.water, sek=620_000, date=date(2026, 2, 1), **buy)
    add_purchase(by=by, unit=people.water, sek=500_000, date=date(2025, 12, 31), **buy)
    assert opened(people.alva, ready(people)).outcome == GateOutcome.OPENED  # 620,000 + 80,000 is the ceiling
    second = ready(people, title="Ett larm till")
    gate = opened(people.alva, second)
    assert gate.missing == ["ceiling"]
    [missing] = missing_of([second])[second.pk]
    assert missing.facts == {"total": 780_000, "over": 80_000, "ceiling": 700_000}


def test_ask_gate_opened_then_room_below_the_ceiling_is_kept(people: People) -> None:
    pilot = ready(people)
    opened(people.alva, pilot)
    kept = Purchase.objects.get(row=pilot.uuid)
    assert (kept.is_planned, kept.sek, kept.kind.name) == (True, 80_000, "Välfärdsteknik")
    assert facts_of([pilot])[pilot.pk].room.bought == 0  # type: ignore[union-attr]  # its own does not count twice


def test_facts_of_many_pilots_then_as_many_queries_as_for_one(
    people: People, django_assert_max_num_queries: Any
) -> None:
    pilots = [ready(people, title=f"Larm {number}") for number in range(4)]
    rows = list(Pilot.objects.filter(pk__in=[pilot.pk for pilot in pilots]))
    with django_assert_max_num_queries(9):
        missing_of(rows)


@pytest.mark.parametrize(
    ("name", "told", "most"), [("alva", "You can open it", 15), ("bo", "These can decide", 17)]
)
def test_pilot_gate_page_when_many_units_try_then_queries_are_few(
    people: People, logged_in: LogIn, django_assert_max_num_queries: Any, name: str, told: str, most: int
) -> None:
    pilot, client = ready(people), client_of(logged_in, getattr(people, name))
    takings = [Taking(new_unit(people, f"Grupp {n}"), UnitRole.TRIES) for n in range(6)]
    set_units(by=viewer_of(people.bo), pilot=pilot, takings=takings)
    client.get(address := reverse("pilot_gate", args=[pilot.uuid]))
    with django_assert_max_num_queries(most):
        page = client.get(address).content.decode()
    assert told in page and "since 1 February 2022" in page


def test_start_pilot_then_seen_by_as_many_as_its_need(people: People) -> None:
    narrow = shared_by(people.bo, visibility="unit")
    pilot = exercise(people, need=narrow)
    assert pilot.visibility == "unit"
    assert visible_pilots(viewer_of(people.dag)).filter(pk=pilot.pk).exists()
    far = add_person(
        by=Viewer.of_command_line(),
        email="vera@ringsala.example",
        name="Vera",
        unit=people.water,
        role=Role.STAFF,
    )
    for person in (far, people.sam, people.farid, people.elif_):
        with pytest.raises(NotAllowed):
            pilot_for(viewer_of(person), pilot.uuid)


def test_start_pilot_then_those_of_the_need_are_told(people: People) -> None:
    need = shared_by(people.bo)
    start_pilot(by=viewer_of(people.alva), title="Prova larm", need=need)
    told = Notification.objects.get(event="pilots.begun", person=people.bo)
    assert told.facts["need"] == need.title


def test_start_pilot_for_a_need_elsewhere_then_not_allowed(people: People) -> None:
    other = shared_by(people.sam, visibility="public")
    with pytest.raises(NotAllowed):
        start_pilot(by=viewer_of(people.bo), title="Prova larm", need=other)
    with pytest.raises(NotAllowed):
        start_pilot(by=viewer_of(people.farid), title="Prova larm")


def test_concerned_people_are_owner_author_and_who_measures(people: People) -> None:
    pilot = ready(people)
    assert concerned_people(pilot) == {people.bo.pk}
