"""Meeting days: when and where, who is invited, what they wish, the meetings, and what came of each."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Organisation, Person, Unit
from ringar.matching.day_rules import DayState, GoOn, MeetingState, NoShow, PartyKind, WishKind
from ringar.needs.models import Need
from ringar.solvers.models import Call, Solution, Solver


class MeetingDay(models.Model):
    """Hours in which managers meet startups, a slot at a time. May stretch over several dates."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="meeting_days")
    title = models.CharField(_("heading"), max_length=200)
    about = models.TextField(_("what those invited should know"), blank=True)
    language = models.CharField(max_length=5, default="sv")
    place = models.CharField(_("place"), max_length=200, blank=True)
    slot_minutes = models.PositiveSmallIntegerField(_("minutes a meeting"), default=20)
    pause_minutes = models.PositiveSmallIntegerField(_("minutes between meetings"), default=5)
    most_meetings = models.PositiveSmallIntegerField(_("most meetings for one party"), null=True, blank=True)
    wishes_until = models.DateTimeField(_("last day for wishes"))
    call = models.ForeignKey(
        Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="meeting_days"
    )
    state = models.CharField(max_length=12, choices=DayState, default=DayState.DRAFT)
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    invited_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    why_cancelled = models.TextField(blank=True)
    # What the last plan reached, beside the most that could be reached (ringar_kits.timetable).
    planned_at = models.DateTimeField(null=True, blank=True)
    plan_value = models.FloatField(null=True, blank=True)
    plan_bound = models.FloatField(null=True, blank=True)
    plan_seconds = models.FloatField(null=True, blank=True)
    unmet = models.JSONField(
        default=list, blank=True
    )  # [{"manager", "startup", "why", "facts"}], by party id

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "-id"], name="meeting_day_newest")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("meeting_day", args=[self.uuid])

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone, in which hours are given."""
        return ZoneInfo(self.organisation.time_zone)


class MeetingHours(models.Model):
    """A stretch of a meeting day without a break. Lunch is what lies between two of them."""

    day = models.ForeignKey(MeetingDay, on_delete=models.CASCADE, related_name="hours")
    date = models.DateField(_("date"))
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("to"))

    class Meta:
        ordering: ClassVar = ["date", "starts"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "date", "starts"], name="meeting_hours_once"),
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("starts")), name="meeting_hours_order"
            ),
        ]


class MeetingRoom(models.Model):
    """A room, or a video link, that holds one meeting at a time."""

    day = models.ForeignKey(MeetingDay, on_delete=models.CASCADE, related_name="rooms")
    order = models.PositiveSmallIntegerField()
    name = models.CharField(_("room"), max_length=120)
    link = models.URLField(_("video link"), max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["order"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "order"], name="meeting_room_order")]

    def __str__(self) -> str:
        return self.name


class Party(models.Model):
    """Somebody invited: a manager with needs, or a startup with solutions. Answers by a personal link, no account."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    day = models.ForeignKey(MeetingDay, on_delete=models.CASCADE, related_name="parties")
    kind = models.CharField(max_length=10, choices=PartyKind)
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(max_length=5, default="sv")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    solver = models.ForeignKey(Solver, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    needs = models.ManyToManyField(Need, related_name="meeting_parties", blank=True)
    solutions = models.ManyToManyField(Solution, related_name="meeting_parties", blank=True)
    most_meetings = models.PositiveSmallIntegerField(_("most meetings"), null=True, blank=True)
    # The link's secret is kept as a hash; the feed's too. Letters make new ones that work beside the old.
    invited_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    why_cancelled = models.CharField(max_length=300, blank=True)
    answer_letters = models.PositiveSmallIntegerField(default=0)  # asking for the answers after its meetings

    class Meta:
        ordering: ClassVar = ["kind", "name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "kind", "name"], name="party_name_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def organisation_id(self) -> int:
        """Whose day it is invited to."""
        return self.day.organisation_id


class PartyKey(models.Model):
    """A secret of a party's links, kept as a SHA-256 only."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="keys")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)


class Busy(models.Model):
    """A time at which a party can not meet: the start of a slot."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="busy", db_index=False)
    starts_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["party", "starts_at"], name="busy_once")]


class Wish(models.Model):
    """What one party says of meeting another: must, want, or no. One "no" is a veto."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="wishes", db_index=False)
    other = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="wished_by")
    kind = models.CharField(max_length=6, choices=WishKind)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["party", "other"], name="wish_once")]


class Meeting(models.Model):
    """A manager and a startup at a time in a room. Its uuid is the event's UID in every calendar, for ever."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    day = models.ForeignKey(MeetingDay, on_delete=models.CASCADE, related_name="meetings")
    manager = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="manager_meetings")
    startup = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="startup_meetings")
    need = models.ForeignKey(Need, on_delete=models.SET_NULL, null=True, blank=True, related_name="meetings")
    solution = models.ForeignKey(
        Solution, on_delete=models.SET_NULL, null=True, blank=True, related_name="meetings"
    )
    starts_at = models.DateTimeField()
    room = models.ForeignKey(MeetingRoom, on_delete=models.PROTECT, related_name="meetings")
    value = models.FloatField(default=0)
    is_fixed = models.BooleanField(default=False)  # placed by hand: planning goes round it
    state = models.CharField(max_length=12, choices=MeetingState, default=MeetingState.PLANNED)
    no_show = models.CharField(max_length=10, choices=NoShow, blank=True)
    # iCalendar's SEQUENCE: 0 until the parties are told of it, then grows with each change told.
    sequence = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField(null=True, blank=True)  # when the parties last were told of it
    told_as = models.CharField(max_length=64, blank=True)  # what they were told then, as a hash

    class Meta:
        ordering: ClassVar = ["starts_at", "room__order"]
        constraints: ClassVar = [
            # Cancelled ones stay, for the calendars that must hear of it.
            models.UniqueConstraint(
                fields=["day", "manager", "startup"],
                condition=models.Q(state__in=["planned", "held", "missed"]),
                name="meeting_pair_once",
            ),
            models.UniqueConstraint(
                fields=["manager", "starts_at"],
                condition=models.Q(state__in=["planned", "held", "missed"]),
                name="meeting_manager_free",
            ),
            models.UniqueConstraint(
                fields=["startup", "starts_at"],
                condition=models.Q(state__in=["planned", "held", "missed"]),
                name="meeting_startup_free",
            ),
            models.UniqueConstraint(
                fields=["room", "starts_at"],
                condition=models.Q(state__in=["planned", "held", "missed"]),
                name="meeting_room_free",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manager} – {self.startup}"

    def get_absolute_url(self) -> str:
        return reverse("meeting_detail", args=[self.uuid])

    def ends_at(self, minutes: int) -> datetime:
        """When it is over, that many minutes after it began."""
        return self.starts_at + timedelta(minutes=minutes)

    @property
    def organisation_id(self) -> int:
        """Whose meeting day it belongs to: the audit trail and webhooks ask."""
        return self.day.organisation_id


class MeetingAnswer(models.Model):
    """What one side says after a meeting: go on? what did you learn? what stands in the way?"""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="answers", db_index=False)
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="answers")
    go_on = models.CharField(_("go on?"), max_length=6, choices=GoOn)
    learned = models.TextField(_("what did you learn?"), blank=True)
    in_the_way = models.TextField(_("what stands in the way?"), blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["meeting", "party"], name="meeting_answer_once")
        ]
