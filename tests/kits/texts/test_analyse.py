import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given

from ringar_kits.texts import analyse, dictionary_path, guess_language
from ringar_kits.texts.analyse import parts, stem
from ringar_kits.texts.dictionary import Dictionary, load_dictionary
from ringar_kits.texts.normalise import words
from tests.kits.texts.test_normalise import ANYTHING

ENDINGS = ("orna", "ernas", "heten", "arnas", "elserna", "ningen", "skapet", "liga")

needs_dictionary = pytest.mark.skipif(
    dictionary_path() is None, reason="no Swedish word list: run make setup"
)


@given(ANYTHING)
def test_analyse_when_given_anything_then_search_words_hold_no_blanks(text):
    found = analyse(text)
    assert all(word and not word.isspace() and " " not in word for word in found)
    assert analyse(text) == found


def test_analyse_when_words_are_inflected_then_their_stems_meet():
    assert set(analyse("kommunernas förskolor")) & set(analyse("kommunens förskola"))


def test_analyse_when_text_holds_stop_words_only_then_they_are_kept():
    assert analyse("vad är det") == ["vad", "är", "det"]


def test_analyse_when_text_is_english_then_english_stems_are_used():
    assert analyse("The municipality is solving problems with the elderly") == [
        "municip",
        "solv",
        "problem",
        "elder",
    ]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hur kan vi hjälpa äldre som är ensamma?", "sv"),
        ("How can we help the elderly who are lonely?", "en"),
        ("ensamhet", "sv"),
        ("", "sv"),
    ],
)
def test_guess_language_when_function_words_tell_then_it_follows_them(text, language):
    assert guess_language(words(text)) == language


@needs_dictionary
@pytest.mark.parametrize(
    ("compound", "expected"),
    [
        ("äldreomsorgens", ("äldre", "omsorg")),
        ("förskolebarn", ("förskola", "barn")),
        ("vattenläckor", ("vatten", "läcka")),
        ("regeringsuppdrag", ("regering", "uppdrag")),
        ("samhällsbyggnadsnämnden", ("samhälle", "byggnad", "nämnd")),
        ("hemsjukvården", ("hem", "sjuk", "vård")),
        ("ensamhet", ()),
        ("personal", ()),
        ("qwertyuiop", ()),
    ],
)
def test_split_when_word_is_a_compound_then_its_plain_parts_are_given(compound, expected):
    assert load_dictionary().split(compound) == expected


@needs_dictionary
def test_base_when_word_is_inflected_then_the_plain_word_is_given():
    assert load_dictionary().base("fötter") == "fot"
    assert load_dictionary().base("xyzzy") == "xyzzy"


@needs_dictionary
def test_parts_when_word_is_a_compound_then_they_are_stems_as_analyse_gives():
    assert set(parts("äldreomsorg")) == {stem("äldre"), stem("omsorg")}
    assert set(analyse("äldreomsorg")) & set(analyse("omsorg för äldre"))


def test_dictionary_when_a_small_one_is_chosen_then_its_flags_are_followed(tmp_path):
    (tmp_path / "sv.dic").write_text("3\nvatten/XY\nläcka/EY\nhus/Y\n", encoding="utf-8")
    (tmp_path / "sv.aff").write_text("SFX E Y 1\nSFX E 0 n [^m]\n", encoding="utf-8")
    small = Dictionary(tmp_path / "sv.dic")
    assert small.split("vattenläckan") == ("vatten", "läcka")
    assert small.split("husvatten") == ()


def test_dictionary_path_when_variable_names_a_file_then_it_can_be_found(tmp_path, monkeypatch):
    chosen = tmp_path / "own.dic"
    chosen.write_text("0\n", encoding="utf-8")
    monkeypatch.setattr("ringar_kits.texts.dictionary.PLACES", (tmp_path / "missing.dic",))
    monkeypatch.setenv("RINGAR_DICTIONARY", str(chosen))
    assert dictionary_path() == chosen
    monkeypatch.delenv("RINGAR_DICTIONARY")
    assert dictionary_path() is None


def test_stem_when_many_threads_stem_at_once_then_as_alone() -> None:
    told = [f"{first}{second}" for first in ("skol", "vatten", "omsorg", "buss") for second in ENDINGS] * 25
    alone = [stem.__wrapped__(word, "sv") for word in told]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads take turns in the middle of a word
    try:
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(lambda word: stem.__wrapped__(word, "sv"), told, chunksize=1))
    finally:
        sys.setswitchinterval(interval)
    assert together == alone
