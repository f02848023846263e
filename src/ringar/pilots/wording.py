"""Estimates in plain words, in the reader's language; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ringar.core.text import sek
from ringar.pilots.figures import Figures
from ringar.pilots.rules import Scale
from ringar_kits.effects import Note

SURE, HARDLY = 0.95, 0.05

NOTES: dict[str, Promise] = {
    "no_weeks_shared": gettext_lazy("no week is measured both where it is tried and where it is compared"),
    "no_comparison": gettext_lazy(
        "no unit is compared with: what changed everywhere at the same time can not be told from the pilot"
    ),
    "one_comparison": gettext_lazy(
        "only one unit is compared with: what happened there alone looks like an effect here"
    ),
    "too_little_before": gettext_lazy(
        "%(weeks)s weeks are measured before the start, and at least %(fewest)s are needed"
    ),
    "too_little_after": gettext_lazy(
        "%(weeks)s weeks are measured after the start, and at least %(fewest)s are needed"
    ),
    "no_variation": gettext_lazy("the numbers never change, so nothing can be told from chance"),
    "short_history": gettext_lazy("only %(weeks)s weeks were measured before the start: more make it surer"),
    "burn_in": gettext_lazy("the first %(weeks)s weeks, to get used to it, are left out as was agreed"),
    "missing_weeks": gettext_lazy("%(weeks)s weeks are not measured, and are left out"),
    "filled_weeks": gettext_lazy(
        "%(values)s numbers are missing: the unit's usual level beside the others is used instead"
    ),
    "few_counts": gettext_lazy(
        "the counts are low, about %(mean)s a week: below %(fewest)s, chance has great play. Count by fortnight"
    ),
    "worst_before_start": gettext_lazy(
        "the %(weeks)s weeks before the start were unusually bad: some of the change may be things going back to normal"
    ),
    "controls_drift": gettext_lazy(
        "the units that are compared with drift apart by themselves: the interval is %(wider)s times as wide for that"
    ),
    "strong_memory": gettext_lazy(
        "each week resembles the one before so much that the interval may be too narrow"
    ),
    "unit_left_out": gettext_lazy(
        "%(unit)s is not measured both before and after the start, and is left out"
    ),
    "no_worthwhile": gettext_lazy("no smallest effect worth having was agreed"),
    "hardly_worthwhile": gettext_lazy(
        "the probability is only %(p_worthwhile)s that the effect is as large as was agreed"
    ),
    "not_sure_yet": gettext_lazy(
        "the probability of an effect as large as agreed is %(p_worthwhile)s: neither enough to go on nor to stop"
    ),
    "sure_and_worthwhile": gettext_lazy(
        "the effect is better than nothing with probability %(p_better)s, and as large as agreed with %(p_worthwhile)s"
    ),
    "last_look_not_passed": gettext_lazy(
        "it is not sure enough for a last look (p must be below %(threshold)s)"
    ),
    "wait_for_look": gettext_lazy("look %(number)s comes after week %(weeks)s, and is awaited"),
}
"""What `ringar_kits.effects` notes, by code, as the end of a sentence."""

NESTA: dict[int, Promise] = {
    1: gettext_lazy("it is told why it should work, but the numbers do not show it"),
    2: gettext_lazy("the numbers show a change for the better, but not what caused it"),
    3: gettext_lazy("the change is shown beside units where nothing was done"),
    4: gettext_lazy("it is shown again, by others, and why it works"),
    5: gettext_lazy("it is shown to work in many places, with a handbook"),
}
"""The levels of the Nesta standards of evidence, in short."""


def decimals_for(figures: Figures) -> int:
    """How many decimals the interval deserves: a wide one none."""
    width = abs((figures.high or 0) - (figures.low or 0)) * factor_of(figures)
    return 0 if width >= 10 else 1 if width >= 1 else 2 if width >= 0.1 else 3


def factor_of(figures: Figures) -> float:
    """What values are multiplied with to be shown: shares as percentage points."""
    return 100.0 if figures.scale == Scale.LOGIT else 1.0


def unit_of(figures: Figures) -> str:
    """What an effect is counted in."""
    return _("percentage points") if figures.scale == Scale.LOGIT else figures.measured_in


def sized(figures: Figures, value: float) -> str:
    """The size of a value, without sign and unit, in the reader's way of writing numbers."""
    return number_format(abs(value) * factor_of(figures), decimals_for(figures), force_grouping=True)


