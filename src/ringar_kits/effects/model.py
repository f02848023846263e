"""What goes into the kit and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

Fact = str | int | float


@dataclass(frozen=True, slots=True)
class Observation:
    """What one unit measured in one week; `week` is the date of its ISO Monday, `value` in the metric's own unit."""

    unit: str
    week: date
    value: float


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a reader of the result must know: a fixed `code` and what it is about.

    `explain` says it in plain English; who wants another language translates by the code (`explain.CODES`).
    """

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Point:
    """One week of the chart. `phase` is "before", "burn_in" or "after".

    `treated`, `controls` (group means), `expected` (the treated units without the pilot), `low` and `high` (where 95 %
    of such weeks would lie) are in the metric's own unit; `difference` is what the model sees: treated less
    controls on the working scale. None where a group has no value that week, or no number could be given.
    """

    week: date
    phase: str
    treated: float | None
    controls: float | None
    difference: float | None
    expected: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Placebo:
    """The same estimator on a comparison unit, against the other ones: where nothing was done."""

    unit: str
    effect: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Look:
    """One of the planned looks: after `weeks` weeks from the start, "sure" needs a two-sided p below `threshold`.

    `p` and `passed` are computed from the data up to that week; None while the look has not come.
    """

    number: int
    weeks: int
    threshold: float
    p: float | None = None
    passed: bool | None = None


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is believed of one number: a weighted mixture of Student's t on the working scale.

    Each component has `weights` (sum 1), `centres` and `scales`; all have `dof` degrees of freedom.
    """

    weights: tuple[float, ...]
    centres: tuple[float, ...]
    scales: tuple[float, ...]
    dof: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a pilot did to its metric; every number is None where there is too little to say one.

    `effect`, `low` and `high` (95 %) are in the metric's own unit and sign (a fall is negative), `p_better` and
    `p_worthwhile` the probabilities of being better than nothing and than the smallest effect worth having.
    `verdict` is "scale", "stop", "extend" or "no_conclusion", and `reasons` say why. `rho` is how much a week
    resembles the one before. `weeks_before` and `weeks_after` are the weeks used. `level_before` is the treated
    units' mean before the start. `cost_per_unit` is money per unit of effect; `value_of_waiting` what perfect
    knowledge would add each week, in the metric's unit, and `value_of_waiting_money` the same for the whole cost.
    `nesta_level` is 1, 2 or 3 (4 and 5 take repetition elsewhere, which no single pilot can give).
    `posterior` is that of the level change on the working scale, for `decide` and pictures.
    """

    effect: float | None
    low: float | None
    high: float | None
    p_better: float | None
    p_worthwhile: float | None
    verdict: str
    rho: float | None
    weeks_before: int
    weeks_after: int
    scale: str
    better: str
    reasons: tuple[Note, ...] = ()
    placebos: tuple[Placebo, ...] = ()
    series: tuple[Point, ...] = ()
    level_before: float | None = None
    cost_per_unit: float | None = None
    value_of_waiting: float | None = None
    value_of_waiting_money: float | None = None
    nesta_level: int = 1
    looks: tuple[Look, ...] = ()
    notes: tuple[Note, ...] = ()
    posterior: Posterior | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rule says to do: `code` is "scale", "stop", "extend" or "no_conclusion"; `reasons` say why."""

    code: str
    reasons: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """A design and what it could see. `code` names what differs from the plan ("as_planned" for the plan itself).

    `smallest` is the smallest true effect that would be told from nothing with the chosen power, in the metric's own
    unit and sign; `chance` the probability of telling the smallest worthwhile effect from nothing.
    """

    code: str
    weeks_before: int
    weeks_after: int
    treated: int
    controls: int
    smallest: float | None
    chance: float | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to begin: `code` is "fixed", "random_start" or "alternate_weeks".

    `smallest` is as in `Alternative`; `draws` how many outcomes the draw could have, so that the exact test can
    never give a p below 1/`draws` (None: nothing is drawn, so there is no exact test).
    """

    code: str
    smallest: float | None
    draws: int | None


@dataclass(frozen=True, slots=True)
class Design:
    """What a pilot could see, said before it starts; numbers are None where the history is too short.

    `smallest` and `chance` are those of the plan (see `Alternative`); `smallest_to_scale` is the smallest true effect
    that would end in the verdict "scale" with the chosen power (None without a worthwhile effect). `rho` and
    `noise` (standard deviation of the difference on the working scale) are what the history showed.
    """

    smallest: float | None
    chance: float | None
    smallest_to_scale: float | None
    power: float
    weeks_before: int
    weeks_after: int
    scale: str
    better: str
    level_before: float | None = None
    rho: float | None = None
    noise: float | None = None
    alternatives: tuple[Alternative, ...] = ()
    offers: tuple[Offer, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class ExactTest:
    """What the draw itself says: `effect` on the working scale, and the share `p` of all possible draws that
    would have looked at least as good. `draws` is their number, `exact` whether all were tried or many by lot."""

    effect: float
    p: float
    draws: int
    exact: bool
