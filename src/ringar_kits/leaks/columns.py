"""Finds which column holds what: names that utilities use, in Swedish and English, and the owner's own mapping."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from ringar_kits.errors import InputError

# Per field the names in the order in which they are trusted, written as `plain_name` leaves them.
PIPES = {
    "id": (
        "watmainid pipeid ledningsid ledningid ledningsnummer ledningsnr ledningnr ledningsnamn mainid assetid "
        "relatedassetid facilityid anlaggningsid objektid id uuid fid gid objectid globalid"
    ),
    "installed": (
        "installed installationdate installdate dateinstalled installationyear installyear yearinstalled "
        "anlaggningsar anlaggningsdatum anlagd anlagt anlaggning laggningsar laggningsdatum lagd byggar byggnadsar "
        "byggt driftsattning driftsattningsar installationsar installationsdatum constructionyear yearbuilt year ar"
    ),
    "material": "material pipematerial ledningsmaterial rormaterial rortyp materialtyp assetmaterial mat",
    "diameter": (
        "diametermm diameter pipesize dimension dimensionmm dim innerdiameter inrediameter nominaldiameter dn "
        "ytterdiameter rordimension size assetsize"
    ),
    "length": (
        "lengthm length pipelength ledningslangd ledningslangdm langd langdm rorlangd langdmeter "
        "shapelength stlength shapestlength shapeleng"
    ),
    "zone": "pressurezone zone tryckzon tryckzonnamn zon distributionszon",
    "area": (
        "shutoffarea isolationarea valvearea avstangningsomrade avstangningszon avstangning ventilomrade "
        "area omrade matomrade"
    ),
    "road": "roadsegmentid streetsegmentid segmentid gatusegment gatuid vagid lankid",
    "street": "street streetname gata gatunamn gatuadress vagnamn adress roadname",
    "lined": "lineddate liningdate liningyear relined infodrad infodringsar infodringsdatum reliningar lined",
    "status": "status driftstatus livscykelstatus ledningsstatus lifecyclestatus",
    "shape": "wkt geometry geom geometri shape geometriwkt thegeom",
    "x1": "startx x1 xstart startost starteast xfran franx",
    "y1": "starty y1 ystart startnord startnorth yfran frany",
    "x2": "endx x2 xend slutx slutost endeast xtill tillx",
    "y2": "endy y2 yend sluty slutnord endnorth ytill tilly",
    "x": "x lon long lng longitude longitud easting east ost e xkoord koordinatx xcoord",
    "y": "y lat latitude latitud northing north nord n ykoord koordinaty ycoord",
}
BREAKS = {
    "id": (
        "watbreakincidentid breakid incidentid lackageid lackaid lackanr lacknr arendenummer arendenr arendeid "
        "handelseid driftstorningsid id objectid globalid"
    ),
    "pipe": (
        "relatedassetid watmainid pipeid ledningsid ledningid ledningsnummer ledningsnr ledningnr mainid assetid "
        "ledning pipe facilityid"
    ),
    "day": (
        "day date incidentdate breakdate leakdate datum lackdatum lackadatum lackagedatum lackagensdatum "
        "upptacktdatum upptackt handelsedatum driftstorningsdatum startdatum reporteddate datereported "
        "rapporteringsdatum anmald inrapporterad reparationsdatum repairdate year ar"
    ),
    "kind": "breaktype incidenttype leaktype lackagetyp lacktyp handelsetyp storningstyp "
    "driftstorningstyp kind typ type",
    "material": "assetmaterial material pipematerial ledningsmaterial rormaterial",
    "installed": "assetyearinstalled yearinstalled installationyear anlaggningsar laggningsar installed",
    "diameter": "assetsize pipesize diametermm diameter dimension dim dn",
    "area": PIPES["area"],
    "road": PIPES["road"],
    "status": "status arendestatus",
    "shape": PIPES["shape"],
    "x": PIPES["x"],
    "y": PIPES["y"],
}
ROADS = {
    "road": "roadsegmentid streetsegmentid segmentid gatusegment gatuid vagid lankid id objectid",
    "street": PIPES["street"],
    "shape": PIPES["shape"],
    "x1": PIPES["x1"],
    "y1": PIPES["y1"],
    "x2": PIPES["x2"],
    "y2": PIPES["y2"],
    "traffic": "aadt adt trafik arsmedeldygnstrafik fordonperdygn",
    "speed": "speedlimitkm speedlimit speed hastighet hastighetsgrans",
    "road_class": "cartoclass roadclass vagklass funktionellvagklass gatuklass",
    "lanes": "lanes korfalt antalkorfalt",
    "trucks": "truckaccess tungtrafik",
    "bus": "busroute busslinje busstrafik",
    "road_width": "pavementwidth vagbredd bredd",
}
FILES = {"pipes": PIPES, "breaks": BREAKS, "roads": ROADS}

# Kept up to date after breaks, or counted from them: as features they would tell the answer.
TELLING = re.compile(
    "condition|criticality|kondition|skick|tillstand|betyg|score|poang|risk|sannolikhet|probability|likelihood|"
    "consequence|konsekvens|break|leak|failure|lacka|lackor|brott|skador|antalskad|repair|repar|atgard|"
    "replace|fornyels|utbyt|prioritet|priority|renew|rehab|statusdat|inspektion|inspect|"
    "updated?(date|by|at)?$|update|edited|modified|andrad|uppdaterad|senast|"
    "cleaned|rengjord|spolad|shallow|ytlig|^lined|^relined|^infodr|retired|abandon|urdrift|slopad"
)
NAMES = re.compile(
    "(^|[a-z])(objectid|globalid|guid|uuid|fid|gid)$|label|etikett|comment|kommentar|notering|anmarkning|details"
)


def plain_name(name: str) -> str:
    """Return a column's name in small letters a-z and digits, so that spellings meet.

    >>> plain_name("Anläggnings-år"), plain_name("Related Asset ID")
    ('anlaggningsar', 'relatedassetid')
    """
    folded = unicodedata.normalize("NFKD", str(name).casefold())
    return re.sub("[^a-z0-9]", "", folded)


def find_columns(
    columns: Sequence[str], file: str, name: str, mapping: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return {field: column} for the columns of a file ("pipes", "breaks" or "roads"), the owner's mapping first.

    The mapping's keys are fields, with the file before a dot where the field is in several: `id`, `breaks.material`.
    A shapefile's names, cut off after ten letters, are known too. No column is taken for two fields. Raises
    `InputError` where the mapping names a column that the file does not have.
    """
    known = FILES[file]
    by_plain = {plain_name(column): column for column in reversed(columns)}
    found: dict[str, str] = {}
    for key, column in (mapping or {}).items():
        where, _, field = key.rpartition(".")
        if field not in known or where not in ("", file):
            continue
        actual = column if column in columns else by_plain.get(plain_name(column))
        if actual is not None:
            found[field] = actual
        elif where:
            raise _no_such(name, column, columns)
    for field, names in known.items():
        if field in found:
            continue
        taken = set(found.values())
        for each in names.split():
            match = by_plain.get(each) or _cut_off(each, by_plain)
            if match is not None and match not in taken:
                found[field] = match
                break
    return found


