"""Two at the same moment on one meeting day: nothing is lost, and nobody is in two places."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.rules import Refused, Viewer
from ringar.matching.actions import add_meeting, cancel_party, invite_parties, publish_day
from ringar.matching.day_models import Wish
from ringar.matching.day_queries import slots_of_day
from tests.people import People
from tests.rooms.matching.days import day_of, faults, party, planned_day, wish


def at_once(*actions: Callable[[], object]) -> list[BaseException]:
    """Does all at the same moment; returns what was raised."""
    started, raised = threading.Barrier(len(actions)), []

    def run(action: Callable[[], object]) -> None:
        connection.ensure_connection()
        started.wait()
        try:
            action()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.mark.django_db(transaction=True)
def test_add_meeting_when_two_take_the_same_room_then_one_is_refused(people: People) -> None:
    day, by = day_of(people, rooms=[("Enda rummet", "")]), viewer_of(people.dag)
    slot = slots_of_day(day)[0]
    pairs = [(party(day, "Bo"), party(day, "Ordlek")), (party(day, "Alva"), party(day, "Läckörat"))]

    def add(pair: tuple) -> Callable[[], object]:
        return lambda: add_meeting(by=by, day=day, manager=pair[0], startup=pair[1], starts_at=slot)

    raised = at_once(*map(add, pairs))
    assert [type(error) for error in raised] == [Refused]
    assert day.meetings.count() == 1 and faults(day) == []


@pytest.mark.django_db(transaction=True)
def test_save_wishes_when_both_sides_answer_then_both_are_kept(people: People) -> None:
    day = day_of(people)
    raised = at_once(
        lambda: wish(day, "Bo", (0,), Ordlek="must"), lambda: wish(day, "Ordlek", (1,), Bo="want")
    )
    assert not raised and Wish.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_invite_parties_when_pressed_twice_then_one_letter_each(people: People) -> None:
    day, by = day_of(people, invited=False), viewer_of(people.dag)
    raised = at_once(lambda: invite_parties(by=by, day=day), lambda: invite_parties(by=by, day=day))
    assert [type(error) for error in raised] == [Refused]
    assert AuditEvent.objects.filter(action="invite_meeting_parties").count() == 1


@pytest.mark.django_db(transaction=True)
def test_cancel_party_when_two_leave_and_it_is_sent_out_then_nothing_clashes(people: People) -> None:
    day = planned_day(people)
    bo, ordlek = party(day, "Bo"), party(day, "Ordlek")
    raised = at_once(
        lambda: cancel_party(by=Viewer(), party=bo),
        lambda: cancel_party(by=Viewer(), party=ordlek),
        lambda: publish_day(by=viewer_of(people.dag), day=day),
    )
    day.refresh_from_db()
    assert not raised and day.state == "published" and faults(day) == []
    left = day.meetings.filter(state="planned")
    assert {(row.manager.name, row.startup.name) for row in left} == {
        ("Alva", "Kaffesällskap AB"),
        ("Alva", "Läckörat AB"),
    }
