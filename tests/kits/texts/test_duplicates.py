import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringar_kits.texts import Document, Index, find_duplicates, similar
from tests.kits.texts.corpus import SOLUTIONS, KinEmbedder
from tests.kits.texts.test_normalise import ANYTHING

MODEL = KinEmbedder()


def pairs_of(*texts: str, **how):
    return find_duplicates([Document(str(place), "", text) for place, text in enumerate(texts)], **how)


def test_find_duplicates_when_order_and_endings_differ_then_the_pair_is_found_with_its_words():
    found = pairs_of(
        "Äldre känner ensamhet på kvällen", "På kvällarna känner äldre ensamhet", "Fakturor blir fel"
    )
    assert [(pair.first, pair.second) for pair in found] == [("0", "1")]
    assert "'ensamhet'" in found[0].why


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Vi får inte vikarier på helgen", "Vi får vikarier på helgen"),
        ("Bussen går 3 gånger om dagen", "Bussen går 7 gånger om dagen"),
        ("Äldre är ensamma", "Fakturor blir fel"),
    ],
)
def test_find_duplicates_when_sense_or_numbers_differ_then_nothing_is_shown(first, second):
    assert pairs_of(first, second) == []


def test_find_duplicates_when_there_is_no_text_or_one_then_nothing_is_shown():
    assert pairs_of() == []
    assert pairs_of("ensamhet") == []
    assert pairs_of("", "") == []


def test_find_duplicates_when_a_model_is_used_then_kindred_words_bring_pairs_nearer():
    texts = [
        "Gamla isoleras hemma",
        "Seniorer isolerade hemma",
        *(f"ämne {n} på plats {n}" for n in range(60)),
    ]
    rows = MODEL.embed_passages(texts)
    documents = [Document(str(place), "", text) for place, text in enumerate(texts)]
    best = find_duplicates(documents, list(rows), threshold=0.5)
    by_words = find_duplicates(documents, threshold=0.5)
    assert ("0", "1") in {(pair.first, pair.second) for pair in best}
    assert ("0", "1") not in {(pair.first, pair.second) for pair in by_words}


@settings(max_examples=50)
@given(st.lists(ANYTHING, max_size=8))
def test_find_duplicates_when_given_anything_then_pairs_are_ordered_and_once(texts):
    found = pairs_of(*texts, threshold=0.0)
    keys = [(pair.first, pair.second) for pair in found]
    assert len(keys) == len(set(keys))
    assert all(int(first) < int(second) for first, second in keys)
    assert [pair.score for pair in found] == sorted((pair.score for pair in found), reverse=True)
    assert all(0 <= pair.score <= 1.0001 for pair in found)


def test_find_duplicates_when_there_are_thousands_then_the_hidden_pair_is_found():
    chance = random.Random(4)
    stock = [f"ord{n}" for n in range(400)]
    texts = [" ".join(chance.sample(stock, 12)) for _ in range(2000)]
    texts[1500] = " ".join(reversed(texts[300].split()))
    assert [(pair.first, pair.second) for pair in pairs_of(*texts)] == [("300", "1500")]


def test_similar_when_someone_writes_then_kindred_texts_are_shown_with_words():
    found = similar(Index(SOLUTIONS), "ensamhet bland äldre, fika i grupp och promenader för seniorer")
    assert [pair.second for pair in found] == ["meet"]
    assert "'ensamhet'" in found[0].why
    assert similar(Index(SOLUTIONS), "kvantfysik") == []
    assert similar(Index(SOLUTIONS), "") == []
