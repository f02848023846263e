"""The timetable kit's reasons in the words of the page, with names and times instead of ids and numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ringar.matching.day_models import MeetingDay
from ringar_kits import timetable

WHY = {
    "veto": gettext_lazy("%(manager)s or %(startup)s has said no."),
    "no_common_slot": gettext_lazy("%(manager)s and %(startup)s have no free time in common."),
    "no_limit": gettext_lazy("%(party)s can have no more meetings."),
    "manager_full": gettext_lazy("%(manager)s already has as many meetings as fit: %(meetings)s."),
    "startup_full": gettext_lazy("%(startup)s already has as many meetings as fit: %(meetings)s."),
    "both_full": gettext_lazy("Neither %(manager)s nor %(startup)s has room for more meetings."),
    "rooms_full": gettext_lazy("All rooms are taken whenever both are free."),
    "outweighed": gettext_lazy("Whenever both could come, one of them has a meeting that counts for more."),
}
OBSTACLES = {
    "no_such_slot": gettext_lazy("No meeting begins at that time."),
    "no_such_room": gettext_lazy("The room is not part of the day."),
    "not_wished": gettext_lazy("%(manager)s or %(startup)s has said no to meeting the other."),
    "unavailable": gettext_lazy("%(party)s can not come on %(time)s."),
    "busy": gettext_lazy("%(party)s then meets %(other)s."),
    "room_taken": gettext_lazy("%(other_manager)s and %(other_startup)s then have that room."),
    "rooms_full": gettext_lazy("All rooms are taken on %(time)s."),
    "limit": gettext_lazy("%(party)s already has %(meetings)s meetings, which is the limit."),
}
PARTIES = ("manager", "startup", "party", "other", "other_manager", "other_startup")


@dataclass(frozen=True)
class Names:
    """The names of a day's parties by id, and its times by slot."""

    parties: Mapping[int, str]
    slots: Sequence[datetime]
    day: MeetingDay

    @classmethod
    def of_day(cls, day: MeetingDay, slots: Sequence[datetime]) -> "Names":
        """The names of all who were ever invited to the day. 1 query."""
        return cls(dict(day.parties.values_list("pk", "name")), slots, day)

    def fill(self, facts: Mapping[str, object]) -> dict[str, object]:
        """The kit's facts with names for ids, and the time of the slot."""
        told = dict(facts)
        for name in PARTIES:
            if name in told:
                told[name] = self.parties.get(int(str(told[name])), _("somebody"))
        if isinstance(slot := told.get("slot"), int) and 0 <= slot < len(self.slots):
            told["time"] = date_format(self.slots[slot].astimezone(self.day.zone), "j F H:i")
        return told


def obstacle_words(obstacle: timetable.Obstacle, names: Names) -> str:
    """What stands in a meeting's way, as a sentence."""
    return str(OBSTACLES[obstacle.code]) % names.fill(obstacle.facts)


def unmet_words(row: Mapping[str, object], names: Names) -> str:
    """Why a wish of `MeetingDay.unmet` was not met, as a sentence."""
    facts = row.get("facts")
    known = facts if isinstance(facts, Mapping) else {}
    told = names.fill({**known, "manager": row["manager"], "startup": row["startup"]})
    return str(WHY.get(str(row["why"]), WHY["outweighed"])) % told
