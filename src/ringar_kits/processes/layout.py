"""Gives boxes and lines their places: across by weighted least squares in the order of the layer, down by layer."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import sqrt

from ringar_kits.processes.layers import Layers, Wire, make_layers

Point = tuple[float, float]
GAP = 28.0  # between boxes beside each other
BEND = 16.0  # how wide a line is where it passes others
RISE = 24.0  # between layers
ROUNDS = 60
STRAIGHT = 8.0  # how much more a line's bends pull on each other than on boxes


@dataclass(frozen=True)
class Box:
    """A thing with its size; its place is the middle."""

    width: float
    height: float
    beside: float = 0.0
    """Room that is kept free at each side."""


@dataclass(frozen=True)
class Layout:
    """Where all is. Lines run from source to target; those from a box to itself have no line."""

    places: list[Point]
    lines: dict[int, list[Point]]
    labels: dict[int, Point]
    width: float
    height: float


def lay_out(boxes: Sequence[Box], wires: Sequence[Wire], labels: Sequence[Box]) -> Layout:
    """Return the drawing of boxes and wires, each wire with a label of a size. From above to below."""
    layers = make_layers(len(boxes), wires)
    width, label_of = defaultdict[int, float](lambda: BEND), dict[int, int]()
    for number, box in enumerate(boxes):
        width[number] = box.width + 2 * box.beside + GAP
    for number, chain in layers.chains.items():
        # The middle layer of its own; always one between two layers of boxes.
        label_of[number] = chain[1 + (len(chain) // 2 - 1) // 2 * 2]
        width[label_of[number]] = max(BEND, labels[number].width + BEND / 2)
    x = _across(layers, width, len(boxes))
    edge = min((x[vertex] - width[vertex] / 2 for vertex in x), default=0.0)
    x = {vertex: at - edge for vertex, at in x.items()}
    tops, heights = _down(layers, boxes, labels)
    row_of = {vertex: number for number, row in enumerate(layers.rows) for vertex in row}
    middle = {vertex: tops[row] + heights[row] / 2 for vertex, row in row_of.items()}
    places = [(x[number], middle[number]) for number in range(len(boxes))]
    return Layout(
        places=places,
        lines=_lines(layers, wires, boxes, places, x, row_of, tops, heights),
        labels={number: (x[vertex], middle[vertex]) for number, vertex in label_of.items()},
        width=max((x[vertex] + width[vertex] / 2 for vertex in x), default=0.0),
        height=tops[-1] + heights[-1],
    )


def _across(layers: Layers, width: dict[int, float], boxes: int) -> dict[int, float]:
    near = defaultdict[int, list[tuple[int, float]]](list)
    for upper, lower, weight in layers.links:
        bends = (upper >= boxes) + (lower >= boxes)
        # Volumes differ a thousandfold; as they are, rare lines would be left all crooked
        pull = sqrt(weight) * STRAIGHT**bends
        near[upper].append((lower, pull))
        near[lower].append((upper, pull))
    x: dict[int, float] = {}
    for row in layers.rows:
        x |= _spaced(row, dict.fromkeys(row, 0.0), dict.fromkeys(row, 1.0), width)
    row_of = {vertex: number for number, row in enumerate(layers.rows) for vertex in row}
    for turn in range(ROUNDS):
        # First from above, then from below, at last from both.
        sides = {-1, 1} if turn > ROUNDS // 3 else {-1} if turn % 2 == 0 else {1}
        for row in layers.rows if turn % 2 == 0 else layers.rows[::-1]:
            wanted, mass = dict[int, float](), dict[int, float]()
            for vertex in row:
                pulls = [(x[to], pull) for to, pull in near[vertex] if row_of[to] - row_of[vertex] in sides]
                mass[vertex] = sum(pull for _, pull in pulls) or 1e-3
                wanted[vertex] = sum(at * pull for at, pull in pulls) / mass[vertex] if pulls else x[vertex]
            x |= _spaced(row, wanted, mass, width)
    return x


def _spaced(
    row: Sequence[int], wanted: dict[int, float], weight: dict[int, float], width: dict[int, float]
) -> dict[int, float]:
    """The places nearest to those wanted at which nothing overlaps: isotonic regression, by pooling neighbours."""
    apart = ((width[one] + width[other]) / 2 for one, other in pairwise(row))
    shift = list(accumulate(apart, initial=0.0))
    pools: list[tuple[float, float, int]] = []
    for vertex, away in zip(row, shift, strict=False):
        mean, mass, count = wanted[vertex] - away, weight[vertex], 1
        while pools and pools[-1][0] >= mean:
            other, more, members = pools.pop()
            mean = (mean * mass + other * more) / (mass + more)
            mass, count = mass + more, count + members
        pools.append((mean, mass, count))
    means = [mean for mean, _, count in pools for _ in range(count)]
    return {vertex: mean + away for vertex, mean, away in zip(row, means, shift, strict=False)}


def _down(layers: Layers, boxes: Sequence[Box], labels: Sequence[Box]) -> tuple[list[float], list[float]]:
    """The top and height of each layer."""
    tops, heights, top = list[float](), list[float](), 0.0
    tallest = max((label.height for label in labels), default=0.0)
    for number, row in enumerate(layers.rows):
        in_row = [boxes[each].height for each in row if each < len(boxes)]
        height = tallest if number % 2 else max(in_row, default=0.0)
        tops.append(top)
        heights.append(height)
        top += height + RISE
    return tops, heights


def _lines(
    layers: Layers,
    wires: Sequence[Wire],
    boxes: Sequence[Box],
    places: Sequence[Point],
    x: dict[int, float],
    row_of: dict[int, int],
    tops: Sequence[float],
    heights: Sequence[float],
) -> dict[int, list[Point]]:
    leave, reach = _ports(layers, boxes, x)
    lines: dict[int, list[Point]] = {}
    for number, chain in layers.chains.items():
        upper, lower = chain[0], chain[-1]
        points = [(leave[number], places[upper][1] + boxes[upper].height / 2)]
        for bend in chain[1:-1]:
            top = tops[row_of[bend]]
            points += [(x[bend], top), (x[bend], top + heights[row_of[bend]])]
        points.append((reach[number], places[lower][1] - boxes[lower].height / 2))
        lines[number] = points if wires[number].source == upper else points[::-1]
    return lines


def _ports(
    layers: Layers, boxes: Sequence[Box], x: dict[int, float]
) -> tuple[dict[int, float], dict[int, float]]:
    """Where on its two boxes each wire is fastened: side by side, in the order in which they come."""
    ports: tuple[dict[int, float], dict[int, float]] = {}, {}
    for side, (end, beside) in enumerate(((0, 1), (-1, -2))):
        at: dict[int, list[int]] = defaultdict(list)
        for number, chain in layers.chains.items():
            at[chain[end]].append(number)
        for box, numbers in at.items():
            numbers.sort(key=lambda number: x[layers.chains[number][beside]])
            room = min(boxes[box].width * 0.8, 26.0 * (len(numbers) - 1))
            for place, number in enumerate(numbers):
                share = place / (len(numbers) - 1) - 0.5 if len(numbers) > 1 else 0.0
                ports[side][number] = x[box] + room * share
    return ports
