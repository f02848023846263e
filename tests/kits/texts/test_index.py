import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringar_kits.texts import Document, Index, Query
from ringar_kits.texts.fuse import fuse
from tests.kits.texts.corpus import SOLUTIONS, KinEmbedder
from tests.kits.texts.test_normalise import ANYTHING

MODEL = KinEmbedder()
NAMES = st.sampled_from("abcdefghij")
TEXTS = st.sampled_from(
    [
        "äldreomsorg i hemmet",
        "omsorg om de äldre",
        "vattenläckor",
        "läckor i rör",
        "fakturor",
        "språk i förskolan",
        "",
    ]
)
STEPS = st.lists(st.tuples(st.sampled_from(["add", "remove"]), NAMES, TEXTS), max_size=25)


def scores_of(index: Index, query: Query) -> dict[str, dict[str, float]]:
    scored = index.score(query)
    return {
        id_: {name: part[row] for name, part in scored.parts.items()} for row, id_ in enumerate(scored.ids)
    }


@settings(max_examples=60)
@given(STEPS, TEXTS)
def test_index_when_grown_and_shrunk_then_it_scores_as_one_built_at_once(steps, sought):
    grown, left = Index(), {}
    for step, name, text in steps:
        if step == "add":
            document = Document(name, text[:7], text)
            grown.add([document], {name: MODEL.embed_passages([document.whole])[0]})
            left[name] = document
        elif name in left:
            grown.remove([name])
            del left[name]
    vectors = dict(zip(left, MODEL.embed_passages([d.whole for d in left.values()]), strict=True))
    built = Index(left.values(), vectors)
    query = Query(sought, MODEL.embed_queries([sought])[0])
    first, second = scores_of(grown, query), scores_of(built, query)
    assert first.keys() == second.keys() == left.keys()
    for name in left:
        assert first[name] == pytest.approx(second[name], abs=1e-5)


@given(st.lists(ANYTHING, max_size=6), ANYTHING)
def test_score_when_texts_and_query_are_anything_then_scores_are_finite(texts, sought):
    index = Index(Document(str(place), text, text) for place, text in enumerate(texts))
    total = fuse(index.score(Query(sought)).parts)
    assert len(total) == len(texts)
    assert np.isfinite(total).all()


def test_add_when_id_is_there_then_the_new_text_takes_its_place():
    index = Index(SOLUTIONS)
    index.add([Document("meet", "", "Något helt annat om bokföring")])
    assert len(index) == len(SOLUTIONS)
    assert scores_of(index, Query("ensamhet"))["meet"]["words"] == 0


def test_remove_when_id_is_unknown_then_it_is_refused():
    with pytest.raises(KeyError):
        Index(SOLUTIONS).remove(["nobody"])


def test_remove_when_text_goes_then_its_words_no_longer_count():
    index = Index(SOLUTIONS)
    index.remove(["meet"])
    assert "meet" not in index
    assert "meet" not in scores_of(index, Query("ensamhet"))
    assert max(part["words"] for part in scores_of(index, Query("ensamhet")).values()) == 0


def test_set_vectors_when_id_is_unknown_then_it_is_refused():
    with pytest.raises(KeyError, match="nobody"):
        Index(SOLUTIONS).set_vectors({"nobody": MODEL.embed_passages(["x"])[0]})


def test_score_when_some_texts_lack_vectors_then_they_are_found_by_their_words():
    documents = [*SOLUTIONS, *(Document(f"other{n}", "", f"annat ämne nummer {n}") for n in range(20))]
    vectors = dict(
        zip((d.id for d in documents), MODEL.embed_passages([d.whole for d in documents]), strict=True)
    )
    del vectors["meet"]
    index = Index(documents, vectors)
    assert index.without_vectors() == ["meet"]
    scored = index.score(Query("ensamhet bland äldre", MODEL.embed_queries(["ensamhet bland äldre"])[0]))
    assert scored.ids[int(fuse(scored.parts).argmax())] == "meet"
    assert np.isfinite(scored.parts["meaning"]).all()


def test_learn_needs_when_they_are_few_then_nothing_is_learnt():
    index = Index(SOLUTIONS)
    index.learn_needs([Query("ensamhet")] * 5)
    assert "crowding" not in index.score(Query("ensamhet")).parts


def test_learn_needs_when_a_text_is_near_all_of_them_then_it_counts_for_less():
    crowd = Document(
        "crowd", "", "behov i staden: skola, vård, trafik, park, buller, klotter, buss, bibliotek"
    )
    topics = ["skola", "vård", "trafik", "park", "buller", "klotter", "buss", "bibliotek"]
    index = Index([*SOLUTIONS, crowd])
    index.learn_needs([Query(f"{topic} i staden {n}") for topic in topics for n in range(4)])
    scored = index.score(Query("buss"))
    crowding = dict(zip(scored.ids, scored.parts["crowding"], strict=True))
    assert crowding["crowd"] > 2 * max(value for id_, value in crowding.items() if id_ != "crowd")


def test_index_when_many_texts_come_one_by_one_then_blocks_stay_few():
    index = Index()
    for number in range(600):
        index.add([Document(str(number), "", f"text {number}")])
    assert len(index) == 600
    assert len(index._segments) <= 4
