"""Why a pipe stands where it does: parts of the model taken out one by one, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np

from ringar_kits.leaks.fit import Model
from ringar_kits.leaks.history import LEVELS
from ringar_kits.leaks.model import Fact, FloatArray, IntArray, Reason

MOST = 3
LEAST = 1.15  # times as much, or 1 / 1.15: less is not worth words
# Per kind the words; where there is a count, those for none, one and more of it.
WORDS = {
    "cohort": ("{material} laid around {year}: {times} times the network at large",),
    "age": ("Age {age}: {times} times the network at large",),
    "size": ("{diameter} mm wide and {length} m long: {times} times the network at large, per metre",),
    "surroundings": ("Its zone, road and owner: {times} times the network at large",),
    "own": (
        "No break on it since {since}: {times} times other pipes of its kind",
        "One break on it since {since}: {times} times other pipes of its kind",
        "{count} breaks on it since {since}: {times} times other pipes of its kind",
    ),
    "neighbours": (
        "No other break in its street since {since}; with those near by {times} times as much",
        "One other break in its street since {since}; with those near by {times} times as much",
        "{count} other breaks in its street since {since}; with those near by {times} times as much",
    ),
    "near by": ("What happened near by: {times} times as much",),
}


@dataclass(frozen=True, slots=True)
class Reasons(Sequence[tuple[Reason, ...]]):
    """Per pipe up to three reasons, the strongest first; put into words when they are asked for.

    A network of a million pipes has three million reasons, of which most are never read.
    """

    kinds: tuple[str, ...]
    strength: FloatArray  # (n, kinds), as log
    facts: Mapping[str, Mapping[str, FloatArray | IntArray]]
    materials: tuple[str, ...]
    has_street: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.strength)

    @overload
    def __getitem__(self, place: int) -> tuple[Reason, ...]: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[tuple[Reason, ...], ...]: ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return tuple(self[each] for each in range(*place.indices(len(self))))
        logs = self.strength[place]
        strongest = np.argsort(-np.abs(logs), kind="stable")[:MOST].tolist()
        return tuple(
            self._told(place, self.kinds[column], float(np.exp(logs[column])))
            for column in strongest
            if abs(logs[column]) >= np.log(LEAST)
        )

    def _told(self, place: int, kind: str, times: float) -> Reason:
        facts: dict[str, Fact] = {name: each[place].item() for name, each in self.facts[kind].items()}
        if kind == "cohort":
            facts["material"] = self.materials[place]
        words = WORDS["near by" if kind == "neighbours" and not self.has_street[place] else kind]
        counted = words[min(int(facts.get("count", 0)), len(words) - 1)]
        return Reason(kind, times, counted, {**facts, "times": _rounded(times)})


def find_reasons(model: Model, materials: tuple[str, ...], has_street: tuple[bool, ...]) -> Reasons:
    """Return up to three reasons per pipe; none for those not yet laid.

    A reason's `times` is how many times fewer or more breaks were expected if that part were as in the network at large
    (weighted by length), or, for what has happened so far, as expected of such a pipe. `materials` are in the utility's
    own words; `has_street` tells for which pipes a street or area is known.
    """
    parts = take_apart(model)
    strength = np.stack(list(parts.values()), axis=1)
    strength[~model.panel.there(0)] = 0.0
    return Reasons(tuple(parts), strength, _facts(model), materials, has_street)


def take_apart(model: Model) -> Mapping[str, FloatArray]:
    """Return the parts of each pipe's log expected breaks per metre, against the network or pipes of its kind."""
    panel, design, base = model.panel, model.design, model.base
    weight = np.where(panel.there(0), panel.length, 0.0)

    def against(part: FloatArray) -> FloatArray:
        return part - np.log(np.average(np.exp(part), weights=weight))

    def columns(*names: str) -> FloatArray:
        return sum(
            (design.columns[:, design.groups[name]] @ base.beta[design.groups[name]] for name in names),
            np.zeros(len(weight)),
        )

    age = np.clip(panel.laid + 0.5, 0, base.by_age.shape[1] - 1).astype(np.int64)
    powers = model.second.beta[1:] * model.history.ratios()
    own = np.array([level.name.startswith("own") for level in LEVELS])
    return {
        "cohort": against(columns("material", "cohort")),
        "age": against(base.by_age[panel.kind, age]),
        "size": against(columns("diameter", "length")),
        "surroundings": against(columns(*panel.traits)),
        "own": powers[:, own].sum(axis=1),
        "neighbours": powers[:, ~own].sum(axis=1),
    }


def _facts(model: Model) -> Mapping[str, Mapping[str, FloatArray | IntArray]]:
    panel = model.panel
    use = panel.own & (panel.when <= panel.years)
    own = np.bincount(panel.pipe[use], minlength=len(panel.laid))
    told = (panel.broken_area >= 0) & (panel.when <= panel.years)
    by_street = np.bincount(panel.street_of[panel.broken_area[told]], minlength=int(panel.street.max()) + 1)
    begun = np.full(len(own), panel.cut - panel.years)
    return {
        "cohort": {"year": np.round(panel.cut - panel.laid).astype(np.int64)},
        "age": {"age": np.maximum(panel.laid, 0).astype(np.int64)},
        "size": {"diameter": panel.diameter.astype(np.int64), "length": np.round(panel.length, 1)},
        "surroundings": {},
        "own": {"count": own, "since": np.maximum(begun, panel.cut - panel.laid).astype(np.int64)},
        "neighbours": {
            "count": np.maximum(by_street[panel.street] - own, 0),
            "since": begun.astype(np.int64),
        },
    }


def _rounded(times: float) -> float:
    return round(times, 1) if times >= 0.95 else round(times, 2)
