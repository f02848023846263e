"""Reads of the leak map: which fits and networks have one, a page of their pipes, and what lies below."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from numpy.typing import NDArray

from ringar.city.models import Asset, DataSet, Fit, Incident, PipeRisk
from ringar.city.queries.data import open_sets
from ringar.city.queries.drawings import Drawing
from ringar.city.queries.fits import readable_sets, visible_fits
from ringar.city.rules.data import DataKind
from ringar.city.rules.fits import FitState
from ringar.core.rules import Viewer

PAGE = 20
MOST_FITS = 30
MOST_GROUNDS = 6
MOST_SHAPES = 5_000
GROUND_KINDS = (DataKind.DISTRICTS, DataKind.ROADS, DataKind.BUILDINGS)
SORTS = {"rank": "rank", "risk": "risk", "expected": "expected", "installed": "installed"}


@dataclass(frozen=True)
class Wanted:
    """What the map's filter asks for; "" and 100 leave nothing out. `area` is an area or a street."""

    area: str = ""
    material: str = ""
    share: float = 100
    by: str = "rank"
    sort: str = "rank"


def mapped_fits(viewer: Viewer) -> QuerySet[Fit]:
    """The fits with a map that the viewer may see, the latest first."""
    return visible_fits(viewer).filter(state=FitState.DONE).defer("result")


def mapped_fit(viewer: Viewer, uuid: UUID) -> Fit:
    """One of them. 1 query. Raises 404."""
    return get_object_or_404(mapped_fits(viewer), uuid=uuid)


@dataclass(frozen=True)
class Maps:
    """A fit with a map, the latest of all such fits, and what can lie below the pipes."""

    fit: Fit
    latest: list[Fit]
    grounds: list[DataSet]


def maps_for(viewer: Viewer, uuid: UUID) -> Maps:
    """What the page of that fit's map shows. 2 queries, 3 where it is an old one. Raises 404."""
    sets = list(readable_sets(viewer).order_by("id"))
    rows = Fit.objects.filter(pipes__in=[each.pk for each in sets], state=FitState.DONE).defer("result")
    latest = list(rows.select_related("pipes", "breaks", "places").order_by("-created_at", "-id")[:MOST_FITS])
    found = next((fit for fit in latest if fit.uuid == uuid), None)
    return Maps(found or mapped_fit(viewer, uuid), latest, grounds_among(sets))


def networks(viewer: Viewer) -> QuerySet[DataSet]:
    """The pipes that the viewer may look into, those that came last first."""
    return readable_sets(viewer).filter(kind=DataKind.PIPES).order_by("-id")


def network_for(viewer: Viewer, uuid: UUID) -> DataSet:
    """One of them. 1 query. Raises 404."""
    return get_object_or_404(networks(viewer), uuid=uuid)


def pipe_at(network: DataSet, place: int) -> Asset:
    """The pipe in that place of the network's drawing, from 1. 1 query. Raises 404."""
    rows = Asset.objects.filter(data_set=network, retired_at=None).order_by("id")
    return get_object_or_404(rows[max(place, 1) - 1 : max(place, 1)])


def wanted_places(drawing: Drawing, wanted: Wanted) -> NDArray[np.int64]:
    """The places in the drawing's columns that the filter leaves, in the order asked for. No query."""
    left = drawing.before(wanted.by) * 100 < wanted.share
    if wanted.area:
        areas, streets = named((drawing.areas, drawing.streets), wanted.area)
        left &= areas[drawing.area] | streets[drawing.street]
    if wanted.material:
        left &= np.array([one == wanted.material for one in drawing.materials], bool)[drawing.material]
    order = drawing.order(wanted.sort)
    found: NDArray[np.int64] = order[left[order]]
    return found


def named(lists: Sequence[Sequence[str]], text: str) -> list[NDArray[np.bool_]]:
    """Which names in the lists are the text; where none is, which have it in them. Capitals do not matter."""
    sought, folded = text.casefold(), [[name.casefold() for name in names] for names in lists]
    is_whole = any(sought in names for names in folded)
    return [
        np.array([name == sought if is_whole else sought in name for name in names], bool) for names in folded
    ]


def risks_at(fit: Fit, drawing: Drawing, places: NDArray[np.int64]) -> list[PipeRisk]:
    """The rows at those places of the drawing, in that order, with their pipes. 1 query."""
    ranks = drawing.rank[places].tolist()
    rows = fit.risks.filter(rank__in=ranks).select_related("asset")
    by_rank = {row.rank: row for row in rows}
    return [by_rank[rank] for rank in ranks if rank in by_rank]


def risk_for(viewer: Viewer, uuid: UUID, rank: int) -> PipeRisk:
    """One pipe of a fit by its place. 1 query. Raises 404."""
    rows = PipeRisk.objects.filter(fit__in=mapped_fits(viewer).order_by().values("pk"), fit__uuid=uuid)
    related = rows.select_related("fit__pipes", "asset__data_set").defer("fit__result").order_by("id")
    return get_object_or_404(related.filter(rank=rank)[:1])


def share_of(drawing: Drawing, rank: int, by: str) -> float:
    """The share of the length that stands before the pipe of that rank, by breaks or by risk."""
    place = int(np.searchsorted(drawing.rank, rank))
    return float(drawing.before(by)[place]) if place < len(drawing.rank) else 1.0


def breaks_of(asset: Asset, viewer: Viewer) -> list[Incident]:
    """The breaks of the pipe that the viewer may see, the latest first, at most ten. 1 query."""
    return list(asset.incidents.filter(data_set__in=open_sets(viewer)).order_by("-day", "-id")[:10])


def grounds_among(sets: Iterable[DataSet]) -> list[DataSet]:
    """Which of the data sets can lie below the pipes, districts first."""
    found = [each for each in sets if each.kind in GROUND_KINDS and each.size]
    return sorted(found, key=lambda each: GROUND_KINDS.index(DataKind(each.kind)))[:MOST_GROUNDS]


def grounds_of(viewer: Viewer) -> list[DataSet]:
    """What can lie below the pipes that the viewer sees. 1 query."""
    return grounds_among(readable_sets(viewer).filter(kind__in=GROUND_KINDS).order_by("id"))


def ground_for(viewer: Viewer, uuid: UUID) -> DataSet:
    """One of them. 1 query. Raises 404."""
    return get_object_or_404(readable_sets(viewer).filter(kind__in=GROUND_KINDS), uuid=uuid)


def ground_shapes(data_set: DataSet) -> list[tuple[str, str]]:
    """(name, GeoJSON geometry) of what is there now, at most MOST_SHAPES. 1 query."""
    rows = data_set.assets.filter(retired_at=None).exclude(geometry="").order_by("id")
    return list(rows.values_list("label", "geometry")[:MOST_SHAPES])
