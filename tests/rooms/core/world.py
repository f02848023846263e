"""The world that rights, audit and attacks are tried on: rows of every kind, in every state that hides them.

Made through actions once in a run (eight seconds) and written anew for each test as a copy, like the cast (people.py).
"""

import io
import pickle
import shutil
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.test.utils import override_settings
from PIL import Image
from pytest_django import DjangoDbBlocker

from ringar.core.actions import add_person, add_unit
from ringar.core.actions.log_in_services import Wanted, save_log_in_service
from ringar.core.actions.tokens import make_token
from ringar.core.clock import now
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Role, Viewer
from ringar.matching.actions import ask_match
from ringar.needs.actions import add_evidence, add_why, join_need
from ringar.robots.engine.running import run_waiting
from ringar.robots.webhooks import add_webhook
from ringar.solvers.actions import (
    answer_call,
    open_call,
    publish_solution,
    register_solver,
    set_solver_state,
    start_call,
)
from tests.people import Cast, People, Statements, changed, inserts, rows, write_rows
from tests.rooms.city.data_cast import add_data
from tests.rooms.city.list_cast import add_lists
from tests.rooms.city.sensor_cast import add_sensors
from tests.rooms.core.keepers import add_invited
from tests.rooms.matching.cast import chosen_need
from tests.rooms.matching.days import add_days
from tests.rooms.matching.meeting_cast import add_meetings
from tests.rooms.matching.plan_cast import add_plans
from tests.rooms.needs.cast import draft_of, shared_by
from tests.rooms.needs.kin import add_kin
from tests.rooms.needs.rounds import add_rounds
from tests.rooms.pilots.hindered import add_hindered
from tests.rooms.pilots.prepared import add_prepared
from tests.rooms.pilots.rows import add_pilots
from tests.rooms.robots.map_cast import add_maps
from tests.rooms.robots.robot_people import add_robot_cases
from tests.rooms.solvers.cast import add_suppliers
from tests.rooms.talk.cast import add_talk
from tests.saml_idp import Signer

VIEWERS = ("nobody", "sam", "farid", "elif", "auditor", "water", "bo", "dag")
"""Not logged in; another municipality's manager; resident; startup; auditor and staff of another unit in the city;
the one who wrote the needs; the one who leads development."""


@dataclass
class World:
    """Rows of every kind, what opens them (the arguments of their addresses), and everyone's client."""

    args: dict[str, list[object]] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)


def photo() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(out, "JPEG")
    return SimpleUploadedFile("bild.jpg", out.getvalue())


def staff(people: People) -> dict[str, Person]:
    operator = Viewer.of_command_line(people.city.pk)
    meadow = add_unit(by=operator, organisation=people.city, name="Ängarna")
    made = {
        name: add_person(by=operator, email=f"{name}@ringsala.example", name=name, unit=unit, role=role)
        for name, unit, role in (
            ("auditor", meadow, Role.AUDITOR),
            ("water", people.water, Role.STAFF),
        )
    }
    return {**made, "sam": people.sam, "farid": people.farid, "elif": people.elif_} | {
        "bo": people.bo,
        "dag": people.dag,
    }


@dataclass(frozen=True)
class Kept:
    """The world as made once: its arguments, values and who has a client; what writes its rows; its files."""

    pickled: bytes
    statements: Statements
    changed: list[Model]
    files: Path


@pytest.fixture(scope="session")
def kept_world(
    cast: Cast, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Kept:
    """Nothing of it is left in the database."""
    files = tmp_path_factory.mktemp("world")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=files), transaction.atomic():
        people = write_rows(*cast)
        before = rows()
        everyone = staff(people)
        args, values = make_rows(people, everyone)
        pickled = pickle.dumps((args, values, everyone))
        kept = Kept(pickled, inserts(before), changed(before), files)
        transaction.set_rollback(True)
    return kept


@pytest.fixture
def world(people: People, kept_world: Kept, tmp_path: Path, settings: Any) -> World:
    """Everything there is, in every state that hides it from somebody. The words in capitals are what is hidden."""
    settings.MEDIA_ROOT = shutil.copytree(kept_world.files, tmp_path, dirs_exist_ok=True)
    args, values, everyone = write_rows(kept_world.pickled, kept_world.statements)
    for row in kept_world.changed:
        row.save_base(raw=True, force_update=True)
    clients = {name: Client(raise_request_exception=False) for name in VIEWERS}
    for name, person in everyone.items():
        clients[name].force_login(person)
    return World(args, values, clients)


def make_rows(people: People, everyone: dict[str, Person]) -> tuple[dict[str, list[object]], dict[str, str]]:
    """Rows of every kind: the arguments of their addresses, and values to send in forms."""
    made = World()
    add_log_in_service(made, people)
    add_needs(made, people, everyone)
    add_offers(made, people)
    run_waiting()
    by = viewer_of(people.bo)
    need, offered = made.args["need"][0], made.args["offered"][0]
    ask_match(by=by, need=need, solution=offered)  # type: ignore[arg-type]
    made.args["asked"] = made.args["pair"] = [need, offered]
    add_talk(made.args, people)
    add_rounds(made.args, people)
    add_kin(made.args, people, everyone["water"])
    add_suppliers(made.args, people)
    add_invited(made.args, made.values, people)
    add_days(made.args, people)
    add_meetings(made.args, people)
    add_plans(made.args, people)
    add_pilots(made.args, people)
    add_prepared(made.args, people)
    add_hindered(made.args, people)
    add_maps(made.args, people)
    add_robot_cases(made.args, people)
    add_data(made.args, people)
    add_lists(made.args, people)
    add_sensors(made.args, people)
    add_feeds(made, people)
    made.args["key"] = [make_token(by=by, name="NYCKELNS", scopes=["needs:read"], days=30)[0]]
    made.args = {name: [getattr(row, "uuid", row) for row in rows] for name, rows in made.args.items()}
    made.values |= {
        "water": str(people.water.uuid),
        "water-row": str(people.water.pk),
        "water-person": str(everyone["water"].uuid),
        "need-row": str(made.args["need"][0]),
        "public-row": str(made.args["public"][0]),
        "offered": str(made.args["offered"][0]),
    }
    return made.args, made.values


