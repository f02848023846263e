"""Measurements: kept all or none, corrected with history, asked for by reminders."""

from datetime import timedelta

import pytest

from ringar.core import clock
from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.registry import waiting_for
from ringar.core.rules import NotAllowed, Refused
from ringar.pilots.actions.measurements import Value, record_measurements, remind_measurers
from ringar.pilots.models import Correction, Measurement
from ringar.pilots.queries.measurements import measured_pilot, measurers_to_remind
from ringar.pilots.tasks import look_at_measurements
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.work import Work
from ringar.talk.models import Notification
from tests.people import People
from tests.rooms.pilots.measured import START, WEEK, running
from tests.rooms.pilots.measuring import FIFTH_WEEK, followed, hand_in, unit_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def test_record_measurements_when_new_then_kept_with_who_and_when(people: People) -> None:
    pilot = followed(people)
    hand_in(people, pilot, 38.5, 37)
    rows = list(Measurement.objects.order_by("week"))
    assert [(row.value, row.entered_by, row.is_late, row.via) for row in rows] == [
        (38.5, people.bo, False, "form"),
        (37.0, people.bo, False, "form"),
    ]
    audit = AuditEvent.objects.filter(action="record_measurement").first()
    assert audit and audit.changes["value"] == [None, 38.5] and audit.person_id == people.bo.pk


def test_record_measurements_when_handed_in_weeks_after_then_late(people: People) -> None:
    pilot = followed(people)
    with clock.at(FIFTH_WEEK):
        values = [Value(unit_in(pilot), START, 1.0), Value(unit_in(pilot), START + 3 * WEEK, 1.0)]
        record_measurements(by=viewer_of(people.bo), pilot=pilot, values=values)
    assert list(Measurement.objects.order_by("week").values_list("is_late", flat=True)) == [True, False]


def test_record_measurements_when_the_same_again_then_nothing_changes(people: People) -> None:
    pilot = followed(people)
    hand_in(people, pilot, 38.5)
    before = AuditEvent.objects.count()
    hand_in(people, pilot, 38.5)
    assert (Measurement.objects.count(), AuditEvent.objects.count()) == (1, before)


def test_record_measurements_when_another_value_then_asks_why(people: People) -> None:
    pilot = followed(people)
    hand_in(people, pilot, 38.5)
    with pytest.raises(Refused, match=r"38\.5 already"):
        hand_in(people, pilot, 36)
    assert Measurement.objects.get().value == 38.5 and not Correction.objects.exists()


def test_record_measurements_when_corrected_then_what_stood_is_kept_and_the_owner_is_told(
    people: People,
) -> None:
    pilot = followed(people)
    hand_in(people, pilot, 38.5)
    with clock.at(FIFTH_WEEK):
        value = Value(unit_in(pilot), START, 36.0, why="Två larm räknades dubbelt")
        counts = record_measurements(by=viewer_of(people.alva), pilot=pilot, values=[value])
    kept = Correction.objects.get()
    assert (counts.changed, Measurement.objects.get().value) == (1, 36.0)
    assert (kept.before, kept.after, kept.why, kept.by) == (
        38.5,
        36.0,
        "Två larm räknades dubbelt",
        people.alva,
    )
    assert Notification.objects.filter(event="pilots.corrected", person=people.bo).exists()


@pytest.mark.parametrize(
    ("week", "number", "told"),
    [
        (START + timedelta(days=1), 1.0, "is not a Monday"),
        (START + 30 * WEEK, 1.0, "has not come yet"),
        (START - 200 * WEEK, 1.0, "more than three years"),
        (START, float("nan"), "is not a number"),
        (START + WEEK, 2.0, "twice"),
    ],
)
def test_record_measurements_when_one_is_wrong_then_none_is_kept(
    people: People, week, number: float, told: str
) -> None:
    pilot = followed(people)
    values = [Value(unit_in(pilot), START + WEEK, 40.0), Value(unit_in(pilot), week, number, place="row 3")]
    with clock.at(FIFTH_WEEK), pytest.raises(Refused, match=told) as refused:
        record_measurements(by=viewer_of(people.bo), pilot=pilot, values=values)
    assert str(refused.value).startswith("row 3") and not Measurement.objects.exists()


def test_record_measurements_when_there_is_no_goal_then_says_so(people: People) -> None:
    pilot = running(people, has_goal=False)
    of = pilot.units.create(unit=people.care, role="tries")
    with clock.at(FIFTH_WEEK), pytest.raises(Refused, match="no effect goal"):
        record_measurements(by=viewer_of(people.bo), pilot=pilot, values=[Value(of, START, 1.0)])


def test_record_measurements_when_of_a_unit_in_another_pilot_then_not_allowed(people: People) -> None:
    pilot, other = followed(people), followed(people, title="Något annat")
    with clock.at(FIFTH_WEEK), pytest.raises(NotAllowed):
        record_measurements(by=viewer_of(people.bo), pilot=pilot, values=[Value(unit_in(other), START, 1.0)])


@pytest.mark.parametrize("who", ["sam", "farid", "elif_"])
def test_record_measurements_when_from_outside_then_not_allowed(people: People, who: str) -> None:
    pilot, by = followed(people), viewer_of(getattr(people, who))
    with clock.at(FIFTH_WEEK), pytest.raises(NotAllowed):
        record_measurements(by=by, pilot=pilot, values=[Value(unit_in(pilot), START, 1.0)])
    with pytest.raises(NotAllowed):
        measured_pilot(by, pilot.uuid)


def test_remind_measurers_when_a_week_lacks_then_once_a_week(people: People) -> None:
    pilot = followed(people)
    hand_in(people, pilot, 38.5, 38)
    with clock.at(FIFTH_WEEK):
        look_at_measurements()
        assert Work.objects.filter(name="pilots.remind").count() == 1
        run_waiting()
        told = Notification.objects.get(event="pilots.measure")
        assert (told.person, told.facts["week"]) == (people.bo, 13)
        assert not measurers_to_remind(clock.now())
    with clock.at(FIFTH_WEEK + timedelta(days=7)):
        assert [weeks[-1].isocalendar().week for _of, weeks in measurers_to_remind(clock.now())] == [14]
    assert AuditEvent.objects.filter(action="remind_measurer").count() == 1


def test_remind_measurers_when_two_workers_do_it_then_told_once(people: People) -> None:
    followed(people)
    with clock.at(FIFTH_WEEK):
        due = measurers_to_remind(clock.now())
        assert (remind_measurers(due), remind_measurers(due)) == (1, 0)


def test_remind_measurers_when_the_week_ended_yesterday_then_not_yet(people: People) -> None:
    pilot = followed(people)
    with clock.at(FIFTH_WEEK):
        weeks = [START + n * WEEK for n in range(-1, 4)]
        record_measurements(
            by=viewer_of(people.bo), pilot=pilot, values=[Value(unit_in(pilot), week, 1.0) for week in weeks]
        )
    with clock.at(FIFTH_WEEK + timedelta(days=5)):  # Monday: the week ended on Sunday
        assert not measurers_to_remind(clock.now())
    with clock.at(FIFTH_WEEK + timedelta(days=6)):
        assert measurers_to_remind(clock.now())


def test_waiting_when_weeks_lack_then_the_measurer_sees_it_and_nobody_else(people: People) -> None:
    followed(people)
    with clock.at(FIFTH_WEEK):
        assert any("matvarden" in each.url for each in waiting_for(viewer_of(people.bo)))
        assert not any("matvarden" in each.url for each in waiting_for(viewer_of(people.dag)))
