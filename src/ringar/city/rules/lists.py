"""Who may have the pipes reckoned, make lists and work by them, and what a list takes. Pure: no database, no clock."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from ringar.city.rules.data import Holding, ObservationKind, can_keep, can_look_into
from ringar.city.rules.fits import CapacityIn, Found, ListState
from ringar.core.rules import Refused, Viewer

MOST_PIPES = 5_000
MOST_KM = 500
LONGEST_NAME = 200
LONGEST_NOTE = 2_000
EARLIEST = date(1900, 1, 1)
HORIZONS = (1, 2, 3)

SEEN: dict[str, ObservationKind] = {
    Found.NOTHING: ObservationKind.SOUND,
    Found.LEAK: ObservationKind.LEAK,
    Found.WORN: ObservationKind.WEAR,
    Found.OTHER: ObservationKind.OTHER,
}
"""What the crew found, as what was seen of the pipe."""
CAUGHT = frozenset({Found.LEAK.value, Found.WORN.value})
"""Finds that a visit was worth: something was about to break, or had."""


@dataclass(frozen=True)
class ListFacts:
    """What the rules of rights ask about a list: whose pipes, which unit works by it, and where it stands."""

    held: Holding
    unit_id: int
    state: str


def can_see_fit(viewer: Viewer, held: Holding) -> bool:
    """Whether the viewer may see what is reckoned of the pipes: who works here and may look into them.

    That the pipes themselves are released to others does not open it: where they will break stays a matter of security.
    """
    inside = viewer.organisation_id == held.organisation_id and viewer.is_inside
    return inside and can_look_into(viewer, held)


def can_see_list(viewer: Viewer, facts: ListFacts) -> bool:
    """Whether the viewer may see a list: who may see the fit, and once it is handed out the unit that works by it."""
    inside = viewer.organisation_id == facts.held.organisation_id and viewer.is_inside
    is_crew = facts.state != ListState.DRAFT and facts.unit_id in viewer.unit_ids
    return inside and (is_crew or can_see_fit(viewer, facts.held))


def can_plan(viewer: Viewer, held: Holding) -> bool:
    """Whether the viewer may have the pipes reckoned, and make, hand out and close lists: who keeps the data."""
    return can_keep(viewer, held)


def can_tick(viewer: Viewer, facts: ListFacts) -> bool:
    """Whether the viewer may tick off what is done: the unit that works by the list, and who plans."""
    works_by_it = facts.unit_id in viewer.unit_ids and viewer.may_write
    return can_see_list(viewer, facts) and (works_by_it or can_plan(viewer, facts.held))


def require_fit(as_of: date, horizon: int, *, today: date) -> None:
    """Raises Refused where nothing can be reckoned as known on that day, or so far ahead."""
    if as_of > today:
        raise Refused(
            _("Nobody knows yet what will be known on %(day)s. Choose today or before.") % {"day": as_of}
        )
    if as_of < EARLIEST:
        raise Refused(_("Choose a day after 1900."))
    if horizon not in HORIZONS:
        raise Refused(_("Look 1, 2 or 3 years ahead."))


def require_capacity(capacity: float, capacity_in: str) -> None:
    """Raises Refused where the capacity (pipes or metres) is none that a crew has."""
    if capacity_in == CapacityIn.PIPES and not (2 <= capacity <= MOST_PIPES and capacity == int(capacity)):
        raise Refused(_("Write how many pipes the crew can manage: 2 to %(most)s.") % {"most": MOST_PIPES})
    if capacity_in == CapacityIn.METRES and not 0 < capacity <= MOST_KM * 1000:
        raise Refused(
            _("Write how many kilometres the crew can manage: at most %(most)s.") % {"most": MOST_KM}
        )


def require_tick(found: str, note: str) -> None:
    """Raises Refused where a tick does not say what was found."""
    if found not in Found.values:
        raise Refused(_("Say what you found."))
    if found == Found.OTHER and not note.strip():
        raise Refused(_("Say in a few words what you found."))
    if len(note) > LONGEST_NOTE:
        raise Refused(
            _("The note is longer than %(most)s characters. Make it shorter.") % {"most": LONGEST_NOTE}
        )


@dataclass(frozen=True)
class Watched:
    """The days (both included) in which breaks are held against a list.

    `is_late`: the list was drawn when they had begun; what broke before that day is not counted.
    """

    first: date
    last: date
    is_late: bool = False

    def has_begun(self, today: date) -> bool:
        """Whether the first of the days has come."""
        return today >= self.first

    def is_over(self, today: date) -> bool:
        """Whether all of the days have been."""
        return today > self.last


def watched_days(year: int, *, as_of: date, made_on: date) -> Watched:
    """The days of the list's year that lie after what the model knew and after the list was drawn."""
    begins, ends = date(year, 1, 1), date(year, 12, 31)
    first = max(begins, as_of, made_on)
    return Watched(min(first, ends), ends, is_late=made_on - begins > timedelta(days=31))
