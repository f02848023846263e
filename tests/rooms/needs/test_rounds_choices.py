"""Choosing in a round: always by a person, with a reason for each, all or nothing, and answered."""

import threading
from typing import Any

import pytest
from django.db import connection

from ringar.core.actions import add_person
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Role, Viewer
from ringar.needs.actions import (
    Choosing,
    NotReady,
    close_round,
    decide_round,
    join_need,
    save_choices,
    set_criteria,
    step_aside,
    withdraw_round,
)
from ringar.needs.models import Need
from ringar.needs.round_models import Round, RoundNeed
from ringar.needs.round_queries import outcomes_of, rounds_awaiting_choice, rounds_awaiting_scores
from ringar.talk.models import Notification
from tests.people import People
from tests.rooms.needs.rounds import TITLES, entry_of, need_of, round_of, score_all, scores


@pytest.fixture
def closed(people: People) -> Round:
    """A round that has closed, ranked as TITLES are: two may be chosen."""
    round = round_of(people)
    for person in (people.alva, people.cilla, people.dag):
        score_all(person, round, scores(5, 4, 3, 2))
    return close_round(by=viewer_of(people.alva), round=round)


def said(round: Round, *chosen: str, why: str = "", **changes: Choosing) -> dict[int, Choosing]:
    """Those titles are chosen and the rest are not, each with a reason."""
    choices = {
        entry.pk: Choosing(entry.need.title in chosen, f"Skäl för {entry.need.title}", why)
        for entry in round.entries.select_related("need")
    }
    return choices | {entry_of(round, title).pk: each for title, each in changes.items()}


def states() -> dict[str, str]:
    return dict(Need.objects.values_list("title", "state"))


def test_decide_round_when_each_has_a_reason_then_chosen_moves_and_everyone_is_answered(
    people: People, closed: Round
) -> None:
    need = entry_of(closed, TITLES[2]).need
    worker = add_person(
        by=Viewer.of_command_line(people.city.pk),
        email="vera@ringsala.example",
        name="Vera",
        unit=people.water,
        role=Role.STAFF,
    )
    join_need(by=viewer_of(worker), need=need)
    decided = decide_round(by=viewer_of(people.dag), round=closed, choices=said(closed, *TITLES[:2]))
    assert decided.decided_at is not None
    assert [states()[title] for title in TITLES] == ["chosen", "chosen", "shared", "shared"]
    answers = Notification.objects.filter(event__in=["needs.chosen", "needs.not_chosen"])
    assert all(answer.is_answer for answer in answers)
    told = {(a.person.name, a.event, a.facts["reason"]) for a in answers}
    assert told == {
        *(("Bo", "needs.chosen", f"Skäl för {title}") for title in TITLES[:2]),
        *(("Bo", "needs.not_chosen", f"Skäl för {title}") for title in TITLES[2:]),
        ("Vera", "needs.not_chosen", f"Skäl för {TITLES[2]}"),
    }
    entry = entry_of(closed, TITLES[1])
    assert (entry.rank, entry.is_chosen, entry.decided_by) == (2, True, people.dag)
    assert [each.reason for each in outcomes_of(need)] == [f"Skäl för {TITLES[2]}"]
    trail = AuditEvent.objects.get(action="not_choose_need", target_label=TITLES[3])
    assert trail.changes["reason"] == f"Skäl för {TITLES[3]}" and trail.label == "Dag"
    assert len(AuditEvent.objects.get(action="decide_round").changes["chosen"]) == 2


@pytest.mark.parametrize("name", ["bo", "elif_", "farid", "sam"])
def test_decide_round_when_not_one_who_leads_then_not_allowed(
    people: People, closed: Round, name: str
) -> None:
    for act in (decide_round, save_choices):
        with pytest.raises(NotAllowed):
            act(by=viewer_of(getattr(people, name)), round=closed, choices=said(closed))


def test_decide_round_when_a_robot_or_a_command_then_not_allowed(people: People, closed: Round) -> None:
    for by in (Viewer.of_robot(people.city.pk), Viewer.of_command_line(people.city.pk)):
        with pytest.raises(NotAllowed):
            decide_round(by=by, round=closed, choices=said(closed, *TITLES[:2]))
    assert set(states().values()) == {"shared"}


