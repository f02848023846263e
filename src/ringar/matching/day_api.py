"""Meeting days and their timetables in the JSON interface, for those who work where the day is held."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from ringar.core.api import ERRORS, AccessKey, caller
from ringar.matching.day_models import Meeting, MeetingDay, MeetingHours
from ringar.matching.day_queries import day_for, visible_days
from ringar.matching.day_rules import STANDING, DayState, MeetingState
from ringar.matching.meeting_queries import meeting_rows
from ringar.matching.meeting_rules import can_see_timetable

router = Router(tags=["meetings"])
MOST_DAYS = 100


class DayOut(Schema):
    """A meeting day."""

    uuid: UUID
    title: str
    language: str
    state: DayState
    place: str
    slot_minutes: int
    wishes_until: datetime
    published_at: datetime | None
    url: str

    @staticmethod
    def resolve_url(day: MeetingDay) -> str:
        return day.get_absolute_url()


class HoursOut(Schema):
    """A stretch of the day, in the organisation's own time."""

    date: date
    starts: str = Field(description="as 09:00")
    ends: str = Field(description="as 16:30")

    @staticmethod
    def resolve_starts(hours: MeetingHours) -> str:
        return f"{hours.starts:%H:%M}"

    @staticmethod
    def resolve_ends(hours: MeetingHours) -> str:
        return f"{hours.ends:%H:%M}"


class MeetingOut(Schema):
    """A meeting in the timetable: who, when, where, about what."""

    uuid: UUID
    starts_at: datetime
    room: str
    manager: str
    startup: str
    need: UUID | None
    solution: UUID | None
    state: MeetingState
    url: str

    @staticmethod
    def resolve_room(meeting: Meeting) -> str:
        return meeting.room.name

    @staticmethod
    def resolve_manager(meeting: Meeting) -> str:
        return meeting.manager.name

    @staticmethod
    def resolve_startup(meeting: Meeting) -> str:
        return meeting.startup.name

    @staticmethod
    def resolve_need(meeting: Meeting) -> UUID | None:
        return meeting.need.uuid if meeting.need else None

    @staticmethod
    def resolve_solution(meeting: Meeting) -> UUID | None:
        return meeting.solution.uuid if meeting.solution else None

    @staticmethod
    def resolve_url(meeting: Meeting) -> str:
        return meeting.get_absolute_url()


class DayWhole(Schema):
    """A meeting day with its hours, rooms and timetable; `meetings` is empty until the viewer may see it."""

    day: DayOut
    hours: list[HoursOut]
    rooms: list[str]
    meetings: list[MeetingOut]


@router.get(
    "/",
    response={200: list[DayOut], **ERRORS},
    auth=[AccessKey("needs:read", required=False)],
    summary="Meeting days",
)
def list_days(request: HttpRequest) -> Any:
    """The latest hundred that the key's owner may see, newest first."""
    return visible_days(caller(request))[:MOST_DAYS]


@router.get(
    "/{uuid:uuid}",
    response={200: DayWhole, **ERRORS},
    auth=[AccessKey("needs:read")],
    summary="A meeting day and its timetable",
)
def show_day(request: HttpRequest, uuid: UUID) -> Any:
    """The timetable is shown to everyone who works there once it is sent out, before that to who leads or audits."""
    viewer = caller(request)
    day = day_for(viewer, uuid)
    is_seen = can_see_timetable(viewer, day.organisation_id, day.state)
    rows = meeting_rows().filter(day=day, state__in=STANDING) if is_seen else []
    return {
        "day": day,
        "hours": list(day.hours.all()),
        "rooms": [room.name for room in day.rooms.all()],
        "meetings": list(rows),
    }
