"""What the start page tells of the way from need to spread solution, and where its picture puts each step."""

from dataclasses import dataclass
from math import cos, pi, sin

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CENTRE = (260.0, 205.0)
RADIUS = 132.0
LABEL_GAP = 30.0


@dataclass(frozen=True)
class Step:
    """One step of the ring; `is_here` tells whether this version carries a need through it."""

    name: str | Promise
    what: str | Promise
    is_here: bool


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
    Step(_("Need"), _("Somebody writes what they see, in ten minutes, on a phone."), True),
    Step(_("Evidence"), _("Others have it too. Someone goes out and meets those it concerns."), True),
    Step(_("Match"), _("The solutions that fit come up, with reasons; or the answer is that nothing fits."), True),
    Step(_("Meeting"), _("Twenty minutes with each startup, about this need and nothing else."), False),
    Step(_("Pilot"), _("Tested small, with an effect goal and a rule for when to stop."), False),
    Step(_("Decision"), _("Measured, with its uncertainty. What failed is kept as a lesson."), False),
    Step(_("Ring"), _("The next unit and the next municipality take it home, and measure again."), False),
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
