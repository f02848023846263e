"""Places that need water, as the kit `leaks` weighs them: what a break near by would touch."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from ringar.city.models import Asset, DataSet
from ringar.city.queries.network import CHUNK, Plane
from ringar_kits.leaks.columns import plain_name
from ringar_kits.leaks.consequence import KIND_OF, Places

PEOPLE = frozenset(
    plain_name(word) for word in ("people", "folkmängd", "invånare", "befolkning", "antal", "population")
)
"""Columns that tell how many people live at a place."""


def places_of(data_set: DataSet, plane: Plane) -> Places:
    """All places in the data set that lie somewhere, in the same metres as the pipes. 1 query.

    A place whose kind nobody knows weighs nothing; one that only tells a number of people is people.
    """
    rows = Asset.objects.filter(data_set=data_set, retired_at=None).exclude(geometry="").order_by("id")
    told = list(rows.values_list("label", "geometry", "extra").iterator(chunk_size=CHUNK))
    counts = [people_at(extra) for _label, _geometry, extra in told]
    shapes = np.full(len(told), None, dtype=object)
    if told:
        there = shapely.from_geojson([geometry for _label, geometry, _extra in told])
        shapes[:] = shapely.transform(there, plane.metres)
    kinds = tuple(
        kind_of(extra, label, count) for (label, _geometry, extra), count in zip(told, counts, strict=True)
    )
    return Places(
        kind=kinds,
        name=tuple(label for label, _geometry, _extra in told),
        count=np.array(
            [
                count if kind == "people" and count is not None else 1.0
                for kind, count in zip(kinds, counts, strict=True)
            ],
            dtype=np.float64,
        ),
        shapes=shapes,
    )


def weighed(kind: str, people: float | None) -> float:
    """How many the place counts as: its people, else one."""
    return people if kind == "people" and people is not None else 1.0


def people_at(extra: Mapping[str, Any]) -> float | None:
    """How many people the row tells of, None where it tells of none."""
    for name, value in extra.items():
        if plain_name(name) in PEOPLE:
            try:
                return max(0.0, float(str(value).replace(",", ".")))
            except ValueError:
                continue
    return None


def kind_of(extra: Mapping[str, Any], label: str, people: float | None) -> str:
    """What kind of place the row tells of, in its cells, else in its name."""
    words = [str(value) for value in extra.values() if isinstance(value, str)]
    words += label.split()
    found = next((KIND_OF[name] for name in map(plain_name, words) if name in KIND_OF), None)
    return found or ("people" if people is not None else "other")
