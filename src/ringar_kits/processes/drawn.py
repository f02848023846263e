"""Chooses what a picture shows: whole paths, the most common first, so that what is shown always hangs together."""

from dataclasses import dataclass
from itertools import pairwise

from ringar_kits.errors import InputError
from ringar_kits.processes.model import Edge, ProcessGraph, Step

MAX_EDGES = 150  # more lines than this nobody can follow


@dataclass(frozen=True)
class Drawn:
    """What is shown. Figures stay those of the whole log."""

    steps: tuple[Step, ...]
    edges: tuple[Edge, ...]
    starts: tuple[Step, ...]
    ends: tuple[Step, ...]
    variants: int
    share: float
    """Of the cases, those on the paths that are shown whole."""
    left: int
    """Edges of these paths beyond those that can be followed by eye."""


def choose(graph: ProcessGraph, show: float) -> Drawn:
    """Return the steps and edges of the most common paths that together have at least `show` (0 to 1) of the cases.

    At 0 it is the most common path alone, at 1 everything. Raises `InputError` for other shares.
    """
    if not 0 <= show <= 1:
        raise InputError(f"{show} is no share to show", remedy="Give a number from 0 to 1")
    count, cases = 0, 0
    for variant in graph.variants:
        count, cases = count + 1, cases + variant.cases
        if cases >= show * graph.cases:
            break
    paths = [variant.steps for variant in graph.variants[:count]]
    pairs = {pair for path in paths for pair in pairwise(path)}
    edges = [edge for edge in graph.edges if (edge.before, edge.after) in pairs]
    names = {name for path in paths for name in path}
    first, last = {path[0] for path in paths}, {path[-1] for path in paths}
    if len(edges) > MAX_EDGES:
        kept = edges[:MAX_EDGES]
        names = {name for edge in kept for name in (edge.before, edge.after)}
    steps = tuple(step for step in graph.steps if step.name in names)
    return Drawn(
        steps=steps,
        edges=tuple(edges[:MAX_EDGES]),
        starts=tuple(step for step in steps if step.name in first),
        ends=tuple(step for step in steps if step.name in last),
        variants=count,
        share=cases / graph.cases,
        left=max(0, len(edges) - MAX_EDGES),
    )
