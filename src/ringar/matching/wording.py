"""Reasons and facts as sentences in the reader's language; words from the texts stand as quotes in their own."""

import re
from collections.abc import Iterable, Mapping, Sequence
from html import unescape
from typing import Any

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ringar.core.text import sek
from ringar.matching.rules import Fact

REASONS: dict[str, Promise] = {
    "part": _("Handles {ours} as part of {theirs}"),
    "kindred": _("{theirs} is akin to {ours}"),
    "letters": _("{theirs} looks like {ours}"),
    "meaning": _("Handles {ours} in other words: {theirs}"),
}
FACTS: dict[str, Promise] = {
    "unused": _("No references yet"),
    "free": _("Free of charge"),
    "tender": _("Costs more than may be bought directly ({sek}): needs a procurement"),
    "no_price": _("The price is not told"),
    "pays": _("Costs no more a year than doing nothing ({sek})"),
    "direct": _("The price allows a direct award (up to {sek})"),
    "integration": _("Must be connected to: {what}"),
    "no_integration": _("Names no system that it must be connected to"),
    "data": _("Needs data: {what}"),
    "in_use": _("In use already"),
    "early": _("Not yet tried in a pilot"),
    "no_swedish": _("Does not work in Swedish, as far as is told"),
}
LONGEST_QUOTE = 120
_QUOTE = re.compile(r"</?q\b[^>]*>")
MOST_NAMED = 5


def quoted(words: Iterable[str], language: str) -> SafeString:
    """The words as quotes in their language: “a”, “b” and “c”."""
    marks = [format_html('<q lang="{}">{}</q>', language, word[:LONGEST_QUOTE]) for word in words]
    if len(marks) < 2:
        return marks[0] if marks else SafeString()
    first = format_html_join(", ", "{}", ((mark,) for mark in marks[:-1]))
    return format_html("{} {} {}", first, gettext("and"), marks[-1])


def say_shared(words: Sequence[str], language: str) -> SafeString:
    """The shared words in a sentence; of very many the weightiest are named and the rest counted."""
    if len(words) <= MOST_NAMED:
        return format_html(gettext("Handles {words}"), words=quoted(words, language))
    named = format_html_join(", ", '<q lang="{}">{}</q>', ((language, word) for word in words[:MOST_NAMED]))
    return format_html(
        gettext("Handles {words} and {count} more of the need's words"),
        words=named,
        count=len(words) - MOST_NAMED,
    )


def say_reasons(
    reasons: Sequence[Mapping[str, Any]], *, need_language: str, solution_language: str
) -> list[SafeString]:
    """The kit's reasons as sentences: the shared words in one, each other reason in its own."""
    shared = [reason["solution_words"][0] for reason in reasons if reason["kind"] == "word"]
    told = [say_shared(shared, solution_language)] if shared else []
    for reason in reasons:
        if reason["kind"] in REASONS:
            ours = quoted([reason["need_word"]], need_language)
            theirs = quoted(reason["solution_words"][:3], solution_language)
            told.append(format_html(str(REASONS[reason["kind"]]), ours=ours, theirs=theirs))
    return told


def plain(sentence: SafeString) -> str:
    """The sentence without markup, for programs: quotes stand in quotation marks."""
    return unescape(strip_tags(_QUOTE.sub("”", sentence)))


def say_fact(fact: Fact, *, language: str) -> SafeString:
    """A fact as a sentence; what the supplier wrote stands as a quote in its language."""
    if fact.kind == "used":
        count = int(str(fact.values["count"]))
        text = ngettext("Used in one place: {places}", "Used in {count} places: {places}", count)
        return format_html(text, count=count, places=fact.values["places"])
    values = dict(fact.values)
    if "sek" in values:
        values["sek"] = sek(int(str(values["sek"])))
    if "what" in values:
        values["what"] = quoted([str(values["what"])], language)
    return format_html(str(FACTS[fact.kind]), **values) if values else SafeString(FACTS[fact.kind])