def add_log_in_service(made: World, people: People) -> None:
    metadata = Signer().metadata("https://idp.example", "https://idp.example/sso")
    wanted = Wanted(name="TJÄNSTEN", metadata=metadata, email_domains="ringsala-kommun.example")
    by = Viewer.of_command_line(people.city.pk)
    made.args |= {"protocol": ["oidc"]}
    made.args["service"] = [save_log_in_service(by=by, protocol="saml", wanted=wanted)]


def add_feeds(made: World, people: People) -> None:
    """The words of the addresses of feeds; Bo's private ones, a guessed one; a webhook."""
    key = make_token(by=viewer_of(people.bo), name="Min telefon", scopes=["feed"], days=9)[1]
    made.args |= {"needs-feed": ["behov"], "offers-feed": ["losningar"], "calls-feed": ["utlysningar"]}
    made.args |= {"own-feed": ["aviseringar"], "private-feed": [key, "aviseringar"], "private-days": [key]}
    made.args |= {"guessed-feed": ["ringar_gissad", "aviseringar"], "guessed-days": ["ringar_gissad"]}
    by = Viewer.of_command_line(people.city.pk)
    told = {"name": "KROKENS system", "url": "https://kroken.example", "actions": ["share_need"]}
    made.args["webhook"] = [add_webhook(by=by, **told)[0]]  # type: ignore[arg-type]


def add_needs(made: World, people: People, everyone: dict[str, Person]) -> None:
    bo = viewer_of(people.bo)
    made.args["draft"] = [draft_of(people.bo, "De äldre sitter ensamma. UTKASTET", "UTKASTET")]
    hidden = shared_by(people.bo, "De äldre sitter ensamma hela kvällen. ENHETENS", "ENHETENS", "unit")
    add_why(by=bo, need=hidden, answer="ENHETENS orsak")
    made.args["unit-need"] = [hidden]
    need = chosen_need(people.bo, people.dag, "De äldre sitter ensamma hela kvällen. KOMMUNENS")
    made.args["need"] = [need]
    public = shared_by(people.bo, "De äldre sitter ensamma om dagen.", "Öppet för alla", "public")
    made.args["public"] = [public]
    joined = shared_by(people.bo, "Bilarna är alltid slut.", "Bilbrist", "public")
    join_need(by=viewer_of(everyone["water"]), need=joined, note="KOLLEGANS ord")
    made.args["joined"] = [joined]
    told = {"kind": "photo", "photo": photo()}
    made.args["evidence"] = [add_evidence(by=bo, need=need, summary="KOMMUNENS underlag", **told)]
    flagged = add_evidence(by=bo, need=public, summary="FLAGGAT 19911231-0009", kind="photo", photo=photo())
    assert flagged.is_draft
    made.args["flagged"] = [flagged]
    made.args |= {"-": [], "needs-kind": ["needs"], "nothing": [hidden], "work": [hidden]}


def add_offers(made: World, people: People) -> None:
    elif_, dag = viewer_of(people.elif_), viewer_of(people.dag)
    startup = register_solver(by=elif_, name="Middagsbron AB", email="hej@MIDDAGSBRON.example")
    offered = publish_solution(
        by=elif_,
        solver=startup,
        name="Matlag",
        what="Ensamma äldre äter ihop.",
        secrecy="HEMLIGHETEN",
        secrecy_reason="Skälet",
    )
    sketch = publish_solution(
        by=elif_, solver=startup, name="SKISSEN", what="Ensamma äldre ses.", is_published=False
    )
    hidden = register_solver(by=dag, name="GÖMDA AB", about="Mot ensamma kvällar")
    publish_solution(by=dag, solver=hidden, name="GÖMDA lösningen", what="Ensamma äldre sjunger.")
    set_solver_state(by=dag, solver=hidden, state="hidden")
    trader = register_solver(
        by=dag, name="Vevas snickeri", kind="sole_trader", organisation_number="9112310009"
    )
    made.args |= {"startup": [startup], "offered": [offered], "sketch": [sketch], "hidden": [hidden]}
    made.args["trader"] = [trader]
    add_calls(made, dag)


def add_calls(made: World, dag: Viewer) -> None:
    need = made.args["need"][0]
    told: dict[str, Any] = {
        "deadline": now() + timedelta(days=14),
        "needs": [(need.uuid, "Ensamhet")],  # type: ignore[attr-defined]
        "criteria": ["Utan telefon"],
    }
    draft = start_call(by=dag, title="UTLYSNINGSUTKAST", text="Ensamma äldre", **told)
    call = open_call(by=dag, call=start_call(by=dag, title="Middag", text="Ensamma äldre", **told))
    answer = answer_call(by=Viewer(), call=call, email="svar@AVSÄNDAREN.example", text="AVSÄNDARENS svar")
    made.args |= {"draft-call": [draft], "open-call": [call], "answer": [call, answer]}
    made.args["token"] = [answer.token]
