"""Reads of the leak map: all pipes of a fit at once, drawn up once and then kept; a page of them; what lies below."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import numpy as np
from django.core.cache import caches
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from numpy.typing import NDArray

from ringar.city.models import Asset, DataSet, Fit, Incident, PipeRisk
from ringar.city.queries.data import open_sets
from ringar.city.queries.fits import readable_sets, visible_fits
from ringar.city.rules.data import DataKind
from ringar.city.rules.fits import FitState
from ringar.city.rules.map_body import Lines, encode_body, read_lines, world_pixels
from ringar.city.rules.map_overview import Overview, overview_of
from ringar.city.rules.worst import AreaShape, hull_of, look_of, share_before
from ringar.core.rules import Viewer

PAGE = 25
FORM = 2
"""Counted up when what is kept of a drawing changes its form."""
MOST_AREAS = 400
MOST_GROUNDS = 6
MOST_SHAPES = 5_000
GROUND_KINDS = (DataKind.DISTRICTS, DataKind.ROADS, DataKind.BUILDINGS)
SORTS = {"rank": "rank", "risk": "risk", "expected": "expected", "installed": "installed"}


@dataclass(frozen=True)
class Drawing:
    """All pipes of a fit, worst per metre first: what the browser draws (`body`, compressed), and columns.

    `area` and `material` are places in `areas` and `materials`. `by_risk` holds places in the columns, the greatest
    risk first; it is empty where the fit has no consequences. `shapes` are the areas, most breaks per metre first, and
    `overview` a small drawing of them.
    """

    mark: str
    body: bytes
    areas: tuple[str, ...]
    materials: tuple[str, ...]
    shapes: tuple[AreaShape, ...]
    overview: Overview | None
    rank: NDArray[np.int32]
    area: NDArray[np.int32]
    material: NDArray[np.int32]
    length_m: NDArray[np.float64]
    expected: NDArray[np.float64]
    installed: NDArray[np.float64]
    by_risk: NDArray[np.int32]

    def before(self, by: str) -> NDArray[np.float64]:
        """For each pipe the share of the length that stands before it: "risk", or else by breaks per metre."""
        order = self.by_risk if by == "risk" and len(self.by_risk) else np.arange(len(self.rank))
        shares = np.empty(len(order))
        shares[order] = share_before(self.length_m[order])
        return shares


@dataclass(frozen=True)
class Wanted:
    """What the map's filter asks for; "" and 100 leave nothing out."""

    area: str = ""
    material: str = ""
    share: float = 100
    by: str = "rank"
    sort: str = "rank"


def mapped_fits(viewer: Viewer) -> QuerySet[Fit]:
    """The fits with a map that the viewer may see, the latest first."""
    return visible_fits(viewer).filter(state=FitState.DONE)


def mapped_fit(viewer: Viewer, uuid: UUID) -> Fit:
    """One of them. 1 query. Raises 404."""
    return get_object_or_404(mapped_fits(viewer), uuid=uuid)


def mark_of(fit: Fit) -> str:
    """What the drawing depends on: another mark when the fit or its pipes have changed."""
    told = f"{FORM} {fit.uuid} {fit.finished_at} {fit.pipes.updated_at}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def drawing_of(fit: Fit) -> Drawing:
    """The drawing, kept in this process and in a file for the others. 1 query where it is made."""
    return _kept(mark_of(fit), fit.pk)


@lru_cache(maxsize=4)
def _kept(mark: str, fit_id: int) -> Drawing:
    drawings = caches["drawings"]
    found: Drawing | None = drawings.get(mark)
    if found is None:
        found = draw(mark, fit_id)
        drawings.set(mark, found)
    return found


def draw(mark: str, fit_id: int) -> Drawing:
    """Reads all pipes of the fit and draws them up. 1 query."""
    rows = PipeRisk.objects.filter(fit_id=fit_id).order_by("rank", "id")
    names = ("rank", "expected", "risk", "length_m", "area", "street", "material", "installed", "geometry")
    of_asset = [f"asset__{name}" for name in names[3:]]
    table = list(rows.values_list(*names[:3], *of_asset))
    columns = dict(zip(names, zip(*table, strict=True), strict=True)) if table else dict.fromkeys(names, ())
    numbers = {
        name: np.array([np.nan if value is None else value for value in columns[name]], float)
        for name in ("expected", "risk", "length_m", "installed")
    }
    length_m = np.nan_to_num(numbers["length_m"])
    where = [area or street for area, street in zip(columns["area"], columns["street"], strict=True)]
    areas, area = numbered(where)
    materials, material = numbered(columns["material"])
    risk = numbers["risk"]
    by_risk = np.argsort(-np.nan_to_num(risk), kind="stable") if np.isfinite(risk).any() else np.empty(0)
    lines = read_lines(columns["geometry"])
    facts = {
        "rank": np.array(columns["rank"], np.int32),
        "length": np.rint(length_m * 10).astype(np.int32),
        "area": area,
        "material": material,
    }
    if len(by_risk):
        facts["by_risk"] = by_risk.astype(np.int32)
    shapes = shapes_of(areas, area, length_m, numbers["expected"], lines)
    return Drawing(
        mark=mark,
        body=encode_body(lines, facts, {"areas": areas, "materials": materials}),
        areas=areas,
        materials=materials,
        shapes=shapes,
        overview=overview_of(shapes),
        rank=facts["rank"],
        area=area,
        material=material,
        length_m=length_m,
        expected=numbers["expected"],
        installed=numbers["installed"],
        by_risk=by_risk.astype(np.int32),
    )


