"""What kits say in English, in the reader's language: looked up by the words, then the facts are filled in."""

import json
import re
from collections.abc import Iterable

from django.utils.translation import gettext, gettext_noop

from ringar_kits.errors import InputError, Said

PLACES = (gettext_noop("row"), gettext_noop("line"), gettext_noop("element"), gettext_noop("column"))
TABLES = (
    gettext_noop("it cannot be opened"),
    gettext_noop("Check the name and that you may read it"),
    gettext_noop("this is the old Excel format"),
    gettext_noop("Save it as .xlsx or CSV"),
    gettext_noop("the file has {size:,} MB and at most {most:,} MB are read"),
    gettext_noop("Split it into smaller files"),
    gettext_noop("the file is empty"),
    gettext_noop("Give a file with a header and rows"),
    gettext_noop("the row cannot be read ({error})"),
    gettext_noop("Check that each quotation mark is closed, and double those within a text"),
    gettext_noop("the file has no header"),
    gettext_noop("Name the columns in row 1"),
    gettext_noop("there is a NUL character"),
    gettext_noop("Save the file anew as CSV in UTF-8; it may be damaged or no text file"),
    gettext_noop("two columns are named '{name}'"),
    gettext_noop("Give each its own name"),
    gettext_noop("there are {cells} cells but {columns} columns"),
    gettext_noop("Put texts that hold the separator within quotation marks"),
    gettext_noop("unpacked it would take {size:,} MB"),
    gettext_noop("Save it as CSV"),
    gettext_noop("the Excel file cannot be read ({error})"),
    gettext_noop("Open it and save it anew, or as CSV"),
    gettext_noop("the first sheet is empty"),
    gettext_noop("Put the table on the first sheet"),
    gettext_noop("there are more than {most:,} empty rows on end"),
    gettext_noop("Remove the empty rows, or save it as CSV"),
    gettext_noop("there are more than {most:,} columns"),
    gettext_noop("Remove the columns that are not needed"),
    gettext_noop("rows above the table were left out: {rows}"),
    gettext_noop("half characters (lone surrogates) were replaced by �: {place}"),
    gettext_noop("there is no list of rows"),
    gettext_noop("Give a JSON array of objects"),
    gettext_noop("this is not JSON ({error})"),
    gettext_noop("Check the file with its maker"),
    gettext_noop("this is not an object"),
    gettext_noop('Each row is written {"column": value, …}'),
)
"""The words of ringar_kits.tables. Other kits' words are listed by the room that shows them."""


def said(words: Said) -> str:
    """The words in the active language; in English where nobody has translated them."""
    return str(Said(gettext(words.words), words.facts)) if words.words else ""


def reason(error: Exception) -> str:
    """What is wrong with what was handed in, where, and the remedy, in the active language."""
    if not isinstance(error, InputError):
        return str(error)
    problem, remedy = map(said, error.words)
    place = place_words(error.place)
    return sentences((f"{place}: {problem}" if place else problem, remedy))


def place_words(place: str) -> str:
    """The place, as `pipes.csv, row 3` or `pipes.csv, column Material`, in the active language."""
    return re.sub(r"(^|, )(column(?= )|[a-z]+(?= \d))", lambda at: at[1] + gettext(at[2]), place)


def sentences(parts: Iterable[str]) -> str:
    """The parts that there are, each as a sentence."""
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def kept(error: InputError) -> str:
    """The error as JSON, for a column: whoever reads it may have another language."""
    problem, remedy = error.words
    told = {"problem": problem.words, "remedy": remedy.words, "place": error.place, "facts": problem.facts}
    return json.dumps(told, ensure_ascii=False)


def error_of(kept: str) -> InputError:
    """The error that `kept` was given."""
    return InputError(**json.loads(kept))
