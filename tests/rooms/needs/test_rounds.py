"""A round from its opening to its end: what it takes, who may do what, who is told, what the trail holds."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from ringar.core.actions import add_person
from ringar.core.clock import at, now
from ringar.core.models import AuditEvent, Interest, Person
from ringar.core.queries import has_interest, viewer_of
from ringar.core.rules import NotAllowed, Refused, Role, Viewer
from ringar.needs.actions import (
    Weighed,
    close_due_rounds,
    close_round,
    hand_in_scores,
    move_deadline,
    move_need,
    open_round,
    save_score,
    step_aside,
    step_back,
    withdraw_round,
)
from ringar.needs.round_models import Round, Score
from ringar.needs.round_queries import (
    candidates,
    counted_scores,
    entries_of,
    latest_criteria,
    possible_assessors,
    result_of,
    round_for,
    visible_rounds,
)
from ringar.robots.engine.running import run_waiting
from ringar.talk.models import Notification
from tests.people import People
from tests.rooms.needs.cast import draft_of, shared_by
from tests.rooms.needs.rounds import CRITERIA, TITLES, entry_of, need_of, round_of, score_all, scores


def told(event: str) -> set[str]:
    """The names of those who were told of the event."""
    return set(Notification.objects.filter(event=event).values_list("person__name", flat=True))


def test_open_round_when_all_is_there_then_assessors_are_told_and_the_trail_says_it(people: People) -> None:
    round = round_of(people)
    assert [entry.need.title for entry in entries_of(round)] == list(TITLES)
    assert told("needs.round_opened") == {"Cilla", "Dag"}  # not the one who opened it
    changes = AuditEvent.objects.get(action="open_round").changes
    assert len(changes["needs"]) == 4 and len(changes["assessors"]) == 3
    assert changes["criteria"] == [["Nytta", 3], ["Enkelhet", 1]]
    sent = Notification.objects.get(event="needs.round_opened", person=people.dag)
    assert sent.row == round.uuid and sent.kind == "round"
    assert sent.facts["deadline"] == f"{(now() + timedelta(days=7)).astimezone(round.zone):%Y-%m-%d}"


@pytest.mark.parametrize("name", ["bo", "elif_", "farid", "sam"])
def test_open_round_when_not_one_who_leads_then_not_allowed(people: People, name: str) -> None:
    needs = [need_of(people.bo, title) for title in TITLES]
    with pytest.raises(NotAllowed):
        round_of(people, by=viewer_of(getattr(people, name)), needs=needs)
    assert not Round.objects.exists()


WRONG: dict[str, Callable[[People], dict[str, Any]]] = {
    "no name": lambda p: {"title": " \x00"},
    "long name": lambda p: {"title": "å" * 50_000},
    "two needs": lambda p: {"needs": [need_of(p.bo, t) for t in TITLES[:2]]},
    "the same need thrice": lambda p: {"needs": [need_of(p.bo, "En")] * 3},
    "a draft": lambda p: {"needs": [*(need_of(p.bo, t) for t in TITLES), draft_of(p.bo)]},
    "only the unit sees it": lambda p: {
        "needs": [*(need_of(p.bo, t) for t in TITLES), shared_by(p.bo, "Dolt.", "Dolt", "unit")]
    },
    "of another city": lambda p: {
        "needs": [*(need_of(p.bo, t) for t in TITLES), shared_by(p.sam, "Annat.", "Annat", "public")]
    },
    "one criterion": lambda p: {"criteria": CRITERIA[:1]},
    "nine criteria": lambda p: {"criteria": [Weighed(f"K{n}", "låg", "hög") for n in range(9)]},
    "half a criterion": lambda p: {"criteria": [*CRITERIA, Weighed("Nå", "", "hög")]},
    "two alike": lambda p: {"criteria": [*CRITERIA, Weighed("NYTTA", "låg", "hög")]},
    "no weight": lambda p: {"criteria": [*CRITERIA, Weighed("Kostnad", "låg", "hög", 0)]},
    "too heavy": lambda p: {"criteria": [*CRITERIA, Weighed("Kostnad", "låg", "hög", 11)]},
    "one assessor": lambda p: {"assessors": [p.alva]},
    "an outsider scores": lambda p: {"assessors": [p.alva, p.dag, p.sam]},
    "a resident scores": lambda p: {"assessors": [p.alva, p.dag, p.farid]},
    "yesterday": lambda p: {"deadline": now() - timedelta(days=1)},
    "in ten years": lambda p: {"deadline": now() + timedelta(days=3660)},
    "none may be chosen": lambda p: {"may_choose": 0},
    "more than there are": lambda p: {"may_choose": 5},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_open_round_when_something_is_wrong_then_refused_and_nothing_kept(people: People, wrong: str) -> None:
    changes = WRONG[wrong](people)
    with pytest.raises(Refused):
        round_of(people, **changes)
    assert not Round.objects.exists() and not told("needs.round_opened")


def test_open_round_when_a_need_is_in_another_that_runs_then_refused_and_free_once_it_is_withdrawn(
    people: People,
) -> None:
    first = round_of(people)
    needs = [entry.need for entry in entries_of(first)]
    with pytest.raises(Refused, match="Bilbrist"):
        round_of(people, needs=needs)
    withdraw_round(by=viewer_of(people.dag), round=first, reason="Fel kriterier")
    assert set(candidates(viewer_of(people.alva))) == set(needs)
    assert round_of(people, needs=needs).pk != first.pk


@pytest.mark.django_db(transaction=True)
def test_open_round_when_two_take_the_same_needs_at_once_then_one_round(people: People) -> None:
    needs, start = [need_of(people.bo, title) for title in TITLES], threading.Barrier(2)
    outcomes: list[str] = []

    def run(person: Person) -> None:
        connection.ensure_connection()
        start.wait()
        try:
            round_of(people, needs=needs, by=viewer_of(person))
            outcomes.append("opened")
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(person,)) for person in (people.alva, people.dag)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["opened", "refused"] and Round.objects.count() == 1


def test_latest_criteria_when_a_round_was_opened_then_the_next_starts_from_them(people: People) -> None:
    assert latest_criteria(viewer_of(people.alva)) == []
    round_of(people)
    kept = [(c.name, c.low, c.high, c.weight) for c in latest_criteria(viewer_of(people.dag))]
    assert kept == [(c.name, c.low, c.high, c.weight) for c in CRITERIA]
    assert latest_criteria(viewer_of(people.sam)) == []


def test_possible_assessors_when_asked_then_those_who_work_here_and_write(people: People) -> None:
    top = people.city.units.get(parent=None)
    operator = Viewer.of_command_line(people.city.pk)
    add_person(by=operator, email="a@ringsala.example", name="Granskaren", unit=top, role=Role.AUDITOR)
    # A resident who works here as well is asked as one who works here.
    add_person(by=operator, email=people.farid.email, name="", unit=people.care, role=Role.STAFF)
    names = set(possible_assessors(viewer_of(people.alva)).values_list("name", flat=True))
    assert names == {"Alva", "Bo", "Cilla", "Dag", "Farid"}


def test_visible_rounds_when_it_runs_then_leaders_and_assessors_alone(people: People) -> None:
    round = round_of(people, assessors=[people.dag, people.bo])
    everyone = {"alva", "bo", "cilla", "dag"}
    seen = {name for name in (*everyone, "elif_", "farid", "sam") if sees(getattr(people, name), round)}
    assert seen == everyone  # Cilla leads too; Bo is named
    other = round_of(people, needs=[need_of(people.dag, f"{t} 2") for t in TITLES])
    assert not sees(people.bo, other)
    with pytest.raises(NotAllowed):
        round_for(viewer_of(people.bo), other.uuid)


def sees(person: Person, round: Round) -> bool:
    return visible_rounds(viewer_of(person)).filter(pk=round.pk).exists()


def test_save_score_when_saved_twice_then_changed_and_the_trail_holds_no_values(people: People) -> None:
    round = round_of(people)
    score_all(people.dag, round, {"Bilbrist": (5, 4)}, reason="HEMLIGT skäl")
    score_all(people.dag, round, {"Bilbrist": (1, None)})
    assert Score.objects.get().values == [1, None] and Score.objects.get().reason == ""
    events = AuditEvent.objects.filter(action="save_score").order_by("id")
    uuid = str(entry_of(round, "Bilbrist").need.uuid)
    assert [e.changes for e in events] == [
        {"need": uuid, "scored": [False, True]},
        {"need": uuid, "scored": [True, True]},
    ]


@pytest.mark.parametrize(
    "values", [(), (1,), (1, 2, 3), (0, 3), (6, 3), (2.5, 3), ("3", 3), (True, 3), ([1], 3)]
)
def test_save_score_when_not_from_one_to_five_then_refused(people: People, values: tuple[Any, ...]) -> None:
    round = round_of(people)
    with pytest.raises(Refused):
        save_score(by=viewer_of(people.dag), entry=entry_of(round, "Bilbrist"), values=values)
    assert not Score.objects.exists()


@pytest.mark.parametrize("name", ["bo", "farid", "elif_", "sam"])
def test_save_score_when_no_assessor_then_not_allowed(people: People, name: str) -> None:
    round = round_of(people)
    with pytest.raises(NotAllowed):
        score_all(getattr(people, name), round, {"Bilbrist": (3, 3)})


def test_save_score_when_odd_text_then_kept_tidy_and_too_long_refused(people: People) -> None:
    round = round_of(people)
    score_all(people.dag, round, {"Bilbrist": (3, 3)}, reason="noll\x00 👩‍👩‍👧‍👦 الماء \ud800")
    assert Score.objects.get().reason == "noll 👩‍👩‍👧‍👦 الماء ?"
    with pytest.raises(Refused, match="50"):
        score_all(people.dag, round, {"Bilbrist": (3, 3)}, reason="å" * 50_000)
    assert Score.objects.get().reason.startswith("noll")


def test_save_score_when_the_deadline_has_passed_or_it_is_closed_then_refused(people: People) -> None:
    round = round_of(people)
    with at(round.deadline + timedelta(seconds=1)), pytest.raises(Refused):
        score_all(people.dag, round, {"Bilbrist": (3, 3)})
    close_round(by=viewer_of(people.alva), round=round)
    with pytest.raises(Refused):
        score_all(people.dag, round, {"Bilbrist": (3, 3)})


def test_save_score_when_the_need_has_left_the_round_then_refused_and_it_is_not_ranked(
    people: People,
) -> None:
    round = round_of(people)
    score_all(people.dag, round, {"Bilbrist": (5, 5)})
    entry = entry_of(round, "Bilbrist")
    move_need(by=viewer_of(people.bo), need=entry.need, to="closed", reason="Löst")
    with pytest.raises(Refused):
        score_all(people.cilla, round, {"Bilbrist": (3, 3)})
    assert entry.pk not in {each.pk for each in entries_of(round)}
    assert counted_scores(close_round(by=viewer_of(people.alva), round=round), entries_of(round), now()) == []


def test_save_score_when_own_need_then_refused_unless_the_round_allows_it(people: People) -> None:
    needs = [*(need_of(people.bo, t) for t in TITLES[:3]), need_of(people.dag, "Trasiga hissar")]
    round = round_of(people, needs=needs)
    with pytest.raises(Refused):
        score_all(people.dag, round, {"Trasiga hissar": (5, 5)})
    withdraw_round(by=viewer_of(people.alva), round=round, reason="Nya villkor")
    allowed = round_of(people, needs=needs, own_allowed=True)
    score_all(people.dag, allowed, {"Trasiga hissar": (5, 5)})
    assert Score.objects.get().values == [5, 5]


def test_step_aside_when_scored_already_then_the_score_does_not_count_and_back_again_it_does(
    people: People,
) -> None:
    round = round_of(people)
    score_all(people.dag, round, {"Bilbrist": (5, 5)})
    score_all(people.cilla, round, {"Bilbrist": (1, 1)})
    entry, dag = entry_of(round, "Bilbrist"), viewer_of(people.dag)
    step_aside(by=dag, entry=entry, reason="Min syster äger bilfirman")
    assert has_interest(dag, entry.need) and Interest.objects.get().reason.startswith("Min syster")
    with pytest.raises(Refused):
        score_all(people.dag, round, {"Bilbrist": (4, 4)})
    trail = str(list(AuditEvent.objects.filter(action="declare_interest").values_list("changes", flat=True)))
    assert "syster" not in trail and "interest" in trail
    assert mean_of(round, "Bilbrist", people) == 1
    step_back(by=dag, entry=entry)
    assert mean_of(round, "Bilbrist", people) == 3


def mean_of(round: Round, title: str, people: People) -> float | None:
    """The need's mean as it will be when the round closes."""
    entries = entries_of(round)
    with at(round.deadline + timedelta(minutes=1)):
        result = result_of(round, entries, counted_scores(round, entries, now()))
    return next(s.mean for s in result.standings if s.entry == entry_of(round, title).pk)


