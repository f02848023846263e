"""The open data sets as a catalogue by DCAT-AP-SE 3, in JSON-LD, so that data portals find them by themselves."""

from typing import Any

from django.urls import reverse

from ringar.city.models import DataSet
from ringar.city.queries.data import released
from ringar.city.rules.data import DataKind, ReleaseTo

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
ACCESS = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
GEOJSON = "https://www.iana.org/assignments/media-types/application/geo+json"
CSV = "https://www.iana.org/assignments/media-types/text/csv"
MOST = 500


def catalogue(root: str) -> dict[str, Any]:
    """The catalogue of all that is released as open data here; `root` is the address of the first page. 1 query."""
    rows = DataSet.objects.filter(released(ReleaseTo.OPEN)).select_related("organisation").order_by("pk")
    sets = [told(each, root) for each in rows[:MOST]]
    return {
        "@context": CONTEXT,
        "@id": f"{root}staden/data/",
        "@type": "dcat:Catalog",
        "dcterms:title": {"@value": "Öppna data", "@language": "sv"},
        "dcterms:description": {
            "@value": "Data om staden som är utlämnade som öppna data.",
            "@language": "sv",
        },
        "dcterms:language": {"@id": "http://publications.europa.eu/resource/authority/language/SWE"},
        "dcterms:publisher": {"@type": "foaf:Agent", "foaf:name": publisher(rows)},
        "dcat:dataset": sets,
    }


def publisher(rows: Any) -> str:
    """Whose the catalogue is: the municipality, or all of them where they are several."""
    return ", ".join(dict.fromkeys(each.organisation.name for each in rows[:MOST])) or "Ringar"


def told(data_set: DataSet, root: str) -> dict[str, Any]:
    """One data set with the addresses where it can be had."""
    page = root.rstrip("/") + reverse("data_set_detail", args=[data_set.uuid])
    if data_set.kind == DataKind.BREAKS:
        files = [("incident_csv", CSV)]
    else:
        files = [("asset_geojson", GEOJSON), ("asset_csv", CSV)]
    return {
        "@id": page,
        "@type": "dcat:Dataset",
        "dcterms:title": {"@value": data_set.name, "@language": "sv"},
        "dcterms:description": {"@value": data_set.description or data_set.name, "@language": "sv"},
        "dcterms:publisher": {"@type": "foaf:Agent", "foaf:name": data_set.organisation.name},
        "dcterms:modified": {"@value": data_set.updated_at.date().isoformat(), "@type": "xsd:date"},
        "dcterms:accessRights": {"@id": ACCESS},
        "dcat:landingPage": {"@id": page},
        "dcat:distribution": [
            {
                "@id": root.rstrip("/") + reverse(name, args=[data_set.uuid]),
                "@type": "dcat:Distribution",
                "dcat:accessURL": {"@id": root.rstrip("/") + reverse(name, args=[data_set.uuid])},
                "dcterms:license": data_set.licence,
                "dcat:mediaType": {"@id": kind},
            }
            for name, kind in files
        ],
    }
