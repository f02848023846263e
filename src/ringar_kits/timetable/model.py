"""What goes into the kit and what comes out of it. Slots are numbered from 0, rooms from 1."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Wish:
    """A manager and a startup who could meet, and what the meeting is worth (any unit; more is better).

    A value of 0 or less is a veto: they never meet. `must` goes before any wish without it that is in its way.
    A party is known by its name, so nobody may be both a manager and a startup.
    """

    manager: str
    startup: str
    value: float
    must: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Meeting:
    """A manager and a startup in a slot; `room` is None where rooms are not limited."""

    manager: str
    startup: str
    slot: int
    room: int | None = None

    @property
    def pair(self) -> tuple[str, str]:
        """Who meets."""
        return self.manager, self.startup


@dataclass(frozen=True, slots=True)
class Unmet:
    """A wish that became no meeting. `why` is one of the codes of `WHY`; `facts` what its sentence needs."""

    wish: Wish
    why: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """Meetings by slot, and how good they are.

    `value` is the sum of the wishes' values, `bound` what no plan can exceed (with as many musts met and the same
    fixed meetings). `gaps` counts slots when a party waits between two of its meetings of a day, though it could
    meet; `gaps_before` the same before they were made fewer. `without_top` are parties with none of their three best
    wishes. `seconds` is wall-clock time; `in_time` is False where the time was up before the search had ended.
    """

    meetings: tuple[Meeting, ...]
    value: float
    bound: float
    seconds: float
    unmet: tuple[Unmet, ...] = ()
    gaps: int = 0
    gaps_before: int = 0
    without_top: tuple[str, ...] = ()
    in_time: bool = True

    @property
    def share(self) -> float:
        """How much of the bound is reached, 0 to 1; 1 where nothing can be reached."""
        return self.value / self.bound if self.bound > 0 else 1.0


@dataclass(frozen=True, slots=True)
class Repair:
    """A plan after some could not come.

    `plan` holds all meetings that now stand. `cancelled` are those that went, `moved` pairs of (as it was, as it is),
    `added` those that are new. `value` is the sum of the wishes given, and `bound` what no plan without
    those parties can exceed. `seconds` is wall-clock time.
    """

    plan: tuple[Meeting, ...]
    cancelled: tuple[Meeting, ...]
    moved: tuple[tuple[Meeting, Meeting], ...]
    added: tuple[Meeting, ...]
    value: float = 0.0
    bound: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a meeting cannot stand where it is wanted. `code` is one of `OBSTACLES`; `facts` what its sentence needs.

    `facts["meeting"]` is the meeting that stands in the way, where one does.
    """

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


WHY = {
    "veto": "{manager} or {startup} said no to this meeting.",
    "no_common_slot": "{manager} and {startup} have no free slot in common.",
    "no_limit": "{party} may have no meetings at all.",
    "manager_full": "{manager} already has {meetings} meetings, and can have no more.",
    "startup_full": "{startup} already has {meetings} meetings, and can have no more.",
    "both_full": "Neither {manager} ({manager_meetings} meetings) nor {startup} ({startup_meetings}) can have more.",
    "rooms_full": "All rooms are taken whenever {manager} and {startup} are both free.",
    "outweighed": "Whenever {manager} and {startup} can both come, one of them has another meeting.",
}
"""Why a wish was not met, by code, in plain English; each {word} is one of the facts."""

OBSTACLES = {
    "no_such_slot": "There are only the slots 0 to {last}.",
    "no_such_room": "There is no room {room}.",
    "not_wished": "{manager} and {startup} have no wish to meet.",
    "unavailable": "{party} can not come in slot {slot}.",
    "busy": "{party} then meets {other}.",
    "room_taken": "{other_manager} and {other_startup} then have room {room}.",
    "rooms_full": "All {rooms} rooms are taken in slot {slot}.",
    "limit": "{party} already has {meetings} meetings, which is the limit.",
}
"""What can stand in a meeting's way, by code, in plain English; each {word} is one of the facts."""