def test_step_aside_when_the_round_has_closed_then_a_late_return_does_not_bring_the_score_back(
    people: People,
) -> None:
    round = round_of(people)
    score_all(people.dag, round, {"Bilbrist": (5, 5)})
    score_all(people.cilla, round, {"Bilbrist": (1, 1)})
    entry = entry_of(round, "Bilbrist")
    step_aside(by=viewer_of(people.dag), entry=entry)
    close_round(by=viewer_of(people.alva), round=round)
    with pytest.raises(Refused):
        step_back(by=viewer_of(people.dag), entry=entry)
    Interest.objects.all().delete()  # whatever way it goes
    assert mean_of(round, "Bilbrist", people) == 1


def test_step_aside_when_neither_assessor_nor_leader_then_not_allowed(people: People) -> None:
    entry = entry_of(round_of(people), "Bilbrist")
    for person in (people.bo, people.sam, people.farid):
        with pytest.raises(NotAllowed):
            step_aside(by=viewer_of(person), entry=entry)
    assert not Interest.objects.exists()


def test_hand_in_scores_when_some_are_left_then_refused_and_when_all_then_fixed(people: People) -> None:
    round = round_of(people)
    dag = viewer_of(people.dag)
    score_all(people.dag, round, dict.fromkeys(TITLES[:3], (3, 3)))
    with pytest.raises(Refused, match="1"):
        hand_in_scores(by=dag, round=round)
    step_aside(by=dag, entry=entry_of(round, TITLES[3]))  # nothing is left to score then
    hand_in_scores(by=dag, round=round)
    with pytest.raises(Refused):
        score_all(people.dag, round, {"Bilbrist": (5, 5)})
    with pytest.raises(Refused):
        hand_in_scores(by=dag, round=round)


