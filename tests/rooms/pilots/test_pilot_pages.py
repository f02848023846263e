"""The working page, its parts and the gate, as people meet them in a browser without JavaScript."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ringar.core.actions.tokens import make_token
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.registry import waiting_for
from ringar.pilots.actions.gates import ask_gate
from ringar.pilots.models import EffectGoal, Pilot
from ringar.pilots.panels import PANELS
from ringar.pilots.queries.gates import gates_awaiting
from ringar.pilots.rules import PilotState, Stage
from tests.people import People
from tests.rooms.needs.cast import shared_by
from tests.rooms.pilots.measuring import client_of
from tests.rooms.pilots.prepared import exercise, ready, sprint

pytestmark = pytest.mark.django_db
LogIn = Callable[[Person], Client]


def test_pilot_new_from_a_need_then_the_working_page_says_what_is_missing(
    people: People, logged_in: LogIn
) -> None:
    need = shared_by(people.bo)
    client = client_of(logged_in, people.bo)
    page = client.get(f"/pilotprojekt/nytt/?behov={need.uuid}").content.decode()
    assert need.title in page
    told = {"title": "Prova larmmatta", "need": str(need.uuid), "kind": "test", "unit": people.care.pk}
    answer = client.post("/pilotprojekt/nytt/", told, follow=True)
    page = answer.content.decode()
    assert "Write the effect goal in one sentence" in page
    pilot = Pilot.objects.get()
    assert f'href="/pilotprojekt/{pilot.uuid}/andra/"' in page
    assert (pilot.need, pilot.stage) == (need, Stage.EXERCISE)


def test_pilot_new_as_a_pilot_then_it_begins_in_that_stage(people: People, logged_in: LogIn) -> None:
    told = {"title": "Prova larmmatta", "kind": "pilot", "unit": people.care.pk}
    client_of(logged_in, people.bo).post("/pilotprojekt/nytt/", told)
    assert Pilot.objects.get().stage == Stage.PILOT


def test_every_part_saved_on_its_page_then_the_gate_opens(people: People, logged_in: LogIn) -> None:
    pilot = exercise(people, stage=Stage.PILOT)
    base, client = f"/pilotprojekt/{pilot.uuid}/", client_of(logged_in, people.bo)
    facts = {
        "title": pilot.title,
        "need": str(pilot.need.uuid) if pilot.need else "",
        "goal": pilot.goal,
        "owner": people.bo.pk,
        "stage": "pilot",
        "ends_on": "2026-12-31",
        "hypothesis": "Mattan larmar först.",
        "stop_rule": "Om någon faller.",
    }
    goal = {
        "metric": "tid till besök",
        "measured_in": "minuter",
        "better": "lower",
        "scale": "identity",
        "baseline": "42",
        "baseline_source": "larmloggen",
        "target": "30",
        "worthwhile": "5",
        "design": "fixed",
        "start_week": "2026-09-07",
        "burn_in": "1",
        "weeks_planned": "12",
    }
    units = {
        "count": "2",
        "unit_0": str(people.care.uuid),
        "role_0": "tries",
        "measurer_0": people.bo.email,
        "unit_1": str(people.preschool.uuid),
        "role_1": "compares",
    }
    costs = {"count": "2", "who_pays": "Stadsdelen", "kind_0": "cost", "what_0": "Mattor", "sek_0": "80000"}
    costs |= {"kind_1": "gain", "what_1": "Färre besök", "hours_1": "90", "taken_1": "Enheten"}
    choice = {"kind": "Teknik", "supplier": "Larmbolaget", "reason": "Bäst", "no_alternatives": "Ingen annan"}
    sent = {"andra/": facts, "effektmal/": goal, "enheter/": units, "kalkyl/": costs}
    sent |= {"personuppgifter/": {"has_personal_data": "no"}}
    for part, told in sent.items():
        answer = client.post(base + part, told)
        assert (part, answer.status_code, answer.get("Location")) == (part, 302, base)
    assert client.post(f"/inkop/val/pilot/{pilot.uuid}/", choice).status_code == 302
    assert "Nothing is missing." in client.get(base).content.decode()
    client.post(base + "beslutspunkt/", {"reason": "Vi är redo."})
    assert [gate.pilot for gate in gates_awaiting(viewer_of(people.alva))] == [pilot]
    leader = client_of(logged_in, people.alva)
    leader.post(base + "beslutspunkt/", {"reason": "Det bär.", "declares_none": "on"})
    pilot.refresh_from_db()
    assert (pilot.stage, pilot.state) == (Stage.PILOT, PilotState.RUNNING)


def test_pilot_gate_without_an_effect_goal_then_refused_with_a_link(people: People, logged_in: LogIn) -> None:
    pilot = ready(people, besides="goal")
    client = client_of(logged_in, people.cilla)
    address = f"/pilotprojekt/{pilot.uuid}/beslutspunkt/"
    answer = client.post(address, {"reason": "Det brådskar.", "declares_none": "on"}, follow=True)
    page = answer.content.decode()
    assert "The gate did not open" in page
    assert f'href="/pilotprojekt/{pilot.uuid}/effektmal/">Set the effect goal' in page
    pilot.refresh_from_db()
    assert pilot.state == PilotState.PLANNED


def test_pilot_gate_then_shows_what_the_design_could_see_and_the_ceiling(
    people: People, logged_in: LogIn
) -> None:
    page = client_of(logged_in, people.alva).get(f"/pilotprojekt/{ready(people).uuid}/beslutspunkt/")
    told = page.content.decode()
    assert "Nothing is measured yet in the units that try" in told
    assert "SEK\N{NO-BREAK SPACE}620,000" in told  # left below the ceiling


def test_pilot_gate_when_a_leader_says_no_then_it_stays_closed_with_the_reason(
    people: People, logged_in: LogIn
) -> None:
    pilot = ready(people)
    ask_gate(by=viewer_of(people.bo), pilot=pilot, reason="Vi är redo.")
    client = client_of(logged_in, people.alva)
    address = f"/pilotprojekt/{pilot.uuid}/beslutspunkt/"
    assert "Write" not in client.post(address, {"refuse": "yes", "no-reason": ""}).get("Location", "")
    assert client.post(address, {"refuse": "yes", "no-reason": "Vänta till hösten."}).status_code == 302
    assert (
        "Vänta till hösten." in client_of(logged_in, people.bo).get(pilot.get_absolute_url()).content.decode()
    )


def test_pilot_goal_with_a_wrong_number_then_what_was_written_is_still_there(
    people: People, logged_in: LogIn
) -> None:
    pilot = exercise(people)
    told = {"metric": "tid till besök", "measured_in": "minuter", "baseline": "fyrtiotvå", "target": "30"}
    page = client_of(logged_in, people.bo).post(f"/pilotprojekt/{pilot.uuid}/effektmal/", told)
    assert page.status_code == 200
    assert "fyrtiotvå" in page.content.decode()
    assert not EffectGoal.objects.exists()


def test_pilot_units_with_an_address_of_nobody_then_the_row_says_so(people: People, logged_in: LogIn) -> None:
    told = {"count": "1", "unit_0": str(people.care.uuid), "role_0": "tries", "measurer_0": people.sam.email}
    page = client_of(logged_in, people.bo).post(f"/pilotprojekt/{exercise(people).uuid}/enheter/", told)
    assert "Nobody who works here has that address." in page.content.decode()


@pytest.mark.parametrize("count", ["", "many", "-1", "99999999"])
def test_pilot_units_with_a_wrong_count_then_an_error_and_no_fault(
    people: People, logged_in: LogIn, count: str
) -> None:
    address = f"/pilotprojekt/{exercise(people).uuid}/enheter/"
    assert client_of(logged_in, people.bo).post(address, {"count": count}).status_code == 200


def test_parts_when_it_runs_then_led_back_and_told_why(people: People, logged_in: LogIn) -> None:
    pilot = ready(people)
    ask_gate(by=viewer_of(people.alva), pilot=pilot, reason="Ja.", declares_none=True)
    client = client_of(logged_in, people.bo)
    for part in ("andra", "effektmal", "enheter", "kalkyl", "personuppgifter", "beslutspunkt"):
        answer = client.get(f"/pilotprojekt/{pilot.uuid}/{part}/", follow=True)
        assert answer.redirect_chain[-1][0] == pilot.get_absolute_url()


def test_pilot_lot_drawn_on_the_gate_then_seed_and_weeks_are_shown(people: People, logged_in: LogIn) -> None:
    pilot = ready(people, besides="goal")
    base, client = f"/pilotprojekt/{pilot.uuid}/", client_of(logged_in, people.bo)
    from_start = {"metric": "tid", "measured_in": "minuter", "better": "lower", "scale": "identity"}
    numbers = {"baseline": "42", "baseline_source": "loggen", "target": "30", "worthwhile": "5"}
    plan = {"design": "random_start", "burn_in": "0", "weeks_planned": "12"}
    client.post(base + "effektmal/", {**from_start, **numbers, **plan})
    both = {"count": "2", "role_0": "tries", "role_1": "tries"}
    both |= {"unit_0": str(people.care.uuid), "unit_1": str(people.preschool.uuid)}
    client.post(base + "enheter/", both)
    assert "Draw lots" in client.get(base + "beslutspunkt/").content.decode()
    page = client.post(base + "lotta/", {"earliest": "2026-09-07"}, follow=True).content.decode()
    goal = EffectGoal.objects.get(pilot=pilot)
    assert f"Drawn with the seed {goal.seed}," in page
    again = client.post(base + "lotta/", {"earliest": "2026-09-07"}, follow=True).content.decode()
    assert "Lots are drawn already, and stand." in again


def test_pilot_sprint_then_days_prototype_and_tests_lead_to_the_gate(
    people: People, logged_in: LogIn, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    pilot = sprint(people)
    base, client = f"/pilotprojekt/{pilot.uuid}/", client_of(logged_in, people.bo)
    days = {f"day_{place}": f"Dag {place}" for place in range(5)}
    file = SimpleUploadedFile("skiss.pdf", b"%PDF-1.7")
    answer = client.post(base + "sprint/", {**days, "prototype": file, "outcome": "Bra.", "gate": "yes"})
    assert answer["Location"] == base + "beslutspunkt/"
    got = client.get(base + "sprint/prototyp/")
    assert (got.getvalue(), got["Content-Type"]) == (b"%PDF-1.7", "application/octet-stream")
    assert "attachment" in got["Content-Disposition"]
    assert client.post(base + "sprint/tester/", {"count": "5", "who_0": "boende"}).status_code == 302
    assert "boende" in client.get(base + "sprint/").content.decode()
    wrong = SimpleUploadedFile("skiss.pdf", b"<html>")
    page = client.post(base + "sprint/", {**days, "prototype": wrong, "outcome": "Annat."})
    assert "Choose a PDF" in page.content.decode()
    pilot.sprint.refresh_from_db()
    assert pilot.sprint.outcome == "Bra."  # both or neither


def test_pilot_list_then_pages_and_queries_are_flat(
    people: People, logged_in: LogIn, django_assert_max_num_queries: Any
) -> None:
    need = shared_by(people.bo)
    for number in range(27):
        exercise(people, title=f"Larm {number}", need=need)
    client = client_of(logged_in, people.dag)
    with django_assert_max_num_queries(10):
        first = client.get("/pilotprojekt/")
    assert len(first.context["pilots"]) == 25
    assert len(client.get("/pilotprojekt/", {"after": first.context["more"]}).context["pilots"]) == 2
    assert client.get("/pilotprojekt/?stage=mane&after=x_y").status_code == 200


def test_waiting_tells_who_decides_and_who_prepares(people: People) -> None:
    pilot = ready(people)
    found = waiting_for(viewer_of(people.bo))
    assert pilot.get_absolute_url() in [row.url for row in found if row.title == pilot.title]
    ask_gate(by=viewer_of(people.bo), pilot=pilot, reason="Vi är redo.")
    found = [row for row in waiting_for(viewer_of(people.alva)) if row.title == pilot.title]
    assert [row.url for row in found] == [f"/pilotprojekt/{pilot.uuid}/beslutspunkt/"]


def test_need_page_then_shows_its_pilots_and_the_way_to_try(people: People, logged_in: LogIn) -> None:
    pilot = exercise(people)
    assert pilot.need is not None
    page = client_of(logged_in, people.bo).get(pilot.need.get_absolute_url()).content.decode()
    assert pilot.title in page
    assert f"/pilotprojekt/nytt/?behov={pilot.need.uuid}" in page
    assert {panel.place for panel in PANELS} >= {"need_detail", "meeting_detail", "pilot_detail"}


def test_api_pilots_then_those_one_may_see_with_what_is_missing(people: People, client: Client) -> None:
    pilot = exercise(people, goal="")
    assert client.get("/api/pilots/").json() == {"items": [], "next": None}
    key = make_token(by=viewer_of(people.dag), name="x", scopes=["pilots:read"], days=1)[1]
    headers = {"Authorization": f"Bearer {key}"}
    assert [row["title"] for row in client.get("/api/pilots/", headers=headers).json()["items"]] == [
        pilot.title
    ]
    one = client.get(f"/api/pilots/{pilot.uuid}", headers=headers).json()
    assert (one["missing"], one["next_stage"], one["effect_goal"]) == (["goal"], "exercise", None)