def numbered(values: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """The different texts in order, and the place of each value among them."""
    names, places = np.unique(np.array(values, dtype=object).astype(str), return_inverse=True)
    return tuple(names.tolist()), places.astype(np.int32)


def shapes_of(
    areas: Sequence[str],
    area: NDArray[np.int32],
    length_m: NDArray[np.float64],
    expected: NDArray[np.float64],
    lines: Lines,
) -> tuple[AreaShape, ...]:
    """The areas, most breaks to expect for each metre first; at most MOST_AREAS have corners around them."""
    metres, breaks = (np.bincount(area, of, len(areas)) for of in (length_m, expected))
    pipes = np.bincount(area, minlength=len(areas))
    rate = np.divide(breaks, metres, out=np.zeros(len(areas)), where=metres > 0)
    order = np.argsort(-rate, kind="stable")
    order = order[[bool(areas[n]) for n in order]]
    before = share_before(metres[order].astype(np.float64))
    of_point = np.repeat(area, lines.points)
    sorting = np.argsort(of_point, kind="stable")
    ends = np.searchsorted(of_point[sorting], np.arange(len(areas) + 1))
    points = world_pixels(lines.degrees).astype(float)
    found: list[AreaShape] = []
    for n, share in zip(order.tolist(), before.tolist(), strict=True):
        own = points[sorting[ends[n] : ends[n + 1]]] if len(found) < MOST_AREAS else points[:0]
        facts = (areas[n], int(pipes[n]), float(metres[n]), float(breaks[n]))
        found.append(AreaShape(*facts, look=look_of(share), corners=hull_of(own)))
    return tuple(found)


def wanted_places(drawing: Drawing, wanted: Wanted) -> NDArray[np.int64]:
    """The places in the drawing's columns that the filter leaves, in the order asked for. No query."""
    order: NDArray[Any] = np.arange(len(drawing.rank))
    left = drawing.before(wanted.by) * 100 < wanted.share
    for name, known, column in (
        (wanted.area, drawing.areas, drawing.area),
        (wanted.material, drawing.materials, drawing.material),
    ):
        if name:
            same = [one.casefold() == name.casefold() for one in known]
            left &= np.array(same)[column] if any(same) else False
    if wanted.sort == "risk" and len(drawing.by_risk):
        order = drawing.by_risk
    elif wanted.sort == "expected":
        order = np.argsort(-drawing.expected, kind="stable")
    elif wanted.sort == "installed":
        order = np.argsort(drawing.installed, kind="stable")
    found: NDArray[np.int64] = order[left[order]]
    return found


def risks_at(fit: Fit, drawing: Drawing, places: NDArray[np.int64]) -> list[PipeRisk]:
    """The rows at those places of the drawing, in that order, with their pipes. 1 query."""
    ranks = drawing.rank[places].tolist()
    rows = PipeRisk.objects.filter(fit=fit, rank__in=ranks).select_related("asset")
    by_rank = {row.rank: row for row in rows}
    return [by_rank[rank] for rank in ranks if rank in by_rank]


def risk_for(viewer: Viewer, uuid: UUID, rank: int) -> PipeRisk:
    """One pipe of a fit by its place. 1 query. Raises 404."""
    rows = PipeRisk.objects.filter(fit__in=mapped_fits(viewer).order_by().values("pk"), fit__uuid=uuid)
    related = rows.select_related("fit__pipes", "asset__data_set").order_by("id")
    return get_object_or_404(related.filter(rank=rank)[:1])


def share_of(drawing: Drawing, rank: int, by: str) -> float:
    """The share of the length that stands before the pipe of that rank, by breaks or by risk."""
    place = int(np.searchsorted(drawing.rank, rank))
    return float(drawing.before(by)[place]) if place < len(drawing.rank) else 1.0


def breaks_of(asset: Asset, viewer: Viewer) -> list[Incident]:
    """The breaks of the pipe that the viewer may see, the latest first, at most ten. 1 query."""
    return list(asset.incidents.filter(data_set__in=open_sets(viewer)).order_by("-day", "-id")[:10])


def grounds_of(viewer: Viewer) -> list[DataSet]:
    """What can lie below the pipes: the viewer's own districts and streets, districts first. 1 query."""
    rows = readable_sets(viewer).filter(kind__in=GROUND_KINDS, assets__isnull=False).distinct()
    found = sorted(rows.order_by("id"), key=lambda row: GROUND_KINDS.index(DataKind(row.kind)))
    return found[:MOST_GROUNDS]


def ground_for(viewer: Viewer, uuid: UUID) -> DataSet:
    """One of them. 1 query. Raises 404."""
    return get_object_or_404(readable_sets(viewer).filter(kind__in=GROUND_KINDS), uuid=uuid)


def ground_shapes(data_set: DataSet) -> list[tuple[str, str]]:
    """(name, GeoJSON geometry) of what is there now, at most MOST_SHAPES. 1 query."""
    rows = data_set.assets.filter(retired_at=None).exclude(geometry="").order_by("id")
    return list(rows.values_list("label", "geometry")[:MOST_SHAPES])