def test_hand_in_scores_when_the_last_one_does_then_who_opened_it_is_told(people: People) -> None:
    round = round_of(people, assessors=[people.cilla, people.dag])
    score_all(people.cilla, round, scores(1, 2, 3, 4))
    hand_in_scores(by=viewer_of(people.cilla), round=round)
    assert not told("needs.round_all_in")
    score_all(people.dag, round, scores(1, 2, 3, 4))
    hand_in_scores(by=viewer_of(people.dag), round=round)
    assert told("needs.round_all_in") == {"Alva"}


def test_move_deadline_when_later_then_told_and_in_the_trail_but_never_earlier_or_after_the_end(
    people: People,
) -> None:
    round = round_of(people)
    before, later = round.deadline, round.deadline + timedelta(days=3)
    for wrong in (before, before - timedelta(days=1), now() + timedelta(days=900)):
        with pytest.raises(Refused):
            move_deadline(by=viewer_of(people.dag), round=round, deadline=wrong)
    for person in (people.bo, people.sam):
        with pytest.raises(NotAllowed):
            move_deadline(by=viewer_of(person), round=round, deadline=later)
    round = move_deadline(by=viewer_of(people.dag), round=round, deadline=later)
    assert told("needs.round_later") == {"Alva", "Cilla"}
    event = AuditEvent.objects.get(action="move_deadline")
    assert event.changes == {"deadline": [before.isoformat(), later.isoformat()]}
    with at(later + timedelta(minutes=1)), pytest.raises(Refused):
        move_deadline(by=viewer_of(people.dag), round=round, deadline=later + timedelta(days=9))


