"""What to look at before a text is shared: personal numbers, names of persons, contact details, words on health.

Pure: no database. Finds by form and by short lists (`flag_words`), so it misses some and flags some in vain;
therefore a person decides on each, and the decision is kept.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ringar.core.flag_words import ALSO_WORDS, FIRST_NAMES, HEALTH, NO_NAME_ENDINGS, NO_NAMES
from ringar.core.rules import Refused, luhn_is_right
from ringar_kits.texts.stopwords import ENGLISH, SWEDISH

MOST_FLAGS = 60
"""Flags of one text; somebody who pastes a register needs no longer list to see that it must go."""

CONTEXT = 40

Names = Mapping[str, str | Promise]
NO_NAMED_FIELDS: Names = {}


class FlagKind(models.TextChoices):
    """What is flagged, as the page calls it."""

    PERSONAL_NUMBER = "personal_number", _("Personal number")
    NAME = "name", _("Name of a person")
    CONTACT = "contact", _("E-mail address or phone number")
    HEALTH = "health", _("Word on health")


ADVICE: dict[str, Promise] = {
    FlagKind.PERSONAL_NUMBER: _("Take it away. The text never has to say who a person is."),
    FlagKind.NAME: _("Write what the person is instead, for instance “a daughter, 58 years old”."),
    FlagKind.CONTACT: _("Take it away, if it belongs to a person and not to an office."),
    FlagKind.HEALTH: _("Fine about a group. Take it away if a reader could understand who is meant."),
}


@dataclass(frozen=True)
class Flag:
    """One thing to look at: in which field (and its name on the page), where (character offsets), and around it."""

    kind: str
    field: str
    start: int
    end: int
    text: str
    before: str = ""
    after: str = ""
    line: int = 1
    name: str | Promise = ""

    @property
    def key(self) -> str:
        """Names the flag in forms: the same words in the same field have the same key."""
        digest = hashlib.sha256(f"{self.kind}|{self.text.casefold()}".encode()).hexdigest()[:16]
        return f"{self.field}-{digest}"

    @property
    def place(self) -> str:
        """Where the reader finds it: the field and the line."""
        return gettext("%(field)s, line %(line)d") % {
            "field": self.name or self.field,
            "line": self.line,
        }

    @property
    def advice(self) -> Promise:
        return ADVICE[self.kind]

    def get_kind_display(self) -> str:
        return str(FlagKind(self.kind).label)


_NUMBER = re.compile(r"(?<![\d.,])(\d{2})?(\d{2})(\d{2})(\d{2})(\s?[-+–]\s?|\s)?(\d{4})(?![\d.,]*\d)")
# Bounded repeats: a pasted page of dots and digits takes no longer than any other page.
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_PHONE = re.compile(r"(?<!\d)(?:\+46\s?(?:\(0\))?|0)\s?7\d(?:[\s-]?\d){7}(?!\d)")
_HEALTH = re.compile(r"\b(?:" + "|".join(map(re.escape, HEALTH)) + r")\w*", re.IGNORECASE)
_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀ-Ž][a-zà-öø-ÿā-ž]+(?:[-'’][A-ZÀ-ÖØ-Þ]?[a-zà-öø-ÿā-ž]+)*"
_CAPITALS = re.compile(rf"(?<![\w@.-]){_CAPITAL}(?:[ \t]+(?:af |von |al |el |de )?{_CAPITAL})*")
_CALLED = re.compile(rf"\b(?i:heter|hette|kallas|herr|fru|fröken|named|called|mr|mrs|ms)\.? ({_CAPITAL})")
_SENTENCE_END = re.compile(r"(?:^|[.!?:…\n•–-]|\n\s*[\d*-]+[.)]?)[\s\"'”’»(]*$")


def is_personal_number(match: re.Match[str]) -> bool:
    """Whether the digits can be a personal or coordination number (day + 60): a real month and day.

    Ten digits in a row must check (Luhn) too, since phone numbers look the same; others are flagged though
    they do not check, as a number mistyped is still somebody's.
    """
    century, year, month, day, separator, last = match.groups()
    in_month = int(day) - 60 if int(day) > 60 else int(day)
    if not (1 <= int(month) <= 12 and 1 <= in_month <= 31 and (century or "19") in {"18", "19", "20"}):
        return False
    return bool(century or separator) or luhn_is_right(year + month + day + last)


def holds_personal_number(text: str) -> bool:
    """Whether what can be a personal number stands in the text."""
    return any(is_personal_number(match) for match in _NUMBER.finditer(text))


def starts_sentence(text: str, place: int) -> bool:
    """Whether what stands at `place` begins a sentence, so that its capital letter says nothing."""
    before = text[max(0, place - 12) : place]
    return bool(_SENTENCE_END.search(before if place <= 12 else f"x{before}"))


def is_no_name(word: str) -> bool:
    """Whether the capitalised word is known to belong to a place, a unit, a body or a product."""
    lower = word.lower()
    return (
        word in NO_NAMES or word.rstrip("s") in NO_NAMES or lower.removesuffix("s").endswith(NO_NAME_ENDINGS)
    )


def is_common(word: str) -> bool:
    """Whether the word looks like one that often begins a sentence: a small word, or a noun in its definite form."""
    return word.lower() in SWEDISH | ENGLISH or word.endswith(
        ("en", "et", "na", "ar", "or", "er", "tt", "te", "ade")
    )


def find_names(text: str) -> Iterator[tuple[int, int]]:
    """Where persons seem to be named: a known first name, or two capitalised words inside a sentence."""
    for called in _CALLED.finditer(text):
        yield called.start(1), called.end(1)
    for run in _CAPITALS.finditer(text):
        words = re.findall(_CAPITAL, run.group())
        first = next((w for w in words if w in FIRST_NAMES or w.removesuffix("s") in FIRST_NAMES), None)
        at_start = starts_sentence(text, run.start())
        if first:
            is_word = first in ALSO_WORDS and at_start and words[0] == first
            follows = words[words.index(first) + 1 :]
            after_is_name = bool(follows) and not is_no_name(follows[0])
            place_of = any(is_no_name(w) for w in words)
            if (not is_word or after_is_name) and (not place_of or after_is_name):
                yield run.start() + run.group().index(first), run.end()
        elif len(words) >= 2 and not any(is_no_name(w) for w in words):
            if at_start and len(words) == 2 and is_common(words[0]):
                continue
            yield run.start(), run.end()


def _found(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _NUMBER.finditer(text):
        if is_personal_number(match):
            yield FlagKind.PERSONAL_NUMBER, match.start(), match.end()
    for pattern in (_MAIL, _PHONE):
        for match in pattern.finditer(text):
            yield FlagKind.CONTACT, match.start(), match.end()
    for start, end in find_names(text):
        yield FlagKind.NAME, start, end
    for match in _HEALTH.finditer(text):
        yield FlagKind.HEALTH, match.start(), match.end()


def find_flags(texts: Mapping[str, str], *, names: Names = NO_NAMED_FIELDS) -> list[Flag]:
    """What to look at in {field: text}, in reading order; the same words in a field are flagged once.

    `names` are the fields' names as the page tells them.
    """
    flags: dict[str, Flag] = {}
    for field, text in texts.items():
        reached = 0
        for kind, start, end in sorted(_found(text), key=lambda f: (f[1], -f[2])):
            if start < reached:  # inside what was just flagged
                continue
            reached = end
            flag = Flag(
                kind=str(kind),
                field=field,
                start=start,
                end=end,
                text=text[start:end],
                before=text[max(0, start - CONTEXT) : start],
                after=text[end : end + CONTEXT],
                line=text.count("\n", 0, start) + 1,
                name=names.get(field, ""),
            )
            flags.setdefault(flag.key, flag)
            if len(flags) >= MOST_FLAGS:
                return list(flags.values())
    return list(flags.values())


def open_flags(
    texts: Mapping[str, str],
    *,
    shared: Mapping[str, str],
    kept: Iterable[str],
    names: Names = NO_NAMED_FIELDS,
) -> list[Flag]:
    """The flags in `texts` that nobody has decided on: not kept now, and not in what is `shared` already."""
    settled = {flag.key for flag in find_flags(shared)} | set(kept)
    return [flag for flag in find_flags(texts, names=names) if flag.key not in settled]


class Flagged(Refused):
    """Something in the text must be looked at before others see it; `flags` says what and where."""

    def __init__(self, flags: list[Flag]) -> None:
        super().__init__(gettext("Some words need a decision before others see this."))
        self.flags = flags


def decide_flags(
    texts: Mapping[str, str],
    *,
    shared: Mapping[str, str],
    kept: Iterable[str],
    names: Names = NO_NAMED_FIELDS,
) -> dict[str, object]:
    """What the audit row says of flags that were kept: kind, field and line, never the words themselves.

    Raises Flagged where some are still without a decision.
    """
    kept = set(kept)
    if flags := open_flags(texts, shared=shared, kept=kept, names=names):
        raise Flagged(flags)
    decided = [f for f in find_flags(texts) if f.key in kept]
    return {"flags_kept": [[f.kind, f.field, f.line] for f in decided]} if decided else {}
