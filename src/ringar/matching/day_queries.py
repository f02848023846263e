"""Reads on meeting days: which a viewer may see, who is invited, who has answered, whom a personal link is for."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from ringar.core.rules import NotAllowed, Role, Viewer
from ringar.core.token_queries import token_hash
from ringar.matching.day_models import Meeting, MeetingDay, MeetingHours, Party, PartyKey
from ringar.matching.day_rules import (
    REMIND_APART,
    REMIND_BEFORE,
    STANDING,
    DayState,
    Stretch,
    can_run_day,
    can_see_day,
    slots_of,
)
from ringar.robots.models.work import Work

PAGE = 25
MOST_LISTED = 200


def visible_days(viewer: Viewer) -> QuerySet[MeetingDay]:
    """The meeting days that the viewer may see (`day_rules.can_see_day`), newest first."""
    days = MeetingDay.objects.select_related("organisation").order_by("-id")
    if not viewer.is_inside:
        return days.none()
    days = days.filter(organisation_id=viewer.organisation_id or 0)
    return days if viewer.leads or Role.AUDITOR in viewer.roles else days.exclude(state=DayState.DRAFT)


def counted(rows: QuerySet[Party] | QuerySet[Meeting]) -> Coalesce:
    """How many of the rows belong to the outer day."""
    total = rows.filter(day=OuterRef("pk")).order_by().values("day").annotate(n=Count("pk"))
    return Coalesce(Subquery(total.values("n")), 0)


def listed_days(viewer: Viewer) -> QuerySet[MeetingDay]:
    """Those days with their first and last date and how many are invited, have answered, and meet."""
    hours = MeetingHours.objects.filter(day=OuterRef("pk")).order_by().values("day")
    coming = Party.objects.filter(cancelled_at=None)
    return (
        visible_days(viewer)
        .defer("unmet", "about")
        .annotate(
            first_date=Subquery(hours.annotate(d=Min("date")).values("d")),
            last_date=Subquery(hours.annotate(d=Max("date")).values("d")),
            coming=counted(coming),
            answered=counted(coming.filter(answered_at__isnull=False)),
            meeting_count=counted(Meeting.objects.filter(state__in=STANDING)),
        )
    )


def day_for(viewer: Viewer, uuid: UUID | str) -> MeetingDay:
    """The day with that uuid. Raises NotAllowed where there is none that the viewer may see. 1 query."""
    day = MeetingDay.objects.select_related("organisation", "created_by", "call").filter(uuid=uuid).first()
    if day is None or not can_see_day(viewer, day.organisation_id, day.state):
        raise NotAllowed
    return day


def run_day(viewer: Viewer, uuid: UUID | str) -> MeetingDay:
    """The same, for who runs it. Raises NotAllowed for all others. 1 query."""
    day = day_for(viewer, uuid)
    if not can_run_day(viewer, day.organisation_id):
        raise NotAllowed
    return day


def meeting_to_move(viewer: Viewer, uuid: UUID) -> Meeting:
    """The meeting with that uuid and its day, for who runs the day. Raises NotAllowed. 1 query."""
    rows = Meeting.objects.select_related("day__organisation", "manager", "startup", "room")
    meeting = rows.filter(uuid=uuid).first()
    if meeting is None or not can_run_day(viewer, meeting.day.organisation_id):
        raise NotAllowed
    return meeting


def slots_of_day(day: MeetingDay) -> list[datetime]:
    """When meetings can begin on the day (UTC), soonest first. 1 query."""
    stretches = [Stretch(each.date, each.starts, each.ends) for each in day.hours.all()]
    return slots_of(stretches, day.zone, day.slot_minutes, day.pause_minutes)


def standing_meetings(day: MeetingDay) -> QuerySet[Meeting]:
    """The day's meetings that take a place in the timetable, in the order they are held."""
    return day.meetings.filter(state__in=STANDING).order_by("starts_at", "room__order", "id")


def parties_of(day: MeetingDay) -> QuerySet[Party]:
    """Everyone invited, by side and name, with how many meetings each has (`meeting_count`)."""
    standing = Meeting.objects.filter(state__in=STANDING).order_by()
    of_manager = standing.filter(manager=OuterRef("pk")).values("manager").annotate(n=Count("pk")).values("n")
    of_startup = standing.filter(startup=OuterRef("pk")).values("startup").annotate(n=Count("pk")).values("n")
    number = Coalesce(Subquery(of_manager), 0) + Coalesce(Subquery(of_startup), 0)
    return day.parties.select_related("unit").annotate(meeting_count=number)


def party_for(viewer: Viewer, day: MeetingDay, uuid: UUID) -> Party:
    """The party of the day, for who runs it and for the invited person themselves. Raises NotAllowed. 1 query."""
    party = day.parties.select_related("day__organisation", "person").filter(uuid=uuid).first()
    if party is None:
        raise NotAllowed
    is_own = party.person_id is not None and party.person_id == viewer.person_id
    if not (can_run_day(viewer, day.organisation_id) or is_own):
        raise NotAllowed
    party.day = day
    return party


def party_with_token(token: str) -> Party | None:
    """The party that the personal link opens, or None. 1 query."""
    rows = PartyKey.objects.select_related("party__day__organisation", "party__day__created_by")
    key = rows.filter(token_hash=token_hash(token)).first()
    return key.party if key else None


def plan_key(day: MeetingDay) -> str:
    """The key of the queued work that plans the day."""
    return f"matching.plan_day:{day.uuid}"


def planning_of(day: MeetingDay) -> Work | None:
    """The robots' work on the day's timetable, as it stands; None where it was never asked for. 1 query."""
    return Work.objects.filter(key=plan_key(day)).first()


def own_parties(viewer: Viewer) -> QuerySet[Party]:
    """The viewer's own invitations that wait for an answer, the soonest last day first. 1 query."""
    rows = Party.objects.filter(
        person_id=viewer.person_id or 0,
        answered_at=None,
        cancelled_at=None,
        day__state=DayState.INVITED,
        day__organisation_id=viewer.organisation_id or 0,
    )
    rows = rows.select_related("day__organisation").defer("day__unmet")
    return rows.order_by("day__wishes_until", "id")[:MOST_LISTED]


def meetings_of(party: Party) -> list[Meeting]:
    """The party's meetings in the order they are held. 1 query."""
    rows = standing_meetings(party.day).filter(Q(manager=party) | Q(startup=party))
    return list(rows.select_related("manager", "startup", "room"))


def mails_to_send(day: MeetingDay) -> QuerySet[Party]:
    """Those with an address who have had no letter yet."""
    return day.parties.filter(invited_at=None, cancelled_at=None).exclude(email="")


def parties_to_remind(at: datetime, day: MeetingDay | None = None) -> QuerySet[Party]:
    """Those who have not answered and were not written to lately; without a day, of all days that are near."""
    late = Party.objects.filter(
        Q(reminded_at=None) | Q(reminded_at__lt=at - REMIND_APART),
        answered_at=None,
        cancelled_at=None,
        invited_at__lt=at - REMIND_APART,
        day__state=DayState.INVITED,
        day__wishes_until__gte=at,
    ).exclude(email="")
    if day is not None:
        return late.filter(day=day).order_by("id")
    return late.filter(day__wishes_until__lt=at + REMIND_BEFORE, reminded_at=None).order_by("id")
