"""Reads that join a pilot with the work list that it tries."""

from collections.abc import Iterator
from uuid import UUID

from django.utils import timezone

from ringar.city.models import WorkList
from ringar.city.queries.lists import visible_lists
from ringar.core.clock import today
from ringar.core.rules import Viewer
from ringar.pilots.list_rules import SOURCE, ListWeek, Tick, WeekValue, values_of, weeks_of
from ringar.pilots.measure_rules import MEASURED_STATES
from ringar.pilots.models import Measurement, Pilot
from ringar.pilots.queries.measurements import goal_of


def list_of(pilot: Pilot) -> WorkList | None:
    """The work list that the pilot tries, None where it tries something else. 1 query at most."""
    if pilot.source != SOURCE:
        return None
    rows = WorkList.objects.filter(organisation_id=pilot.organisation_id, uuid=UUID(pilot.external_id))
    return rows.select_related("fit__pipes", "unit").first()


def visible_list_of(viewer: Viewer, pilot: Pilot) -> WorkList | None:
    """The same, where the viewer may see the list. 1 query at most."""
    if pilot.source != SOURCE:
        return None
    return visible_lists(viewer).filter(uuid=UUID(pilot.external_id)).first()


def pilot_of_list(work_list: WorkList) -> Pilot | None:
    """The pilot that tries the list. 1 query, none where there is none."""
    if work_list.pilot_uuid is None:
        return None
    rows = Pilot.objects.filter(uuid=work_list.pilot_uuid, organisation_id=work_list.organisation_id)
    return rows.select_related("effect_goal", "unit").first()


def list_weeks(pilot: Pilot, work_list: WorkList) -> list[ListWeek]:
    """The pilot's weeks; none before the lot is drawn. 1 query."""
    goal = goal_of(pilot)
    if goal is None or goal.start_week is None or goal.seed is None:
        return []
    places: dict[str, list[int]] = {}
    for arm, place in work_list.items.order_by("place").values_list("arm", "place"):
        places.setdefault(arm, []).append(place)
    return weeks_of(goal.start_week, goal.weeks_planned, goal.seed, places)


def ticks_of(work_list: WorkList) -> list[Tick]:
    """What is done on the list. 1 query."""
    rows = work_list.items.exclude(done_at=None).values_list("arm", "done_at", "length_m", "found")
    return [Tick(arm, timezone.localdate(at), length, found) for arm, at, length, found in rows]


def list_values(pilot: Pilot, work_list: WorkList) -> list[WeekValue]:
    """What the pilot's weeks that have ended came to, by what is ticked off now. 2 queries."""
    weeks = list_weeks(pilot, work_list)
    return values_of(weeks, ticks_of(work_list), today=today()) if weeks else []


def news_of(pilot: Pilot, work_list: WorkList) -> list[WeekValue]:
    """Those of the values that the pilot does not hold yet. 3 queries."""
    held = dict(Measurement.objects.filter(of__pilot=pilot).values_list("week", "value"))
    return [each for each in list_values(pilot, work_list) if held.get(each.week) != each.value]


def pilots_with_news() -> Iterator[Pilot]:
    """The pilots under way whose work list says something that they do not hold yet. 5 queries for each."""
    rows = Pilot.objects.filter(source=SOURCE, state__in=MEASURED_STATES).select_related("effect_goal")
    for pilot in rows.order_by("id"):
        work_list = list_of(pilot)
        if work_list is not None and news_of(pilot, work_list):
            yield pilot
