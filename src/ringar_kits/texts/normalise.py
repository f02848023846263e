"""From any string to clean words: what people paste is rarely what they meant to type."""

import hashlib
import re
import unicodedata

LONGEST_WORD = 40
"""Letters kept of one word; the longest Swedish words in use stay below it, pasted keys and links do not."""

_WORD = re.compile(r"[^\W_]+")
_CASE_ENDING = re.compile(r"(?<=\w):(?:s|n|t|en|et|er|ar|erna|arna|are)\b", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n]+")
_ABSURD = re.compile(r"\S{80,}")


def clean_text(text: str) -> str:
    """Return `text` safe to store, search and embed.

    Lone surrogates and control characters become spaces (line breaks stay), invisible characters such as soft
    hyphens go, full-width and composed letters get one form (Unicode NFKC), runs of blanks become one.
    """
    text = text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
    text = unicodedata.normalize("NFKC", text)
    if not text.isprintable():
        text = "".join(_plain(letter) for letter in text)
    return _SPACES.sub(" ", text).strip()


def _plain(letter: str) -> str:
    if letter.isprintable() or letter == "\n":
        return letter
    return "" if unicodedata.category(letter) == "Cf" else " "


def words(text: str) -> list[str]:
    """Return the lower-case words of `text` in order, each at most `LONGEST_WORD` letters.

    Swedish case endings after a colon go with their word ("EU:s" is "eu").
    """
    return [word[:LONGEST_WORD] for word in _WORD.findall(_CASE_ENDING.sub("", clean_text(text)).lower())]


def cut_text(text: str, longest: int = 1000) -> str:
    """Return clean `text` cut at the last blank before `longest` letters, with absurdly long words taken out.

    What a language model reads of a text: its cost grows with length, and a pasted key only misleads it.
    """
    text = " ".join(_ABSURD.sub(" ", clean_text(text)).split())
    if len(text) <= longest:
        return text
    return text[:longest].rsplit(" ", 1)[0]


def text_hash(text: str) -> str:
    """Return a stable key (32 hexadecimal digits) of what would be embedded of `text`."""
    return hashlib.blake2b(cut_text(text).encode(), digest_size=16).hexdigest()