def test_decide_round_when_still_open_then_refused(people: People) -> None:
    round = round_of(people)
    for act in (decide_round, save_choices):
        with pytest.raises(Refused):
            act(by=viewer_of(people.dag), round=round, choices=said(round))
    withdraw_round(by=viewer_of(people.dag), round=round, reason="Fel")
    with pytest.raises(Refused):
        decide_round(by=viewer_of(people.dag), round=round, choices=said(round))


FAULTY: dict[str, tuple[str, Choosing]] = {
    "nothing said": (TITLES[3], Choosing(None, "Skäl")),
    "no reason": (TITLES[3], Choosing(False, " \x00 ")),
    "chosen without reason": (TITLES[0], Choosing(True, "")),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_decide_round_when_one_is_not_ready_then_it_is_named_and_nothing_is_done(
    people: People, closed: Round, fault: str
) -> None:
    title, choosing = FAULTY[fault]
    choices = said(closed, *TITLES[:2]) | {entry_of(closed, title).pk: choosing}
    with pytest.raises(NotReady) as refused:
        decide_round(by=viewer_of(people.dag), round=closed, choices=choices)
    assert set(refused.value.faults) == {entry_of(closed, title).pk}
    nothing_done(closed)


def nothing_done(round: Round) -> None:
    assert set(states().values()) == {"shared"}
    assert not RoundNeed.objects.filter(decided_at__isnull=False).exists()
    assert not Notification.objects.filter(event__in=["needs.chosen", "needs.not_chosen"]).exists()
    assert Round.objects.get(pk=round.pk).decided_at is None


def test_decide_round_when_the_need_lacks_something_then_told_what_and_nothing_is_done(
    people: People, closed: Round
) -> None:
    entry = entry_of(closed, TITLES[0])
    set_criteria(by=viewer_of(people.bo), need=entry.need, texts=[])
    with pytest.raises(NotReady) as refused:
        decide_round(by=viewer_of(people.dag), round=closed, choices=said(closed, *TITLES[:2]))
    assert "krav" in refused.value.faults[entry.pk]
    nothing_done(closed)


def test_decide_round_when_too_many_then_refused(people: People, closed: Round) -> None:
    with pytest.raises(Refused, match="3"):
        decide_round(by=viewer_of(people.dag), round=closed, choices=said(closed, *TITLES[:3]))
    nothing_done(closed)


def test_decide_round_when_out_of_rank_order_then_asks_why_and_keeps_it(
    people: People, closed: Round
) -> None:
    last = entry_of(closed, TITLES[3])
    with pytest.raises(NotReady) as refused:
        decide_round(by=viewer_of(people.dag), round=closed, choices=said(closed, TITLES[0], TITLES[3]))
    assert set(refused.value.faults) == {last.pk}
    choices = said(closed, TITLES[0], TITLES[3], why="Pengarna finns bara till köerna")
    decide_round(by=viewer_of(people.dag), round=closed, choices=choices)
    last.refresh_from_db()
    assert (last.rank, last.is_chosen, last.why_out_of_order) == (4, True, "Pengarna finns bara till köerna")


def test_decide_round_when_none_is_chosen_then_decided_all_the_same(people: People, closed: Round) -> None:
    assert decide_round(by=viewer_of(people.dag), round=closed, choices=said(closed)).decided_at
    assert set(states().values()) == {"shared"}


def test_decide_round_when_the_one_who_chooses_has_an_interest_then_another_decides_on_that_one(
    people: People, closed: Round
) -> None:
    entry = entry_of(closed, TITLES[0])
    step_aside(by=viewer_of(people.dag), entry=entry, reason="Min bror arbetar där")
    half = decide_round(by=viewer_of(people.dag), round=closed, choices=said(closed, *TITLES[:2]))
    assert half.decided_at is None and states()[TITLES[0]] == "shared" and states()[TITLES[1]] == "chosen"
    with pytest.raises(Refused):
        decide_round(by=viewer_of(people.dag), round=closed, choices=said(closed, *TITLES[:2]))
    with pytest.raises(Refused):  # something is chosen already
        withdraw_round(by=viewer_of(people.alva), round=closed, reason="Ångrar mig")
    with pytest.raises(NotReady):
        decide_round(by=viewer_of(people.alva), round=closed, choices={})
    whole = decide_round(by=viewer_of(people.alva), round=closed, choices=said(closed, *TITLES[:2]))
    assert whole.decided_at and states()[TITLES[0]] == "chosen"
    assert entry_of(closed, TITLES[0]).decided_by == people.alva


def test_decide_round_when_the_one_who_chooses_wrote_a_need_then_steps_aside_from_it(people: People) -> None:
    needs = [*(need_of(people.bo, title) for title in TITLES[:3]), need_of(people.dag, "Trasiga hissar")]
    round = close_round(by=viewer_of(people.alva), round=round_of(people, needs=needs))
    assert decide_round(by=viewer_of(people.dag), round=round, choices=said(round)).decided_at is None
    assert entry_of(round, "Trasiga hissar").decided_at is None


def test_decide_round_when_nobody_scored_then_a_person_may_choose_with_a_reason(people: People) -> None:
    round = close_round(by=viewer_of(people.alva), round=round_of(people))
    decide_round(by=viewer_of(people.dag), round=round, choices=said(round, TITLES[3]))
    assert entry_of(round, TITLES[3]).rank is None and states()[TITLES[3]] == "chosen"


@pytest.mark.django_db(transaction=True)
def test_decide_round_when_two_choose_at_once_then_one_does_and_the_other_is_told(
    people: People, closed: Round
) -> None:
    start, outcomes = threading.Barrier(2), list[Any]()

    def run(person: Person, chosen: tuple[str, ...]) -> None:
        connection.ensure_connection()
        choices = said(closed, *chosen)
        start.wait()
        try:
            decide_round(by=viewer_of(person), round=closed, choices=choices)
            outcomes.append(("done", person.name, set(chosen)))
        except Refused as refused:
            outcomes.append(("refused", str(refused)))
        finally:
            connection.close()

    tries = ((people.dag, TITLES[:2]), (people.alva, TITLES[:1]))
    threads = [threading.Thread(target=run, args=each) for each in tries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each[0] for each in outcomes) == ["done", "refused"]
    done = next(each for each in outcomes if each[0] == "done")
    assert {title for title, state in states().items() if state == "chosen"} == done[2]
    assert Notification.objects.filter(event__startswith="needs.", is_answer=True).count() == 4
    assert set(RoundNeed.objects.values_list("decided_by__name", flat=True)) == {done[1]}


def test_save_choices_when_kept_for_later_then_there_again_and_nobody_told(
    people: People, closed: Round
) -> None:
    choices = said(closed, TITLES[0]) | {entry_of(closed, TITLES[3]).pk: Choosing(None, "Vet inte än")}
    save_choices(by=viewer_of(people.dag), round=closed, choices=choices)
    nothing_done(closed)
    kept = {e.need.title: (e.is_chosen, e.reason) for e in closed.entries.select_related("need")}
    assert kept[TITLES[0]] == (True, f"Skäl för {TITLES[0]}") and kept[TITLES[3]] == (None, "Vet inte än")
    changes = AuditEvent.objects.get(action="save_choices").changes
    assert changes[str(entry_of(closed, TITLES[0]).need.uuid)] == [None, True] and len(changes) == 3


def test_save_choices_when_too_long_then_refused_and_nothing_kept(people: People, closed: Round) -> None:
    choices = said(closed) | {entry_of(closed, TITLES[3]).pk: Choosing(True, "å" * 50_000)}
    with pytest.raises(Refused):
        save_choices(by=viewer_of(people.dag), round=closed, choices=choices)
    assert not closed.entries.exclude(reason="").exists()


def test_rounds_awaiting_when_it_goes_on_then_first_the_assessors_and_then_who_leads(people: People) -> None:
    dag, bo = viewer_of(people.dag), viewer_of(people.bo)
    round = round_of(people, assessors=[people.bo, people.cilla])
    assert list(rounds_awaiting_scores(bo)) == [round] and not rounds_awaiting_choice(dag)
    close_round(by=dag, round=round)
    assert not rounds_awaiting_scores(bo) and list(rounds_awaiting_choice(dag)) == [round]
    assert not rounds_awaiting_choice(bo)
    decide_round(by=dag, round=round, choices=said(round))
    assert not rounds_awaiting_choice(dag)
