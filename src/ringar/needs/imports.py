"""What this room takes from spreadsheets: needs."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from ringar.core.importing import (
    Counts,
    Field,
    Importer,
    Problem,
    Progress,
    Rows,
    one_of,
    text_of,
    whole_number,
)
from ringar.core.imports import email_address
from ringar.core.models import Organisation
from ringar.core.rules import Viewer, Visibility
from ringar.core.text import tidy_text
from ringar.needs.actions import import_needs
from ringar.needs.flags import holds_personal_number
from ringar.needs.queries import people_of
from ringar.needs.rules import LONGEST_TEXT, LONGEST_TITLE, Often, title_from

LONGEST_IN_FILE = 1_000
LARGEST = 2_000_000_000


def text(longest: int = LONGEST_TEXT) -> Callable[[str], str]:
    """A cleaner for texts that people wrote."""
    fits = text_of(longest)
    return lambda cell: fits(tidy_text(cell).strip())


def amount(cell: str) -> int:
    """A cleaner for numbers of people and kronor."""
    number = whole_number(cell)
    if number > LARGEST:
        raise ValueError(
            _("%(value)r is too large.|At most %(most)s fits.") % {"value": cell[:40], "most": LARGEST}
        )
    return number


def check_needs(organisation: Organisation, rows: Rows) -> Iterator[Problem]:
    """Completes title and text from each other; units and owners must be there; personal numbers are noted."""
    if rows and not any(row.get("title") or row.get("symptom") for row in rows):
        remedy = _("Name one of them title or text, or say which it is with --map title=COLUMN.")
        yield Problem(1, "title", _("no column holds a title or a text."), remedy)
        return
    units = set(organisation.units.values_list("name", flat=True))
    owners = set(people_of(organisation.pk).values_list("email", flat=True))
    for row in rows:
        yield from complete_texts(row)
        if row.get("unit") and row["unit"] not in units:
            problem, remedy = (
                _("there is no unit %(unit)r.") % {"unit": row["unit"]},
                _("Import the units first, or correct the name."),
            )
            yield Problem(row["row"], "unit", problem, remedy)
        if row.get("owner") and row["owner"] not in owners:
            problem, remedy = (
                _("nobody here has the address %(address)r.") % {"address": row["owner"]},
                _("Import the people first, or empty it."),
            )
            yield Problem(row["row"], "owner", problem, remedy)


def complete_texts(row: dict[str, object]) -> Iterator[Problem]:
    """Title and text of one row: one may be missing; a title too long is cut, and stands whole in the text."""
    number, title, symptom = int(str(row["row"])), str(row.get("title", "")), str(row.get("symptom", ""))
    if not title and not symptom:
        yield Problem(
            number, "title", _("is empty, and so is the text."), _("Write one of them, or remove the row.")
        )
        return
    if not symptom:
        symptom = title
        yield Problem(number, "symptom", _("is empty: the title is taken."), is_error=False)
    if len(title) > LONGEST_TITLE:
        if not symptom.startswith(title):
            symptom = f"{title}\n\n{symptom}"
        title = title[: LONGEST_TITLE - 1].rstrip() + "…"
        told = _("is longer than %(most)s characters: it is cut, and stands whole in the text.")
        yield Problem(number, "title", told % {"most": LONGEST_TITLE}, is_error=False)
        if len(symptom) > LONGEST_TEXT:
            told = _("has %(count)s characters.") % {"count": len(symptom)}
            yield Problem(number, "symptom", told, _("At most %(most)s fit.") % {"most": LONGEST_TEXT})
    row["title"], row["symptom"] = title or title_from(symptom)[:LONGEST_TITLE], symptom
    if holds_personal_number(f"{title}\n{symptom}"):
        told = _("seems to hold a personal number. Take it out.")
        yield Problem(number, "symptom", told, is_error=False)


def save_needs(by: Viewer, organisation: Organisation, source: str, rows: Rows, progress: Progress) -> Counts:
    """Saves checked rows."""
    return import_needs(by=by, organisation=organisation, source=source[:60], rows=rows, progress=progress)


OFTEN = {
    **{"dagligen": "daily", "varje dag": "daily", "varje vecka": "weekly", "veckovis": "weekly"},
    **{"varje månad": "monthly", "månadsvis": "monthly", "mer sällan": "rarely", "sällan": "rarely"},
}
VISIBLE = {
    **{
        "enheten": "unit",
        "bara enheten": "unit",
        "organisationen": "organisation",
        "alla här": "organisation",
    },
    **{"alla": "public", "offentligt": "public", "öppet": "public"},
}

IMPORTERS = [
    Importer(
        kind="needs",
        fields=(
            Field(
                "external_id",
                ("id", "nr", "behovsnr", "ärendenummer", "diarienummer", "company_id", "file"),
                clean=text_of(200),
            ),
            Field(
                "title",
                ("rubrik", "titel", "namn", "name", "behov", "kort namn", "company_name"),
                clean=text(LONGEST_IN_FILE),
            ),
            Field(
                "symptom",
                (
                    *("text", "beskrivning", "description", "vad ser ni", "vad vi ser", "problem", "tagline"),
                    *("short_description", "long_description"),
                ),
                joins=True,
                clean=text(),
            ),
            Field("unit", ("enhet", "avdelning", "arbetsplats", "förvaltning"), clean=text_of(200)),
            Field("who_affected", ("vem", "vilka", "vem berörs", "målgrupp"), clean=text()),
            Field("people_affected", ("antal", "antal personer", "hur många"), clean=amount),
            Field(
                "how_often",
                ("hur ofta", "frekvens"),
                clean=one_of({value: value for value in Often.values}, OFTEN),
            ),
            Field("cause", ("orsak", "varför"), clean=text()),
            Field("cost_of_nothing", ("kostnad", "vad kostar det"), clean=text()),
            Field("cost_sek_year", ("kronor per år", "kostnad per år", "kr/år"), clean=amount),
            Field("good_effect", ("effekt", "önskad effekt"), clean=text()),
            Field("tried", ("prövat", "har prövats", "tidigare försök"), clean=text()),
            Field("owner", ("ägare", "behovsägare", "ansvarig"), clean=email_address),
            Field(
                "visibility",
                ("synlighet", "vem får se"),
                clean=one_of({value: value for value in Visibility.values}, VISIBLE),
            ),
        ),
        save=save_needs,
        check=check_needs,
    )
]
