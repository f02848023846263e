import pytest
from hypothesis import given

from ringar_kits.errors import InputError
from ringar_kits.timetable import Meeting, Wish, explain, plan_meetings
from tests.kits.timetable.days import FEW, Day, best_value, days, random_day

TINY = days(most_parties=3, most_slots=3)


@FEW
@given(days())
def test_plan_when_made_then_it_has_no_fault_and_is_within_its_bound(day: Day) -> None:
    plan = plan_meetings(day.wishes, **day.rules, seconds=5)
    assert not day.faults(plan.meetings)
    assert plan.value == pytest.approx(day.value(plan.meetings))
    assert plan.value <= plan.bound * (1 + 1e-9)
    assert (plan.meetings == ()) == (plan.value == 0)


@FEW
@given(TINY)
def test_plan_when_everything_can_be_tried_then_nothing_is_better(day: Day) -> None:
    best = best_value(day)
    plan = plan_meetings(day.wishes, **day.rules, seconds=5)
    assert plan.bound >= best - 1e-6
    assert plan.value >= best * (1 - 0.0008) - 1e-6  # what fairness may cost


@FEW
@given(days())
def test_plan_when_wishes_are_left_then_each_says_why(day: Day) -> None:
    plan = plan_meetings(day.wishes, **day.rules, seconds=5)
    met = {meeting.pair for meeting in plan.meetings}
    assert {(unmet.wish.manager, unmet.wish.startup) for unmet in plan.unmet} == {
        (wish.manager, wish.startup) for wish in day.wishes
    } - met
    for unmet in plan.unmet:
        sentence = explain(unmet)
        assert unmet.wish.manager in sentence or unmet.wish.startup in sentence
        assert (unmet.why == "veto") == (unmet.wish.value <= 0)


@FEW
@given(days())
def test_plan_when_a_wish_is_left_then_no_slot_would_have_taken_it(day: Day) -> None:
    plan = plan_meetings(day.wishes, **day.rules, seconds=5)
    for unmet in plan.unmet:
        if unmet.wish.value > 0:
            tried = [Meeting(unmet.wish.manager, unmet.wish.startup, slot) for slot in range(day.slots)]
            assert all(day.faults([*plan.meetings, meeting]) for meeting in tried)


@FEW
@given(days(least_value=1))
def test_plan_when_some_meetings_are_fixed_then_they_stay(day: Day) -> None:
    fixed = plan_meetings(day.wishes, **day.rules, seconds=5).meetings[::2]
    plan = plan_meetings(day.wishes[::-1], **day.rules, fixed=fixed, seconds=5, seed=3)
    assert set(fixed) <= set(plan.meetings)
    assert not day.faults(plan.meetings)


def test_plan_when_made_again_then_it_is_the_same() -> None:
    day = random_day(1)
    first = plan_meetings(day.wishes, **day.rules, seconds=60)
    again = plan_meetings(reversed(day.wishes), **day.rules, seconds=60)
    assert first.in_time and again.in_time
    assert first.meetings == again.meetings


def test_plan_when_all_can_always_come_then_the_bound_is_met() -> None:
    """König: without free times in the way, any choice within the limits can be placed."""
    day = random_day(2, away=0)
    plan = plan_meetings(day.wishes, slots=12, max_per_party=6, rooms=15, seconds=60)
    assert plan.share >= 0.9992
    assert plan_meetings(day.wishes, slots=12, seconds=60).share >= 0.9992


def test_plan_when_a_must_stands_against_many_wants_then_it_is_met() -> None:
    wishes = [Wish("Bo", "a", 9), Wish("Alva", "b", 9), Wish("Bo", "b", 0.1, must=True)]
    plan = plan_meetings(wishes, slots=1)
    assert [meeting.pair for meeting in plan.meetings] == [("Bo", "b")]
    assert plan.bound == pytest.approx(0.1)


def test_plan_when_days_are_many_then_a_night_is_no_gap() -> None:
    wishes = [Wish("Bo", "a", 1), Wish("Bo", "b", 1)]
    away = [("Bo", 1), ("a", 3), ("b", 0), ("a", 2)]
    plan = plan_meetings(wishes, slots=4, unavailable=away, fixed=[Meeting("Bo", "b", 3)])
    assert [meeting.slot for meeting in plan.meetings] == [0, 3]
    assert plan.gaps == 1  # slot 2, when Bo can come and nobody does; slot 1 is Bo's own
    nights = plan_meetings(wishes, slots=4, unavailable=away, fixed=[Meeting("Bo", "b", 3)], new_days=[3])
    assert nights.gaps == 0


