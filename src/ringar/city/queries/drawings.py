"""The drawing of a map: all pipes of a fit, or of a network without one, read once, drawn up and then kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from django.core.cache import caches
from numpy.typing import NDArray

from ringar.city.models import Asset, DataSet, Fit, PipeRisk
from ringar.city.rules.map_body import Lines, encode_body, read_lines, world_pixels
from ringar.city.rules.map_overview import Overview, overview_of
from ringar.city.rules.worst import AreaShape, hull_of, look_of, share_before

FORM = 3
"""Counted up when what is kept of a drawing changes its form."""
MOST_AREAS = 400
OF_ASSET = ("length_m", "installed", "area", "street", "material", "geometry")
NAMES = ("rank", "expected", "risk", *OF_ASSET)


@dataclass(frozen=True, eq=False)  # told apart by identity: its columns are large
class Drawing:
    """All pipes of a fit, worst per metre first: what the browser draws (`body`, compressed), and columns.

    `area`, `street` and `material` are places in `areas`, `streets` and `materials`. `by_risk` holds places in the
    columns, the greatest risk first; it is empty where the fit has no consequences. `shapes` are the areas (streets
    where there is no area), most breaks per metre first, and `overview` a small drawing of them. Of a network without a
    fit (`is_plain`) the pipes stand in the order of the register.
    """

    mark: str
    is_plain: bool
    body: bytes
    areas: tuple[str, ...]
    streets: tuple[str, ...]
    materials: tuple[str, ...]
    shapes: tuple[AreaShape, ...]
    overview: Overview | None
    rank: NDArray[np.int32]
    area: NDArray[np.int32]
    street: NDArray[np.int32]
    material: NDArray[np.int32]
    length_m: NDArray[np.float64]
    expected: NDArray[np.float64]
    installed: NDArray[np.float64]
    by_risk: NDArray[np.int32]

    @lru_cache(maxsize=8)  # noqa: B019 - no more drawings are held than are kept anyway
    def before(self, by: str) -> NDArray[np.float64]:
        """For each pipe the share of the length that stands before it: "risk", or else by breaks per metre."""
        order = self.by_risk if by == "risk" and len(self.by_risk) else np.arange(len(self.rank))
        shares = np.empty(len(order))
        shares[order] = share_before(self.length_m[order])
        return shares

    @lru_cache(maxsize=16)  # noqa: B019 - as above
    def order(self, by: str) -> NDArray[np.int64]:
        """The pipes' places sorted by "risk", "expected" or "installed", else by breaks per metre."""
        if by == "risk" and len(self.by_risk):
            return self.by_risk.astype(np.int64)
        if by in ("expected", "installed"):
            return np.argsort(-self.expected if by == "expected" else self.installed, kind="stable")
        return np.arange(len(self.rank))


def mark_of(of: Fit | DataSet) -> str:
    """What the drawing depends on: another mark when the fit or its pipes have changed."""
    pipes = of.pipes if isinstance(of, Fit) else of
    told = f"{FORM} {of.uuid} {getattr(of, 'finished_at', '')} {pipes.updated_at}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def drawing_of(of: Fit | DataSet) -> Drawing:
    """The drawing of a fit, or of pipes without one; kept in this process and in a file for the others.

    1 query where it is made.
    """
    return _kept(mark_of(of), of.pk, not isinstance(of, Fit))


@lru_cache(maxsize=4)
def _kept(mark: str, key: int, is_plain: bool) -> Drawing:
    drawings = caches["drawings"]
    found: Drawing | None = drawings.get(mark)
    if found is None:
        found = draw(mark, pipes_in(key) if is_plain else pipes_of(key), is_plain=is_plain)
        drawings.set(mark, found)
    return found


def pipes_of(fit_id: int) -> list[tuple[Any, ...]]:
    """All pipes of the fit as NAMES tell them, by their rank. 1 query."""
    rows = PipeRisk.objects.filter(fit_id=fit_id).order_by("rank", "id")
    return list(rows.values_list("rank", "expected", "risk", *(f"asset__{name}" for name in OF_ASSET)))


def pipes_in(set_id: int) -> list[tuple[Any, ...]]:
    """All pipes in use of the data set as NAMES tell them, in the register's order. 1 query."""
    rows = Asset.objects.filter(data_set_id=set_id, retired_at=None).order_by("id").values_list(*OF_ASSET)
    return [(place, 0.0, None, *row) for place, row in enumerate(rows, 1)]


def draw(mark: str, table: Sequence[tuple[Any, ...]], *, is_plain: bool) -> Drawing:
    """Draws the pipes up. No query."""
    columns = dict(zip(NAMES, zip(*table, strict=True), strict=True)) if table else dict.fromkeys(NAMES, ())
    expected, risk, length_m, installed = (
        np.array(columns[name], float) for name in ("expected", "risk", "length_m", "installed")
    )
    length_m = np.nan_to_num(length_m)
    named = {name: numbered(columns[name]) for name in ("area", "street", "material")}
    by_risk = np.argsort(-np.nan_to_num(risk), kind="stable") if np.isfinite(risk).any() else np.empty(0)
    lines = read_lines(columns["geometry"])
    facts = {
        "rank": np.array(columns["rank"], np.int32),
        "length": np.rint(length_m * 10).astype(np.int32),
        **{name: places for name, (_names, places) in named.items()},
    }
    if len(by_risk):
        facts["by_risk"] = by_risk.astype(np.int32)
    where = [area or street for area, street in zip(columns["area"], columns["street"], strict=True)]
    shapes = shapes_of(*numbered(where), length_m, expected, lines)
    head = {f"{name}s": names for name, (names, _places) in named.items()}
    return Drawing(
        mark=mark,
        is_plain=is_plain,
        body=encode_body(lines, facts, {**head, "plain": is_plain}),
        areas=named["area"][0],
        streets=named["street"][0],
        materials=named["material"][0],
        shapes=shapes,
        overview=overview_of(shapes),
        rank=facts["rank"],
        area=facts["area"],
        street=facts["street"],
        material=facts["material"],
        length_m=length_m,
        expected=expected,
        installed=installed,
        by_risk=by_risk.astype(np.int32),
    )


def numbered(values: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """The different texts in order, and the place of each value among them."""
    names = sorted(set(values))
    place = {name: n for n, name in enumerate(names)}
    return tuple(names), np.fromiter((place[value] for value in values), np.int32, len(values))


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
