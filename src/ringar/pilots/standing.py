"""Where a pilot stands: what may be told of its effect now, and what can not be concluded."""

from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from ringar.core.kit_words import error_of
from ringar.pilots.effect_words import fault_words
from ringar.pilots.effects import WEEK, Answered, Question, answer, level_before, own_unit, question_of
from ringar.pilots.figures import Figures, figures_from
from ringar.pilots.models import EffectGoal, Pilot, PilotUnit
from ringar.pilots.rules import Design, Scale, UnitRole
from ringar.pilots.wording import note_words, plain, sentence
from ringar_kits.effects import Estimate, Note

FALSE_ALARM = 0.05
BLOCKING = frozenset(
    {"no_weeks_shared", "too_little_before", "too_little_after", "no_variation", "no_comparison"}
)
"""Notes with which nothing can be concluded, as `ringar_kits.effects.decide` has them."""


@dataclass(frozen=True)
class Standing:
    """Where a pilot stands: what is told of its effect, and what the chart draws.

    `why` is "" once there is something to judge, else a key: "no_goal", "no_units", "not_started", "nothing_measured",
    "too_early". `next_look` is the Monday after which the next look is taken.
    """

    figures: Figures
    why: str = ""
    goal: EffectGoal | None = None
    answered: Answered | None = None
    next_look: date | None = None
    notes: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict, compare=False)

    @property
    def is_preliminary(self) -> bool:
        """There are numbers that nobody should act on yet."""
        return self.figures.has_number and not self.figures.is_final


def standing_of(pilot: Pilot) -> Standing:
    """What the pilot's measurements show. 3 or 4 queries; the answer is remembered for as long as the numbers stay."""
    goal: EffectGoal | None = getattr(pilot, "effect_goal", None)
    if goal is None:
        return Standing(Figures(reason=_("no effect goal was set before the start")), "no_goal")
    units = list(pilot.units.select_related("unit"))
    treated = [unit for unit in units if unit.role == UnitRole.TRIES]
    if not treated:
        return Standing(about(pilot, goal, _("no unit tries it")), "no_units", goal)
    if goal.start_week is None and not any(unit.start_week for unit in treated):
        return Standing(about(pilot, goal, _("it has not started")), "not_started", goal)
    question = question_of(pilot, goal, units)
    if question is None:
        return Standing(
            about(pilot, goal, _("nothing is measured where it is tried")), "nothing_measured", goal
        )
    return judged(pilot, goal, units, answer(question), question)


def about(pilot: Pilot, goal: EffectGoal, reason: str = "") -> Figures:
    """Figures that tell what is measured, and why nothing more can be said."""
    return Figures(
        metric=goal.metric,
        measured_in=goal.measured_in,
        better=goal.better,
        scale=goal.scale,
        worthwhile=goal.worthwhile,
        reason=reason,
        is_simulated=pilot.is_simulated,
    )


def judged(
    pilot: Pilot, goal: EffectGoal, units: list[PilotUnit], answered: Answered, question: Question
) -> Standing:
    """The standing that an answer gives: what may be told of it now."""
    names = {str(unit.pk): unit.unit.name for unit in units}
    awaited = answered.next_look
    when = question.start + awaited.weeks * WEEK if awaited else None
    if answered.fault or answered.whole is None:
        fault = fault_words(error_of(answered.fault), names) if answered.fault else ""
        reason = _("the numbers can not be right: %(fault)s") % {"fault": fault}
        return Standing(about(pilot, goal, reason), "", goal, answered, when, names=names)
    if question.design != Design.FIXED:
        figures, why = drawn_figures(pilot, goal, answered, question)
        return Standing(figures, why, goal, answered, when, notes_on_ends(question), names)
    estimate = answered.at_look or answered.whole
    told = notes_of(estimate, names) + notes_on_ends(question)
    figures = figures_from(
        estimate,
        metric=goal.metric,
        measured_in=goal.measured_in,
        worthwhile=goal.worthwhile,
        is_simulated=pilot.is_simulated,
        as_of=estimate.series[-1].week.isoformat() if estimate.series else "",
        is_final=is_final(answered),
        reason=sentence(note_words(note, names) for note in estimate.reasons if note.code in BLOCKING),
    )
    why = "" if answered.at_look else "not_started" if not answered.elapsed else "too_early"
    return Standing(figures, why, goal, answered, when, told, names)


def notes_of(estimate: Estimate, names: dict[str, str]) -> tuple[str, ...]:
    """What a reader must know of the numbers, each as a sentence; what the verdict says already is left out."""
    said = {note.code for note in estimate.reasons}
    notes: list[Note] = [note for note in estimate.notes if note.code not in said]
    words = [note_words(note, names) for note in notes]
    return tuple(f"{word[:1].upper()}{word[1:]}." for word in words)


def notes_on_ends(question: Question) -> tuple[str, ...]:
    """That numbers at the end of the scale were moved, and to what; nothing where none was."""
    if question.step is None:
        return ()
    facts = {"count": question.moved, "step": plain(question.step)}
    if question.scale == Scale.LOGIT:
        return (
            _("Shares of 0 or 1 (%(count)d) are reckoned as %(step)s from there: odds know neither.") % facts,
        )
    return (_("Values of 0 (%(count)d) are reckoned as %(step)s: ratios know no zero.") % facts,)


def is_final(answered: Answered) -> bool:
    """Whether the verdict may be acted on: at the last look, or before it where the rule says stop or is sure."""
    if answered.at_look is None:
        return False
    return answered.next_look is None or answered.at_look.verdict in {"scale", "stop", "no_conclusion"}


def drawn_figures(
    pilot: Pilot, goal: EffectGoal, answered: Answered, question: Question
) -> tuple[Figures, str]:
    """What the lot's own test says, once all planned weeks are in; it is looked at once.

    Scale where few draws (5 %) would have looked as good and the effect is as large as agreed; stop where it
    is sure but too small; no conclusion where the lot has too few draws ever to be sure; else extend.
    """
    told = about(pilot, goal)
    if answered.exact is None or answered.whole is None:
        return told, "too_early" if answered.elapsed else "not_started"
    exact, level = answered.exact, level_before(question)
    effect = own_unit(exact.effect, question.scale, level)
    is_enough = (-effect if question.better == "lower" else effect) >= question.worthwhile
    is_sure = exact.p <= FALSE_ALARM
    too_few = 1 / exact.draws > FALSE_ALARM
    verdict = "no_conclusion" if too_few else "extend" if not is_sure else "scale" if is_enough else "stop"
    facts = told.as_json() | {
        "effect": effect,
        "low": answered.whole.low,
        "high": answered.whole.high,
        "p_exact": exact.p,
        "draws": exact.draws,
        "verdict": verdict,
        "is_final": True,
        "weeks_before": answered.whole.weeks_before,
        "weeks_after": answered.whole.weeks_after,
        "nesta_level": 3 if is_sure else 1,
        "as_of": answered.last.isoformat() if answered.last else "",
        "cost_per_unit": question.cost / abs(effect) if question.cost and effect and is_sure else None,
        "reason": _("the lot could fall out in only %(draws)s ways") % {"draws": exact.draws}
        if too_few
        else "",
    }
    return Figures(**facts), ""