def way_of(value: float) -> str:
    """Which way a change goes."""
    return _("lower") if value < 0 else _("higher")


def percent(share: float) -> str:
    """A probability; never 0 or 100 per cent, since no measuring is that sure."""
    if share > 0.99:
        return _("more than 99 %%") % ()
    return _("less than 1 %%") % () if share < 0.01 else _("%(n)d %%") % {"n": round(share * 100)}


def effect_words(figures: Figures) -> str:
    """ "Probable effect on waiting time: 12 minutes lower (between 5 and 19 lower)."; "" without a number.

    What the lot says, where one was drawn.
    """
    if figures.p_exact is not None:
        return exact_words(figures)
    if figures.effect is None or figures.low is None or figures.high is None:
        return ""
    facts = {
        "metric": inside(figures.metric),
        "size": sized(figures, figures.effect),
        "unit": unit_of(figures),
        "way": way_of(figures.effect),
        "between": between_words(figures, figures.low, figures.high),
    }
    if figures.verdict == "no_conclusion":
        return (
            _(
                "Measured change in %(metric)s, not to be taken for an effect: %(size)s %(unit)s %(way)s (%(between)s)."
            )
            % facts
        )
    chance = figures.p_better if figures.p_better is not None else 0.5
    if chance > SURE:
        return _("Probable effect on %(metric)s: %(size)s %(unit)s %(way)s (%(between)s).") % facts
    if chance < HARDLY:
        return _("Probably the wrong way, on %(metric)s: %(size)s %(unit)s %(way)s (%(between)s).") % facts
    return (
        _("Not to be told from chance, on %(metric)s: at best guess %(size)s %(unit)s %(way)s (%(between)s).")
        % facts
    )


def exact_words(figures: Figures) -> str:
    """What the lot's own test says; "" where no lot was drawn, or it is too early."""
    if figures.p_exact is None or figures.effect is None or figures.draws is None:
        return ""
    interval = ""
    if figures.low is not None and figures.high is not None:
        told = _("With its uncertainty: %(between)s.")
        interval = " " + told % {"between": between_words(figures, figures.low, figures.high)}
    facts = {
        "metric": inside(figures.metric),
        "size": number_format(abs(figures.effect) * factor_of(figures), 1, force_grouping=True),
        "unit": unit_of(figures),
        "way": way_of(figures.effect),
        "share": percent(figures.p_exact),
        "draws": number_format(figures.draws, force_grouping=True),
    }
    return (
        _(
            "Mean difference in %(metric)s: %(size)s %(unit)s %(way)s. "
            "The lot could fall out in %(draws)s ways, and %(share)s of them would have looked as good."
        )
        % facts
    ) + interval


def inside(metric: str) -> str:
    """The metric's name inside a sentence: with a small letter, unless it begins with an abbreviation."""
    return metric[:1].lower() + metric[1:] if metric[1:2].islower() else metric


def between_words(figures: Figures, low: float, high: float) -> str:
    """ "between 5 and 19 lower", or "between 3 higher and 19 lower"."""
    near, far = sorted((low, high), key=abs)
    if (low < 0) == (high < 0):
        return _("between %(near)s and %(far)s %(way)s") % {
            "near": sized(figures, near),
            "far": sized(figures, far),
            "way": way_of(far),
        }
    return _("between %(near)s %(near_way)s and %(far)s %(far_way)s") % {
        "near": sized(figures, near),
        "near_way": way_of(near),
        "far": sized(figures, far),
        "far_way": way_of(far),
    }