def test_close_round_when_closed_then_the_trail_gets_the_scores_and_all_are_told(people: People) -> None:
    round = round_of(people)
    score_all(people.dag, round, scores(1, 2, 3, 4))
    score_all(people.cilla, round, {"Bilbrist": (5, None)})
    step_aside(by=viewer_of(people.dag), entry=entry_of(round, "Bilbrist"))
    assert not AuditEvent.objects.filter(action="fix_scores").exists()
    close_round(by=viewer_of(people.alva), round=round)
    close_round(by=viewer_of(people.dag), round=round)  # twice is once
    fixed = {
        e.changes["assessor"]: e.changes["scores"] for e in AuditEvent.objects.filter(action="fix_scores")
    }
    uuid = str(entry_of(round, "Bilbrist").need.uuid)
    assert fixed[str(people.cilla.uuid)] == {uuid: [5, None]}
    assert fixed[str(people.dag.uuid)][uuid] is None and len(fixed[str(people.dag.uuid)]) == 4
    assert AuditEvent.objects.filter(action="close_round").count() == 1
    assert told("needs.round_closed") == {"Cilla", "Dag"}


def test_close_due_rounds_when_the_deadline_passes_then_the_robots_close_it(people: People) -> None:
    round = round_of(people)
    run_waiting()
    assert Round.objects.get().closed_at is None
    with at(round.deadline + timedelta(hours=2)):
        run_waiting()
        closed = Round.objects.get()
        assert closed.closed_at == round.deadline
        assert close_due_rounds() == 0
    assert told("needs.round_closed") == {"Alva", "Cilla", "Dag"}


