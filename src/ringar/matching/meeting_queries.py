"""Reads on meetings: one, a party's, those that wait for an answer, and what came of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from ringar.core.clock import now
from ringar.core.models import Person
from ringar.core.registry import MOST_WAITING, outcomes
from ringar.core.rules import NotAllowed, Viewer
from ringar.matching.day_models import Meeting, MeetingAnswer, MeetingDay, MeetingHours, Party
from ringar.matching.day_rules import STANDING, DayState, MeetingState, PartyKind
from ringar.matching.meeting_rules import (
    ASKED_FOR,
    FIRST_LETTER,
    Figures,
    MeetingFacts,
    Told,
    can_see_meeting,
    figures_of,
    takes_letter,
)
from ringar.needs.models import Need
from ringar.solvers.models import SolverMember

MOST_OF_NEED = 50


def meeting_rows() -> QuerySet[Meeting]:
    """Meetings with all that pages and calendars tell of them, in the order they are held."""
    rows = Meeting.objects.select_related(
        *("day__organisation", "manager__unit", "startup", "room", "need", "solution")
    )
    # What a plan could not meet is long, and would be read anew with each meeting.
    return rows.defer("day__unmet").order_by("starts_at", "room__order", "id")


def facts_of(meeting: Meeting) -> MeetingFacts:
    """What the rules look at."""
    people = ((PartyKind.MANAGER.value, meeting.manager), (PartyKind.STARTUP.value, meeting.startup))
    return MeetingFacts(
        organisation_id=meeting.day.organisation_id,
        day_state=meeting.day.state,
        state=meeting.state,
        starts_at=meeting.starts_at,
        people=tuple((kind, party.person_id) for kind, party in people),
    )


def meeting_for(viewer: Viewer, uuid: UUID | str) -> Meeting:
    """The meeting with that uuid. Raises NotAllowed where there is none that the viewer may see. 1 query."""
    meeting = meeting_rows().filter(uuid=uuid).first()
    if meeting is None or not can_see_meeting(viewer, facts_of(meeting)):
        raise NotAllowed
    return meeting


def meetings_of_party(party: Party, *, cancelled: bool = False) -> list[Meeting]:
    """The party's meetings that it has been told of, soonest first; with those cancelled since. 1 query."""
    rows = meeting_rows().filter(Q(manager=party) | Q(startup=party), sequence__gt=0)
    return list(rows if cancelled else rows.filter(state__in=STANDING))


def answers_by_side(meetings: Iterable[Meeting]) -> dict[tuple[int, int], MeetingAnswer]:
    """What was said after these meetings, by (meeting id, party id). 1 query."""
    rows = MeetingAnswer.objects.filter(meeting__in=[meeting.pk for meeting in meetings])
    return {(row.meeting_id, row.party_id): row for row in rows}


def silent(side: str) -> Q:
    """That the side of a meeting ("manager", "startup") has not answered."""
    return ~Q(Exists(MeetingAnswer.objects.filter(meeting=OuterRef("pk"), party=OuterRef(side))))


def begun_meetings(until: datetime) -> QuerySet[Meeting]:
    """Meetings that have begun and are not long ago, of days sent out, the oldest first."""
    return Meeting.objects.filter(
        day__state=DayState.PUBLISHED,
        state__in=(MeetingState.PLANNED, MeetingState.HELD),
        starts_at__lte=until,
        starts_at__gt=until - ASKED_FOR,
    ).order_by("starts_at", "id")


def awaiting_answer(viewer: Viewer) -> QuerySet[Meeting]:
    """Meetings after which the viewer has not said how it went, the oldest first. 1 query, none for nobody."""
    if viewer.person_id is None:
        return Meeting.objects.none()
    mine = Q(silent("manager"), manager__person=viewer.person_id)
    mine |= Q(silent("startup"), startup__person=viewer.person_id)
    return begun_meetings(now()).filter(mine).select_related("day", "manager", "startup")[:MOST_WAITING]


