"""What a pilot could see with the design at hand, before it starts: asked of the kit, from what is measured so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ringar.core.clock import today
from ringar.pilots.effect_words import fault_words
from ringar.pilots.models import EffectGoal, Measurement, Pilot
from ringar.pilots.rules import UnitRole
from ringar.pilots.zeros import off_the_ends
from ringar_kits.effects import Alternative, Design, Observation, Offer, plan_design
from ringar_kits.errors import InputError


@dataclass(frozen=True)
class Outlook:
    """What the kit says of the design; `smallest` and `worthwhile` are sizes in the metric's own unit.

    `design` is None where there is nothing to reckon from, `fault` then says what the kit refused.
    """

    goal: EffectGoal
    weeks: int
    design: Design | None = None
    fault: str = ""

    @property
    def smallest(self) -> float | None:
        """The smallest effect that would be seen with 80 % power, as a size; None where it can not be told."""
        found = self.design.smallest if self.design else None
        return None if found is None else abs(found)

    @property
    def is_enough(self) -> bool | None:
        """Whether the smallest effect worth having would be seen; None where it can not be told."""
        return None if self.smallest is None else self.smallest <= self.goal.worthwhile

    @property
    def alternatives(self) -> Sequence[Alternative]:
        """What more history, weeks or units would buy, but for the plan itself and what says nothing."""
        found = self.design.alternatives if self.design else ()
        return [each for each in found if each.code != "as_planned" and each.smallest is not None]

    @property
    def offers(self) -> Sequence[Offer]:
        """Ways to begin: by our own choice, or by lot."""
        return self.design.offers if self.design else ()


@lru_cache(maxsize=64)
def planned(
    observations: tuple[Observation, ...],
    treated: tuple[str, ...],
    controls: tuple[str, ...],
    weeks_after: int,
    worthwhile: float,
    better: str,
    scale: str,
) -> Design:
    """What the kit says of a design. It is deterministic and simulates for long, so it is remembered by its question.

    Raises InputError.
    """
    return plan_design(
        observations,
        treated=treated,
        controls=controls,
        weeks_after=weeks_after,
        worthwhile=worthwhile,
        better=better,
        scale=scale,
    )


def outlook_of(pilot: Pilot) -> Outlook | None:
    """What the design could see, from what its units measured before the start; None without a goal. 1 query.

    2 more where the pilot brings neither its goal nor its units.
    """
    goal: EffectGoal | None = getattr(pilot, "effect_goal", None)
    if goal is None:
        return None
    units = list(pilot.units.all())
    rows = Measurement.objects.filter(of__in=units, week__lt=goal.start_week or today()).order_by(
        "of_id", "week"
    )
    told = rows.values_list("of_id", "week", "value")
    observations, _moved, _step = off_the_ends(
        (Observation(str(of), week, value) for of, week, value in told), goal.scale
    )
    measured = {each.unit for each in observations}
    by_role = {
        role: tuple(str(unit.pk) for unit in units if unit.role == role and str(unit.pk) in measured)
        for role in UnitRole
    }
    weeks = len({each.week for each in observations})
    if not by_role[UnitRole.TRIES]:
        return Outlook(goal, weeks)
    try:
        design = planned(
            observations,
            by_role[UnitRole.TRIES],
            by_role[UnitRole.COMPARES],
            goal.weeks_planned,
            goal.worthwhile,
            goal.better,
            goal.scale,
        )
    except InputError as error:
        names = {str(unit.pk): unit.unit.name for unit in units}
        return Outlook(goal, weeks, fault=fault_words(error, names))
    return Outlook(goal, weeks, design)