def test_remind_assessors_when_the_deadline_is_near_then_once_each_and_not_those_who_are_done(
    people: People,
) -> None:
    round = round_of(people, assessors=[people.alva, people.cilla, people.dag])
    score_all(people.cilla, round, scores(1, 2, 3, 4))
    hand_in_scores(by=viewer_of(people.cilla), round=round)
    run_waiting()
    assert not told("needs.round_reminder")
    with at(round.deadline - timedelta(hours=40)):
        run_waiting()
        run_waiting()
    reminders = Notification.objects.filter(event="needs.round_reminder")
    assert sorted(reminders.values_list("person__name", flat=True)) == ["Alva", "Dag"]
    assert AuditEvent.objects.filter(action="remind_assessor").count() == 2


def test_remind_assessors_when_the_round_is_short_then_its_opening_is_reminder_enough(people: People) -> None:
    round_of(people, deadline=now() + timedelta(hours=20))
    run_waiting()
    assert not told("needs.round_reminder")


def test_withdraw_round_when_nothing_is_chosen_then_told_why_and_takes_no_scores(people: People) -> None:
    round = round_of(people)
    with pytest.raises(Refused):
        withdraw_round(by=viewer_of(people.dag), round=round, reason=" ")
    for person in (people.bo, people.sam):
        with pytest.raises(NotAllowed):
            withdraw_round(by=viewer_of(person), round=round, reason="Nej")
    withdraw_round(by=viewer_of(people.dag), round=round, reason="Fel behov")
    assert told("needs.round_withdrawn") == {"Alva", "Cilla"}
    with pytest.raises(Refused):
        score_all(people.dag, round, {"Bilbrist": (3, 3)})
    with pytest.raises(Refused):
        close_round(by=viewer_of(people.dag), round=round)
    with pytest.raises(Refused):
        withdraw_round(by=viewer_of(people.dag), round=round, reason="Igen")


def test_open_round_when_the_operator_has_no_organisation_then_not_allowed(people: People) -> None:
    with pytest.raises(NotAllowed):
        open_round(
            by=Viewer.of_command_line(),
            title="x",
            needs=[],
            criteria=CRITERIA,
            assessors=[],
            deadline=now() + timedelta(days=3),
            may_choose=1,
        )