def meetings_of_offerer(viewer: Viewer) -> list[Meeting]:
    """Meetings told to who offers something: of the companies they act for, or of letters to their address, soonest
    first, and those of the last month. 1 query, none for nobody."""
    if viewer.person_id is None:
        return []
    me = Person.objects.filter(pk=viewer.person_id)
    solvers = SolverMember.objects.filter(person=viewer.person_id).values("solver")
    theirs = Q(startup__person=viewer.person_id) | Q(startup__solver__in=solvers)
    rows = meeting_rows().filter(theirs | Q(startup__email__in=me.values("email")), state__in=STANDING)
    rows = rows.filter(day__state=DayState.PUBLISHED, sequence__gt=0, startup__cancelled_at=None)
    return list(rows.filter(starts_at__gt=now() - ASKED_FOR)[:MOST_WAITING])


def parties_to_ask(at: datetime) -> list[Party]:
    """Parties with an address that are to be asked now how their meetings went (`takes_letter`). 3 queries."""
    over: dict[int, datetime] = {}
    for side in PartyKind.values:
        rows = begun_meetings(at - FIRST_LETTER).filter(silent(side)).exclude(**{f"{side}__email": ""})
        for party, starts in rows.values_list(side, "starts_at"):
            over[party] = max(starts, over.get(party, starts))
    coming = Meeting.objects.filter(
        Q(manager=OuterRef("pk")) | Q(startup=OuterRef("pk")),
        state=MeetingState.PLANNED,
        starts_at__gt=at - FIRST_LETTER,
    )
    met = Party.objects.filter(~Exists(coming), pk__in=over, cancelled_at=None)
    parties = met.select_related("day__organisation").order_by("id")
    return [party for party in parties if takes_letter(over[party.pk], party.answer_letters, at)]


def meetings_on_need(viewer: Viewer, need: Need) -> list[Meeting]:
    """The need's meetings of days that the viewer may see, the newest first. 1 query."""
    rows = meeting_rows().filter(need=need, state__in=STANDING, day__state=DayState.PUBLISHED)
    found = rows.order_by("-starts_at", "-id")[:MOST_OF_NEED]
    return [meeting for meeting in found if can_see_meeting(viewer, facts_of(meeting))]


def days_to_go_on(viewer: Viewer) -> QuerySet[MeetingDay]:
    """The organisation's days that wait for who runs them: to be planned when wishes are in, or to be sent out."""
    meetings = Meeting.objects.filter(day=OuterRef("pk"), state__in=STANDING, starts_at__gt=now())
    hours = MeetingHours.objects.filter(day=OuterRef("pk"), date__gt=now().date())
    to_plan = Q(Exists(hours), planned_at=None, wishes_until__lte=now())
    rows = MeetingDay.objects.filter(to_plan | Q(Exists(meetings), planned_at__isnull=False))
    rows = rows.filter(state=DayState.INVITED, organisation_id=viewer.organisation_id or 0)
    return rows.order_by("planned_at", "id")


def untold_meetings(day: MeetingDay) -> QuerySet[Meeting]:
    """The day's meetings that have been, and of which nobody has said whether they were held."""
    rows = meeting_rows().filter(day=day, day__state=DayState.PUBLISHED, state=MeetingState.PLANNED)
    return rows.filter(starts_at__lte=now())


def figures_by_day(days: Sequence[MeetingDay]) -> tuple[Figures, dict[int, Figures]]:
    """What came of the days' meetings: of all together, and by the day's id. 3 queries."""
    at, rows = now(), Meeting.objects.filter(day__in=[day.pk for day in days])
    said: dict[int, list[str]] = {}
    answers = MeetingAnswer.objects.filter(meeting__in=rows.values("pk"))
    for meeting, go_on in answers.values_list("meeting", "go_on"):
        said.setdefault(meeting, []).append(go_on)
    pilots = outcomes("meeting", "pilot", rows)
    told: dict[int, list[Told]] = {day.pk: [] for day in days}
    for pk, day, state, starts in rows.values_list("pk", "day", "state", "starts_at"):
        told[day].append(Told(state, starts <= at, tuple(said.get(pk, ())), pk in pilots))
    everything = figures_of(each for found in told.values() for each in found)
    return everything, {day: figures_of(found) for day, found in told.items()}


def days_held(viewer: Viewer) -> QuerySet[MeetingDay]:
    """The organisation's days whose timetable was sent out, the latest first."""
    days = MeetingDay.objects.filter(state=DayState.PUBLISHED).select_related("organisation")
    return days.filter(organisation_id=viewer.organisation_id or 0).order_by("-published_at", "-id")
