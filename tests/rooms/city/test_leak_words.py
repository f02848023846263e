"""All that the kit says of a ranking is listed for translation, word by word, and stands in Swedish."""

import pytest
from django.utils import translation

from ringar.city.leak_words import FAULTS, NOTES, REASONS, notes_of
from ringar.core.kit_words import said
from ringar_kits.errors import Said
from ringar_kits.leaks.backtest import NOTES as LOOKED_BACK
from ringar_kits.leaks.rank import NOTES as RANKED
from ringar_kits.leaks.reasons import WORDS
from tests.rooms.city.test_reader_words import words_of


def test_leak_words_when_the_kit_says_more_or_less_then_the_lists_follow() -> None:
    assert set(NOTES) == {*RANKED.values(), *LOOKED_BACK.values()}
    assert set(REASONS) == {words for told in WORDS.values() for words in told}
    assert set(FAULTS) == set().union(*map(words_of, ("rank", "panel", "backtest")))


@pytest.mark.parametrize("words", [*NOTES, *REASONS, *FAULTS])
def test_leak_words_when_read_in_swedish_then_facts_keep_their_places(words: str) -> None:
    with translation.override("sv"):
        swedish = said(Said(words))
    assert swedish != words
    facts = {part.split("}")[0] for part in words.split("{")[1:]}
    assert {part.split("}")[0] for part in swedish.split("{")[1:]} == facts


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, "Ingen annan läcka på gatan sedan 2001"),
        (1, "En annan läcka på gatan sedan 2001"),
        (7, "7 andra läckor på gatan sedan 2001"),
    ],
)
def test_leak_words_when_counted_then_none_one_and_many_read_well(count: int, told: str) -> None:
    words = WORDS["neighbours"][min(count, 2)]
    row = {"words": words, "facts": {"count": count, "since": 2001, "times": 2.1}}
    with translation.override("sv"):
        assert notes_of([row]) == [f"{told}; med dem i närheten 2,1 gånger så mycket"]
