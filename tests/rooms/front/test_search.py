"""The search over everything: what is asked for, what is needed and what is offered; honest where nothing fits."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from ringar.core.clock import now
from ringar.core.queries import viewer_of
from ringar.core.search import match_words, rank_few
from ringar.front.rules import holds_most
from ringar.solvers.actions import open_call, register_solver, start_call
from ringar.solvers.models import Call
from ringar_kits.texts import search_words
from tests.people import People
from tests.rooms.needs.cast import shared_by

NOTHING = "Inget passar riktigt"


def page_of(client: Client, text: str) -> str:
    return client.get("/sok/", {"q": text}, headers={"accept-language": "sv"}).content.decode()


def call_for_needs(people: People, title: str, text: str, *, is_open: bool = True) -> Call:
    by = viewer_of(people.dag)
    need = shared_by(people.dag, "Något gick fel här.", f"Behovet bakom {title}", "public")
    call = start_call(
        by=by,
        title=title,
        text=text,
        deadline=now() + timedelta(days=5),
        needs=[(need.uuid, need.title)],
        criteria=["Fungerar"],
    )
    return open_call(by=by, call=call) if is_open else call


def test_search_when_a_call_asks_for_it_then_found_by_anyone_and_drafts_are_not(
    people: People, client: Client
) -> None:
    call_for_needs(people, "Middag för en", "Många äldre äter ensamma om kvällarna.")
    call_for_needs(people, "Ett utkast", "Ensamma kvällar igen.", is_open=False)
    page = page_of(client, "ensam på kvällen")
    assert "Middag för en" in page and "Ett utkast" not in page
    assert NOTHING not in page


def test_search_when_only_one_common_word_is_shared_then_left_out_and_said(
    people: People, client: Client
) -> None:
    for number in range(12):
        shared_by(
            people.dag, f"Granbarkborrar räknas varje kväll, skog {number}.", f"Skogen {number}", "public"
        )
    shared_by(people.dag, "De gamla sitter ensamma.", "Stolarna", "public")
    page = page_of(client, "ensam på kvällen")
    assert "Stolarna" in page and "Skogen" not in page
    assert NOTHING in page and 'href="/utlysningar/"' in page and "/leverantorer/registrera/" in page
    assert "Skogen" in page_of(client, "kväll")


def test_search_when_a_vague_word_is_rare_here_then_it_finds_nothing(people: People, client: Client) -> None:
    shared_by(people.dag, "Vattnet läcker lite varje natt.", "Läckan", "public")
    assert "Läckan" not in page_of(client, "äldre dricker för lite")
    assert search_words("äldre dricker för lite") == search_words("äldre dricker")
    assert search_words("lite") == ["lit"]


@pytest.mark.parametrize(
    ("sought", "expected"),
    [(["a", "b"], [2, 0]), (["a"], [2, 0]), (["x", "y", "a"], []), ([], [])],
)
def test_rank_few_when_weak_is_left_out_then_as_match_words(sought: list[str], expected: list[int]) -> None:
    texts = [{"a"}, {"b"}, {"a", "b"}, {"b"}]
    assert sorted(rank_few(texts, sought, drop_weak=len(sought) > 1)) == sorted(expected)
    assert rank_few(texts, ["a", "b"])[0] == 2


def test_match_words_when_weak_is_left_out_then_the_rarest_alone_or_two_stay(people: People) -> None:
    for name, about in (("Ett", "ensam kväll"), ("Två", "ensam"), ("Tre", "kväll"), ("Fyra", "kväll")):
        register_solver(by=viewer_of(people.dag), name=name, about=about)
    every = match_words("solvers_solver", ["ensam", "kväll"])
    strong = match_words("solvers_solver", ["ensam", "kväll"], drop_weak=True)
    assert len(every) == 4 and strong == every[:2]
    assert match_words("solvers_solver", ["kväll", "finnsinte", "hellerinte"], drop_weak=True) == []


@pytest.mark.parametrize(("held", "near"), [([{"a", "b"}], True), ([{"a"}], False), ([], False)])
def test_holds_most_when_half_or_less_then_not(held: list[set[str]], near: bool) -> None:
    assert holds_most(["a", "b"], held) is near


def test_search_when_much_is_found_then_few_queries(
    people: People, client: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(4):
        call_for_needs(people, f"Utlysning {number}", "Ensamma kvällar")
        register_solver(by=viewer_of(people.dag), name=f"Firma {number}", about="Ensamma kvällar")
    with django_assert_max_num_queries(10):  # type: ignore[attr-defined]
        assert "Utlysning 3" in page_of(client, "ensamma kvällar")
