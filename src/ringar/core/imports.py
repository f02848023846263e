"""What core takes from spreadsheets: the units of an organisation, and its people with roles."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from ringar.core.actions import import_people, import_units
from ringar.core.importing import Field, Importer, Problem, Rows, one_of, text_of
from ringar.core.models import Organisation, Unit
from ringar.core.rules import Role


def email_address(text: str) -> str:
    """A cleaner for e-mail addresses."""
    try:
        validate_email(text)
    except ValidationError:
        raise ValueError(
            _("%(value)r is not an e-mail address.|Write it as name@example.se.") % {"value": text[:60]}
        ) from None
    return text.lower()


def check_units(organisation: Organisation, rows: Rows) -> Iterator[Problem]:
    """Every parent must be in the file or in the organisation."""
    known = set(organisation.units.values_list("name", flat=True)) | {row["name"] for row in rows}
    for row in rows:
        if row.get("parent") and row["parent"] not in known:
            yield Problem(
                row["row"],
                "parent",
                _("there is no unit %(unit)r.") % {"unit": row["parent"]},
                _("Add a row for it, or correct the name."),
            )
        if row.get("parent") == row["name"]:
            yield Problem(
                row["row"],
                "parent",
                _("the unit can not lie under itself."),
                _("Leave it empty for the top."),
            )


def check_people(organisation: Organisation, rows: Rows) -> Iterator[Problem]:
    """Every unit must exist; an address stands once per unit and role."""
    known = set(Unit.objects.filter(organisation=organisation).values_list("name", flat=True))
    for row in rows:
        if row.get("unit") and row["unit"] not in known:
            yield Problem(
                row["row"],
                "unit",
                _("there is no unit %(unit)r.") % {"unit": row["unit"]},
                _("Import the units first, or correct the name."),
            )


IMPORTERS = [
    Importer(
        kind="units",
        fields=(
            Field("external_id", ("id", "kod", "enhetskod", "code"), clean=text_of(200)),
            Field("name", ("namn", "enhet", "unit", "benämning"), required=True, clean=text_of(200)),
            Field("parent", ("överordnad", "förvaltning", "tillhör", "under"), clean=text_of(200)),
        ),
        save=import_units,
        check=check_units,
    ),
    Importer(
        kind="people",
        fields=(
            Field("external_id", ("id", "anställningsnummer"), clean=text_of(200)),
            Field(
                "email",
                ("e-post", "epost", "mejl", "mail", "e-postadress"),
                required=True,
                clean=email_address,
            ),
            Field("name", ("namn", "person"), required=True, clean=text_of(200)),
            Field("title", ("titel", "befattning", "yrke"), clean=text_of(200)),
            Field("unit", ("enhet", "avdelning", "arbetsplats"), clean=text_of(200)),
            Field(
                "role",
                ("roll",),
                clean=one_of(
                    dict(Role.choices),
                    {
                        "medarbetare": "staff",
                        "chef": "manager",
                        "utvecklingschef": "development_manager",
                        "utvecklingsledare": "development_manager",
                        "it-chef": "cio",
                        "inköpare": "buyer",
                        "upphandlare": "buyer",
                        "moderator": "moderator",
                        "administratör": "administrator",
                        "revisor": "auditor",
                    },
                ),
            ),
        ),
        save=import_people,
        check=check_people,
    ),
]
