"""What the kit of effects says of numbers that it can not use, listed for translation, and told with units' names."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext, gettext_noop

from ringar.core.kit_words import reason
from ringar_kits.errors import InputError

PLACES = (gettext_noop("unit"), gettext_noop("week"))
NUMBERS = (
    gettext_noop("the value {value} is not a number"),
    gettext_noop("Give a number, or leave the week out"),
    gettext_noop("the value {value} is too large to reckon with"),
    gettext_noop("Measure in a larger unit"),
    gettext_noop("the value {value} has no logarithm"),
    gettext_noop("Give values above 0, or use the scale identity"),
    gettext_noop("the value {value} is not a share between 0 and 1"),
    gettext_noop("Give 0.25 for 25 %, or use the scale identity"),
    gettext_noop("there is no value to look at"),
    gettext_noop("Give at least one week for each unit"),
    gettext_noop("the week stands there twice"),
    gettext_noop("Keep one value for each week"),
    gettext_noop("{day} is no Monday"),
    gettext_noop("Name a week by its Monday: {monday}"),
    gettext_noop("no unit that tried is named"),
    gettext_noop("Name at least one treated unit"),
    gettext_noop("{units} cannot both try and be compared with"),
    gettext_noop("Name each unit among the treated or the controls"),
    gettext_noop("there is no unit {units}"),
    gettext_noop("The units are: {known}"),
)
DESIGNS = (
    gettext_noop("{count} burn-in weeks"),
    gettext_noop("Give a number from 0"),
    gettext_noop("the smallest effect worth having is {effect}"),
    gettext_noop("Give a number"),
    gettext_noop("higher is better, yet the smallest effect worth having is {effect}"),
    gettext_noop("Give a number above 0, or say that lower is better"),
    gettext_noop("{count} weeks are too few"),
    gettext_noop("Plan at least {fewest} weeks"),
    gettext_noop("the treated units lie at {level} and cannot change by {effect}"),
    gettext_noop("smallest effect worth having"),
    gettext_noop("Give it in the metric's own unit"),
    gettext_noop("{count} weeks cannot be looked at three times"),
    gettext_noop("Plan at least 3 weeks"),
)
LOTS = (
    gettext_noop("no start was drawn for {units}"),
    gettext_noop("Draw for all that try"),
    gettext_noop("the draw begins before {start}"),
    gettext_noop("Give the first week that was drawn as the start"),
    gettext_noop("the draw is empty"),
    gettext_noop("nobody could draw {weeks}"),
    gettext_noop("Give the weeks that were drawn from"),
    gettext_noop("there are no values on both sides of {start}"),
    gettext_noop("Measure before the first week that could be drawn, and on after the last"),
    gettext_noop("a pair of weeks is not one on and one off"),
    gettext_noop("Give the draw as it was made"),
    gettext_noop("no pair of weeks has both values"),
    gettext_noop("Measure every week that was drawn"),
)


def fault_words(error: InputError, names: Mapping[str, str]) -> str:
    """What is wrong and how to mend it, in the active language; `names` are the units' by what the kit calls them."""
    problem, remedy = error.words
    place = re.sub(r"\bunit (\d+)\b", lambda unit: names.get(unit[1], unit[0]), error.place)
    named = {
        name: ", ".join(names.get(each, each) for each in str(problem.facts[name]).split(", "))
        for name in ("units", "known")
        if name in problem.facts
    }
    place, facts = gettext(place) if place else "", {**problem.facts, **named}
    return reason(InputError(problem.words, place=place, remedy=remedy.words, facts=facts))
