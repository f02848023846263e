"""From a pilot's measurements to what they show: asked of the kit once for each set of numbers.

What is told of it, and when, is in `standing`.
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from ringar.core.kit_words import kept
from ringar.pilots.models import EffectGoal, Measurement, Pilot, PilotUnit
from ringar.pilots.rules import Design, Scale, UnitRole
from ringar.pilots.zeros import off_the_ends
from ringar_kits.effects import (
    Estimate,
    ExactTest,
    Look,
    Observation,
    draw_alternate_weeks,
    estimate_effect,
    planned_looks,
    randomisation_test,
)
from ringar_kits.errors import InputError

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Question:
    """All that an estimate is made of. Equal questions have equal hashes, and are answered once.

    Units are named by the key of their row. `starts` are the weeks that were drawn, for a start by lot. `moved` of the
    values stood at the end of a scale that knows none, and were moved inside by `step`.
    """

    observations: tuple[Observation, ...]
    treated: tuple[str, ...]
    controls: tuple[str, ...]
    start: date
    burn_in: int
    scale: str
    better: str
    worthwhile: float
    weeks_planned: int
    cost: float | None
    design: str = Design.FIXED
    seed: int = 0
    starts: tuple[tuple[str, date], ...] = ()
    moved: int = 0
    step: float | None = None

    @property
    def drawn(self) -> dict[str, date] | dict[date, bool] | None:
        """What the lot gave: a start week for each unit that tries, or which weeks are on; None without a lot."""
        if self.design == Design.RANDOM_START:
            return {unit: week for unit, week in self.starts if unit in self.treated}
        return alternate_weeks(self) if self.design == Design.ALTERNATE else None


@dataclass(frozen=True)
class Answered:
    """What the numbers show: as of the last planned look that has come, and all weeks for the chart.

    `looks` are the planned looks, `starts` the weeks in which somebody began, `elapsed` the weeks measured from the
    start on. `fault`: why the kit refused (`kit_words.error_of`).
    """

    whole: Estimate | None
    at_look: Estimate | None
    looks: tuple[Look, ...]
    starts: tuple[date, ...]
    elapsed: int
    last: date | None
    exact: ExactTest | None = None
    fault: str = ""

    @property
    def come(self) -> list[Look]:
        """The looks that have come."""
        return [look for look in self.looks if look.weeks <= self.elapsed]

    @property
    def next_look(self) -> Look | None:
        """The look that is awaited, None after the last."""
        return next((look for look in self.looks if look.weeks > self.elapsed), None)


def question_of(pilot: Pilot, goal: EffectGoal, units: list[PilotUnit]) -> Question | None:
    """The question that the pilot's rows ask; None where no unit that tries it has a number. 2 queries."""
    rows = Measurement.objects.filter(of__pilot=pilot).order_by("of_id", "week")
    told = rows.values_list("of_id", "week", "value")
    observations, moved, step = off_the_ends(
        (Observation(str(unit), week, value) for unit, week, value in told), goal.scale
    )
    measured = {each.unit for each in observations}
    names = {
        role: tuple(str(unit.pk) for unit in units if unit.role == role and str(unit.pk) in measured)
        for role in UnitRole
    }
    if not names[UnitRole.TRIES]:
        return None
    starts = {str(unit.pk): unit.start_week for unit in units if unit.start_week}
    first = goal.start_week or min(starts.values())
    return Question(
        observations=observations,
        treated=names[UnitRole.TRIES],
        controls=names[UnitRole.COMPARES],
        start=first,
        burn_in=goal.burn_in,
        scale=goal.scale,
        better=goal.better,
        worthwhile=goal.worthwhile,
        weeks_planned=max(goal.weeks_planned, 3),
        cost=spent_on(pilot),
        design=goal.design,
        seed=goal.seed or 0,
        starts=tuple(sorted(starts.items())) if goal.design == Design.RANDOM_START else (),
        moved=moved,
        step=step,
    )


def spent_on(pilot: Pilot) -> float | None:
    """What the pilot has cost, else what it was promised to cost, SEK; None where neither is told. 1 query."""
    rows = pilot.cost_lines.filter(kind="cost").values_list("realised_sek", "promised_sek")
    told = [real if real is not None else promised for real, promised in rows]
    costs = [cost for cost in told if cost is not None]
    return float(sum(costs)) if costs else None


@lru_cache(maxsize=256)
def answer(question: Question) -> Answered:
    """What the kit says. Deterministic, so it is remembered by the hash of the question."""
    measured = [each.week for each in question.observations if each.unit in question.treated]
    last = max(measured)
    elapsed = max(0, (last - question.start).days // 7 + 1)
    looks = planned_looks(question.weeks_planned)
    come = [look for look in looks if look.weeks <= elapsed]
    starts = tuple(sorted({week for _unit, week in question.starts})) or (question.start,)
    try:
        whole = ask(question, None)
        at_look = ask(question, question.start + (come[-1].weeks - 1) * WEEK) if come else None
        is_drawn = question.design != Design.FIXED
        exact = exact_test(question) if is_drawn and elapsed >= question.weeks_planned else None
    except InputError as error:
        return Answered(None, None, looks, starts, elapsed, last, fault=kept(error))
    return Answered(whole, at_look, looks, starts, elapsed, last, exact)


def ask(question: Question, until: date | None) -> Estimate:
    """The estimate of a pilot, with what was measured up to a week."""
    return estimate_effect(
        question.observations,
        treated=question.treated,
        controls=question.controls,
        start=question.start,
        burn_in=question.burn_in,
        scale=question.scale,
        worthwhile=question.worthwhile,
        better=question.better,
        cost=question.cost,
        until=until,
        weeks_planned=question.weeks_planned,
        drawn=question.drawn,
    )


def exact_test(question: Question) -> ExactTest:
    """The test of the lot by which it was decided who tries when. Raises InputError where the numbers do not fit it."""
    weeks = list[date]()
    if question.design == Design.RANDOM_START:
        # no week that was drawn from stands empty: see how lots are drawn
        last = max((week for _unit, week in question.starts), default=question.start)
        weeks = [question.start + n * WEEK for n in range((last - question.start).days // 7 + 1)]
    return randomisation_test(
        question.observations,
        drawn=question.drawn or {},
        weeks=weeks,
        treated=question.treated,
        controls=question.controls,
        scale=question.scale,
        better=question.better,
        seed=question.seed,
    )


def alternate_weeks(question: Question) -> dict[date, bool]:
    """Which weeks the pilot was on, drawn again with the same seed."""
    weeks = [question.start + n * WEEK for n in range(question.weeks_planned // 2 * 2)]
    return draw_alternate_weeks(weeks, question.seed)


def level_before(question: Question) -> float:
    """The mean of those who try it before the start, in the metric's own unit."""
    before = [
        each.value
        for each in question.observations
        if each.unit in question.treated and each.week < question.start
    ]
    return sum(before) / len(before) if before else 0.0


def own_unit(change: float, scale: str, level: float) -> float:
    """A change on the working scale as a change in the metric's own unit, from a level."""
    if scale == Scale.LOG:
        return level * math.expm1(change)
    if scale == Scale.LOGIT and 0 < level < 1:
        return 1 / (1 + math.exp(-(math.log(level / (1 - level)) + change))) - level
    return change
