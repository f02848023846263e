"""The pages of the room: writing, sharing, joining, evidence; what odd input meets; how many queries a list takes."""

import re
import uuid
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ringar.core.queries import viewer_of
from ringar.needs.actions import join_need, move_need, set_criteria
from ringar.needs.models import Need
from ringar.needs.rules import NeedState
from tests.people import People
from tests.rooms.needs.cast import SYMPTOM, draft_of, ready_to_choose, shared_by

NEW = "/behov/nytt/"


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, f"{address}: {response.status_code}"
    return response.content.decode()


def test_need_new_when_two_fields_then_saved_and_shown(people: People, logged_in) -> None:
    client = logged_in(people.bo)
    draft = re.search(r'name="draft" value="([^"]+)"', page(client, NEW))[1]
    for _ in range(2):  # pressed twice: one draft
        response = client.post(NEW, {"symptom": SYMPTOM, "title": "", "draft": draft})
    need = Need.objects.get()
    assert response.url == need.get_absolute_url() and str(need.uuid) == draft
    assert SYMPTOM[:40] in page(client, response.url)


def test_need_detail_when_a_draft_then_says_that_only_the_writer_sees_it(people: People, logged_in) -> None:
    client, need = logged_in(people.bo), draft_of(people.bo)
    head = re.search(r'(?s)</h1>\s*<p class="meta">.*?</p>', page(client, need.get_absolute_url()))[0]
    assert "Bara du" in head and str(need.get_visibility_display()) not in head


def test_need_detail_when_matched_then_no_longer_asks_for_a_solution(people: People, logged_in) -> None:
    need, leader = ready_to_choose(people.bo), viewer_of(people.alva)
    for state in (NeedState.EXPLORED, NeedState.CHOSEN):
        need = move_need(by=leader, need=need, to=state)
    client, ask = logged_in(people.bo), "Välj en lösning bland matchningarna"
    assert ask in page(client, need.get_absolute_url())
    move_need(by=leader, need=need, to=NeedState.MATCHED, has_match=True)
    assert ask not in page(client, need.get_absolute_url())


def test_need_new_when_logged_out_or_outside_then_shut(people: People, logged_in) -> None:
    assert "/konto/" in Client().get(NEW).url
    for person in (people.farid, people.elif_):
        assert logged_in(person).get(NEW).status_code == 404


@pytest.mark.parametrize(
    ("symptom", "kept"),
    [
        ("å" * 50_000, "å" * 50_000),
        ("<script>alert(1)</script>" + "x" * 20_001, "&lt;script&gt;"),
    ],
)
def test_need_new_when_refused_then_the_text_is_still_there(
    people: People, logged_in, symptom: str, kept: str
) -> None:
    response = logged_in(people.bo).post(NEW, {"symptom": symptom, "title": "Namnet", "draft": ""})
    body = response.content.decode()
    assert response.status_code == 200 and kept in body and "Namnet" in body
    assert "20000" in body.replace("\xa0", "") and 'role="alert"' in body
    assert not Need.objects.exists()


@pytest.mark.parametrize("symptom", ["noll\x00byte 👩‍👩‍👧‍👦", "الماء يتسرب كل يوم", "\x1b[31mröd"])
def test_need_new_when_odd_text_then_saved(people: People, logged_in, symptom: str) -> None:
    logged_in(people.bo).post(NEW, {"symptom": symptom, "draft": str(uuid.uuid4())})
    assert Need.objects.get().symptom == symptom.replace("\x00", "").replace("\x1b", "")


def test_need_new_when_bytes_that_are_no_text_then_no_crash(people: People, logged_in) -> None:
    client = logged_in(people.bo)
    for body in (b"symptom=%ED%A0%80+hej", b"symptom=%FF%FE&title=%00&draft=nonsense", b"symptom=&draft=%00"):
        response = client.post(NEW, body, content_type="application/x-www-form-urlencoded")
        assert response.status_code in {200, 302}


def test_need_autosave_when_typing_then_one_draft_that_survives(people: People, logged_in) -> None:
    client, draft = logged_in(people.bo), str(uuid.uuid4())
    address = reverse("need_autosave")
    assert client.post(address, {"symptom": "", "draft": draft}).status_code == 422
    for symptom in ("De", "De äldre", "De äldre är ensamma"):
        assert client.post(address, {"symptom": symptom, "draft": draft}).status_code == 204
    assert Need.objects.get().symptom == "De äldre är ensamma"
    assert "De äldre är ensamma" in page(client, NEW)
    assert logged_in(people.alva).post(address, {"symptom": "kapad", "draft": draft}).status_code == 404


