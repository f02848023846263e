import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringar_kits.texts import clean_text, cut_text, text_hash
from ringar_kits.texts.normalise import LONGEST_WORD, words

ANYTHING = st.text(st.characters(exclude_categories=()))


@given(ANYTHING)
def test_clean_text_when_given_anything_then_it_can_be_written_and_cleaned_again(text):
    clean = clean_text(text)
    clean.encode("utf-8")
    assert "\0" not in clean
    assert clean_text(clean) == clean


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("a\u0308ldre", "äldre"),
        ("ｅｎｓａｍ", "ensam"),
        ("äldre\u00adomsorg", "äldreomsorg"),
        ("ett\ud800två", "ett?två"),
        ("rad\nrad", "rad\nrad"),
        ("mycket   \t luft", "mycket luft"),
        ("noll\0tecken", "noll tecken"),
    ],
)
def test_clean_text_when_text_is_odd_then_it_is_made_plain(typed, clean):
    assert clean_text(typed) == clean


def test_words_when_case_ending_follows_colon_then_it_goes():
    assert words("EU:s IT-stöd, covid-19") == ["eu", "it", "stöd", "covid", "19"]


def test_words_when_a_key_is_pasted_then_it_is_cut():
    assert words("x" * 50_000) == ["x" * LONGEST_WORD]


@given(ANYTHING)
def test_cut_text_when_given_anything_then_at_most_a_thousand_letters_are_left(text):
    assert len(cut_text(text * 20)) <= 1000


def test_cut_text_when_a_word_is_absurdly_long_then_it_is_left_out():
    assert cut_text("före " + "x" * 200 + " efter") == "före efter"


def test_cut_text_when_text_is_long_then_no_word_is_halved():
    assert set(cut_text("ensamhet " * 300).split()) == {"ensamhet"}


def test_text_hash_when_only_blanks_differ_then_it_is_the_same():
    assert text_hash("äldre  omsorg\n") == text_hash("äldre omsorg")
    assert text_hash("äldre omsorg") != text_hash("äldreomsorg")
