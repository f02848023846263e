import pytest

from ringar_kits.texts import Document, Explainer, Hit, Index, Query, dictionary_path, rank
from ringar_kits.texts.explain import without_words
from tests.kits.texts.corpus import SOLUTIONS, KinEmbedder

MODEL = KinEmbedder()
OTHERS = [Document(f"other{n}", "", f"annat ämne nummer {n}") for n in range(30)]


def indexed() -> Index:
    documents = [*SOLUTIONS, *OTHERS]
    rows = MODEL.embed_passages([document.whole for document in documents])
    return Index(documents, dict(zip((document.id for document in documents), rows, strict=True)))


def reasons_for(need: str, *, deep: int = 0, index: Index | None = None):
    index = index or indexed()
    query = Query(need, MODEL.embed_queries([need])[0])
    ranking = rank(index, query)
    return ranking, Explainer(index, MODEL).explain(query, ranking.hits[:3], deep=deep)


def test_explain_when_words_are_shared_then_they_are_named_as_written():
    _, reasons = reasons_for("ensamhet bland de äldre")
    assert {word for reason in reasons["meet"] for word in reason.solution_words} == {"ensamhet", "äldre"}
    assert {reason.kind for reason in reasons["meet"]} == {"word"}


def by_words(need: str):
    index = Index([*SOLUTIONS, *OTHERS])
    return Explainer(index).explain(Query(need), rank(index, need).hits[:1])


@pytest.mark.skipif(dictionary_path() is None, reason="no Swedish word list: run make setup")
def test_explain_when_parts_are_shared_then_it_says_so():
    (reason,) = by_words("läckor")["pipes"]
    assert (reason.kind, reason.need_word, reason.solution_words) == ("part", "läckor", ("vattenläckor",))


def test_explain_when_words_are_kindred_then_both_are_named():
    (reason,) = by_words("räkningar")["bills"]
    assert str(reason) == "'fakturor' ← 'räkningar' [kindred]"


def test_explain_when_no_word_is_enough_alone_then_all_are_stated_together():
    reasons = by_words("ensamhet, fika och promenader")["meet"]
    assert {reason.solution_words for reason in reasons} == {("ensamhet",), ("fika",), ("promenader",)}
    assert all(reason.together for reason in reasons)


def test_explain_when_a_hit_is_only_named_then_its_own_score_is_used():
    index, query = Index([*SOLUTIONS, *OTHERS]), Query("ensamhet")
    (hit,) = rank(index, query, 1)
    assert Explainer(index).explain(query, [Hit("meet", 0, 0.0)]) == Explainer(index).explain(query, [hit])


def test_explain_when_nothing_is_shared_then_nothing_is_claimed():
    index = indexed()
    hits = rank(index, "zebra").hits
    assert Explainer(index).explain(Query("zebra"), hits) == {hit.id: [] for hit in hits}


def test_explain_when_words_differ_then_meaning_is_tried_and_told():
    ranking, reasons = reasons_for("Dystra själar", deep=1)
    assert ranking[0].id == "meet"
    meaning = [reason for reason in reasons["meet"] if reason.kind == "meaning"]
    assert {word for reason in meaning for word in reason.solution_words} & {"ensamhet", "äldre", "seniorer"}
    assert all(reason.weight > 0 for reason in meaning)


@pytest.mark.parametrize(
    "need", ["ensamhet bland de äldre", "felaktiga fakturor", "språk för barn i förskolan"]
)
def test_explain_when_a_reason_is_taken_out_then_the_score_falls(need):
    ranking, reasons = reasons_for(need)
    for hit in ranking.hits[:2]:
        for reason in reasons[hit.id]:
            index = indexed()
            text = without_words(index.documents[hit.id].whole, reason.solution_words)
            index.add([Document(hit.id, "", text)], {hit.id: MODEL.embed_passages([text])[0]})
            again = rank(index, Query(need, MODEL.embed_queries([need])[0]), len(index))
            assert next(other for other in again if other.id == hit.id).score < hit.score


def test_without_words_when_a_word_is_part_of_another_then_the_other_stays():
    assert without_words("Vatten i vattenrör, VATTEN!", ["vatten"]).split() == ["i", "vattenrör,", "!"]


def test_reason_when_shown_then_kind_and_words_are_told():
    _, reasons = reasons_for("ensamhet")
    assert str(reasons["meet"][0]) == "'ensamhet'"