def test_need_similar_when_another_unit_has_it_then_join_and_discard(people: People, logged_in) -> None:
    other = shared_by(people.dag, "De gamla sitter ensamma framför teven om kvällen", "Ensamma kvällar")
    mine = draft_of(people.bo)
    client = logged_in(people.bo)
    fragment = client.post(
        reverse("need_similar"), {"symptom": SYMPTOM, "draft": str(mine.uuid)}
    ).content.decode()
    assert "Ensamma kvällar" in fragment and "ensamma" in fragment and f"?draft={mine.uuid}" in fragment
    assert "Ensamma kvällar" in page(client, mine.get_absolute_url())
    join = reverse("need_join", args=[other.uuid])
    assert f'value="{mine.uuid}"' in page(client, f"{join}?draft={mine.uuid}")
    client.post(
        join, {"unit": people.care.pk, "note": "Likadant hos oss", "draft": str(mine.uuid), "discard": "on"}
    )
    assert not Need.objects.filter(pk=mine.pk).exists()
    assert "Likadant hos oss" in page(client, other.get_absolute_url())


def test_need_join_when_the_draft_is_not_ticked_then_kept(people: People, logged_in) -> None:
    other, mine = shared_by(people.dag), draft_of(people.bo)
    data = {"unit": people.care.pk, "draft": str(mine.uuid)}
    logged_in(people.bo).post(reverse("need_join", args=[other.uuid]), data)
    assert Need.objects.filter(pk=mine.pk).exists()
    assert other.joinings.count() == 1


def test_need_similar_when_hidden_or_a_draft_then_not_shown(people: People, logged_in) -> None:
    shared_by(people.dag, title="Hemligt för oss", visibility="unit")
    draft_of(people.alva, title="Alvas utkast")
    shared_by(people.sam, title="Fjärdinges")
    body = logged_in(people.bo).post(reverse("need_similar"), {"symptom": SYMPTOM}).content.decode()
    assert not any(title in body for title in ("Hemligt för oss", "Alvas utkast", "Fjärdinges"))


def test_need_share_when_flagged_then_shown_and_decided(people: People, logged_in) -> None:
    client, need = logged_in(people.bo), draft_of(people.bo, "Kerstin Wallgren 850101-1236 väntar", "Väntan")
    address = reverse("need_share", args=[need.uuid])
    body = page(client, address)
    keys = re.findall(r'name="kept" value="([^"]+)"', body)
    assert len(keys) == 2 and "<mark>850101-1236</mark>" in body
    refused = client.post(address, {"visibility": "public", "kept": keys[:1]})
    assert (
        refused.status_code == 200
        and 'value="public" id="id_visibility_2" checked' in refused.content.decode().replace(" required", "")
    )
    assert Client().get(need.get_absolute_url()).status_code == 404
    client.post(address, {"visibility": "public", "kept": keys})
    assert Client().get(need.get_absolute_url()).status_code == 200


PAGES = (
    "need_detail",
    "need_compare",
    "need_history",
    "need_edit",
    "need_why",
    "need_criteria",
    "evidence_new",
    "need_join",
)


def test_pages_when_outside_or_not_seen_then_not_found(people: People, logged_in) -> None:
    for need in (draft_of(people.dag), shared_by(people.dag, visibility="unit"), shared_by(people.dag)):
        for name in PAGES:
            for person in (people.sam, people.farid, people.elif_):
                assert logged_in(person).get(reverse(name, args=[need.uuid])).status_code == 404
            assert Client().get(reverse(name, args=[need.uuid])).status_code in {302, 404}
        for person in (people.sam, people.farid):
            client = logged_in(person)
            assert (
                client.post(
                    reverse("need_move", args=[need.uuid]), {"to": "closed", "reason": "x"}
                ).status_code
                == 404
            )
            assert client.post(reverse("need_discard", args=[need.uuid])).status_code == 404
            assert need.title not in page(client, "/behov/") + page(client, "/behov/?q=ensamma")
            assert need.title not in client.get("/behov/lista.csv").getvalue().decode()


def test_pages_when_everything_is_told_then_each_shows(people: People, logged_in) -> None:
    need = ready_to_choose(people.bo)
    set_criteria(by=viewer_of(people.bo), need=need, texts=["Minst ett samtal om dagen", "Ingen app"])
    client = logged_in(people.bo)
    bodies = {name: page(client, reverse(name, args=[need.uuid])) for name in PAGES if name != "need_join"}
    assert "Ingen app" in bodies["need_compare"] and "Ingen app" in bodies["need_detail"]
    assert 'aria-current="step"' in bodies["need_detail"]