def chance_words(figures: Figures) -> str:
    """How probable it is that the effect is better than nothing, and than the smallest worth having."""
    if figures.p_better is None:
        return ""
    said = [_("Probably better than nothing: %(chance)s.") % {"chance": percent(figures.p_better)}]
    if figures.p_worthwhile is not None and figures.worthwhile is not None:
        facts = {
            "chance": percent(figures.p_worthwhile),
            "size": plain(abs(figures.worthwhile) * factor_of(figures)),
            "unit": unit_of(figures),
        }
        said.append(_("As large as agreed (at least %(size)s %(unit)s): %(chance)s.") % facts)
    return " ".join(said)


def verdict_words(figures: Figures) -> str:
    """The verdict in a line."""
    if figures.verdict == "scale":
        return _("It worked: worth scaling up")
    if figures.verdict == "stop":
        return _("Not worth going on with: the effect is hardly as large as agreed")
    if figures.verdict == "extend" and figures.is_final:  # all planned weeks are in
        return _(
            "Can not be concluded: the numbers are sure enough neither to scale up nor to stop. "
            "Measure longer, or plan it anew"
        )
    if figures.verdict == "extend":
        return _("Can not be told yet: measure longer, or plan it anew")
    reason = figures.reason or _("nothing was measured")
    return _("Can not be concluded, because %(reason)s.") % {"reason": reason.rstrip(".")}


@dataclass(frozen=True)
class Told:
    """What a page says of an effect, ready to be read; `mark` stands beside the words, never instead of them."""

    verdict: str
    effect: str
    chance: str
    nesta: str
    waiting: str
    mark: str  # "ok", "warn" or "quiet"


def told_of(figures: Figures) -> Told:
    """The words for what the figures show."""
    marks = {"scale": "ok", "stop": "warn"}
    return Told(
        verdict=verdict_words(figures),
        effect=effect_words(figures),
        chance=chance_words(figures),
        nesta=nesta_words(figures.nesta_level),
        waiting=waiting_words(figures),
        mark=marks.get(figures.verdict, "quiet") if figures.is_final else "quiet",
    )


def waiting_words(figures: Figures) -> str:
    """What it would be worth to know the effect for sure before deciding; "" where nothing can be said."""
    worth = figures.value_of_waiting
    if worth is None:
        return ""
    shown = worth * factor_of(figures)
    if shown < 0.01:
        return _("Next to nothing: it is sure enough.")
    said = _("%(size)s %(unit)s a week") % {"size": plain(round(shown, 2)), "unit": unit_of(figures)}
    if figures.value_of_waiting_money is None:
        return f"{said}."
    return f"{said}, " + _("about %(money)s in all.") % {"money": sek(figures.value_of_waiting_money)}


def nesta_words(level: int) -> str:
    """What a Nesta level means."""
    return str(NESTA[level])


def note_words(note: Note, names: Mapping[str, str] | None = None) -> str:
    """What the estimate notes, as the end of a sentence. `names` are those of units by their key."""
    text = NOTES.get(note.code)
    if text is None:
        return note.code
    return str(text) % {name: fact_words(name, value, names or {}) for name, value in note.facts.items()}


def fact_words(name: str, value: str | float, names: Mapping[str, str]) -> str:
    """One fact of a note as it is written: a unit by its name, a probability in per cent."""
    if isinstance(value, str):
        return names.get(value, value)
    if name.startswith("p_"):
        return percent(value)
    return plain(value)


def plain(value: float) -> str:
    """A number as it was agreed: "5", "0,25"; no more than three decimals."""
    rounded = round(value, 3)
    return number_format(int(rounded) if rounded == int(rounded) else rounded, force_grouping=True)


def sentence(parts: Iterable[str]) -> str:
    """The parts as one line, with commas between."""
    return "; ".join(part for part in parts if part)
