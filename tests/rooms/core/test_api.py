"""The JSON interface: who is let in, what is told when something is wrong, answers that are kept, and its page."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from ringar.core import api as core_api
from ringar.core.actions.tokens import make_token, revoke_token
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import SCOPES
from ringar.needs.actions import edit_need
from ringar.needs.models import Need
from ringar.solvers.actions import publish_solution, register_solver
from ringar.talk.actions import add_comment
from ringar.talk.models import Comment
from tests.people import People
from tests.rooms.needs.cast import shared_by

Ask = Callable[..., HttpResponse]


@pytest.fixture
def ask(client: Client) -> Ask:
    """`ask(key, "GET", "/needs/", body)`: the answer of the interface. `key` None is nobody."""

    def asked(key: str | None, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        if key:
            headers["Authorization"] = f"Bearer {key}"
        data = body if isinstance(body, str | bytes) else "" if body is None else json.dumps(body)
        return client.generic(  # type: ignore[return-value]
            method, f"/api{path}", data, content_type="application/json", headers=headers
        )

    return asked


def key_of(person: Person, *scopes: str) -> str:
    return make_token(by=viewer_of(person), name="Program", scopes=scopes or SCOPES, days=1)[1]


def problem_of(answer: HttpResponse) -> dict[str, Any]:
    assert answer["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = json.loads(answer.content)
    assert told["status"] == answer.status_code and told["title"]
    return told


def test_key_when_missing_unknown_or_revoked_then_401_that_says_what_to_send(
    people: People, ask: Ask
) -> None:
    token, text = make_token(by=viewer_of(people.bo), name="x", scopes=SCOPES, days=1)
    assert ask(text, "POST", "/needs/", {"symptom": "Hissen står"}).status_code == 201
    revoke_token(by=viewer_of(people.bo), token=token)
    for key in (None, "ringar_fel", "å", text):
        answer = ask(key, "POST", "/needs/", {"symptom": "Hissen står"})
        assert answer.status_code == 401 and "Bearer" in answer["WWW-Authenticate"]
        assert "Authorization: Bearer" in problem_of(answer)["title"]
    assert ask("ringar_fel", "GET", "/needs/").status_code == 401, "a wrong key is not taken for nobody"
    assert Need.objects.count() == 1


@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_key_when_it_lacks_the_scope_then_403_that_names_it(people: People, ask: Ask, scope: str) -> None:
    need = shared_by(people.bo, "Hissen står.", "Hissen", "public")
    solver = register_solver(by=viewer_of(people.elif_), name="Nytt AB", email="n@ny.example")
    asked = [
        ("needs:read", "GET", "/needs/", None),
        ("needs:read", "GET", f"/needs/{need.uuid}/matches", None),
        ("needs:write", "POST", "/needs/", {"symptom": "Hissen står"}),
        ("needs:write", "PATCH", f"/needs/{need.uuid}", {"title": "Annan"}),
        ("offers:read", "GET", "/solutions/", None),
        ("offers:write", "POST", "/solutions/", {"solver": str(solver.uuid), "name": "a", "what": "b"}),
        ("calls:read", "GET", "/calls/", None),
        ("calls:write", "POST", f"/calls/{uuid4()}/answers", {"email": "a@b.se", "text": "a"}),
        ("talk:read", "GET", f"/talk/need/{need.uuid}/", None),
        ("talk:write", "POST", f"/talk/need/{need.uuid}/", {"text": "Hej"}),
    ]
    key = key_of(people.bo, scope)
    for asks_for, method, path, body in asked:
        answer = ask(key, method, path, body)
        if asks_for == scope:
            assert answer.status_code != 403, path
        else:
            assert answer.status_code == 403, path
            assert asks_for in problem_of(answer)["title"]


def test_cookie_when_only_a_session_is_sent_then_it_counts_for_nothing(
    people: People, logged_in: Callable[[Person], Client]
) -> None:
    need = shared_by(people.bo, "Hissen står.", "HEMLIGT", "unit")
    browser = logged_in(people.bo)
    told = {"data": json.dumps({"symptom": "Hissen står"}), "content_type": "application/json"}
    assert browser.post("/api/needs/", **told).status_code == 401
    assert browser.get(f"/api/needs/{need.uuid}").status_code == 404
    assert "HEMLIGT" not in browser.get("/api/needs/").content.decode()


def test_cors_when_nobody_reads_then_any_page_may_and_never_with_a_key(people: People, ask: Ask) -> None:
    key = key_of(people.bo)
    assert ask(None, "GET", "/needs/")["Access-Control-Allow-Origin"] == "*"
    answers = [
        ask(key, "GET", "/needs/"),
        ask(key, "POST", "/needs/", {"symptom": "Hissen står"}),
        ask(None, "POST", "/needs/", {"symptom": "Hissen står"}),
        ask(None, "OPTIONS", "/needs/", **{"Origin": "https://elak.example"}),
    ]
    for answer in answers:
        assert "Access-Control-Allow-Origin" not in answer
        assert "Access-Control-Allow-Headers" not in answer
        assert "Access-Control-Allow-Credentials" not in answer


def test_etag_when_nothing_is_new_then_304_and_anew_after_a_change(people: People, ask: Ask) -> None:
    need, key = shared_by(people.bo, "Hissen står.", "Hissen", "public"), key_of(people.bo)
    first = ask(key, "GET", f"/needs/{need.uuid}")
    kept = {"If-None-Match": first["ETag"]}
    again = ask(key, "GET", f"/needs/{need.uuid}", **kept)
    assert again.status_code == 304 and not again.content and again["ETag"] == first["ETag"]
    assert "Authorization" in first["Vary"] and "Authorization" in again["Vary"]
    edit_need(by=viewer_of(people.bo), need=need, changes={"title": "Hissen igen"})
    anew = ask(key, "GET", f"/needs/{need.uuid}", **kept)
    assert anew.status_code == 200 and anew["ETag"] != first["ETag"]


def test_if_match_when_somebody_changed_it_meanwhile_then_412_and_nothing_is_written_over(
    people: People, ask: Ask
) -> None:
    need, key = shared_by(people.bo, "Hissen står.", "Hissen", "public"), key_of(people.bo)
    read = ask(key, "GET", f"/needs/{need.uuid}")["ETag"]
    changed = ask(key, "PATCH", f"/needs/{need.uuid}", {"title": "Först"}, **{"If-Match": read})
    assert changed.status_code == 200
    late = ask(key, "PATCH", f"/needs/{need.uuid}", {"title": "Sedan"}, **{"If-Match": read})
    assert late.status_code == 412 and problem_of(late)["title"]
    need.refresh_from_db()
    assert need.title == "Först"
    now_there = ask(key, "GET", f"/needs/{need.uuid}")["ETag"]
    told = ask(key, "PATCH", f"/needs/{need.uuid}", {"cause": "Gammal"}, **{"If-Match": f'"x", {now_there}'})
    assert told.status_code == 200 and json.loads(told.content)["cause"] == "Gammal"


def test_change_when_a_field_is_left_out_then_it_stays_and_null_is_refused_for_a_text(
    people: People, ask: Ask
) -> None:
    need, key = shared_by(people.bo, "Hissen står.", "Hissen", "public"), key_of(people.bo)
    ask(key, "PATCH", f"/needs/{need.uuid}", {"people_affected": 12, "how_often": "daily", "cause": "Gammal"})
    ask(key, "PATCH", f"/needs/{need.uuid}", {"people_affected": None})
    need.refresh_from_db()
    assert (need.people_affected, need.how_often, need.cause) == (None, "daily", "Gammal")
    wrong = ask(key, "PATCH", f"/needs/{need.uuid}", {"cause": None, "title": "Annan"})
    assert wrong.status_code == 422 and problem_of(wrong)["places"][0]["field"] == "cause"
    need.refresh_from_db()
    assert need.title == "Hissen", "nothing is half saved"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["symptom"]),
        ({"symptom": ""}, ["symptom"]),
        ({"symptom": "\x00\x01"}, ["symptom"]),
        ({"symptom": "Hissen", "title": 7}, ["title"]),
        ({"symptom": 7, "title": []}, ["symptom", "title"]),
        ({"symptom": "x" * 50_001}, ["symptom"]),
        ([], ["symptom"]),
    ],
    ids=lambda value: str(value)[:30],
)
def test_body_when_its_shape_is_wrong_then_each_place_is_named_plainly(
    people: People, ask: Ask, body: Any, fields: list[str]
) -> None:
    answer = ask(key_of(people.bo), "POST", "/needs/", json.dumps(body))
    assert answer.status_code == 422
    places = problem_of(answer)["places"]
    assert [place["field"] for place in places] == fields
    assert all(place["problem"] for place in places)
    assert not Need.objects.exists()


@pytest.mark.parametrize("path", ["/needs/?limit=0", "/needs/?limit=101", "/needs/?limit=mycket"])
def test_query_when_it_is_wrong_then_the_place_is_named(people: People, ask: Ask, path: str) -> None:
    answer = ask(None, "GET", path)
    assert answer.status_code == 422 and problem_of(answer)["places"][0]["field"] == "limit"


@pytest.mark.parametrize("body", ["{", "", '{"symptom": NaN}', b"\xff\xfe", "[" * 50_000], ids=range(5))
def test_body_when_it_is_no_json_then_told_so(people: People, ask: Ask, body: Any) -> None:
    answer = ask(key_of(people.bo), "POST", "/needs/", body)
    assert answer.status_code in {400, 422}
    assert problem_of(answer)["title"]


def test_body_when_the_json_breaks_off_then_the_line_is_told(people: People, ask: Ask) -> None:
    answer = ask(key_of(people.bo), "POST", "/needs/", '{"symptom": "a",\n  title}')
    assert answer.status_code == 400 and "line 2" in problem_of(answer)["detail"]


def test_text_when_it_is_strange_then_kept_as_on_the_pages(people: People, ask: Ask) -> None:
    strange = "Hissen 🛗 står \u202eigen\u202c\r\nsedan\x00 igår \ud800 👩‍👩‍👧"
    answer = ask(key_of(people.bo), "POST", "/needs/", {"symptom": strange})
    assert answer.status_code == 201
    assert Need.objects.get().symptom == "Hissen 🛗 står igen\nsedan igår ? 👩‍👩‍👧"


def test_words_when_flagged_then_409_names_their_keys_and_kept_lets_them_through(
    people: People, ask: Ask
) -> None:
    need, key = shared_by(people.bo, "Hissen står.", "Hissen", "public"), key_of(people.bo)
    told: dict[str, Any] = {"cause": "Ring 070-123 45 67"}
    answer = ask(key, "PATCH", f"/needs/{need.uuid}", told)
    assert answer.status_code == 409
    places = problem_of(answer)["places"]
    assert places[0]["field"] == "cause" and places[0]["key"]
    need.refresh_from_db()
    assert need.cause == ""
    kept = [place["key"] for place in places]
    assert ask(key, "PATCH", f"/needs/{need.uuid}", told | {"kept": kept}).status_code == 200


def test_writes_when_there_are_too_many_then_429_and_reading_goes_on(
    people: People, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core_api, "WRITES_A_MINUTE", 2)
    key, other = key_of(people.bo), key_of(people.bo)
    written = [ask(each, "POST", "/needs/", {"symptom": "Hissen"}).status_code for each in (key, other, key)]
    assert written == [201, 201, 429], "all keys of a person are counted together"
    assert ask(key, "GET", "/needs/").status_code == 200
    assert ask(key_of(people.dag), "POST", "/needs/", {"symptom": "Hissen"}).status_code == 201


@pytest.mark.parametrize(
    "path",
    ["/needs", "/nothing/", "/needs/x", "/needs/00000000-0000-4000-8000-000000000000", "/needs/\x00/å"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_address_when_it_leads_nowhere_then_a_problem_in_json(
    ask: Ask, db: None, method: str, path: str
) -> None:
    answer = ask(None, method, path)
    assert answer.status_code in {404, 405}
    if answer.status_code == 404:
        problem_of(answer)


def test_list_when_read_page_by_page_then_each_row_once(people: People, ask: Ask) -> None:
    made = {str(shared_by(people.bo, f"Hissen {n} står.", f"Hiss {n}", "public").uuid) for n in range(7)}
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        page = json.loads(ask(None, "GET", f"/needs/?limit=3&everywhere=true&cursor={cursor}").content)
        found += [row["uuid"] for row in page["items"]]
        cursor = page["next"]
    assert len(found) == 7 and set(found) == made


@pytest.mark.parametrize(
    "cursor", ["0001-01-01T00:00:00%2B23:59_1", "9999-12-31T23:59:59-23:59_1", "x_y", "٣"]
)
@pytest.mark.parametrize("path", ["/needs/", "/solutions/", "/suppliers/", "/calls/"])
def test_cursor_when_it_is_none_then_the_list_begins_at_its_beginning(
    db: None, ask: Ask, path: str, cursor: str
) -> None:
    assert ask(None, "GET", f"{path}?cursor={cursor}").status_code == 200


def fill(people: People, count: int) -> None:
    elif_, bo = viewer_of(people.elif_), viewer_of(people.bo)
    for n in range(count):
        need = shared_by(people.bo, f"Hissen {n} står.", f"Hiss {n}", "public")
        solver = register_solver(by=elif_, name=f"Nytt {n} AB", email=f"n{n}@ny.example")
        publish_solution(by=elif_, solver=solver, name=f"Ny {n}", what="Hissen lagas")
        add_comment(by=bo, row=Need.objects.order_by("id")[0], text=f"Ord {need.pk}")


def test_lists_when_they_grow_then_the_queries_do_not(people: People, ask: Ask) -> None:
    key = key_of(people.bo)
    ask(key, "GET", "/needs/")  # the moment of last use is written
    fill(people, 1)
    first = Need.objects.order_by("id")[0].uuid
    paths = ["/needs/", "/needs/?q=hissen", "/suppliers/", "/solutions/", "/solutions/?q=hissen", "/calls/"]
    paths += [f"/talk/need/{first}/", f"/needs/{first}", f"/needs/{first}/matches", "/suppliers/?q=nytt"]

    def counted(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert ask(key, "GET", path).status_code == 200
        return len(queries)

    few = {path: counted(path) for path in paths}
    fill(people, 12)
    many = {path: counted(path) for path in paths}
    assert few == many
    assert max(many.values()) <= 10


def test_comment_when_sent_twice_with_the_same_uuid_then_written_once(people: People, ask: Ask) -> None:
    need, key = shared_by(people.bo, "Hissen står.", "Hissen", "public"), key_of(people.dag)
    told = {"text": "Vi har det också", "uuid": str(uuid4())}
    first, second = (ask(key, "POST", f"/talk/need/{need.uuid}/", told) for _each in range(2))
    assert first.status_code == second.status_code == 201
    assert json.loads(first.content) == json.loads(second.content)
    assert Comment.objects.count() == 1


def test_comment_when_it_answers_another_then_its_parent_is_told(people: People, ask: Ask) -> None:
    need, key = shared_by(people.bo, "Hissen står.", "Hissen", "public"), key_of(people.dag)
    first = json.loads(ask(key, "POST", f"/talk/need/{need.uuid}/", {"text": "Ett"}).content)
    reply = {"text": "Två", "parent": first["uuid"]}
    assert json.loads(ask(key, "POST", f"/talk/need/{need.uuid}/", reply).content)["parent"] == first["uuid"]
    rows = json.loads(ask(key, "GET", f"/talk/need/{need.uuid}/").content)["items"]
    assert [(row["text"], row["parent"]) for row in rows] == [("Ett", None), ("Två", first["uuid"])]
    lost = ask(key, "POST", f"/talk/need/{need.uuid}/", {"text": "Tre", "parent": str(uuid4())})
    assert lost.status_code == 404 and Comment.objects.count() == 2


def test_mention_when_it_can_mean_two_then_409_names_both_and_meant_chooses(people: People, ask: Ask) -> None:
    people.cilla.name = people.bo.name = "Kim Ek"
    people.cilla.save()
    people.bo.save()
    need, key = shared_by(people.bo, "Hissen står.", "Hissen", "public"), key_of(people.dag)
    told: dict[str, Any] = {"text": "Vad säger @Kim Ek?"}
    answer = ask(key, "POST", f"/talk/need/{need.uuid}/", told)
    assert answer.status_code == 409
    places = problem_of(answer)["places"]
    assert {place["key"] for place in places} == {str(people.bo.uuid), str(people.cilla.uuid)}
    word = places[0]["field"].removeprefix("meant.")
    told["meant"] = {word: str(people.cilla.uuid)}
    assert ask(key, "POST", f"/talk/need/{need.uuid}/", told).status_code == 201


def test_docs_when_opened_then_every_operation_is_told_with_an_example(client: Client, db: None) -> None:
    page = client.get("/api/", headers={"Accept": "text/html", "Accept-Language": "en"}).content.decode()
    described = json.loads(client.get("/api/openapi.json").content)
    for path, operations in described["paths"].items():
        for method, told in operations.items():
            assert f"{method.upper()} {path}" in page
            assert escape(told["summary"]) in page and told["description"]
    assert page.count("curl ") == sum(len(each) for each in described["paths"].values())
    assert "<script" not in page.split("<main")[1].split("</main")[0]


def test_docs_when_a_program_asks_then_links_that_answer(client: Client, db: None, settings: Any) -> None:
    settings.BASE_URL = "https://ringar.example"
    links = client.get("/api/", headers={"Accept": "application/json"}).json()
    assert {"openapi", "needs", "solutions", "suppliers", "calls"} <= links.keys()
    for link in links.values():
        assert client.get(link.removeprefix("https://ringar.example")).status_code == 200


def test_description_when_read_then_it_says_which_scope_and_where_none_is_needed(
    client: Client, db: None
) -> None:
    paths = json.loads(client.get("/api/openapi.json").content)["paths"]
    assert paths["/api/needs/"]["get"]["security"] == [{}, {"AccessKey": ["needs:read"]}]
    assert paths["/api/needs/"]["post"]["security"] == [{"AccessKey": ["needs:write"]}]
    assert paths["/api/needs/{uuid}/matches"]["get"]["security"] == [{"AccessKey": ["needs:read"]}]
    assert "application/problem+json" in paths["/api/needs/"]["get"]["responses"]["422"]["content"]
