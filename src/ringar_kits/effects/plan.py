"""Says before the start what a pilot could see, and what more weeks or units would buy."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from math import isinf

import numpy as np

from ringar_kits.effects.beliefs import SIGNS
from ringar_kits.effects.decide import LIKELY, SURE
from ringar_kits.effects.draw import count_deals
from ringar_kits.effects.estimate import check_direction
from ringar_kits.effects.fit import MEMORIES, fit_memory, fit_step
from ringar_kits.effects.gather import Frame, gather
from ringar_kits.effects.model import Alternative, Design, Note, Observation, Offer
from ringar_kits.effects.notes import notes_on_controls
from ringar_kits.effects.placebos import FEWEST_AFTER, rounding
from ringar_kits.effects.scales import Values, change_of, effect_of
from ringar_kits.errors import InputError

FEWEST_HISTORY = 8
GOOD_HISTORY, GOOD_CONTROLS = 26, 3
START_WEEKS = 8
RUNS = 400
SEED = 0


@dataclass(frozen=True, slots=True)
class _Noise:
    """What the history showed: weights of memories with the noise under each, and the plan's sign and level."""

    weights: Values
    noise: Values
    sign: float
    scale: str
    level: float

    def simulate(self, weeks: int) -> Values:
        """Return `RUNS` futures without any effect: (runs, weeks), always the same."""
        lot = np.random.default_rng(SEED)
        places = np.searchsorted(np.cumsum(self.weights), (np.arange(RUNS) + 0.5) / RUNS).clip(
            max=len(MEMORIES) - 1
        )
        rho, fresh = MEMORIES[places], lot.standard_normal((weeks, RUNS))
        rows = [fresh[0]]
        for week in range(1, weeks):
            rows.append(rho * rows[-1] + np.sqrt(1 - rho**2) * fresh[week])
        return np.array(rows).T * self.noise[places][:, None]

    def own(self, change: float) -> float:
        """Return a change for the better on the working scale as an effect in the metric's own unit."""
        return float(effect_of(self.sign * change, self.scale, self.level))


def plan_design(
    observations: Iterable[Observation],
    *,
    treated: Collection[str],
    controls: Collection[str] = (),
    weeks_after: int,
    worthwhile: float | None = None,
    better: str = "higher",
    scale: str = "identity",
    power: float = 0.8,
) -> Design:
    """Return the smallest effect that the design could see, from what was measured before the start.

    The history's noise and memory are simulated on (400 futures, always the same) and analysed as
    `estimate_effect` would; the smallest effect is the one whose 95 % interval would lie above nothing in `power`
    of them. Other numbers of units are reckoned as if each added unit were as noisy as those there are.
    `worthwhile` and `better` are as in `estimate_effect`.
    A history below 8 weeks, or one that never varies, gives no number.
    """
    check_direction(worthwhile, better)
    if weeks_after < FEWEST_AFTER:
        raise InputError(
            "{count} weeks are too few",
            remedy="Plan at least {fewest} weeks",
            facts={"count": weeks_after, "fewest": FEWEST_AFTER},
        )
    if not 0 < power < 1:
        raise InputError(
            "a power of {power}",
            remedy="Give a share between 0 and 1, such as 0.8",
            facts={"power": f"{power:g}"},
        )
    frame = gather(observations, treated=treated, controls=controls, scale=scale)
    difference = frame.difference(frame.treated, frame.controls)
    used = np.flatnonzero(~np.isnan(difference))
    notes = _notes(frame, difference[used])
    plan = Alternative(
        "as_planned", len(used), weeks_after, len(frame.treated), len(frame.controls), None, None
    )
    empty = Design(None, None, None, power, len(used), weeks_after, scale, better, notes=notes)
    if any(note.code in ("too_little_before", "no_variation") for note in notes):
        return replace(empty, offers=_offers(plan, None, None))
    level = float(np.nanmean(frame.own[list(frame.treated)]))
    weights, spread = fit_memory(difference[used], used)
    noise = _Noise(weights, spread, SIGNS[better], scale, level)
    least = _least(noise, worthwhile)
    plan, to_scale = _power(plan, noise, 1.0, power, least, _step(plan), to_scale=True)
    alternating = _power(plan, noise, 1.0, power, least, _alternating(plan))[0]
    return replace(
        empty,
        smallest=plan.smallest,
        chance=plan.chance,
        smallest_to_scale=to_scale,
        level_before=level,
        rho=float(weights @ MEMORIES),
        noise=float(np.sqrt(weights @ spread**2)),
        alternatives=(plan, *(_other(plan, other, noise, power, least) for other in _others(plan))),
        offers=_offers(plan, plan.smallest, alternating.smallest),
    )


