"""What a gate asks for, in plain words, and where it is filled in. Pure: no database, no clock."""

from dataclasses import dataclass, field
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ringar.core.text import sek
from ringar.pilots.rules import LIGHT_STAGES, Design, PilotKind, Stage
from ringar.procurement.rules import Room

DRAWN = frozenset({Design.RANDOM_START, Design.ALTERNATE})
"""Designs in which the units that try are compared with each other, and with themselves, by lot."""


@dataclass(frozen=True)
class GateFacts:
    """What is there of what a gate asks for. Built from the rows by `queries.gates.facts_of`.

    `buys`: something is bought of a supplier; `room`: what the ceiling leaves for it, None where nothing says its kind;
    `limit_sek`: the round's mandate for one pilot. `cost_sek` is what the calculation promises that it costs.
    """

    kind: str = PilotKind.TEST
    need: bool = False
    goal: bool = False
    owner: bool = False
    cap: bool = False
    ends_on: date | None = None
    starts_on: date | None = None
    sprint_outcome: bool = False
    effect_goal: bool = False
    start: bool = False
    design: str = Design.FIXED
    hypothesis: bool = False
    trying: int = 0
    comparing: int = 0
    cost_lines: int = 0
    gain_lines: int = 0
    who_pays: bool = False
    cost_sek: int = 0
    stop_rule: bool = False
    data_check: bool = False
    data_gaps: bool = False
    buys: bool = False
    choice: bool = False
    room: Room | None = None
    limit_sek: int | None = None


@dataclass(frozen=True)
class Missing:
    """One thing that a gate lacks: a code of ASKS, and the numbers in its sentence."""

    code: str
    facts: dict[str, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What is missing and what to do, in the reader's language; sums are written as money."""
        return str(ASKS[self.code]) % {name: sek(value) for name, value in self.facts.items()}

    @property
    def where(self) -> str:
        """The name of the page where it is filled in."""
        return PAGES[self.code]


ASKS: dict[str, Promise] = {
    "need": _("Say which need it serves."),
    "goal": _("Write the effect goal in one sentence: what is to be better, for whom."),
    "owner": _("Say who owns it."),
    "cap": _("Set a cap: the most kronor, or hours, that it may take."),
    "end": _("Set the day when it ends."),
    "order": _("It ends before it begins. Change one of the days."),
    "sprint_outcome": _("Write what came out of the sprint."),
    "effect_goal": _(
        "Set the effect goal: what is measured, its value today and where that comes from, the target, and the "
        "smallest effect worth having. Without it nobody can tell afterwards whether it worked."
    ),
    "start": _("Say in which week it begins, or draw lots for it."),
    "hypothesis": _("Write what you believe will happen, and why."),
    "trying": _("Choose at least one unit that tries."),
    "comparing": _(
        "Choose at least one unit to compare with, or draw lots: between at least two that try, or which weeks it is "
        "tried in."
    ),
    "costs": _("Write what it costs, in kronor or hours."),
    "gains": _("Write the gain that is promised, and who takes it home."),
    "who_pays": _("Say who pays."),
    "mandate": _(
        "The calculation says %(cost)s, which is %(over)s more than the mandate of the round allows."
    ),
    "stop_rule": _("Write when you stop early."),
    "data_check": _("Answer the questions about personal data."),
    "data_gaps": _(
        "Personal data are handled: say the legal ground, the impact assessment (or why none is needed), who "
        "handles the data, and in which country they are stored."
    ),
    "choice": _("Document the choice of supplier: which others you looked at, and why this one."),
    "ceiling": _(
        "With this pilot, purchases of the same kind come to %(total)s this financial year, across the whole "
        "organisation. That is %(over)s above the ceiling for direct award, %(ceiling)s. Talk with a buyer: make the "
        "pilot smaller, use an agreement that is there already, or announce a procurement."
    ),
}
"""What is said of each thing that can be missing, in the order of the page."""

PAGES: dict[str, str] = {
    **dict.fromkeys(("need", "goal", "owner", "cap", "end", "order"), "pilot_edit"),
    **dict.fromkeys(("hypothesis", "stop_rule"), "pilot_edit"),
    **dict.fromkeys(("effect_goal", "start"), "pilot_goal"),
    **dict.fromkeys(("trying", "comparing"), "pilot_units"),
    **dict.fromkeys(("costs", "gains", "who_pays", "mandate"), "pilot_costs"),
    **dict.fromkeys(("data_check", "data_gaps"), "pilot_data"),
    **dict.fromkeys(("choice", "ceiling"), "supplier_choice"),
    "sprint_outcome": "pilot_sprint",
}


def missing_evidence(stage: str, facts: GateFacts) -> list[Missing]:
    """What is missing before the stage may begin, in the order of the page; empty where nothing is.

    A light stage asks for what keeps it small; from the pilot stage everything that makes its result believable.
    There is no way round it: whoever asks, the same is missing.
    """
    there = {
        "need": facts.need,
        "goal": facts.goal,
        "owner": facts.owner,
        "cap": facts.cap or stage not in LIGHT_STAGES,
        "end": facts.ends_on is not None,
        "order": not (facts.starts_on and facts.ends_on) or facts.starts_on <= facts.ends_on,
        "sprint_outcome": facts.sprint_outcome or facts.kind != PilotKind.SPRINT or stage == Stage.EXERCISE,
    }
    found = [Missing(code) for code, is_there in there.items() if not is_there]
    return found if stage in LIGHT_STAGES else found + missing_design(stage, facts) + missing_money(facts)


def missing_design(stage: str, facts: GateFacts) -> list[Missing]:
    """What is missing before an effect could be told afterwards, and before people's data may be used.

    At full scale nobody is left to compare with.
    """
    # Weeks drawn by lot are compared with each other, also where a single unit tries.
    is_drawn = facts.design in DRAWN and facts.trying >= (1 if facts.design == Design.ALTERNATE else 2)
    there = {
        "effect_goal": facts.effect_goal,
        "start": facts.start or not facts.effect_goal,
        "hypothesis": facts.hypothesis,
        "trying": facts.trying > 0,
        "comparing": facts.comparing > 0 or is_drawn or stage == Stage.FULL_SCALE,
        "stop_rule": facts.stop_rule,
        "data_check": facts.data_check,
        "data_gaps": not (facts.data_check and facts.data_gaps),
    }
    return [Missing(code) for code, is_there in there.items() if not is_there]


def missing_money(facts: GateFacts) -> list[Missing]:
    """What is missing of the calculation, the mandate and the purchase."""
    there = {"costs": facts.cost_lines > 0, "gains": facts.gain_lines > 0, "who_pays": facts.who_pays}
    found = [Missing(code) for code, is_there in there.items() if not is_there]
    if facts.limit_sek is not None and facts.cost_sek > facts.limit_sek:
        found.append(Missing("mandate", {"cost": facts.cost_sek, "over": facts.cost_sek - facts.limit_sek}))
    if facts.buys and not facts.choice:
        found.append(Missing("choice"))
    if facts.room is not None and facts.room.over:
        room = facts.room
        numbers = {"total": room.bought + room.wanted, "over": room.over, "ceiling": room.ceiling}
        found.append(Missing("ceiling", numbers))
    return found
