"""Who may do what in the JSON interface: each operation, asked by everyone with a key of theirs and all scopes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from ringar.config.urls import api
from ringar.core.actions.tokens import make_token
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import SCOPES
from tests.rooms.core.test_rights import READERS, words_in
from tests.rooms.core.world import VIEWERS, World

# P an answer, K a key is asked for, "." not found, R refused as things stand. One letter for each of VIEWERS
# (nobody, sam, farid, elif, auditor, water, bo, dag). The last column is what is sent: a query, or a body.
TABLE = """
list_needs      GET   -          PPPPPPPP
list_needs      GET   -          PPPPPPPP  ?q=ensamma
list_needs      GET   -          PPPPPPPP  ?everywhere=true
show_need       GET   draft      ......P.
show_need       GET   unit-need  ......PP
show_need       GET   need       ....PPPP
show_need       GET   public     PPPPPPPP
start_need      POST  -          KP...PPP  {"symptom": "Hissen står"}
change_need     PATCH draft      K.....P.  {"title": "Annat"}
change_need     PATCH unit-need  K.....PP  {"title": "Annat"}
change_need     PATCH public     K.....PP  {"title": "Annat"}
share           POST  draft      K.....P.  {}
join            POST  need       K....PRP  {}
evidence        POST  need       K....PPP  {"summary": "Vi mötte tio"}
criterion       POST  need       K.....PP  {"text": "Utan telefon"}
list_matches    GET   unit-need  K.....PP
list_matches    GET   need       K...PPPP
list_matches    GET   public     K...PPPP  ?everywhere=true
list_days       GET   -          PPPPPPPP
show_day        GET   draft-day  K...P..P
show_day        GET   meeting-day K...PPPP
show_day        GET   sent-day   K...PPPP
list_plans      GET   -          PPPPPPPP
show_plan       GET   round-plan K...PPPP
list_solvers    GET   -          PPPPPPPP
list_solvers    GET   -          PPPPPPPP  ?q=9112310009
list_solvers    GET   -          PPPPPPPP  ?q=snickeri
show_solver     GET   startup    PPPPPPPP
show_solver     GET   hidden     ....PPPP
show_solver     GET   trader     PPPPPPPP
list_solutions  GET   -          PPPPPPPP
list_solutions  GET   -          PPPPPPPP  ?q=ensamma
show_solution   GET   offered    PPPPPPPP
show_solution   GET   sketch     ...PPPPP
add_solution    POST  -          K..P.PPP  {"solver": "startup", "name": "Ny", "what": "Äldre äter ihop"}
list_calls      GET   -          PPPPPPPP
list_calls      GET   -          PPPPPPPP  ?state=open
show_call       GET   open-call  PPPPPPPP
show_call       GET   draft-call ....PPPP
add_answer      POST  open-call  KPPPPPPP  {"email": "n@ny.example", "text": "Vi kan"}
list_pilots     GET   -          PPPPPPPP
show_pilot      GET   pilot      ....PPPP
show_pilot      GET   open-pilot PPPPPPPP
show_effect     GET   pilot      ....PPPP
show_effect     GET   open-pilot PPPPPPPP
list_measurements GET pilot     K...PPPP
list_measurements GET planned   K.....PP
add_measurements POST pilot     K.....RR  {"values": [{"unit": "pilot", "week": "2026-03-02", "value": 1}]}
list_data_sets  GET   -          PPPPPPPP
list_data_sets  GET   -          PPPPPPPP  ?kind=pipes
show_data_set   GET   pipes-data ....PPPP
show_data_set   GET   open-data  PPPPPPPP
list_assets     GET   pipes-data ......PP
list_assets     GET   open-data  PPPPPPPP
list_sensors    GET   -          PPPPPPPP
show_sensor     GET   sensor     ....PPPP
show_sensor     GET   open-sensor PPPPPPPP
list_observations GET series     ....PPPP
list_observations GET open-series PPPPPPPP
add_observations POST -          KKKKKKKK  {"phenomenonTime": "2026-11-02T10:00:00Z", "result": 4}
list_comments   GET   talk-need  ....PPPP
list_comments   GET   talk-unit  ......PP
list_comments   GET   talk-public PPPPPPPP
add_comment     POST  talk-need  K....PPP  {"text": "Hej"}
add_comment     POST  talk-public KPPP.PPP  {"text": "Hej"}
add_comment     POST  talk-public KP...PPP  {"text": "Hej", "is_internal": true}
add_comment     POST  talk-public K.....PP  {"text": "Hej", "is_answer": true}
"""


def rows() -> Iterator[tuple[str, str, str, str, str]]:
    for line in TABLE.strip().splitlines():
        name, method, row, letters, *sent = line.split(maxsplit=4)
        assert len(letters) == len(VIEWERS), line
        yield name, method, row, letters, "".join(sent)


@pytest.fixture
def keys(world: World) -> dict[str, str]:
    """A header for each of VIEWERS."""
    made = {}
    for who in VIEWERS[1:]:
        person = Person.objects.get(pk=world.clients[who].session["_auth_user_id"])
        made[who] = make_token(by=viewer_of(person), name="Allt", scopes=SCOPES, days=1)[1]
    return made


def ask(world: World, key: str | None, name: str, method: str, row: str, sent: str) -> HttpResponse:
    """The answer to one line of the table. What it changes is taken back afterwards."""
    address = reverse(f"api:{name}", args=world.args[row])
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    client = Client(raise_request_exception=False)
    if sent.startswith("{"):
        told = {field: with_uuid(world, value) for field, value in json.loads(sent).items()}
        body: dict[str, Any] = {"data": json.dumps(told), "content_type": "application/json"}
    else:
        address, body = address + sent, {}
    with transaction.atomic():
        answer = client.generic(method, address, headers=headers, **body)
        transaction.set_rollback(True)
    return answer  # type: ignore[return-value]


def with_uuid(world: World, value: Any) -> Any:
    """ "startup" in a body, however deep, is that row's uuid."""
    if isinstance(value, list):
        return [with_uuid(world, each) for each in value]
    if isinstance(value, dict):
        return {name: with_uuid(world, each) for name, each in value.items()}
    return str(world.args[value][0]) if value in world.args else value


def letter(answer: HttpResponse) -> str:
    found = {200: "P", 201: "P", 401: "K", 404: ".", 409: "R"}
    return found.get(answer.status_code, str(answer.status_code))


def test_table_when_an_operation_is_new_then_it_has_a_line() -> None:
    ours = {(each.view_func.__name__, method) for each in api.operations() for method in each.methods}
    assert ours == {(name, method) for name, method, *_ in rows()}


def test_every_operation_when_asked_by_everyone_then_as_the_table_says_and_nothing_more_is_told(
    world: World,
    keys: dict[str, str],
) -> None:
    wrong, seen = [], set()
    for name, method, row, letters, sent in rows():
        answers = {who: ask(world, keys.get(who), name, method, row, sent) for who in VIEWERS}
        found = "".join(letter(answer) for answer in answers.values())
        line = f"{name} {method} {row} {sent}"
        if found != letters:
            wrong.append(f"{line}: {letters} in the table, {found} found")
        told = {(who, word) for who, answer in answers.items() for word in words_in(answer)}
        wrong += [f"{line}: {who} reads {word}" for who, word in told if who not in READERS[word]]
        seen |= {word for _who, word in told}
    assert not wrong, "\n".join(wrong)
    assert seen > {
        "UTKASTET",
        "ENHETENS",
        "KOMMUNENS",
        "SKISSEN",
        "GÖMDA",
        "SAMTALSORDET",
        "INTERNT",
        "RÖRNÄTETS",
    }
