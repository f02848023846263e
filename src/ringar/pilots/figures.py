"""The figures of an estimate as they are kept with a decision and told in words; pure."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from ringar_kits.effects import Estimate

SURE = 0.95


@dataclass(frozen=True)
class Figures:
    """What a page tells of an estimate: all that `Decision.estimate` keeps. Numbers are None where none can be said.

    `effect`, `low` and `high` are in the metric's own unit and sign; `p_exact` is the share
    of all `draws` of the lot that would have looked as good. `as_of` is the Monday of the last week that counted.
    `is_final`: the rule may be acted on. `reason` says why nothing can be concluded.
    """

    metric: str = ""
    measured_in: str = ""
    better: str = "lower"
    scale: str = "identity"
    worthwhile: float | None = None
    verdict: str = "no_conclusion"
    is_final: bool = False
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    p_better: float | None = None
    p_worthwhile: float | None = None
    p_exact: float | None = None
    draws: int | None = None
    rho: float | None = None
    weeks_before: int = 0
    weeks_after: int = 0
    nesta_level: int = 1
    cost_per_unit: float | None = None
    value_of_waiting: float | None = None
    value_of_waiting_money: float | None = None
    as_of: str = ""
    reason: str = ""
    is_simulated: bool = False

    @property
    def has_number(self) -> bool:
        """Whether there is an effect to tell."""
        return self.effect is not None and self.low is not None and self.high is not None

    @property
    def told_cost(self) -> float | None:
        """What a unit of effect cost; None while chance alone could have made the effect."""
        chance = self.p_better if self.p_exact is None else 1 - self.p_exact
        is_sure = chance is not None and chance >= SURE and self.verdict != "no_conclusion"
        return self.cost_per_unit if is_sure else None

    def as_json(self) -> dict[str, Any]:
        """What `Decision.estimate` holds."""
        return asdict(self)


NAMES = frozenset(each.name for each in fields(Figures))


def figures_in(kept: dict[str, Any]) -> Figures | None:
    """The figures that a decision holds, or None where it was made without any."""
    known = {name: value for name, value in kept.items() if name in NAMES}
    return Figures(**known) if known else None


def figures_from(estimate: Estimate, **about: Any) -> Figures:
    """The figures of an estimate, with what is known of the goal (`metric`, `measured_in` and so on)."""
    taken = {
        name: getattr(estimate, name)
        for name in NAMES & {each.name for each in fields(Estimate)} - about.keys()
    }
    return Figures(**taken, **about)
