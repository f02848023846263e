"""Estimates what a pilot did: a level change in the difference between those who tried and those who did not."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

import numpy as np

from ringar_kits.effects.beliefs import SIGNS, chance_beyond, value_of_waiting
from ringar_kits.effects.chart import draw_series
from ringar_kits.effects.decide import SURE, decide
from ringar_kits.effects.draw import Drawn, is_by_week
from ringar_kits.effects.fit import Fit, Mixture
from ringar_kits.effects.gather import WEEK, Frame, check_monday, gather
from ringar_kits.effects.looks import planned_looks
from ringar_kits.effects.model import Estimate, Look, Observation, Placebo, Posterior
from ringar_kits.effects.notes import drop_one_sided, notes_on
from ringar_kits.effects.placebos import Answer, Question, answer, running, used_weeks
from ringar_kits.effects.scales import effect_of
from ringar_kits.errors import InputError

SHARES = (0.025, 0.5, 0.975)


def estimate_effect(
    observations: Iterable[Observation],
    *,
    treated: Collection[str],
    controls: Collection[str] = (),
    start: date,
    burn_in: int = 0,
    scale: str = "identity",
    worthwhile: float | None = None,
    better: str = "higher",
    rho: float | None = None,
    cost: float | None = None,
    until: date | None = None,
    weeks_planned: int | None = None,
    drawn: Drawn | None = None,
) -> Estimate:
    """Return the effect of what the `treated` units did from the week `start` (an ISO Monday) on.

    The mean of the treated less that of the `controls` is a level, a change from `start` on, and an error that
    remembers the week before; see docs/reference/effects.md for the method and when not to believe it.
    `burn_in` weeks from the start are left out, as is what came after the week `until`. `scale` is "identity",
    "log" (rates, times, counts) or "logit" (shares from 0 to 1); the change is then told as the change of the
    treated units' mean level before the start, in the metric's own unit. `worthwhile` is the smallest effect
    worth having, in that unit; with `better="lower"` its size counts downwards. `rho` holds the memory fixed
    (0: ordinary least squares). `cost` is what the pilot cost. With `weeks_planned` the three planned looks are kept.
    `drawn` is what `draw_start_weeks` or `draw_alternate_weeks` gave: each unit then counts from its own week, or in
    the weeks that are on, and `start` is the first of them.
    Too little data gives an estimate without numbers, and notes that say why; data that cannot be right
    raise `InputError`.
    """
    _check(start, burn_in, worthwhile, better, rho, weeks_planned)
    frame = gather(observations, treated=treated, controls=controls, scale=scale, until=until)
    question = Question(start, burn_in, rho, _checked(drawn, treated, start))
    frame, left_out = drop_one_sided(frame, question)
    found = answer(frame, question)
    step = used_weeks(frame, frame.treated, frame.controls, question)[2]
    estimate = Estimate(
        *(None,) * 5,
        verdict="no_conclusion",
        rho=None,
        weeks_before=int((step == 0).sum()),
        weeks_after=int((step > 0).sum()),
        scale=scale,
        better=better,
        series=draw_series(frame, question, found, scale),
        looks=_looks(frame, question, weeks_planned),
        notes=(*left_out, *notes_on(frame, question, found, scale=scale, better=better)),
    )
    if found is not None:
        estimate = _with_numbers(estimate, frame, question, found, worthwhile, cost)
    verdict = decide(estimate, worthwhile=worthwhile)
    return replace(estimate, verdict=verdict.code, reasons=verdict.reasons)


def _check(
    start: date, burn_in: int, worthwhile: float | None, better: str, rho: float | None, planned: int | None
) -> None:
    check_monday(start, "start")
    if burn_in < 0:
        raise InputError("{count} burn-in weeks", remedy="Give a number from 0", facts={"count": burn_in})
    if rho is not None and not 0 <= rho < 1:
        raise InputError(
            "a memory of {rho}",
            place="rho",
            remedy="Give a number from 0 to below 1",
            facts={"rho": f"{rho:g}"},
        )
    if planned is not None:
        planned_looks(planned)
    check_direction(worthwhile, better)


def _checked(drawn: Drawn | None, treated: Collection[str], start: date) -> Drawn | None:
    """Return the draw; raises `InputError` where it lacks a unit, or runs before the start."""
    if drawn is None:
        return None
    weeks = [week for week, is_on in drawn.items() if is_on] if is_by_week(drawn) else [*drawn.values()]
    if not is_by_week(drawn) and (missing := sorted(set(treated) - {str(unit) for unit in drawn})):
        raise InputError(
            "no start was drawn for {units}",
            remedy="Draw for all that try",
            facts={"units": ", ".join(missing)},
        )
    if any(isinstance(week, date) and week < start for week in weeks):
        raise InputError(
            "the draw begins before {start}",
            remedy="Give the first week that was drawn as the start",
            facts={"start": str(start)},
        )
    return drawn


def check_direction(worthwhile: float | None, better: str) -> None:
    """Raise `InputError` for an unknown direction, or a smallest effect that is no number or points the other way."""
    if better not in SIGNS:
        raise InputError("better is '{better}'", remedy="Say higher or lower", facts={"better": better})
    if worthwhile is None:
        return
    if not np.isfinite(worthwhile):
        raise InputError(
            "the smallest effect worth having is {effect}",
            remedy="Give a number",
            facts={"effect": str(worthwhile)},
        )
    if worthwhile < 0 and better == "higher":
        raise InputError(
            "higher is better, yet the smallest effect worth having is {effect}",
            remedy="Give a number above 0, or say that lower is better",
            facts={"effect": f"{worthwhile:g}"},
        )


def _with_numbers(
    estimate: Estimate,
    frame: Frame,
    question: Question,
    found: Answer,
    worthwhile: float | None,
    cost: float | None,
) -> Estimate:
    level, sign, change = (
        level_before(frame, frame.treated, question),
        SIGNS[estimate.better],
        found.change,
    )
    low, effect, high = map(float, effect_of(change.quantiles(SHARES)[0], estimate.scale, level))
    waiting = None
    if worthwhile is not None:
        waiting = value_of_waiting(
            change, scale=estimate.scale, level=level, sign=sign, worthwhile=worthwhile
        )
    estimate = replace(
        estimate,
        effect=effect,
        low=low,
        high=high,
        rho=float(found.fit.rho[0]),
        level_before=level,
        posterior=_posterior(change),
        placebos=tuple(
            _placebo(frame, row, fit, question, estimate.scale) for row, fit in found.placebos.items()
        ),
        cost_per_unit=cost / abs(effect) if cost is not None and sign * effect > 0 else None,
        value_of_waiting=waiting,
        value_of_waiting_money=waiting * cost / abs(worthwhile)
        if waiting is not None and cost and worthwhile
        else None,
    )
    better = chance_beyond(estimate, 0.0)
    return replace(
        estimate,
        p_better=better,
        p_worthwhile=None if worthwhile is None else chance_beyond(estimate, worthwhile),
        # a change for the better is level 2, and 3 beside units where nothing was done
        nesta_level=1 if better <= SURE else 3 if frame.controls else 2,
    )


def level_before(frame: Frame, rows: Collection[int], question: Question) -> float:
    """Return the mean of some units' values in the weeks without the pilot, in the metric's own unit."""
    return float(np.nanmean(frame.own[list(rows)][:, running(frame, question) == 0]))


def _posterior(change: Mixture) -> Posterior:
    weights, centres, scales = (
        tuple(map(float, part[0])) for part in (change.weights, change.centres, change.scales)
    )
    return Posterior(weights, centres, scales, change.dof)


def _placebo(frame: Frame, row: int, fit: Fit, question: Question, scale: str) -> Placebo:
    level = level_before(frame, (row,), question)
    low, effect, high = map(float, effect_of(fit.change.quantiles(SHARES)[0], scale, level))
    return Placebo(frame.units[row], effect, low, high)


def _looks(frame: Frame, question: Question, planned: int | None) -> tuple[Look, ...]:
    """Return the planned looks; those that have come with the p of the data that there was then."""
    if planned is None:
        return ()
    looks = []
    for look in planned_looks(planned):
        last = question.start + (look.weeks - 1) * WEEK
        if frame.weeks[-1] >= last:
            found = answer(frame.up_to(last), question)
            below = float(found.change.below(0.0)[0]) if found else 0.5
            p = 2 * min(below, 1 - below)
            look = replace(look, p=p, passed=p < look.threshold)
        looks.append(look)
    return tuple(looks)