def test_plan_when_gaps_can_be_fewer_then_they_are_and_nothing_else_changes() -> None:
    day = random_day(4, away=0.15)
    plan = plan_meetings(day.wishes, **day.rules | {"max_per_party": 5}, seconds=60)
    assert plan.gaps < plan.gaps_before / 2
    assert plan.share >= 0.9992


@pytest.mark.parametrize(("value", "is_fair"), [(4998, True), (4993, False)])
def test_plan_when_a_party_would_get_none_of_its_best_then_another_gives_way_for_little(
    value: float, is_fair: bool
) -> None:
    # One slot: Bo and a are worth the most together, and leave Cilla and b without any of their best.
    wishes = [Wish("Bo", "a", 10_000), Wish("Bo", "b", 5_000), Wish("Cilla", "a", value)]
    plan = plan_meetings(wishes, slots=1)
    assert (plan.without_top == ()) == is_fair, "two in ten thousand is little, seven is not"
    assert plan.value == (5_000 + value if is_fair else 10_000)


def test_plan_when_rooms_are_few_then_managers_keep_theirs() -> None:
    day = random_day(5, managers=4, startups=12, slots=6, pairs=40, away=0)
    plan = plan_meetings(day.wishes, slots=6, rooms=4, seconds=60)
    rooms: dict[str, set[int | None]] = {}
    for meeting in plan.meetings:
        rooms.setdefault(meeting.manager, set()).add(meeting.room)
    assert all(len(used) == 1 for used in rooms.values())


def test_plan_when_progress_is_asked_for_then_it_grows_to_one() -> None:
    told: list[float] = []
    plan_meetings(random_day(6).wishes, slots=12, seconds=60, progress=told.append)
    assert told[-1] == 1.0
    assert all(0 <= share <= 1 for share in told)


@pytest.mark.parametrize(
    ("wishes", "slots"),
    [([], 5), ([Wish("Bo", "a", 1)], 0), ([Wish("Bo", "a", -1)], 3)],
    ids=["no wishes", "no slots", "only a veto"],
)
def test_plan_when_nothing_can_be_planned_then_it_is_empty_and_whole(wishes: list[Wish], slots: int) -> None:
    plan = plan_meetings(wishes, slots=slots)
    assert (plan.meetings, plan.value, plan.bound, plan.share, plan.gaps) == ((), 0, 0, 1, 0)
    assert len(plan.unmet) == len(wishes)


def test_plan_when_time_is_nearly_nothing_then_a_plan_without_faults_still_comes() -> None:
    day = random_day(7, managers=40, startups=80, slots=20, pairs=1000)
    plan = plan_meetings(day.wishes, **day.rules, seconds=0.05)
    assert not day.faults(plan.meetings)
    assert plan.share > 0.8


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"wishes": [Wish("Bo", "a", 1), Wish("Bo", "a", 2)]}, "twice"),
        ({"wishes": [Wish("Bo", "a", 1), Wish("a", "b", 2)]}, "both a manager and a startup"),
        ({"wishes": [Wish("Bo", "a", float("nan"))]}, "no value"),
        ({"slots": -1}, "from 0"),
        ({"rooms": -1}, "from 0"),
        ({"max_per_party": {"Bo": -2}}, "from 0"),
        ({"unavailable": [("Bo", 3)]}, "numbered from 0 to 2"),
        ({"fixed": [Meeting("Bo", "b", 0)]}, "no wish"),
        ({"fixed": [Meeting("Bo", "a", 7)]}, "only the slots 0 to 2"),
        ({"fixed": [Meeting("Bo", "a", 0)], "unavailable": [("a", 0)]}, "can not come in slot 0"),
        ({"fixed": [Meeting("Bo", "a", 0), Meeting("Bo", "a", 1)]}, "twice"),
        ({"fixed": [Meeting("Bo", "a", 0)], "max_per_party": 0}, "which is the limit"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_plan_when_input_cannot_be_used_then_it_says_what_and_the_remedy(changes: dict, words: str) -> None:
    asked = {"wishes": [Wish("Bo", "a", 1)], "slots": 3} | changes
    with pytest.raises(InputError, match=words) as caught:
        plan_meetings(asked.pop("wishes"), **asked)
    assert caught.value.remedy


def test_plan_when_others_than_the_wishing_are_away_then_it_is_no_matter() -> None:
    assert len(plan_meetings([Wish("Bo", "a", 1)], slots=1, unavailable=[("Nobody", 0)]).meetings) == 1
