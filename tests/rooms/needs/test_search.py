"""Search and likeness: by words in both databases, by meaning where the model is, never past what one may see."""

import numpy as np
import pytest
from django.db import connection

from ringar.core.models import TextVector
from ringar.core.queries import viewer_of, visible_to
from ringar.core.rules import Visibility
from ringar.core.search import match_words, scope_words
from ringar.core.text import tidy_text
from ringar.core.vectors import as_query, save_vectors, vectors_for
from ringar.needs.actions import discard_draft, edit_need, embed_needs, move_need, start_need
from ringar.needs.likeness import similar_needs
from ringar.needs.models import Need
from ringar.needs.queries import listed_needs, search_needs, visible_needs
from ringar.robots.actions.work import queue_work
from ringar.robots.models.work import Work
from ringar_kits.texts import load_embedder
from tests.people import People
from tests.rooms.needs.cast import draft_of, shared_by

needs_model = pytest.mark.skipif(
    load_embedder(1) is None, reason="no language model here: install ringar[semantic]"
)
LEAK = "Vattnet rinner ut genom rören under gatan, och ingen vet var förrän asfalten sjunker."
BILL = "Föräldrar får räkningar för barn som har slutat på förskolan."
OLD = "De gamla sitter ensamma framför teven om kvällen."
THREE = {"Läckan": LEAK, "Räkningen": BILL, "Kvällen": OLD}


def titles(needs: list[Need]) -> list[str]:
    return [need.title for need in needs]


def test_search_needs_when_any_word_then_best_first(people: People) -> None:
    for title, text in THREE.items():
        shared_by(people.dag, text, title)
    bo = viewer_of(people.bo)
    assert titles(search_needs(bo, "räkning till förälder om vatten i rör under gatan")) == [
        "Läckan",
        "Räkningen",
    ]
    assert titles(search_needs(bo, "kvällar")) == ["Kvällen"]
    assert titles(search_needs(bo, "finns inte")) == titles(search_needs(bo, "")) == []


@pytest.mark.parametrize(
    "text",
    [
        '" OR *',
        "NEAR(a b)",
        "a:b",
        "'; --",
        "\\",
        "& | !",
        "org_1 public_",
        "😀",
        "الماء",
        "\x00",
        "ord " * 5_000,
    ],
)
def test_search_needs_when_the_text_is_odd_then_no_error(people: People, text: str) -> None:
    shared_by(people.sam, visibility="organisation")
    assert search_needs(viewer_of(people.bo), text) == []


def test_match_words_when_text_changes_or_goes_then_the_index_follows(people: People) -> None:
    bo = viewer_of(people.bo)
    need = shared_by(people.bo, LEAK)
    edit_need(by=bo, need=need, changes={"symptom": BILL})
    assert search_needs(bo, "asfalten") == [] and search_needs(bo, "räkningar") == [need]
    draft = draft_of(people.bo, OLD)
    assert match_words("needs_need", ["kväll"], within=scope_words(person_id=people.bo.pk))
    assert not match_words(
        "needs_need", ["kväll"], within=scope_words(organisation_id=people.city.pk, is_public=True)
    )
    discard_draft(by=bo, need=draft)
    assert not match_words("needs_need", ["kväll"])


def test_word_index_when_all_migrations_have_run_then_still_there(db: None) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'needs_need'"
            )
            assert cursor.fetchone()[0] == 3, "run add_word_index again after what rebuilt the table"
        else:
            cursor.execute("SELECT count(*) FROM pg_indexes WHERE indexname = 'needs_need_words'")
            assert cursor.fetchone()[0] == 1


def test_listed_needs_when_anyone_looks_then_what_visible_needs_allows(people: People) -> None:
    for author in (people.bo, people.dag, people.alva, people.sam):
        for visibility in Visibility.values:
            shared_by(author, title=f"{author.pk}, {visibility}", visibility=visibility)
        draft_of(author, title=f"utkast {author.pk}")
    for person in people.all():
        viewer = viewer_of(person)
        drafts = {need.pk for need in Need.objects.filter(is_draft=True, created_by=person)}
        public = {need.pk for need in listed_needs(viewer, everywhere=True)}
        ours = {need.pk for need in listed_needs(viewer)}
        assert drafts | public | ours == {need.pk for need in visible_needs(viewer)}, person
        found = {
            need.pk for place in (True, False) for need in search_needs(viewer, "ensamma", everywhere=place)
        }
        assert found == public | ours, person
        assert {need.pk for need in visible_to(viewer, Need.objects.all())} == {
            need.pk for need in Need.objects.all() if need.pk in drafts | public | ours
        }


def test_similar_needs_when_words_are_shared_then_told_and_mine_left_out(people: People) -> None:
    other = shared_by(people.dag, OLD, "Kvällen")
    mine = draft_of(people.bo, "Våra gamla blir sittande ensamma om kvällen")
    (found,) = similar_needs(viewer_of(people.bo), mine.match_text, exclude=mine)
    assert found.need == other and {"ensamma", "gamla"} <= set(found.words)
    assert similar_needs(viewer_of(people.farid), OLD) == []
    move_need(by=viewer_of(people.dag), need=other, to="closed", reason="Löst")
    assert similar_needs(viewer_of(people.bo), mine.match_text, exclude=mine) == []


@needs_model
def test_similar_needs_when_no_word_is_shared_then_found_by_meaning(people: People) -> None:
    texts = [
        *THREE.values(),
        "Lekplatsen är full av glas.",
        "Telefonkön är lång på måndagar.",
        "Bussen kommer för sent.",
    ]
    needs = [shared_by(people.dag, text) for text in texts]
    assert embed_needs(uuids=[str(need.uuid) for need in needs]) == len(texts)
    assert embed_needs(uuids=[str(need.uuid) for need in needs]) == 0
    found = similar_needs(viewer_of(people.bo), "Seniorer saknar sällskap, dygnets sena timmar är värst")
    assert found[0].need == needs[2] and found[0].is_near


@needs_model
def test_embed_needs_when_queued_with_the_need_then_once_a_text(people: People) -> None:
    need = start_need(by=viewer_of(people.bo), symptom=LEAK)
    key = f"needs.embed:{need.uuid}:{need.text_hash}"
    assert list(Work.objects.values_list("key", flat=True)) == [key]
    edit_need(by=viewer_of(people.bo), need=need, changes={"how_often": "daily"})
    assert Work.objects.count() == 1
    edit_need(by=viewer_of(people.bo), need=need, changes={"symptom": BILL})
    assert Work.objects.count() == 2
    work = Work.objects.get(key=key)
    assert queue_work(work.name, by=viewer_of(people.bo), key=key, payload=work.payload).pk == work.pk


def test_save_vectors_when_kept_then_given_back_and_never_overwritten(db: None) -> None:
    first, second = np.ones(4, dtype=np.float32), np.zeros(4, dtype=np.float32)
    save_vectors({"a": first}, "m")
    save_vectors({"a": second, "b": second}, "m")
    found = vectors_for(["a", "b", "c"], "m")
    assert sorted(found) == ["a", "b"] and np.array_equal(found["a"], first)
    assert vectors_for(["a"], as_query("m")) == {} and TextVector.objects.count() == 2


def test_tidy_text_when_odd_then_only_what_cannot_be_kept_goes() -> None:
    assert tidy_text("a\x00b\x1b\r\nc\td \ud800 👩‍👧 ‏ש") == "ab\nc\td ? 👩‍👧 ‏ש"
