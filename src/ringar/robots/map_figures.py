"""What is kept of an event log: the kit's graph as JSON. Counts, shares and times, no case and nobody's name."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ringar_kits.errors import Said
from ringar_kits.processes import Edge, ProcessGraph, Spread, Step, Variant

Kept = dict[str, Any]


def figures_of(graph: ProcessGraph) -> Kept:
    """The graph as JSON values. Paths hold the places of their steps, so that each name stands once."""
    place = {step.name: number for number, step in enumerate(graph.steps)}
    variants = [
        [[place[name] for name in each.steps], each.cases, asdict(each.duration)] for each in graph.variants
    ]
    return asdict(graph) | {"variants": variants}


def graph_of(kept: Mapping[str, Any]) -> ProcessGraph:
    """The graph that `figures_of` was given."""
    steps = tuple(
        Step(**each | {"wait": spread(each["wait"]), "service": spread(each["service"])})
        for each in kept["steps"]
    )
    edges = tuple(Edge(**each | {"wait": Spread(**each["wait"])}) for each in kept["edges"])
    variants = tuple(
        Variant(tuple(steps[number].name for number in path), cases, Spread(**duration))
        for path, cases, duration in kept["variants"]
    )
    lists: Kept = {
        "steps": steps,
        "edges": edges,
        "variants": variants,
        "duration": Spread(**kept["duration"]),
        "months": tuple((month, count) for month, count in kept["months"]),
        "notes": tuple(Said(**note) for note in kept["notes"]),
    }
    return ProcessGraph(**{**kept, **lists})


def spread(kept: Mapping[str, Any] | None) -> Spread | None:
    """A spread, or None where there was none."""
    return None if kept is None else Spread(**kept)
