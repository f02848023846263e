"""What a design could see, in plain words, in the reader's language; pure."""

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ringar.pilots.models import EffectGoal
from ringar.pilots.outlook import Outlook
from ringar.pilots.rules import Scale
from ringar.pilots.wording import note_words, percent

MORE: dict[str, Promise] = {
    "longer_pilot": gettext_lazy("Measure twice as long after the start"),
    "more_history": gettext_lazy("Measure more weeks before the start"),
    "more_treated": gettext_lazy("Twice as many units that try"),
    "more_controls": gettext_lazy("Three units to compare with"),
    "more_history_and_controls": gettext_lazy("More weeks before, and three units to compare with"),
}
OFFERS: dict[str, Promise] = {
    "fixed": gettext_lazy("A start date that we choose"),
    "random_start": gettext_lazy("Start weeks drawn by lot"),
    "alternate_weeks": gettext_lazy("Every other week, drawn by lot"),
}


@dataclass(frozen=True)
class Row:
    """A line of a table: what is changed, the units and weeks it means, and what could be seen then."""

    what: str
    size: str
    before: int = 0
    after: int = 0
    trying: int = 0
    comparing: int = 0
    draws: str = ""


@dataclass(frozen=True)
class Words:
    """The outlook, ready to be read. `line` says the smallest effect, or why none can be told."""

    line: str
    mark: str  # "ok", "warn" or "quiet": beside the words, never instead of them
    chance: str
    more: list[Row]
    offers: list[Row]
    notes: list[str]


def sized(goal: EffectGoal, value: float) -> str:
    """The size of an effect with what it is counted in."""
    if goal.scale == Scale.LOGIT:
        return f"{number_format(round(abs(value) * 100, 1))} {_('percentage points')}"
    size = abs(value)
    decimals = 0 if size >= 100 else 1 if size >= 10 else 2
    return f"{number_format(size, decimals, force_grouping=True)} {goal.measured_in}"


def outlook_words(outlook: Outlook) -> Words:
    """What the design could see, whether that is enough, and what more would buy."""
    goal, design = outlook.goal, outlook.design
    notes = [note_words(note) for note in design.notes] if design else []
    if design is None or outlook.smallest is None:
        return Words(too_few(outlook), "warn", "", [], [], notes)
    facts = {"size": sized(goal, outlook.smallest), "worthwhile": sized(goal, goal.worthwhile)}
    if outlook.is_enough:
        line = _(
            "This design can see effects of at least %(size)s, four times out of five. The smallest effect worth "
            "having is %(worthwhile)s: it would be seen."
        )
    else:
        line = _(
            "This design can only see effects of at least %(size)s, four times out of five. The smallest effect "
            "worth having is %(worthwhile)s: it could be there and not be seen."
        )
    chance = ""
    if design.chance is not None:
        told = _("The probability to see an effect of %(size)s, if it is there: %(chance)s.")
        chance = told % {"size": facts["worthwhile"], "chance": percent(design.chance)}
    return Words(
        line % facts,
        "ok" if outlook.is_enough else "warn",
        chance,
        [
            Row(
                what=str(MORE[each.code]),
                size=sized(goal, each.smallest),
                before=each.weeks_before,
                after=each.weeks_after,
                trying=each.treated,
                comparing=each.controls,
            )
            for each in outlook.alternatives
            if each.smallest is not None and each.code in MORE
        ],
        [
            Row(
                what=str(OFFERS[each.code]),
                size=sized(goal, each.smallest),
                draws=number_format(each.draws, force_grouping=True) if each.draws else "",
            )
            for each in outlook.offers
            if each.smallest is not None and each.code in OFFERS
        ],
        notes,
    )


def too_few(outlook: Outlook) -> str:
    """Why nothing can be told of what the design could see."""
    if outlook.fault:
        return _("What this design could see can not be told: the numbers do not go together. %(fault)s") % {
            "fault": outlook.fault
        }
    if outlook.weeks == 0:
        return _(
            "Nothing is measured yet in the units that try, so nobody can tell what this design could see. Measure at "
            "least eight weeks before the start, better 26, in the units that try and those to compare with."
        )
    return _(
        "%(weeks)d weeks are measured: too few to tell what this design could see. Measure at least eight weeks "
        "before the start, better 26."
    ) % {"weeks": outlook.weeks}
