import pytest
from hypothesis import given

from ringar_kits.texts import Document, Index, Query, dictionary_path, load_embedder, rank
from tests.kits.texts.corpus import SOLUTIONS, KinEmbedder
from tests.kits.texts.test_normalise import ANYTHING

INDEX = Index(SOLUTIONS)


@pytest.mark.parametrize(
    ("need", "solution"),
    [
        ("Många äldre känner ensamhet", "meet"),
        ("felaktiga fakturor", "bills"),
        ("Barnen i förskolan saknar språk", "tales"),
        ("older people fall at night", "english"),
        ("fakturrobot", "bills"),
    ],
)
def test_rank_when_words_are_shared_then_their_solution_comes_first(need, solution):
    assert rank(INDEX, need)[0].id == solution


@pytest.mark.skipif(dictionary_path() is None, reason="no Swedish word list: run make setup")
def test_rank_when_only_a_part_of_a_compound_is_shared_then_its_solution_comes_first():
    assert rank(INDEX, "läckor")[0].id == "pipes"


@given(ANYTHING)
def test_rank_when_asked_anything_then_scores_fall_and_ranks_count_up(sought):
    ranking = rank(INDEX, sought, 5)
    assert [hit.rank for hit in ranking] == [1, 2, 3, 4, 5]
    assert [hit.score for hit in ranking] == sorted((hit.score for hit in ranking), reverse=True)
    assert 0 <= ranking.confidence <= 1
    assert rank(INDEX, sought, 5) == ranking


def test_rank_when_top_is_cut_then_it_is_the_beginning_of_the_whole():
    index = Index(Document(str(n), "", f"skola {n % 7} vård {n % 3}") for n in range(200))
    whole = rank(index, "skola 3 vård 2", 200)
    assert rank(index, "skola 3 vård 2", 9).hits == whole.hits[:9]
    assert rank(index, "skola", 0).hits == ()


def test_rank_when_index_is_empty_then_nothing_fits():
    ranking = rank(Index(), "ensamhet")
    assert not ranking.fits
    assert len(ranking) == 0


def test_rank_when_nothing_is_shared_then_it_says_that_nothing_fits():
    index = Index([*SOLUTIONS, *(Document(f"other{n}", "", f"annat ämne nummer {n}") for n in range(60))])
    assert rank(index, "ensamhet bland äldre seniorer").fits
    assert not rank(index, "kvantfysik zebra").fits


def test_rank_when_a_model_knows_kindred_words_then_meaning_decides():
    model = KinEmbedder()
    others = [Document(f"other{n}", "", f"annat ämne nummer {n}") for n in range(30)]
    documents = [*SOLUTIONS, *others]
    index = Index(
        documents,
        dict(zip((d.id for d in documents), model.embed_passages([d.whole for d in documents]), strict=True)),
    )
    need = "Dystra själar"
    ranking = rank(index, need, vector=model.embed_queries([need])[0])
    assert ranking.semantic
    assert ranking[0].id == "meet"
    assert rank(index, need)[0].parts["words"] == 0


def test_rank_when_weights_are_given_then_they_decide():
    weights = {"letters": 1.0}
    ranking = rank(INDEX, "fakturor", weights=weights)
    assert ranking[0].score == pytest.approx(ranking[0].parts["letters"], abs=1e-5)


@pytest.mark.skipif(load_embedder() is None, reason="the extra [semantic] is not installed")
def test_rank_when_asked_in_english_then_swedish_answers_are_found():
    model = load_embedder()
    index = Index(
        SOLUTIONS,
        dict(zip((d.id for d in SOLUTIONS), model.embed_passages([d.whole for d in SOLUTIONS]), strict=True)),
    )
    need = "the elderly are lonely and meet nobody"
    assert rank(index, Query(need, model.embed_queries([need])[0]))[0].id == "meet"


def test_rank_when_words_are_kindred_only_then_their_solution_comes_first():
    assert rank(INDEX, "räkningar")[0].id == "bills"
    assert rank(INDEX, "doktorn")[0].id == "rides"
    assert rank(INDEX, "lonely")[0].id == "meet"
