"""What a page says of files that were read. The kit tells what to give its commands (`id=COLUMN`); on the page one
chooses and writes below the report."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, gettext_noop

from ringar.city.one_words import ONE
from ringar.city.words import FIELD_WORDS
from ringar.core.kit_words import reason, said, sentences
from ringar_kits.errors import InputError, Said

COLUMNS = "columns: {columns}"
CHOOSE = gettext_noop("Choose its column below")
CHOOSE_ONE = gettext_noop("Choose its column below; the file has the columns {columns}")
IF_WRONG = gettext_noop("If that is wrong, write the right coordinate system below")
ON_PAGE = {
    "Name it: id=COLUMN; the file has the columns {columns}": CHOOSE_ONE,
    "Name it: day=COLUMN; the file has the columns {columns}": CHOOSE_ONE,
    "Name it: length=COLUMN": CHOOSE,
    "Name it: roads.road=COLUMN": CHOOSE,
    "Name them: breaks.pipe=COLUMN, or breaks.x=COLUMN and breaks.y=COLUMN": gettext_noop(
        "Choose below the column with the pipe’s number, or those with east and north"
    ),
    "Name the others, as in x=COLUMN and y=COLUMN": gettext_noop("Choose the others below"),
    "Give the files that belong together, or name the column: breaks.pipe=COLUMN": gettext_noop(
        "Hand in the files that belong together, or choose below the column with the pipe’s number"
    ),
    "See the report of what was kept out": gettext_noop(
        "See whether the right columns are chosen below for the day, the kind and the status"
    ),
    "See what was kept out, and why": gettext_noop(
        "See whether the right columns are chosen below for the number and the status"
    ),
    "Write all dates as 1999-05-01, or say which is meant with dates=d/m or dates=m/d": gettext_noop(
        "Write all days in one way, best as 1999-05-01, and hand the file in again"
    ),
    "Write dates as 1999-05-01, or say which is meant with dates=d/m or dates=m/d": gettext_noop(
        "Choose below how days are written, or write them as 1999-05-01"
    ),
    "Name one of them after a #, as in {name}#layer": gettext_noop(
        "Save the layer that is meant to a file of its own, and hand that in"
    ),
    "Give it with crs, as in crs=3006": gettext_noop("Write it below, for instance 3006"),
    "If that is wrong, give it with crs": IF_WRONG,
    "If that is wrong, give the system with crs": IF_WRONG,
    "One of the files is in another coordinate system than it seems: give it with crs": gettext_noop(
        "One of the files is in another coordinate system than it seems: write it below"
    ),
    "Give it with crs: 3007 (12 00), 3008 (13 30), 3009 (15 00), 3010 (16 30), 3011 (18 00), 3012 (14 15), "
    "3013 (15 45), 3014 (17 15), 3015 (18 45), 3016 (20 15), 3017 (21 45) or 3018 (23 15)": gettext_noop(
        "Write it below: 3007 (12 00), 3008 (13 30), 3009 (15 00), 3010 (16 30), 3011 (18 00), 3012 (14 15), "
        "3013 (15 45), 3014 (17 15), 3015 (18 45), 3016 (20 15), 3017 (21 45) or 3018 (23 15)"
    ),
    "Give the system that the numbers are in": gettext_noop("Write below the system that the numbers are in"),
    "Give the right system with crs, or export the file anew": gettext_noop(
        "Write the right system below, or save the file anew"
    ),
}
"""{a remedy that names the command's options: the same as the page says it}."""
PLACES = {"crs": gettext_noop("coordinate system"), "mapping": gettext_noop("choice of columns")}


def remark_words(remark: Mapping[str, Any]) -> str:
    """A line of the report in the reader's language."""
    facts = dict(remark["facts"])
    if remark["words"] == COLUMNS:
        facts["columns"] = fields_in_words(facts["columns"])
    words = ONE.get(remark["words"], remark["words"]) if facts.get("count") == 1 else remark["words"]
    told = (words, ON_PAGE.get(remark["remedy"], remark["remedy"]))
    return sentences(said(Said(words, facts)) for words in told)


def fields_in_words(columns: str) -> str:
    """`day = datum, x = X` with the fields in the reader's language."""
    return re.sub(r"(^|, )(\w+)(?= = )", lambda at: f"{at[1]}{FIELD_WORDS.get(at[2], at[2])}", columns)


def fault_words(error: InputError) -> str:
    """Why files could not be read, where, and what to do on the page."""
    problem, remedy = error.words
    place = gettext(PLACES[error.place]) if error.place in PLACES else error.place
    mend = ON_PAGE.get(remedy.words, remedy.words)
    return reason(InputError(problem.words, place=place, remedy=mend, facts=problem.facts))
