import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringar_kits.timetable import OBSTACLES, Meeting, Wish, explain, find_obstacles, plan_meetings
from tests.kits.timetable.days import FEW, Day, days

MEETINGS = [Meeting("Bo", "a", 0, 1), Meeting("Alva", "b", 1, 1)]


@FEW
@given(days(), st.data())
def test_obstacles_when_none_is_found_then_the_checker_agrees(day: Day, data: st.DataObject) -> None:
    plan = plan_meetings(day.wishes, **day.rules, seconds=5)
    if not day.wishes:
        return
    wish = data.draw(st.sampled_from(day.wishes))
    room = data.draw(st.none() | st.integers(0, 4)) if day.rooms is not None else None
    wanted = Meeting(wish.manager, wish.startup, data.draw(st.integers(-1, day.slots)), room)
    found = find_obstacles(plan.meetings, wanted, **day.rules, wishes=day.wishes)
    moved = [meeting for meeting in plan.meetings if meeting.pair != wanted.pair] + [wanted]
    assert bool(found) == bool(day.faults(moved))
    for obstacle in found:
        assert "{" not in explain(obstacle)


@pytest.mark.parametrize(
    ("wanted", "rules", "codes"),
    [
        (Meeting("Bo", "b", 2), {}, []),
        (Meeting("Bo", "a", 1), {}, []),
        (Meeting("Bo", "b", 3), {}, ["no_such_slot"]),
        (Meeting("Bo", "b", 0), {}, ["busy"]),
        (Meeting("Bo", "b", 2), {"unavailable": [("b", 2)]}, ["unavailable"]),
        (Meeting("Bo", "b", 2), {"max_per_party": {"Bo": 1}}, ["limit"]),
        (Meeting("Bo", "b", 2), {"wishes": [Wish("Bo", "b", 0)]}, ["not_wished"]),
        (Meeting("Cilla", "c", 0), {"rooms": 1}, ["rooms_full"]),
        (Meeting("Cilla", "c", 0, 1), {"rooms": 2}, ["room_taken"]),
        (Meeting("Cilla", "c", 0, 3), {"rooms": 2}, ["no_such_room"]),
    ],
)
def test_obstacles_when_a_meeting_is_wanted_then_what_is_in_its_way_is_named(
    wanted: Meeting, rules: dict, codes: list[str]
) -> None:
    found = find_obstacles(MEETINGS, wanted, slots=3, **rules)
    assert [obstacle.code for obstacle in found] == codes
    assert set(codes) <= set(OBSTACLES)


def test_obstacles_when_somebody_is_busy_then_the_meeting_and_the_sentence_say_with_whom() -> None:
    (obstacle,) = find_obstacles(MEETINGS, Meeting("Bo", "b", 0), slots=3)
    assert obstacle.facts["meeting"] == MEETINGS[0]
    assert explain(obstacle) == "Bo then meets a."
