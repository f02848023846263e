"""What this room takes from spreadsheets: solutions, with those who offer them."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import TextChoices
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
from ringar.core.rules import Refused, Viewer
from ringar.solvers.actions import import_solutions
from ringar.solvers.actions.imports import LONGEST_NAME, solver_name
from ringar.solvers.rules import MAX_TEXT, Kind, Maturity, PriceClass, clean_languages, clean_number

KINDS = {
    "aktiebolag": "company",
    "bolag": "company",
    "företag": "company",
    "startup": "company",
    "enskild firma": "sole_trader",
    "enskild näringsidkare": "sole_trader",
    "högskola": "university",
    "universitet": "university",
    "forskningsinstitut": "institute",
    "institut": "institute",
    "förening": "association",
    "ideell förening": "association",
    "kommun": "municipality",
    "region": "municipality",
    "inkubator": "incubator",
}
MATURITIES = {
    "idé": "idea",
    "prototyp": "prototype",
    "pilot": "piloted",
    "prövad": "piloted",
    "i drift": "in_use",
    "används": "in_use",
    "spridd": "spread",
}
PRICES = {
    "gratis": "free",
    "under 100 000": "below_100k",
    "100 000–700 000": "100k_700k",
    "över 700 000": "above_700k",
}


def web_address(text: str) -> str:
    """The web address with https:// where it lacks it; "" where it is none."""
    address = text.split()[0].rstrip(",;")
    address = address if "://" in address else f"https://{address}"
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError:
        return ""
    return address if len(address) <= 200 else ""


def labels(choices: type[TextChoices]) -> dict[str, str]:
    """The values of a list with their names, as `one_of` takes them."""
    return {value: str(label) for value, label in choices.choices}


def year(text: str) -> int:
    """A cleaner for years, also as spreadsheets write them (2019.0)."""
    number = whole_number(text.removesuffix(".0"))
    if not 1000 <= number <= 2200:
        raise ValueError(_("%(value)r is not a year.|Write it as 2019.") % {"value": text[:20]})
    return number


def yes(text: str) -> bool:
    """A cleaner for yes and no."""
    return text.strip().casefold() in {"ja", "yes", "true", "sant", "1", "x"}


def complete_name(row: dict[str, Any]) -> Iterator[Problem]:
    """A name that is missing is made of the text's first words; one too long is cut, and stands whole in the text."""
    name, what = row.get("name", ""), row.get("what", "")
    if not name and not what:
        remedy = _("Write one of them, remove the row, or name the column with --map name=COLUMN.")
        yield Problem(row["row"], "name", _("is empty, and so is the text."), remedy)
    elif not name:
        first = what.split("\n", 1)[0]
        row["name"] = first if len(first) <= 80 else first[:78].rsplit(" ", 1)[0] + " …"
        told = _("is empty: the text's first words are taken.")
        yield Problem(row["row"], "name", told, is_error=False)
    elif len(name) > LONGEST_NAME:
        told = _("is longer than %(most)s characters: it is cut, and stands whole in the text.")
        yield Problem(row["row"], "name", told % {"most": LONGEST_NAME}, is_error=False)


def check_solutions(organisation: Organisation, rows: Rows) -> Iterator[Problem]:
    """Numbers must hold and be one for each name. A web address that is none is left out, with a note."""
    numbers: dict[str, tuple[int, str]] = {}
    for row in rows:
        yield from complete_name(row)
        if not row.get("name"):
            continue
        if (told := row.get("website")) and not (address := web_address(told)):
            text = _("%(value)r is not a web address, and is left out.") % {"value": told[:60]}
            yield Problem(row["row"], "website", text, is_error=False)
        if told:
            row["website"] = address
        try:
            number = clean_number(str(row.get("organisation_number", "")), str(row.get("kind", Kind.COMPANY)))
        except Refused as refused:
            yield Problem(row["row"], "organisation_number", str(refused))
            continue
        first, known = numbers.setdefault(solver_name(row), (row["row"], number))
        if number and known and number != known:
            text = _("is another than on row %(first)s, which has the same supplier.") % {"first": first}
            yield Problem(
                row["row"], "organisation_number", text, _("Correct one of them, or tell the names apart.")
            )


def save_solutions(
    by: Viewer, organisation: Organisation, source: str, rows: list[dict[str, Any]], progress: Progress
) -> Counts:
    """Saves checked rows. Two organisations' files of the same name are two sources."""
    return import_solutions(by=by, source=f"{organisation.pk}:{source}"[:60], rows=rows, progress=progress)


IMPORTERS = [
    Importer(
        kind="solutions",
        fields=(
            Field("external_id", ("id", "nr", "company_id", "file", "lösnings-id"), clean=text_of(200)),
            Field(
                "name",
                ("lösning", "namn", "titel", "title", "solution", "company_name"),
                clean=text_of(1000),
            ),
            Field(
                "what",
                (
                    "vad",
                    "beskrivning",
                    "description",
                    "text",
                    "short_description",
                    "long_description",
                    "tagline",
                ),
                joins=True,
                clean=text_of(MAX_TEXT),
            ),
            Field("for_whom", ("för vem", "målgrupp"), clean=text_of(MAX_TEXT)),
            Field(
                "solver",
                ("leverantör", "företag", "solver_name", "supplier", "organizations", "beneficiary"),
                clean=text_of(1000),
            ),
            Field(
                "kind",
                ("typ av leverantör", "slag", "organisationsform"),
                clean=one_of(labels(Kind), KINDS),
            ),
            Field("organisation_number", ("organisationsnummer", "orgnr", "org.nr"), clean=text_of(40)),
            Field("own", ("egen", "vår egen"), clean=yes),
            Field("email", ("e-post", "epost", "mejl"), clean=email_address),
            Field("website", ("webbplats", "hemsida", "webb", "url"), clean=text_of(2000)),
            Field("municipality", ("kommun", "ort", "location"), clean=text_of(100)),
            Field("about", ("om leverantören", "om företaget"), clean=text_of(MAX_TEXT)),
            Field("founded", ("grundat", "startår", "year_founded"), clean=year),
            Field("maturity", ("mognad",), clean=one_of(labels(Maturity), MATURITIES)),
            Field("price_class", ("prisklass", "pris"), clean=one_of(labels(PriceClass), PRICES)),
            Field("price_note", ("om priset",), clean=text_of(500)),
            Field("data_needs", ("databehov", "data"), clean=text_of(MAX_TEXT)),
            Field("integration_needs", ("integrationer", "kopplingar"), clean=text_of(MAX_TEXT)),
            Field("languages", ("språk",), clean=clean_languages),
        ),
        save=save_solutions,
        check=check_solutions,
    )
]
