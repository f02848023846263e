"""Ranks and orders the boxes of a drawing in layers, after Sugiyama, Tagawa and Toda (1981).

Loops are broken where they weigh least (Eades, Lin and Smyth 1993), ranks are longest paths drawn together, and the
order within a layer is by weighted barycentres, swept until no sweep has fewer crossings.
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

SWEEPS = 24


class Wire(NamedTuple):
    """A line from box to box (by number) and how much it matters to draw it straight."""

    source: int
    target: int
    weight: float = 1.0


class Link(NamedTuple):
    """A piece of a wire between neighbouring layers."""

    upper: int
    lower: int
    weight: float


@dataclass(frozen=True)
class Layers:
    """Vertices by layer, from left to right: boxes by their numbers in even layers, bends of wires in all."""

    rows: list[list[int]]
    links: list[Link]
    chains: dict[int, list[int]]
    """For each wire between two boxes: its vertices from the upper box to the lower."""


def make_layers(boxes: int, wires: Sequence[Wire]) -> Layers:
    """Return `boxes` boxes in layers, the last lowest if nothing leaves it. Every wire crosses an odd layer, where its
    label has room."""
    across = {number: wire for number, wire in enumerate(wires) if wire.source != wire.target}
    place = {box: number for number, box in enumerate(_forward(boxes, list(across.values())))}
    down = {
        number: wire
        if place[wire.source] < place[wire.target]
        else Wire(wire.target, wire.source, wire.weight)
        for number, wire in across.items()
    }
    rank = _ranks(sorted(place, key=lambda box: place[box]), list(down.values()))
    rows: list[list[int]] = [[] for _ in range(2 * max(rank, default=0) + 1)]
    for box in sorted(place, key=lambda box: place[box]):
        rows[2 * rank[box]].append(box)
    links, chains, following = list[Link](), dict[int, list[int]](), boxes
    for number, wire in down.items():
        chain = [wire.source]
        for row in range(2 * rank[wire.source] + 1, 2 * rank[wire.target]):
            rows[row].append(following)
            chain.append(following)
            following += 1
        chain.append(wire.target)
        chains[number] = chain
        links += [Link(upper, lower, wire.weight) for upper, lower in pairwise(chain)]
    return Layers(_untangled(rows, links), links, chains)


def _forward(boxes: int, wires: Sequence[Wire]) -> list[int]:
    """The boxes in an order in which little weight points backwards."""
    out, into = [0.0] * boxes, [0.0] * boxes
    for wire in wires:
        out[wire.source] += wire.weight
        into[wire.target] += wire.weight
    left, first, last = set(range(boxes)), list[int](), list[int]()
    while left:
        sinks = [box for box in left if not out[box]]
        sources = [box for box in left if not into[box]]
        box = max(sinks or sources or left, key=lambda box: (out[box] - into[box], -box))
        (last if sinks else first).append(box)
        left.discard(box)
        for wire in wires:
            if wire.target == box and wire.source in left:
                out[wire.source] -= wire.weight
            elif wire.source == box and wire.target in left:
                into[wire.target] -= wire.weight
    return first + last[::-1]


def _ranks(order: Sequence[int], wires: Sequence[Wire]) -> list[int]:
    """The layer of each box: as high as it can be, then as near those that matter to it as that allows."""
    above, below = defaultdict[int, list[Wire]](list), defaultdict[int, list[Wire]](list)
    for wire in wires:
        above[wire.target].append(wire)
        below[wire.source].append(wire)
    rank = [0] * len(order)
    for box in order:
        rank[box] = max((rank[wire.source] + 1 for wire in above[box]), default=0)
    for box in reversed(order):
        pull = sum(wire.weight for wire in below[box]) - sum(wire.weight for wire in above[box])
        if below[box] and pull > 0:
            rank[box] = min(rank[wire.target] for wire in below[box]) - 1
    if not below[len(order) - 1]:
        rank[-1] = max(rank[:-1], default=-1) + 1
    return rank


def _untangled(rows: list[list[int]], links: Sequence[Link]) -> list[list[int]]:
    above, below = defaultdict[int, list[Link]](list), defaultdict[int, list[Link]](list)
    for link in links:
        above[link.lower].append(link)
        below[link.upper].append(link)
    rows = [list(row) for row in rows]
    best, fewest = [list(row) for row in rows], _crossings(rows, below)
    for sweep in range(SWEEPS):
        is_down = sweep % 2 == 0
        for number in range(1, len(rows)) if is_down else range(len(rows) - 2, -1, -1):
            fixed = {
                vertex: place for place, vertex in enumerate(rows[number - 1 if is_down else number + 1])
            }
            rows[number] = _ordered(rows[number], fixed, above if is_down else below)
        crossings = _crossings(rows, below)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return best


def _ordered(row: list[int], fixed: dict[int, int], links: dict[int, list[Link]]) -> list[int]:
    def middle(vertex: int, place: int) -> float:
        mine = [(fixed[end], link.weight) for link in links[vertex] for end in link[:2] if end in fixed]
        weight = sum(weight for _, weight in mine)
        return sum(at * weight for at, weight in mine) / weight if weight else float(place)

    key = {vertex: (middle(vertex, place), place) for place, vertex in enumerate(row)}
    return sorted(row, key=lambda vertex: key[vertex])


def _crossings(rows: Sequence[Sequence[int]], below: dict[int, list[Link]]) -> int:
    crossings = 0
    for upper, lower in pairwise(rows):
        place = {vertex: number for number, vertex in enumerate(lower)}
        seen: list[int] = []
        for vertex in upper:
            ends = sorted(place[link.lower] for link in below[vertex])
            crossings += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return crossings
