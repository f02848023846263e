"""Says notes, estimates and designs in plain English."""

from ringar_kits.effects.model import Design, Estimate, Note

TEXTS = {
    # on the data
    "no_comparison": "There are no units to compare with. A change is seen, but not what caused it: the season, other"
    " decisions and chance would look the same. Nothing can be concluded of the pilot itself.",
    "one_comparison": "Only {unit} is compared with. Whatever happened there alone is taken for an effect; three units"
    " would show how far units drift apart by themselves.",
    "too_little_before": "There are {weeks} weeks before the start that can be used, and at least {fewest} are needed.",
    "too_little_after": "There are {weeks} weeks after the start that can be used, and at least {fewest} are needed.",
    "short_history": "The history before the start is short ({weeks} weeks); with 26 a smaller effect would be seen.",
    "no_variation": "The values do not vary, so how uncertain the number is cannot be told.",
    "burn_in": "The first {weeks} weeks from the start are left out, as was declared.",
    "missing_weeks": "{weeks} weeks lack values and are left out; the weeks around them keep their distance in time.",
    "filled_weeks": "{values} values of single units are missing; their units' usual level stands in for them.",
    "unit_left_out": "{unit} has no value before the start, or none after it, and is left out.",
    "few_counts": "The counts are small ({mean} a week; below {fewest} a few cases more or less weigh much). Count by"
    " larger units, or judge with care.",
    "worst_before_start": "Just before the start ({weeks} weeks) things were unusually bad. Such times mend by"
    " themselves (regression to the mean): part of the change may be that.",
    "controls_drift": "The comparison units drift apart more than chance explains, so the interval was made {wider}"
    " times as wide.",
    "strong_memory": "Each week resembles the one before very much (memory {rho}); the interval may still be"
    " too narrow.",
    # on the decision
    "no_worthwhile": "No smallest effect worth having was agreed before the start, so there is nothing to decide by.",
    "hardly_worthwhile": "The probability that the effect is worth having is only {p_worthwhile}.",
    "not_sure_yet": "The probability of any effect for the better is {p_better} (more than 95 % is needed), and of"
    " one worth having {p_worthwhile} (more than 80 %).",
    "sure_and_worthwhile": "The probability of an effect for the better is {p_better}, and of one worth having"
    " {p_worthwhile}.",
    "wait_for_look": "It is too early to be sure: look {number} of 3 comes {weeks} weeks after the start.",
    "last_look_not_passed": "At the last look the evidence did not reach its threshold ({threshold}).",
}
CODES = tuple(TEXTS)
VERDICTS = {
    "scale": "Scale it.",
    "stop": "Stop it.",
    "extend": "Extend it, or design it anew.",
    "no_conclusion": "",
}
DESIGNS = {
    "as_planned": "as planned",
    "longer_pilot": "a pilot twice as long",
    "more_history": "more history",
    "more_treated": "twice as many units that try",
    "more_controls": "more comparison units",
    "more_history_and_controls": "more history and comparison units",
    "fixed": "all begin in one chosen week",
    "random_start": "each unit's start week is drawn by lot among eight",
    "alternate_weeks": "on and off in alternate weeks, by lot",
}


def explain(note: Note) -> str:
    """Return what a note says, in one or two sentences."""
    facts = {
        name: percent(float(fact)) if name.startswith("p_") else fact for name, fact in note.facts.items()
    }
    return TEXTS[note.code].format(**facts)


def percent(share: float | None) -> str:
    """Return a probability in words; never 0 or 100 per cent, since no measuring is that sure."""
    share = 0.0 if share is None else share
    return "more than 99 %" if share > 0.99 else "less than 1 %" if share < 0.01 else f"{share:.0%}"


def explain_estimate(estimate: Estimate) -> list[str]:
    """Return the lines that a decision-maker reads: effect, probabilities, verdict, why, and what to beware of."""
    lines = [*_effect_lines(estimate), *_look_lines(estimate), _verdict_line(estimate)]
    told = {note.code for note in estimate.reasons}
    return lines + [explain(note) for note in estimate.notes if note.code not in told]


def _look_lines(estimate: Estimate) -> list[str]:
    return [
        f"Look {look.number} of 3, {look.weeks} weeks after the start: p"
        f" {'below 0.0001' if look.p < 0.0001 else f'{look.p:.4f}'}, needed below {look.threshold}:"
        f" {'passed' if look.passed else 'not passed'}."
        for look in estimate.looks
        if look.p is not None
    ]


def _effect_lines(estimate: Estimate) -> list[str]:
    if estimate.effect is None or estimate.low is None or estimate.high is None:
        return [
            f"No number can be given ({estimate.weeks_before} weeks before, {estimate.weeks_after} after)."
        ]
    change = "effect" if "no_comparison" not in {note.code for note in estimate.notes} else "change"
    lines = [
        f"The {change} is {amount(estimate.effect)} a week (with 95 % probability between {amount(estimate.low)} and"
        f" {amount(estimate.high)}), from {amount(estimate.level_before or 0.0).lstrip('+')} before the start.",
        f"Better than nothing: {percent(estimate.p_better)}."
        + ("" if estimate.p_worthwhile is None else f" Worth having: {percent(estimate.p_worthwhile)}."),
        f"{estimate.weeks_before} weeks before and {estimate.weeks_after} after; memory from week to week"
        f" {estimate.rho:.2f}; Nesta level of evidence {estimate.nesta_level}.",
    ]
    if estimate.placebos:
        parts = (f"{each.unit} {amount(each.effect)}" for each in estimate.placebos)
        lines.append(f"The same reckoning where nothing was done: {', '.join(parts)}.")
    if estimate.cost_per_unit is not None:
        lines.append(f"Cost per unit of effect: {estimate.cost_per_unit:,.0f}.")
    if estimate.value_of_waiting_money is not None:
        lines.append(
            f"Knowing for sure would be worth {estimate.value_of_waiting_money:,.0f}: do not pay more to wait."
        )
    return lines


def _verdict_line(estimate: Estimate) -> str:
    reasons = " ".join(explain(note) for note in estimate.reasons)
    return f"{VERDICTS[estimate.verdict] or 'Nothing can be concluded.'} {reasons}".strip()


def explain_design(design: Design) -> list[str]:
    """Return the lines to be read before the start: what could be seen, and what would make it sharper."""
    lines = [explain(note) for note in design.notes]
    if design.smallest is None:
        return [*lines, "What this design could see cannot be told."]
    chance = f"{design.power:.0%}"
    lines.append(
        f"This design can see effects of at least {amount(design.smallest)} a week ({chance} of the times)."
    )
    if design.chance is not None:
        lines.append(f"The smallest effect worth having would be seen in {design.chance:.0%} of such pilots.")
    if design.smallest_to_scale is not None:
        lines.append(
            f"To end in 'scale' {chance} of the times, the effect must be {amount(design.smallest_to_scale)}."
        )
    for other in design.alternatives:
        units = f"{other.treated} + {other.controls} units, {other.weeks_before} + {other.weeks_after} weeks"
        lines.append(f"- {DESIGNS[other.code]} ({units}): {amount(other.smallest or 0.0)}")
    for offer in design.offers:
        test = "" if offer.draws is None else f"; an exact test with {offer.draws:,} possible draws"
        lines.append(f"- {DESIGNS[offer.code]}: {amount(offer.smallest or 0.0)}{test}")
    return lines


def amount(value: float) -> str:
    """Return a number with its sign and three digits that matter."""
    digits = f"{value:+.3g}"
    return f"{value:+,.0f}" if "e" in digits and abs(value) >= 1 else digits
