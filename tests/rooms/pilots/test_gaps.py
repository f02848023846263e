"""Weeks that were not measured, and why."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from ringar.core import clock
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused
from ringar.pilots.actions.gaps import tell_gaps
from ringar.pilots.actions.measurements import Value, record_measurements
from ringar.pilots.actions.parts import set_units
from ringar.pilots.models import Gap, Measurement
from ringar.pilots.queries.measurements import (
    measured_by,
    measurers_to_remind,
    span_for,
    units_with_values,
    weeks_awaited,
)
from tests.people import People
from tests.rooms.pilots.measured import START, WEEK
from tests.rooms.pilots.measuring import FIFTH_WEEK, client_of, followed, hand_in, text_of, unit_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
LogIn = Callable[[Person], Client]
WHY = "Mottagningen var stängd"


def told_gap(people: People, pilot, *weeks, why: str = WHY) -> int:
    """Bo tells why home care was not measured."""
    with clock.at(FIFTH_WEEK):
        return tell_gaps(by=viewer_of(people.bo), pilot=pilot, of=unit_in(pilot), weeks=weeks, why=why)


def test_tell_gaps_when_told_then_nobody_waits_or_is_reminded(people: People) -> None:
    pilot = followed(people)
    with clock.at(FIFTH_WEEK):
        asked = weeks_awaited(viewer_of(people.bo))[0][1]
        assert measurers_to_remind(FIFTH_WEEK)
    assert told_gap(people, pilot, *asked) == len(asked)
    with clock.at(FIFTH_WEEK):
        assert weeks_awaited(viewer_of(people.bo)) == []
        assert measurers_to_remind(FIFTH_WEEK) == []
    event = AuditEvent.objects.filter(action="tell_gap").latest("id")
    assert event.changes["reason"] == ["", WHY] and event.changes["week"] == asked[-1].isoformat()


def test_tell_gaps_when_a_value_comes_later_then_both_stand(people: People) -> None:
    pilot = followed(people)
    told_gap(people, pilot, START)
    hand_in(people, pilot, 41.0)
    with clock.at(FIFTH_WEEK):
        of = units_with_values().get(pk=unit_in(pilot).pk)
        measured = measured_by(of, span_for(pilot, pilot.effect_goal))
    assert measured.values[START].value == 41 and measured.gaps == {}
    assert Gap.objects.get().why == WHY


def test_tell_gaps_when_told_anew_then_history_keeps_what_was_said(people: People) -> None:
    pilot = followed(people)
    told_gap(people, pilot, START)
    assert told_gap(people, pilot, START) == 0
    assert told_gap(people, pilot, START, why="Räknaren var trasig") == 1
    assert AuditEvent.objects.filter(action="tell_gap").latest("id").changes["reason"] == [
        WHY,
        "Räknaren var trasig",
    ]


@pytest.mark.parametrize(
    ("days", "why", "says"),
    [
        (1, WHY, "is not a Monday"),
        (70, WHY, "has not come yet"),
        (0, "  ", "Say in a few words"),
        (0, "x" * 50_000, "Say in a few words"),
    ],
)
def test_tell_gaps_when_wrong_then_is_refused_and_nothing_kept(
    people: People, days: int, why: str, says: str
) -> None:
    pilot = followed(people)
    with pytest.raises(Refused, match=says):
        told_gap(people, pilot, START + WEEK, START + timedelta(days=days), why=why)
    assert not Gap.objects.exists()


def test_tell_gaps_when_the_week_has_a_value_then_is_refused(people: People) -> None:
    pilot = followed(people)
    hand_in(people, pilot, 41.0)
    with pytest.raises(Refused, match="has a value for the week of 2026-03-02 already"):
        told_gap(people, pilot, START + WEEK, START)
    assert not Gap.objects.exists()


def test_tell_gaps_when_the_viewer_does_not_measure_then_is_not_allowed(people: People) -> None:
    pilot = followed(people)
    with pytest.raises(NotAllowed):
        tell_gaps(by=viewer_of(people.sam), pilot=pilot, of=unit_in(pilot), weeks=[START], why=WHY)


def test_set_units_when_a_unit_has_told_gaps_then_it_stays(people: People) -> None:
    pilot = followed(people)
    told_gap(people, pilot, START)
    with pytest.raises(Refused, match="Hemtjänst Björkliden has measurements"):
        set_units(by=viewer_of(people.alva), pilot=pilot, takings=[])


def test_measurement_edit_when_ticked_with_a_reason_then_is_kept_and_shown(
    people: People, logged_in: LogIn
) -> None:
    pilot, client = followed(people), client_of(logged_in, people.bo)
    address = reverse("measurement_edit", args=[pilot.uuid, people.care.uuid])
    with clock.at(FIFTH_WEEK):
        first = client.get(address)
        assert "Which weeks were not measured?" in text_of(first)
        sent = {"gaps": ["20260302"], "gap_why": WHY, "w20260309": "40"}
        page = text_of(client.post(address, sent, follow=True))
        assert "1 value saved. 1 week noted as not measured." in page and WHY in page
        again = client.post(address, {"gaps": ["20260316"], "gap_why": WHY, "w20260309": "40"}, follow=True)
        assert "1 week noted as not measured." in text_of(again) and "0 values saved" not in text_of(again)
        shown = text_of(client.get(reverse("measurement_list", args=[pilot.uuid])))
    assert "What was not measured, and why" in shown and WHY in shown
    assert Gap.objects.filter(week=START).exists() and Measurement.objects.get().week == START + WEEK


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (
            {"gaps": ["20260302"], "gap_why": WHY, "w20260302": "4", "w20260309": "5"},
            "Take one of the two away",
        ),
        ({"gaps": ["20260302"], "w20260309": "5"}, "Say in a few words why."),
        ({"gap_why": WHY, "w20260309": "5"}, "Tick the weeks that were not measured"),
        ({"gaps": ["20200101"], "gap_why": WHY, "w20260309": "5"}, "20200101"),
    ],
)
def test_measurement_edit_when_gaps_are_half_told_then_says_so_and_saves_nothing(
    people: People, logged_in: LogIn, sent: dict[str, object], says: str
) -> None:
    pilot, client = followed(people), client_of(logged_in, people.bo)
    with clock.at(FIFTH_WEEK):
        page = text_of(client.post(reverse("measurement_edit", args=[pilot.uuid, people.care.uuid]), sent))
    assert (says in page and WHY in page) or "gap_why" not in sent
    assert not Gap.objects.exists() and not Measurement.objects.exists()


def test_record_measurements_when_the_gap_was_told_then_is_no_correction(people: People) -> None:
    pilot = followed(people)
    told_gap(people, pilot, START)
    with clock.at(FIFTH_WEEK):
        value = Value(unit_in(pilot), START, 40)
        assert record_measurements(by=viewer_of(people.bo), pilot=pilot, values=[value]).new == 1