def _notes(frame: Frame, series: Values) -> tuple[Note, ...]:
    notes = [*notes_on_controls(frame)]
    if len(series) < FEWEST_HISTORY:
        notes.append(Note("too_little_before", {"weeks": len(series), "fewest": FEWEST_HISTORY}))
    elif np.ptp(series) <= rounding(frame):
        notes.append(Note("no_variation"))
    return tuple(notes)


def _least(noise: _Noise, worthwhile: float | None) -> float | None:
    """Return the smallest worthwhile change on the working scale, as a number above 0."""
    if worthwhile is None:
        return None
    change = change_of(noise.sign * abs(worthwhile), noise.scale, noise.level)
    if isinf(change):
        raise InputError(
            "the treated units lie at {level} and cannot change by {effect}",
            place="smallest effect worth having",
            remedy="Give it in the metric's own unit",
            facts={"level": f"{noise.level:g}", "effect": f"{worthwhile:g}"},
        )
    return abs(change)


def _power(
    plan: Alternative,
    noise: _Noise,
    factor: float,
    power: float,
    least: float | None,
    step: Values,
    *,
    to_scale: bool = False,
) -> tuple[Alternative, float | None]:
    """Fill in what a design can see with its noise times `factor`; and the smallest effect for "scale" where asked.

    The posterior moves with the effect, so one fit of the futures without effect tells the power of every effect.
    """
    change = fit_step(noise.simulate(len(step)) * factor, np.arange(len(step)), step).change
    needed = -change.quantile(0.025)
    smallest = noise.own(float(np.quantile(needed, power)))
    chance = None if least is None else float(np.mean(least > needed))
    filled = replace(plan, smallest=smallest, chance=chance)
    if least is None or not to_scale:
        return filled, None
    sure, likely = change.quantiles((1 - SURE, 1 - LIKELY)).T
    both = np.maximum(-sure, least - likely)
    return filled, noise.own(float(np.quantile(both, power)))


def _step(plan: Alternative) -> Values:
    return (np.arange(plan.weeks_before + plan.weeks_after) >= plan.weeks_before).astype(float)


def _alternating(plan: Alternative) -> Values:
    """Return a step that is on in one week of each pair, by lot."""
    first = np.random.default_rng(SEED).integers(0, 2, size=plan.weeks_after // 2 + 1)
    on = np.column_stack([first, 1 - first]).ravel()[: plan.weeks_after]
    return np.concatenate([np.zeros(plan.weeks_before), on])


def _others(plan: Alternative) -> list[Alternative]:
    """Return what could be bought instead: history, weeks, comparison units, units that try."""
    others = [replace(plan, code="longer_pilot", weeks_after=plan.weeks_after * 2)]
    if plan.weeks_before < GOOD_HISTORY:
        others.append(replace(plan, code="more_history", weeks_before=GOOD_HISTORY))
    others.append(replace(plan, code="more_treated", treated=plan.treated * 2))
    # what comparison units would take away cannot be told where there are none
    if 0 < plan.controls < GOOD_CONTROLS:
        others.append(replace(plan, code="more_controls", controls=GOOD_CONTROLS))
        if plan.weeks_before < GOOD_HISTORY:
            both = replace(plan, weeks_before=GOOD_HISTORY, controls=GOOD_CONTROLS)
            others.append(replace(both, code="more_history_and_controls"))
    return others


def _other(
    plan: Alternative, other: Alternative, noise: _Noise, power: float, least: float | None
) -> Alternative:
    factor = float(np.sqrt(_variance(other) / _variance(plan)))
    return _power(other, noise, factor, power, least, _step(other))[0]


def _variance(design: Alternative) -> float:
    return 1 / design.treated + (1 / design.controls if design.controls else 0)


def _offers(plan: Alternative, smallest: float | None, alternating: float | None) -> tuple[Offer, ...]:
    return (
        Offer("fixed", smallest, None),
        Offer("random_start", smallest, count_deals(plan.treated, START_WEEKS)),
        Offer("alternate_weeks", alternating, 2 ** (plan.weeks_after // 2)),
    )
