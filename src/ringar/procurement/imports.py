"""What this room takes from spreadsheets: purchases, as the ledger has them."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from django.utils.translation import gettext as _

from ringar.core.importing import Counts, Field, Importer, Problem, Progress, Rows, text_of, whole_number
from ringar.core.models import Organisation
from ringar.core.rules import Viewer
from ringar.core.text import tidy_text
from ringar.procurement.actions import import_purchases

FORMS = ("%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")


def day(text: str) -> date:
    """A cleaner for dates, as ledgers write them ("2026-03-02", "20260302", "02/03/2026")."""
    for form in FORMS:
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise ValueError(_("%(value)r is not a date.|Write it as 2026-03-02.") % {"value": text[:40]})


def text(longest: int) -> Callable[[str], str]:
    """A cleaner for short texts."""
    fits = text_of(longest)
    return lambda cell: fits(tidy_text(cell).strip())


def check_purchases(organisation: Organisation, rows: Rows) -> Iterator[Problem]:
    """The units must be there."""
    units = set(organisation.units.values_list("name", flat=True))
    for row in rows:
        if row.get("unit") and row["unit"] not in units:
            told = _("there is no unit %(unit)r.") % {"unit": row["unit"]}
            yield Problem(row["row"], "unit", told, _("Import the units first, or correct the name."))


def save_purchases(
    by: Viewer, organisation: Organisation, source: str, rows: Rows, progress: Progress
) -> Counts:
    """Saves checked rows."""
    return import_purchases(
        by=by, organisation=organisation, source=source[:60], rows=rows, progress=progress
    )


IMPORTERS = [
    Importer(
        kind="purchases",
        fields=(
            Field(
                "external_id",
                ("id", "verifikationsnummer", "verifikat", "fakturanummer", "nr"),
                clean=text_of(200),
            ),
            Field("unit", ("enhet", "förvaltning", "avdelning", "kostnadsställe"), clean=text_of(200)),
            Field(
                "kind",
                ("slag", "kategori", "inköpskategori", "kind of purchase", "category"),
                required=True,
                clean=text(120),
            ),
            Field(
                "what",
                ("vad", "beskrivning", "benämning", "text", "description"),
                required=True,
                clean=text(300),
            ),
            Field("supplier", ("leverantör", "leverantörsnamn", "vendor"), required=True, clean=text(200)),
            Field(
                "sek",
                ("belopp", "kronor", "belopp exkl moms", "summa", "amount"),
                required=True,
                clean=whole_number,
            ),
            Field("date", ("datum", "bokföringsdatum", "fakturadatum"), required=True, clean=day),
        ),
        save=save_purchases,
        check=check_purchases,
    )
]
