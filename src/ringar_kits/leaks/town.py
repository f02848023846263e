"""An invented Swedish town to lay pipes in: districts grown outwards, streets with names, shut-off areas."""

import re
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from ringar_kits.leaks.model import FloatArray, IntArray

# The middle of Lake Vänern, in SWEREF 99 TM: nobody shall take the town for a real one.
CENTRE = (396_000.0, 6_529_000.0)
EPSG = 3006
PIPES_PER_NODE = 2.1  # streets between crossings, some of two pipes
PIPES_PER_DISTRICT = 1_100
BLOCK = (62.0, 105.0)  # metres between crossings
_WORDS = re.findall(
    r"\w+",
    "Alm Ask Asp Björk Bok Ek En Gran Hassel Lind Lönn Oxel Pil Rönn Sälg Tall Lärk Trast Sparv Svan Tärn Ugg "
    "Falk Hök Korp Spov Vip Orr Järp Smed Snickar Målar Garvar Kvarn Bagar Sadel Väv Repslagar Tunnbindar Kol "
    "Tjär Sten Grus Lerg Ängs Back Bäck Källar Brunns Damm Hamn Sjö Strand Ö Vik Udd Skans Torg Kyrk Skol Prost",
)
_ENDS = ("gatan", "vägen", "stigen", "gränden", "backen")
_SIDES = (
    "",
    "Norra ",
    "Södra ",
    "Östra ",
    "Västra ",
    "Lilla ",
    "Stora ",
    "Nya ",
    "Gamla ",
    "Övre ",
    "Nedre ",
)
_PARTS = ("staden", "vik", "berga", "hult", "torp", "näs", "lund", "by", "åsen", "ängen", "hagen", "strand")


@dataclass(frozen=True)
class Plan:
    """Streets between crossings: ends (n, 2, 2) in metres, names, shut-off areas, district and when it was built.

    `seeds` are the middles of districts, `district_names` their names; `centre_distance` runs from 0 at the middle of
    the town to 1 at its edge.
    """

    ends: FloatArray
    street: tuple[str, ...]
    street_number: IntArray
    area: IntArray
    district: IntArray
    built: FloatArray
    seeds: FloatArray
    district_names: tuple[str, ...]


def plan_town(n: int, random: np.random.Generator) -> Plan:
    """Return a plan with at least n places for pipes (edges, some of them cut in two), the innermost first."""
    districts = max(3, round(n / PIPES_PER_DISTRICT))
    size = np.sqrt(1.35 * n / PIPES_PER_NODE / districts) * np.mean(BLOCK)  # of a district's side
    turn = np.arange(districts) * 2.399963 + random.normal(0, 0.15, districts)
    radius = size * np.sqrt((np.arange(districts) + 0.5) / np.pi) * random.normal(1, 0.03, districts)
    seeds = np.column_stack([radius * np.cos(turn), radius * np.sin(turn)])
    tree = cKDTree(seeds)
    parts = [_district(place, seeds, tree, size, random) for place in range(districts)]
    edges = np.concatenate([part[0] for part in parts])
    owner = np.concatenate([np.full(len(part[0]), place) for place, part in enumerate(parts)])
    street = np.concatenate([part[1] for part in parts])
    block = np.concatenate([part[2] for part in parts])
    street, block = _counted(owner, street), _counted(owner, block)
    edges, source = _cut(edges, random)
    far = np.hypot(*edges.mean(axis=1).T)
    order = np.argsort(far, kind="stable")[:n]
    edges, source = edges[order], source[order]
    names = _street_names(int(street.max()) + 1, random)
    reach = far[order] / max(far[order].max(), 1.0)
    built = 1905 + 112 * reach**1.25 + random.normal(0, 9, districts)[owner[source]]
    lines = np.unique(street[source], return_inverse=True)[1].reshape(-1)
    used = np.unique(block[source], return_inverse=True)[1].reshape(-1)
    return Plan(
        ends=edges + np.array(CENTRE), street=tuple(names[each] for each in street[source].tolist()),
        street_number=lines.astype(np.int64),
        area=used.astype(np.int64), district=owner[source], built=built, seeds=seeds + np.array(CENTRE),
        district_names=_district_names(districts, random),
    )  # fmt: skip


def _district(
    place: int, seeds: FloatArray, tree: cKDTree, size: float, random: np.random.Generator
) -> tuple[FloatArray, IntArray, IntArray]:
    """Return one district's streets between crossings: ends, number of the street, number of the block."""
    step = random.uniform(*BLOCK, size=2)
    half = int(np.ceil(1.1 * size / step.min()))
    east, north = np.meshgrid(np.arange(-half, half + 1), np.arange(-half, half + 1))
    angle = random.uniform(0, np.pi / 2)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    grid = np.column_stack([east.ravel() * step[0], north.ravel() * step[1]])
    points = (grid + random.normal(0, 0.08 * step.min(), grid.shape)) @ turn + seeds[place]
    inside = (tree.query(points)[1] == place).reshape(east.shape)
    points = points.reshape(*east.shape, 2)
    found = []
    wide = 2 * half + 1
    for along, shift in ((0, (0, 1)), (1, (1, 0))):
        start = (slice(0, wide - shift[0]), slice(0, wide - shift[1]))
        end = (slice(shift[0], wide), slice(shift[1], wide))
        kept = inside[start] & inside[end] & (random.random(inside[start].shape) < 0.9)
        ends = np.stack([points[start][kept], points[end][kept]], axis=1)
        line = (north if along == 0 else east)[start][kept] + half
        block = (north[start][kept] + half) // 3 * wide + (east[start][kept] + half) // 3
        found.append((ends, line + along * wide, block))
    return tuple(np.concatenate(each) for each in zip(*found, strict=True))  # type: ignore[return-value]  # three arrays


def _counted(owner: IntArray, local: IntArray) -> IntArray:
    """Return one number per pair of district and number within it, counted from 0."""
    width = int(local.max()) + 1
    return np.unique(owner * width + local, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _cut(edges: FloatArray, random: np.random.Generator) -> tuple[FloatArray, IntArray]:
    """Return the edges with one in five cut in two, and each part's edge; streets were not laid all at once."""
    cut = random.random(len(edges)) < 0.2
    where = random.uniform(0.1, 0.9, len(edges))[:, None]
    middle = edges[:, 0] * (1 - where) + edges[:, 1] * where
    first, second = edges.copy(), edges[cut].copy()
    first[cut, 1] = middle[cut]
    second[:, 0] = middle[cut]
    places = np.arange(len(edges))
    return np.concatenate([first, second]), np.concatenate([places, places[cut]])


def _street_names(n: int, random: np.random.Generator) -> list[str]:
    names = [f"{side}{word}{end}" for side in _SIDES for word in _WORDS for end in _ENDS]
    plain = len(_WORDS) * len(_ENDS)
    order = np.concatenate([random.permutation(plain), plain + random.permutation(len(names) - plain)])
    return [names[order[each % len(names)]] + (f" {each // len(names) + 1}" if each >= len(names) else "")
            for each in range(n)]  # fmt: skip


def _district_names(n: int, random: np.random.Generator) -> tuple[str, ...]:
    names = [f"{word}{part}" for word in _WORDS for part in _PARTS]
    order = random.permutation(len(names))
    return tuple(
        names[order[each % len(names)]] + (f" {each // len(names) + 1}" if each >= len(names) else "")
        for each in range(n)
    )
