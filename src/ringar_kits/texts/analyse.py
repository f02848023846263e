"""From a text to its search words: stems, and the parts of Swedish compounds."""

from collections.abc import Iterable
from functools import lru_cache
from threading import local

import snowballstemmer

from ringar_kits.texts.dictionary import load_dictionary
from ringar_kits.texts.normalise import words
from ringar_kits.texts.stopwords import ENGLISH, SWEDISH, TELLING, VAGUE

_ALGORITHMS = {"sv": "swedish", "en": "english"}
_STOPPED = {"sv": SWEDISH, "en": ENGLISH}


class _Stemmers(local):
    """Stemmers of one thread: each keeps the word that it works on in itself, so two threads may not share it."""

    def __init__(self) -> None:
        self.by_language = {code: snowballstemmer.stemmer(name) for code, name in _ALGORITHMS.items()}


_STEMMERS = _Stemmers()


def is_stop_word(word: str, language: str) -> bool:
    """Tell whether a lower-case word only builds the sentence in this language ("sv" or "en")."""
    return word in _STOPPED[language]


def is_telling(word: str, language: str) -> bool:
    """Tell whether a lower-case word, named alone, says what a text is about: no stop word, number or "first"."""
    return not (is_stop_word(word, language) or word in VAGUE[language] or word.isdecimal() or len(word) < 2)


def guess_language(found: Iterable[str]) -> str:
    """Return "en" when more English than Swedish function words are among the words `found`, else "sv"."""
    seen = set(found)
    return "en" if len(seen & TELLING["en"]) > len(seen & TELLING["sv"]) else "sv"


@lru_cache(maxsize=200_000)
def stem(word: str, language: str = "sv") -> str:
    """Return the Snowball stem of a lower-case word, Swedish or English.

    Swedish inflection is undone by the dictionary first: Snowball alone parts "doktorn" from "doktor" and
    "fötter" from "fot".
    """
    dictionary = load_dictionary() if language == "sv" and word not in SWEDISH else None
    return str(_STEMMERS.by_language[language].stemWord(dictionary.base(word) if dictionary else word))


@lru_cache(maxsize=200_000)
def parts(word: str) -> tuple[str, ...]:
    """Return the stems of the parts of a Swedish compound; empty when it is none, or without a dictionary."""
    dictionary = load_dictionary()
    if dictionary is None or len(word) < 6 or not word.isalpha():
        return ()
    return tuple(stem(part) for part in dictionary.split(word))


def content_words(text: str, language: str | None = None) -> list[tuple[str, str]]:
    """Return (word as written in lower case, its stem) for each word of `text` that carries meaning, in order.

    A text of stop words only keeps them all: a search for "vad är det" must still be one.
    """
    found = words(text)
    language = language or guess_language(found)
    telling = [word for word in found if word not in _STOPPED[language]] or found
    return [(word, stem(word, language)) for word in telling]


def search_words(text: str) -> list[str]:
    """Return the search words of what somebody asks for: `analyse` without words as vague as "a little".

    Such a word may be rare in few texts, and would then weigh as if it told what is meant. A text of vague
    words only keeps them all.
    """
    found = words(text)
    language = guess_language(found)
    return analyse(" ".join(word for word in found if word not in VAGUE[language]) or text, language)


def analyse(text: str, language: str | None = None) -> list[str]:
    """Return the search words of `text` in order: each word's stem, then the stems of its compound parts.

    `language` is "sv" or "en"; when None it is guessed. Meant for a full-text column or query too: the same
    function on both sides lets "äldreomsorg" and "omsorg för äldre" meet. Method: Snowball stemmers (Porter
    2001), compound splitting after hunspell's compound flags.
    """
    found: list[str] = []
    for word, root in content_words(text, language):
        found.append(root)
        found.extend(part for part in parts(word) if part != root)
    return found
