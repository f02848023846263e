"""Weekly numbers of an invented pilot: what a unit measures when chance, season and a given effect make it so.

Pure, and the same for the same seed. Weeks are drawn in order, so a longer series begins as the shorter one did.
"""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    """What makes the numbers: `levels` by unit, noise in the metric's unit, and the effect where it is tried.

    `own` and `shared` are standard deviations of each unit's chance and of what hits all alike in a week; `memory` is
    the correlation of a unit's chance from week to week (AR(1), 0 to below 1). `effect` is added from week `start`
    (counted from 0) on in the units of `tries`.
    """

    seed: int
    levels: Mapping[str, float]
    tries: frozenset[str]
    start: int
    effect: float
    own: float
    shared: float
    memory: float = 0.3
    decimals: int = 0


def simulate(story: Story, weeks: int) -> dict[str, list[float]]:
    """Each unit's value for each of the first `weeks` weeks, never below 0."""
    chance = random.Random(story.seed)  # noqa: S311 (nothing secret: numbers that anyone can make again)
    fresh = math.sqrt(1 - story.memory**2)
    drift = {unit: chance.gauss(0, 1) for unit in story.levels}
    values: dict[str, list[float]] = {unit: [] for unit in story.levels}
    for week in range(weeks):
        common = story.shared * chance.gauss(0, 1)
        for unit, level in story.levels.items():
            drift[unit] = story.memory * drift[unit] + fresh * chance.gauss(0, 1)
            effect = story.effect if unit in story.tries and week >= story.start else 0
            value = level + effect + common + story.own * drift[unit]
            values[unit].append(round(max(0.0, value), story.decimals))
    return values
