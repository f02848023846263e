"""A meeting day as the timetable kit is asked about it: parties by their ids, times as slots, rooms as numbers."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ringar.matching.day_matches import Fit, fits_between, only_brought
from ringar.matching.day_models import Busy, Meeting, MeetingDay, Party, Wish
from ringar.matching.day_queries import slots_of_day, standing_meetings
from ringar.matching.day_rules import DayState, PartyKind, WishKind, worth_of
from ringar_kits import timetable

SMALLEST = 0.001
"""What a meeting placed by hand is worth at least, where nobody wished for it."""
WISHED = {WishKind.MUST, WishKind.WANT}
Pair = tuple[int, int]


@dataclass(frozen=True)
class Frame:
    """When and where meetings can be. `slots` are all times of the day; those begun are closed to everyone."""

    slots: tuple[datetime, ...]
    new_days: tuple[int, ...]
    rooms: tuple[int, ...]
    unavailable: frozenset[tuple[str, int]]
    limits: tuple[tuple[str, int], ...] = ()

    def as_kit(self, row: Meeting) -> timetable.Meeting | None:
        """The row as the kit knows it; None where its time or room is no longer part of the day."""
        if row.starts_at not in self.slots or row.room_id not in self.rooms:
            return None
        slot, room = self.slots.index(row.starts_at), self.rooms.index(row.room_id) + 1
        return timetable.Meeting(str(row.manager_id), str(row.startup_id), slot, room)

    def asked(self) -> dict[str, Any]:
        """What every function of the kit is told."""
        return {
            "slots": len(self.slots),
            "unavailable": self.unavailable,
            "rooms": len(self.rooms),
            "max_per_party": dict(self.limits),
        }


@dataclass(frozen=True)
class Asked:
    """What the kit is asked, and what its answer is read with. Two that are equal have the same plan.

    `standing` are the meetings that have not begun; `by_hand` those of them placed by hand, `fixed` those that planning
    goes round: all, once the timetable is sent out. `wished`: pairs where somebody said must or want. `brought`: what a
    party's meetings are about where no ranking says so (`only_brought`).
    """

    frame: Frame
    wishes: tuple[timetable.Wish, ...]
    wished: frozenset[tuple[str, str]]
    standing: tuple[timetable.Meeting, ...]
    by_hand: tuple[timetable.Meeting, ...]
    fixed: tuple[timetable.Meeting, ...]
    fits: Mapping[Pair, Fit] = field(compare=False)
    brought: Mapping[int, int] = field(compare=False)

    def worth(self) -> dict[tuple[str, str], float]:
        """What each pair's meeting is worth."""
        return {(wish.manager, wish.startup): wish.value for wish in self.wishes}


def what_is_asked(day: MeetingDay, at: datetime) -> Asked:
    """The day as the kit is asked about it at that time. 13 queries."""
    parties = list(day.parties.filter(cancelled_at=None))
    rows = list(standing_meetings(day))
    frame = frame_of(day, parties, at)
    begun = {(row.manager_id, row.startup_id) for row in rows if row.starts_at <= at}
    ahead = [(row.is_fixed, frame.as_kit(row)) for row in rows if row.starts_at > at]
    standing = tuple(one for _is_fixed, one in ahead if one is not None)
    by_hand = tuple(one for is_fixed, one in ahead if one is not None and is_fixed)
    fixed = standing if day.state == DayState.PUBLISHED else by_hand
    fits, said = fits_between(day), wishes_said(day)
    kept = {(int(one.manager), int(one.startup)) for one in fixed}
    return Asked(
        frame=Frame(**{**vars(frame), "limits": limits_of(day, parties, begun, kept)}),
        wishes=wishes_between(parties, fits, said, kept=kept, met=begun),
        wished=frozenset((str(m), str(s)) for (m, s), kinds in said.items() if WISHED & set(kinds)),
        standing=standing,
        by_hand=by_hand,
        fixed=fixed,
        fits=fits,
        brought=only_brought(day),
    )


def frame_of(day: MeetingDay, parties: Iterable[Party], at: datetime) -> Frame:
    """When and where meetings of the parties can be; no limits yet. 3 queries."""
    slots = tuple(slots_of_day(day))
    number = {starts: slot for slot, starts in enumerate(slots)}
    dates = [starts.astimezone(day.zone).date() for starts in slots]
    away = {
        (str(party), number[starts])
        for party, starts in Busy.objects.filter(party__day=day).values_list("party_id", "starts_at")
        if starts in number
    }
    begun = {slot for starts, slot in number.items() if starts <= at}
    away |= {(str(party.pk), slot) for party in parties for slot in begun}
    return Frame(
        slots=slots,
        new_days=tuple(slot for slot in range(1, len(slots)) if dates[slot] != dates[slot - 1]),
        rooms=tuple(day.rooms.order_by("order").values_list("pk", flat=True)),
        unavailable=frozenset(away),
    )


def limits_of(
    day: MeetingDay, parties: Iterable[Party], begun: Collection[Pair], kept: Collection[Pair]
) -> tuple[tuple[str, int], ...]:
    """How many more meetings each party may have, by id, where there is a limit: never fewer than are fixed."""
    had, held = Counter(p for pair in begun for p in pair), Counter(p for pair in kept for p in pair)
    limits = [(party.pk, party.most_meetings or day.most_meetings) for party in parties]
    return tuple((str(pk), max(most - had[pk], held[pk])) for pk, most in limits if most is not None)


def wishes_said(day: MeetingDay) -> dict[Pair, list[str]]:
    """What the two sides of each pair (manager's id, startup's id) said of meeting. 1 query."""
    said: dict[Pair, list[str]] = defaultdict(list)
    rows = Wish.objects.filter(party__day=day, party__cancelled_at=None, other__cancelled_at=None)
    for party, other, kind, side in rows.values_list("party_id", "other_id", "kind", "party__kind"):
        said[(party, other) if side == PartyKind.MANAGER else (other, party)].append(kind)
    return said


def wishes_between(
    parties: Iterable[Party],
    fits: Mapping[Pair, Fit],
    said: Mapping[Pair, list[str]],
    *,
    kept: Collection[Pair],
    met: Collection[Pair],
) -> tuple[timetable.Wish, ...]:
    """The pairs that could meet, and what that is worth (`day_rules.worth_of`); 0 for a veto.

    Who fits counts without a wish as long as one of the two has not answered. Who has met does not meet again.
    """
    answered = {party.pk: party.answered_at is not None for party in parties}
    found = []
    for pair in sorted({*fits, *said, *kept} - set(met)):
        if pair[0] not in answered or pair[1] not in answered:
            continue
        kinds = said.get(pair, [])
        is_wished = bool(WISHED & set(kinds))
        is_open = pair in fits and not (answered[pair[0]] and answered[pair[1]])
        worth = worth_of(fits[pair].chance if pair in fits else 0.0, *kinds)
        if WishKind.NO not in kinds and (is_wished or is_open or pair in kept):
            worth = max(worth, SMALLEST)
            found.append(timetable.Wish(str(pair[0]), str(pair[1]), worth, WishKind.MUST in kinds))
        elif is_wished:  # told as a veto among what could not be
            found.append(timetable.Wish(str(pair[0]), str(pair[1]), 0.0))
    return tuple(found)