def check_mapping(mapping: Mapping[str, str], tables: Mapping[str, Collection[str]]) -> None:
    """Raise `InputError` for a key that is no field, or a column that no file has (`tables`: file -> columns)."""
    for key, column in mapping.items():
        where, _, field = key.rpartition(".")
        if key in ("dates", "breaks.dates", "pipes.dates"):
            continue
        files = [file for file, fields in FILES.items() if field in fields and where in ("", file)]
        if not files:
            fields = sorted({each for known in FILES.values() for each in known})
            raise InputError(
                "'{key}' is nothing that a column can be taken for",
                place="mapping",
                remedy="Use one of {fields}",
                facts={"key": key, "fields": ", ".join(fields)},
            )
        given = [each for file in files for each in tables.get(file, ())]
        if plain_name(column) not in {plain_name(each) for each in given}:
            raise _no_such("mapping", column, given)


def _no_such(place: str, column: str, columns: Collection[str]) -> InputError:
    return InputError(
        "there is no column '{column}'",
        place=place,
        remedy="The file has the columns {columns}",
        facts={"column": column, "columns": ", ".join(columns)},
    )


def _cut_off(name: str, by_plain: Mapping[str, str]) -> str | None:
    """Return the column that is `name` cut off after ten characters, as shapefiles do."""
    return by_plain.get(name[:10]) if len(name) > 10 else None


def is_telling(column: str) -> bool:
    """Whether a column is kept after the fact, so that it would tell of breaks it should foretell."""
    return TELLING.search(plain_name(column)) is not None


def is_name(column: str) -> bool:
    """Whether a column names its row, or is written for people: no trait of the pipe."""
    return NAMES.search(plain_name(column)) is not None