def test_need_edit_when_all_fields_then_saved(people: People, logged_in) -> None:
    need, client = shared_by(people.bo), logged_in(people.bo)
    address = reverse("need_edit", args=[need.uuid])
    data = {
        "title": "Ensamma kvällar", "symptom": SYMPTOM, "unit": people.care.pk, "who_affected": "De boende",
        "people_affected": "40", "how_often": "daily", "cause": "Ingen har tid", "tried": "Högläsning\nKör",
        "cost_of_nothing": "Larm i onödan", "cost_sek_year": "120000", "good_effect": "Färre larm",
        "owner": people.bo.pk, "visibility": "organisation",
    }  # fmt: skip
    assert client.post(address, data | {"people_affected": "-1"}).status_code == 200
    assert client.post(address, data | {"cause": "Ingrid Sandberg slutade"}).status_code == 200
    assert client.post(address, data).status_code == 302
    body = page(client, need.get_absolute_url())
    assert "Färre larm" in body and "120" in body and "Högläsning" in body
    assert "Högläsning" not in page(
        client, reverse("need_compare", args=[need.uuid])
    )  # nothing to compare against


def test_need_why_when_answered_then_the_next_asks_of_the_answer(people: People, logged_in) -> None:
    need, client = draft_of(people.bo), logged_in(people.bo)
    address = reverse("need_why", args=[need.uuid])
    client.post(address, {"answer": "Ingen hinner"})
    assert "Ingen hinner" in page(client, address).split("<blockquote")[1].split("</blockquote>")[0]
    for number in range(4):
        client.post(address, {"answer": f"svar {number}"})
    assert 'name="answer"' not in page(client, address)
    client.post(address, {"take_back": "1"})
    assert need.whys.count() == 4


def test_need_move_when_missing_then_says_what_and_stays(people: People, logged_in) -> None:
    need, client = shared_by(people.bo), logged_in(people.bo)
    response = client.post(reverse("need_move", args=[need.uuid]), {"to": "explored"})
    assert [message.level_tag for message in get_messages(response.wsgi_request)] == ["error"]
    need.refresh_from_db()
    assert need.state == "shared"


def test_need_list_when_filtered_then_only_those(people: People, logged_in) -> None:
    shared_by(people.bo, title="Ensamma kvällar")
    shared_by(people.dag, "Röret läcker i Norrvång", "Läckan")
    client = logged_in(people.bo)
    assert "Ensamma kvällar" in (all_ := page(client, "/behov/")) and "Läckan" in all_
    for address, seen in {
        "?q=läcker": {"Läckan"},
        "?q=vattenläckor": {"Läckan"},
        f"?unit={people.care.uuid}": {"Ensamma kvällar"},
        f"?unit={people.district.uuid}": {"Ensamma kvällar"},
        "?q=%22)%20OR%20*": set(),
        "?state=closed": set(),
        "?show=public": set(),
        "?after=%00&unit=%00&state=x": {"Ensamma kvällar", "Läckan"},
        "?after=2026-01-01T00:00:00_5&unit=%00": {"Ensamma kvällar", "Läckan"},
    }.items():
        assert set(re.findall("Ensamma kvällar|Läckan", page(client, f"/behov/{address}"))) == seen, address


def test_need_list_when_many_then_pages_that_neither_skip_nor_repeat(people: People, logged_in) -> None:
    need = shared_by(people.bo)
    for number in range(60):  # three to each moment, so that pages must break inside one
        at = need.changed_at - timedelta(minutes=number // 3)
        Need(**{**fields_of(need), "title": f"Behov nr {number:02}", "changed_at": at}).save()
    client, address, seen = logged_in(people.bo), "/behov/", []
    while address:
        body = page(client, address)
        seen += re.findall(r"Behov nr \d\d", body)
        more = re.search(r'href="(\?[^"]*)" rel="next"', body)
        address = f"/behov/{more[1]}".replace("&amp;", "&") if more else ""
    assert len(seen) == 60 == len(set(seen))


def fields_of(need: Need) -> dict[str, object]:
    skipped = {"id", "uuid"}
    return {
        f.attname: getattr(need, f.attname) for f in Need._meta.concrete_fields if f.attname not in skipped
    }


@pytest.mark.parametrize("address", ["/behov/", "/behov/?q=ensamma", "detail", NEW])
def test_pages_when_measured_then_queries_are_few(people: People, logged_in, address: str) -> None:
    need = ready_to_choose(people.bo)
    join_need(by=viewer_of(people.dag), need=need, unit=people.water)
    for number in range(30):
        Need(**{**fields_of(need), "title": f"Behov {number}"}).save()
    client = logged_in(people.bo)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page(client, need.get_absolute_url() if address == "detail" else address)
    most = 19 if address == "detail" else 10  # a need's page shows a panel of each room too
    assert len(queries) <= most, "\n".join(query["sql"][:150] for query in queries)


def test_need_list_csv_when_a_title_is_a_formula_then_made_harmless(people: People, logged_in) -> None:
    shared_by(people.bo, title="=HYPERLINK(1)")
    body = logged_in(people.bo).get("/behov/lista.csv").getvalue().decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in body and "Hemtjänst Björkliden" in body
