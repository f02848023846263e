"""What the pages tell: the ring of steps and its picture, what happens next with a need, the overview's table."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import cos, pi, sin

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ringar.needs.rules import ASKS, SET_BY_OTHERS, NeedFacts, missing_for, next_step, transition

CENTRE = (260.0, 205.0)
RADIUS = 132.0
LABEL_GAP = 30.0


@dataclass(frozen=True)
class Step:
    """One step of the ring."""

    name: str | Promise
    what: str | Promise


@dataclass(frozen=True)
class Stop:
    """A step in the picture (units of its viewBox, 520 × 410): the dot, and where its label is anchored."""

    number: int
    step: Step
    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str


STEPS = (
    Step(_("Need"), _("Somebody writes what they see, in ten minutes, on a phone.")),
    Step(_("Evidence"), _("Others have it too. Someone goes out and meets those it concerns.")),
    Step(_("Match"), _("The solutions that fit come up, with reasons; or the answer is that nothing fits.")),
    Step(_("Meeting"), _("Twenty minutes with each startup, about this need and nothing else.")),
    Step(_("Pilot"), _("Tested small, with an effect goal and a rule for when to stop.")),
    Step(_("Decision"), _("Measured, with its uncertainty. What failed is kept as a lesson.")),
    Step(_("Ring"), _("The next unit and the next municipality take it home, and measure again.")),
)


def ring_of_steps(steps: tuple[Step, ...] = STEPS) -> list[Stop]:
    """The steps evenly round a circle, clockwise from the top; labels outside it."""
    stops = []
    for place, step in enumerate(steps):
        angle = 2 * pi * place / len(steps) - pi / 2
        across, down = cos(angle), sin(angle)
        anchor = "middle" if abs(across) < 0.2 else ("start" if across > 0 else "end")
        stops.append(
            Stop(
                number=place + 1,
                step=step,
                x=round(CENTRE[0] + RADIUS * across, 1),
                y=round(CENTRE[1] + RADIUS * down, 1),
                label_x=round(CENTRE[0] + (RADIUS + LABEL_GAP) * across, 1),
                label_y=round(CENTRE[1] + (RADIUS + LABEL_GAP) * down + 5, 1),
                anchor=anchor,
            )
        )
    return stops


@dataclass(frozen=True)
class Row:
    """One administration in the overview: how many needs in each state, in the order of the states given."""

    name: str
    unit_uuid: str
    counts: tuple[int, ...]
    total: int


def administrations(parents: Mapping[int, int | None]) -> dict[int, int]:
    """For each unit the administration it belongs to; `parents` holds every unit's parent.

    Administrations are the units right below the first one, from the top, that has more than one below it.
    """
    below: dict[int | None, list[int]] = {}
    for unit_id, parent in parents.items():
        below.setdefault(parent, []).append(unit_id)
    found: dict[int, int] = {}
    level = below.get(None, [])
    while len(level) == 1:
        found[level[0]] = level[0]
        level = below.get(level[0], [])
    waiting = [(unit_id, unit_id) for unit_id in level]
    while waiting:
        unit_id, administration = waiting.pop()
        found[unit_id] = administration
        waiting += [(child, administration) for child in below.get(unit_id, [])]
    return found


def tabulate(
    counts: Mapping[tuple[int, str], int],
    parents: Mapping[int, int | None],
    names: Mapping[int, tuple[str, str]],
    states: Sequence[str],
) -> list[Row]:
    """Needs by administration and state, the one with most needs first.

    `counts` by (unit id, state); `parents` and `names` (name, uuid) by unit id. Administrations without needs
    are left out.
    """
    belongs = administrations(parents)
    cells: Counter[tuple[int, str]] = Counter()
    for (unit_id, state), count in counts.items():
        cells[belongs[unit_id], state] += count
    rows = []
    for unit_id in {unit_id for unit_id, _state in cells}:
        numbers = tuple(cells[unit_id, state] for state in states)
        rows.append(Row(names[unit_id][0], names[unit_id][1], numbers, sum(numbers)))
    return sorted(rows, key=lambda row: (-row.total, row.name))


def segments(row: Row, longest: int) -> list[tuple[int, float, float]]:
    """The parts of the row's bar that hold anything: (place of the state, from, width), of 100 for `longest`."""
    found, start = [], 0.0
    for place, count in enumerate(row.counts):
        width = 100 * count / longest if longest else 0.0
        if count:
            found.append((place, round(start, 2), round(width, 2)))
        start += width
    return found


def holds_most(sought: Collection[str], held: Iterable[Collection[str]]) -> bool:
    """Whether any of the rows, each given as its words, holds more than half of the words sought."""
    words = set(sought)
    return any(2 * len(words.intersection(row)) > len(words) for row in held)


def what_next(facts: NeedFacts) -> tuple[list[Promise], Promise | None]:
    """What the need's next step still asks for, and who takes it when nothing is missing (None: nobody)."""
    step = next_step(facts.state)
    facts = replace(facts, match=facts.state in SET_BY_OTHERS)  # a matched need has its solution chosen
    arrow = transition(facts.state, step) if step else None
    if arrow is None:
        return [], None
    return [ASKS[ask] for ask in missing_for(arrow.to, facts)], arrow.who.label
