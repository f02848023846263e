"""One need's whole way, through the pages: matched, met, tried, refused without a goal, measured, decided."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext

from ringar.core import clock
from ringar.core.actions import add_person, add_unit
from ringar.core.models import Person, Unit
from ringar.core.rules import Role, Viewer
from ringar.matching.day_models import Meeting, MeetingDay, Party
from ringar.matching.day_rules import PartyKind
from ringar.needs.models import Need
from ringar.pilots.gate_rules import ASKS
from ringar.pilots.models import Gate, Measurement, Pilot
from ringar.robots.engine.running import run_waiting
from tests.people import People
from tests.rooms.matching.cast import make_market

LogIn = Callable[[Person], Client]
WEEK = timedelta(weeks=1)
WRITTEN = "Äldre i vår hemtjänst är ensamma på dagen. De larmar för att få prata med någon."
WHY = "Larmen blev färre i gruppen som prövade, och inte i de andra. Det räcker för att gå vidare."
LEARNED = "Ge de frivilliga en fast dag i veckan. De som bytte dag slutade komma."
ALARMS = {"Hemtjänst Björkliden": 40.0, "Hemtjänst Alkärret": 37.0, "Hemtjänst Tallbo": 44.0}
BEFORE, AFTER = 20, 12
"""Weeks measured before the start, and planned after it."""


@pytest.fixture(autouse=True)
def swedish(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    with translation.override("sv"):
        yield


@dataclass
class Way:
    """Those who walk it, each logged in, and what has come of it so far. `now` is the day they have come to."""

    people: People
    bo: Client
    alva: Client
    admin: Client
    now: datetime = field(default_factory=timezone.now)

    @property
    def need(self) -> Need:
        return Need.objects.get()

    @property
    def pilot(self) -> Pilot:
        return Pilot.objects.get()

    def open(self, client: Client, address: str) -> str:
        with clock.at(self.now):
            response = client.get(address)
        assert response.status_code == 200, (address, response.status_code)
        return str(response.content.decode())

    def send(self, client: Client, address: str, form: dict[str, Any]) -> str:
        """Sends a form; returns the page that it leads to."""
        with clock.at(self.now):
            response: Any = client.post(address, form, follow=True)
        page = str(response.content.decode())
        assert response.redirect_chain, re.findall(r'role="alert"[^>]*>(.*?)</', page, re.DOTALL) or page
        assert response.status_code == 200, (response.redirect_chain, response.status_code)
        return page

    def robots(self) -> None:
        with clock.at(self.now):
            run_waiting()

    def monday(self, weeks: int) -> date:
        """The Monday so many weeks from now."""
        day = self.now.date()
        return day - timedelta(days=day.weekday()) + weeks * WEEK


@pytest.fixture
def way(people: People, logged_in: LogIn) -> Way:
    """A city with solutions on offer, two more home care units to compare with, and an administrator."""
    operator = Viewer.of_command_line()
    make_market(people)
    for name in list(ALARMS)[1:]:
        add_unit(by=operator, organisation=people.city, name=name, parent=people.district)
    top = people.city.units.get(parent=None)
    email, role = "astrid@ringsala-kommun.example", Role.ADMINISTRATOR
    admin = add_person(by=operator, email=email, name="Astrid", unit=top, role=role)
    made = Way(people, logged_in(people.bo), logged_in(people.alva), logged_in(admin))
    made.robots()
    return made


def write_and_match(way: Way) -> None:
    """Bo writes a need, Alva chooses it, and Bo chooses what to meet."""
    way.send(way.bo, "/behov/nytt/", {"symptom": WRITTEN, "title": "Ensamma dagar"})
    address = way.need.get_absolute_url()
    way.send(way.bo, f"{address}dela/", {"visibility": "organisation"})
    told = {"kind": "interview", "met": "en granne", "summary": "Hon larmar för att få sällskap en stund."}
    way.send(way.bo, f"{address}underlag/nytt/", {**told, "is_outside": "on"})
    way.send(way.bo, f"{address}kriterier/", {"criterion_1": "Ingen ny inloggning för de äldre"})
    facts = {
        "title": "Ensamma dagar",
        "symptom": WRITTEN,
        "unit": way.people.care.pk,
        "owner": way.people.bo.pk,
    }
    facts |= {"who_affected": "De äldre", "good_effect": "Färre larm om dagen", "visibility": "organisation"}
    way.send(way.bo, f"{address}andra/", facts)
    way.robots()
    way.send(way.bo, f"{address}flytta/", {"to": "explored"})
    way.send(way.alva, f"{address}flytta/", {"to": "chosen"})
    page = way.open(way.bo, f"{address}losningar/")
    assert "Kaffesällskap" in page and "Tar upp" in page
    best = way.need.matches.get(solution__name="Kaffesällskap").solution
    way.send(way.bo, f"{address}losningar/{best.uuid}/valj/", {"choose": "yes"})
    assert way.need.state == "matched"


def plan_meetings(way: Way) -> Meeting:
    """Alva invites to a day, both sides wish by their links, the robots plan it, Alva sends it out."""
    held = way.now.date() + timedelta(days=21)
    form = {"title": "Möten om ensamhet", "slot_minutes": "20", "pause_minutes": "5", "rooms": "Granen\nEken"}
    form |= {"wishes_until": f"{held - timedelta(days=7)}T16:00", "date_0": f"{held}"}
    way.send(way.alva, "/motesdagar/ny/", {**form, "starts_0": "09:00", "ends_0": "12:00"})
    address = MeetingDay.objects.get().get_absolute_url()
    way.send(way.alva, f"{address}inbjudna/", {"pick": "1", "needs": [f"{way.need.uuid}"]})
    page = way.open(way.alva, f"{address}inbjudna/")
    shown = re.findall(r'name="solutions" value="([^"]+)"', page)
    way.send(way.alva, f"{address}inbjudna/", {"pick": "1", "solutions": shown})
    for party in Party.objects.filter(kind=PartyKind.STARTUP, email=""):
        facts = {"facts": "1", "name": party.name, "email": f"startup{party.pk}@startup.example"}
        way.send(way.alva, f"{address}inbjudna/{party.uuid}/", facts)
    way.send(way.alva, f"{address}bjud-in/", {})
    way.robots()
    wish(way, Party.objects.get(kind=PartyKind.MANAGER), {"Kaffesällskap AB": "must"}, busy=2)
    wish(way, Party.objects.get(name="Kaffesällskap AB"), {"Bo": "want"}, busy=1)
    way.send(way.alva, f"{address}planera/", {})
    way.robots()
    assert "100,0" in way.open(way.alva, address) or "100 %" in way.open(way.alva, address)
    way.send(way.alva, f"{address}skicka-ut/", {})
    meeting = Meeting.objects.get(startup__name="Kaffesällskap AB")
    assert meeting.need == way.need and meeting.starts_at.date() == held
    assert "Granen" in way.open(way.bo, f"{address}schema/")
    return meeting


def link_of(party: Party, end: str = "") -> str:
    """The personal link of the latest letter to the party."""
    text = "\n".join(str(each.body) for each in mail.outbox if party.email in each.to)
    found = re.findall(r"/motesdag/min/[\w-]+/", text)
    assert found, text
    return str(found[-1]) + end


def wish(way: Way, party: Party, kinds: dict[str, str], *, busy: int) -> None:
    """Answers without an account: busy at the first times, wishes by name, no wish of the others."""
    link, guest = link_of(party), Client()
    page = way.open(guest, link)
    times = re.findall(r'name="(free_[\d-]+)" value="([^"]+)"', page)
    form: dict[str, Any] = {"answer": "1", times[0][0]: [value for _name, value in times[busy:]]}
    known = {other.pk: other.name for other in party.day.parties.exclude(kind=party.kind)}
    form |= {f"wish_{pk}": kinds.get(name, "any") for pk, name in known.items()}
    assert "svar är sparat" in way.send(guest, link, form)


def meet(way: Way, meeting: Meeting) -> None:
    """The hour comes; the startup answers by its link and Bo on his page, who then begins a pilot."""
    way.robots()
    way.now = meeting.starts_at + timedelta(hours=2)
    link, guest = link_of(meeting.startup, "moten/"), Client()
    said = {
        "meeting": f"{meeting.uuid}",
        f"m{meeting.pk}-go_on": "yes",
        f"m{meeting.pk}-learned": "Börja litet.",
    }
    way.send(guest, link, said)
    said = {f"m{meeting.pk}-go_on": "yes", f"m{meeting.pk}-in_the_way": "Tid att lära upp frivilliga."}
    way.send(way.bo, f"{meeting.get_absolute_url()}svar/", said)
    meeting.refresh_from_db()
    assert (meeting.state, way.need.state) == ("held", "meeting")
    page = way.open(way.bo, meeting.get_absolute_url())
    start = re.search(r'href="(/pilotprojekt/nytt/\?mote=[^"]+)"', page)
    assert start, page
    form = {
        "title": "Kaffesällskap i Björkliden",
        "goal": "Färre larm från dem som är ensamma",
        "kind": "pilot",
    }
    form |= {"need": f"{way.need.uuid}", "unit": way.people.care.pk, "owner": way.people.bo.pk}
    way.send(way.bo, start[1], {**form, "ends_on": f"{way.monday(4 + AFTER) - timedelta(days=1)}"})
    assert (way.pilot.meeting, way.pilot.state) == (meeting, "planned")


def prepare_all_but_goal(way: Way) -> None:
    """Everything that the gate asks for, but the effect goal."""
    address, pilot = way.pilot.get_absolute_url(), way.pilot
    facts = {"title": pilot.title, "need": f"{way.need.uuid}", "goal": pilot.goal, "stage": "pilot"}
    facts |= {"owner": way.people.bo.pk, "ends_on": f"{pilot.ends_on}", "starts_on": f"{way.monday(4)}"}
    facts |= {"hypothesis": "Den som väntar besök larmar inte för att få sällskap."}
    way.send(way.bo, f"{address}andra/", {**facts, "stop_rule": "Om ett larm uteblir när det behövs."})
    units: dict[str, Any] = {"count": "3"}
    for place, name in enumerate(ALARMS):
        role, email = ("compares", "") if place else ("tries", way.people.bo.email)
        row = {"unit": Unit.objects.get(name=name).uuid, "role": role, "measurer": email}
        units |= {f"{part}_{place}": f"{value}" for part, value in row.items()}
    way.send(way.bo, f"{address}enheter/", units)
    costs = {
        "count": "2",
        "who_pays": "Stadsdelen",
        "kind_0": "cost",
        "what_0": "Ett halvår",
        "sek_0": "60000",
    }
    costs |= {"kind_1": "gain", "what_1": "Färre utryckningar", "sek_1": "90000", "taken_1": "Hemtjänsten"}
    way.send(way.bo, f"{address}kalkyl/", costs)
    way.send(way.bo, f"{address}personuppgifter/", {"has_personal_data": "no"})
    choice = {
        "kind": "Sociala tjänster",
        "supplier": "Kaffesällskap AB",
        "reason": "Finns redan i grannstaden.",
    }
    choice |= {"other_0": "Långbord AB", "why_not_0": "Träffas bara på kvällarna."}
    way.send(way.bo, f"/inkop/val/pilot/{pilot.uuid}/", choice)


def open_gate(way: Way) -> None:
    """Refused for everyone without an effect goal; with it, Bo asks and Alva decides."""
    gate, yes = (
        f"{way.pilot.get_absolute_url()}beslutspunkt/",
        {"reason": "Allt är klart.", "declares_none": "on"},
    )
    for client in (way.bo, way.alva, way.admin):
        page = way.send(client, gate, yes)
        assert str(ASKS["effect_goal"]) in page and way.pilot.state == "planned"
    assert [each.missing for each in Gate.objects.all()] == [["effect_goal"]] * 3
    goal = {"metric": "larm om dagen", "measured_in": "larm i veckan", "better": "lower", "scale": "identity"}
    goal |= {"baseline": "40", "baseline_source": "larmloggen i höst", "target": "30", "worthwhile": "4"}
    goal |= {"design": "fixed", "start_week": f"{way.monday(4)}", "burn_in": "1", "weeks_planned": f"{AFTER}"}
    way.send(way.bo, f"{way.pilot.get_absolute_url()}effektmal/", goal)
    way.send(way.bo, gate, {"reason": "Allt är klart."})
    assert way.pilot.state == "planned" and Gate.objects.latest("id").outcome == "asked"
    way.robots()
    assert way.pilot.title in way.open(way.alva, "/")
    way.send(way.alva, gate, yes)
    assert (way.pilot.state, way.need.state) == ("running", "pilot")
    opened = Gate.objects.latest("id")
    assert (opened.outcome, opened.decider) == ("opened", way.people.alva)


def alarms(name: str, week: int) -> float:
    """Alarms of a unit in a week counted from the start: they swing alike, and fall by twelve where it is tried."""
    swing = 3.0 * ((week * 5) % 7) / 7 + 1.5 * ((week * len(name)) % 3)
    return ALARMS[name] + swing - (12.0 if name == "Hemtjänst Björkliden" and week >= 0 else 0.0)


def measure(way: Way) -> None:
    """History and the units to compare with come in a file; what is tried, by form, week after week."""
    address, start = f"{way.pilot.get_absolute_url()}matvarden/", way.monday(4)
    way.now += (AFTER + 5) * WEEK
    weeks = {name: range(-BEFORE, 0 if name == "Hemtjänst Björkliden" else AFTER) for name in ALARMS}
    rows = [f"{name},{start + week * WEEK},{alarms(name, week)}" for name in weeks for week in weeks[name]]
    wrong = "\n".join(["unit,week,value", *rows, rows[0]])
    page = way.open(way.alva, f"{address}fil/")
    with clock.at(way.now):
        sheet = SimpleUploadedFile("larm.csv", wrong.encode())
        page = way.alva.post(f"{address}fil/", {"file": sheet}).content.decode()
    assert f"rad {len(rows) + 2}" in page.lower() and not Measurement.objects.exists(), "a week twice"
    with clock.at(way.now):
        sheet = SimpleUploadedFile("larm.csv", "\n".join(["unit,week,value", *rows]).encode())
        page = way.alva.post(f"{address}fil/", {"file": sheet}).content.decode()
    assert 'id="problems"' not in page, page[page.index('id="problems"') :][:2000]
    way.send(way.alva, f"{address}fil/", {"save": "1"})
    assert Measurement.objects.count() == len(rows)
    told = {start + week * WEEK: alarms("Hemtjänst Björkliden", week) for week in range(AFTER)}
    form = {f"w{week:%Y%m%d}": f"{value:.2f}".replace(".", ",") for week, value in told.items()}
    way.send(way.bo, f"{address}{way.people.care.uuid}/", form)
    assert Measurement.objects.filter(via="form").count() == AFTER


def decide(way: Way) -> None:
    """The page says what the numbers show; Alva decides, and whoever has the need reads why."""
    address = way.pilot.get_absolute_url()
    page = way.open(way.alva, f"{address}sida/")
    assert gettext("It worked: worth scaling up") in page and "larm i veckan" in page
    assert way.bo.get(f"{address}beslut/").status_code in {302, 404}, "not Bo's to decide"
    form = {"kind": "scale", "interest": "none", "reason": WHY, "learned": LEARNED}
    way.send(way.alva, f"{address}beslut/", form)
    assert (way.pilot.stage, way.pilot.state, way.need.state) == ("beta", "planned", "decided")
    kept = way.pilot.decisions.get()
    assert kept.decider == way.people.alva and kept.estimate["verdict"] == "scale"
    assert kept.estimate["high"] < -4 < 0 and abs(kept.estimate["effect"] + 12) < 3
    way.robots()
    assert WHY in way.open(way.bo, f"{way.need.get_absolute_url()}historik/")
    assert any(WHY in str(each.body) for each in mail.outbox if way.people.bo.email in each.to)
    assert LEARNED in way.open(way.bo, f"{address}sida/")


@pytest.mark.django_db
def test_need_when_matched_met_tried_and_measured_is_decided_on(way: Way) -> None:
    write_and_match(way)
    meet(way, plan_meetings(way))
    prepare_all_but_goal(way)
    open_gate(way)
    measure(way)
    decide(way)
