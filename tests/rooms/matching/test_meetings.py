"""After a meeting: who may say what, what is refused, who reads it, and who is asked to answer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from ringar.core import clock
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.matching.actions import (
    ask_for_answers,
    choose_solution,
    mark_held,
    mark_no_show,
    remove_meeting,
    save_answer,
)
from ringar.matching.day_models import Meeting, MeetingAnswer, Party
from ringar.matching.meeting_queries import (
    awaiting_answer,
    days_to_go_on,
    facts_of,
    figures_by_day,
    meeting_for,
    meetings_on_need,
    parties_to_ask,
)
from ringar.matching.meeting_rules import can_read_answers
from ringar.matching.tasks import look_for_parties_to_ask
from ringar.matching.waiting import answers as answers_waiting
from ringar.needs.models import Need
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.work import OutgoingMail, Work
from ringar.solvers.models import Solution
from tests.people import People
from tests.rooms.matching.meeting_cast import (
    AFTER,
    BEFORE,
    NINE,
    STEP,
    Day,
    invited_day,
    letters_to,
    make_day,
    sent_day,
)

LogIn = Callable[[Person], Client]


def answered(made: Day, go_on: str = "yes", side: str = "bo", **said: str) -> MeetingAnswer:
    with clock.at(AFTER):
        return save_answer(
            by=Viewer(), meeting=made.meetings[0], party=made.parties[side], go_on=go_on, **said
        )


def state_of(meeting: Meeting) -> tuple[str, str]:
    meeting.refresh_from_db()
    return meeting.state, meeting.no_show


def test_save_answer_when_by_link_keeps_it_and_the_meeting_counts_as_held(people: People) -> None:
    made = sent_day(people)
    answered(made, learned="De kan börja i maj.", in_the_way="Tid")
    answer = MeetingAnswer.objects.get()
    assert (answer.party, answer.go_on, answer.learned) == (made.parties["bo"], "yes", "De kan börja i maj.")
    assert state_of(made.meetings[0]) == ("held", "")
    row = AuditEvent.objects.get(action="answer_meeting")
    assert row.organisation_id == people.city.pk
    assert row.changes == {"party": "manager", "go_on": ["yes"]}
    assert "maj" not in str(row.changes)


@pytest.mark.parametrize(("before", "after"), [("matched", "meeting"), ("shared", "shared")])
def test_save_answer_when_the_need_waited_for_it_moves_the_need_on(
    people: People, before: str, after: str
) -> None:
    made = sent_day(people)
    need = Need.objects.get(meeting_parties=made.parties["bo"])
    Need.objects.filter(pk=need.pk).update(state=before)
    assert made.meetings[0].need == need, "the only one that Bo brings, though no ranking speaks for it"
    answered(made, go_on="maybe")
    answered(made, side="elif")
    need.refresh_from_db()
    assert need.state == after


def test_choose_solution_when_its_supplier_was_met_already_moves_the_need_on(people: People) -> None:
    made = sent_day(people)
    need = Need.objects.get(meeting_parties=made.parties["bo"])
    answered(made)
    Need.objects.filter(pk=need.pk).update(state="chosen")
    need.refresh_from_db()
    solutions = {row.name: row for row in Solution.objects.filter(is_published=True)}
    met = made.meetings[0].startup.solver_id
    other = next(row for row in solutions.values() if row.solver_id != met)
    choose_solution(by=viewer_of(people.bo), need=need, solution=other)
    assert Need.objects.get(pk=need.pk).state == "matched", "somebody else was met"
    choose_solution(by=viewer_of(people.bo), need=need, solution=Solution.objects.get(solver=met))
    assert Need.objects.get(pk=need.pk).state == "meeting"


def test_save_answer_when_saved_again_replaces_it(people: People) -> None:
    made = sent_day(people)
    answered(made, "maybe")
    answered(made, "no", learned="Ändrade mig")
    assert list(MeetingAnswer.objects.values_list("go_on", "learned")) == [("no", "Ändrade mig")]
    assert AuditEvent.objects.filter(action="answer_meeting").last().changes["go_on"] == ["maybe", "no"]


def test_save_answer_when_by_account_is_the_viewers_side(people: People) -> None:
    made = sent_day(people)
    with clock.at(AFTER):
        save_answer(by=viewer_of(people.elif_), meeting=made.meetings[0], go_on="yes")
    assert MeetingAnswer.objects.get().party == made.parties["elif"]


@pytest.mark.parametrize("name", ["dag", "alva", "farid", "sam"])
def test_save_answer_when_not_a_side_is_not_allowed(people: People, name: str) -> None:
    made = sent_day(people)
    with clock.at(AFTER), pytest.raises(NotAllowed):
        save_answer(by=viewer_of(getattr(people, name)), meeting=made.meetings[0], go_on="yes")


def test_save_answer_when_of_somebody_elses_meeting_is_not_allowed(people: People) -> None:
    made = sent_day(people)
    with clock.at(AFTER), pytest.raises(NotAllowed):
        save_answer(by=Viewer(), meeting=made.meetings[0], party=made.parties["cilla"], go_on="yes")


def test_save_answer_when_before_its_time_is_refused(people: People) -> None:
    made = sent_day(people)
    with clock.at(NINE - timedelta(minutes=1)), pytest.raises(Refused):
        save_answer(by=Viewer(), meeting=made.meetings[0], party=made.parties["bo"], go_on="yes")


def test_save_answer_when_the_timetable_was_never_sent_is_refused(people: People) -> None:
    made = invited_day(people)
    with pytest.raises(Refused):
        answered(made)


def test_save_answer_when_cancelled_is_refused(people: People) -> None:
    made = sent_day(people)
    with clock.at(BEFORE):
        remove_meeting(by=made.by, meeting=made.meetings[0])
    with pytest.raises(Refused):
        answered(made)


@pytest.mark.parametrize("text", ["x" * 5_001, "x" * 50_000])
def test_save_answer_when_too_long_is_refused_and_nothing_is_kept(people: People, text: str) -> None:
    made = sent_day(people)
    with pytest.raises(Refused, match=str(len(text))):
        answered(made, learned=text)
    assert not MeetingAnswer.objects.exists() and state_of(made.meetings[0]) == ("planned", "")


def test_save_answer_when_text_is_odd_is_kept_tidy(people: People) -> None:
    made = sent_day(people)
    answered(made, learned="a\x00b \N{FOX FACE} \u202ebaklänges \ud800")
    assert MeetingAnswer.objects.get().learned == "ab \N{FOX FACE} baklänges ?"


def test_mark_no_show_when_either_side_says_so_is_missed_until_held(people: People) -> None:
    made = sent_day(people)
    with clock.at(AFTER):
        mark_no_show(by=viewer_of(people.elif_), meeting=made.meetings[0], who="manager")
        assert state_of(made.meetings[0]) == ("missed", "manager")
        with pytest.raises(Refused):
            answered(made)
        mark_held(by=made.by, meeting=made.meetings[0])
        assert state_of(made.meetings[0]) == ("held", "")
    rows = AuditEvent.objects.filter(action="mark_meeting")
    assert [row.changes["state"] for row in rows] == [["planned", "missed"], ["missed", "held"]]


def test_mark_no_show_when_marked_twice_leaves_one_row(people: People) -> None:
    made = sent_day(people)
    with clock.at(AFTER):
        for _time in range(2):
            mark_no_show(by=made.by, meeting=made.meetings[0], who="both")
    assert AuditEvent.objects.filter(action="mark_meeting").count() == 1


def test_mark_no_show_when_somebody_has_answered_is_refused(people: People) -> None:
    made = sent_day(people)
    answered(made)
    with clock.at(AFTER), pytest.raises(Refused):
        mark_no_show(by=made.by, meeting=made.meetings[0], who="startup")


@pytest.mark.parametrize("who", ["", "held", "x"])
def test_mark_no_show_when_nobody_is_named_is_refused(people: People, who: str) -> None:
    made = sent_day(people)
    with clock.at(AFTER), pytest.raises(Refused):
        mark_no_show(by=made.by, meeting=made.meetings[0], who=who)


@pytest.mark.parametrize("name", ["farid", "sam", "cilla"])
def test_mark_no_show_when_neither_side_nor_lead_is_not_allowed(people: People, name: str) -> None:
    made = sent_day(people)
    allowed = name == "cilla"  # the CIO leads in the city
    with clock.at(AFTER):
        if allowed:
            mark_no_show(by=viewer_of(people.cilla), meeting=made.meetings[0], who="startup")
            return
        with pytest.raises(NotAllowed):
            mark_no_show(by=viewer_of(getattr(people, name)), meeting=made.meetings[0], who="startup")


def test_meeting_for_when_not_sent_out_is_for_the_lead_alone(people: People) -> None:
    made = invited_day(people)
    uuid = made.meetings[0].uuid
    assert meeting_for(made.by, uuid)
    for person in (people.bo, people.elif_, people.sam, people.farid):
        with pytest.raises(NotAllowed):
            meeting_for(viewer_of(person), uuid)


def test_meeting_for_when_sent_out_is_for_those_who_work_there_and_its_sides(people: People) -> None:
    uuid = sent_day(people).meetings[0].uuid
    for person in (people.bo, people.elif_, people.alva, people.cilla):
        assert meeting_for(viewer_of(person), uuid)
    for viewer in (viewer_of(people.sam), viewer_of(people.farid), Viewer()):
        with pytest.raises(NotAllowed):
            meeting_for(viewer, uuid)


def test_answers_when_read_are_for_the_lead_and_the_manager(people: People) -> None:
    facts = facts_of(sent_day(people).meetings[0])
    readers = {
        name
        for name in ("alva", "bo", "cilla", "dag", "elif_", "farid", "sam")
        if can_read_answers(viewer_of(getattr(people, name)), facts)
    }
    assert readers == {"alva", "bo", "cilla", "dag"}


def test_figures_when_sides_answer_count_held_silent_and_both_yes(people: People) -> None:
    made = sent_day(people)
    answered(made, "yes")
    with clock.at(AFTER):
        everything, by_day = figures_by_day([made.day])
    assert (everything.planned, everything.held, everything.silent) == (2, 1, 1)
    assert (everything.both.count, everything.either.count, everything.answers.of) == (0, 1, 2)
    answered(made, "yes", "elif")
    with clock.at(AFTER):
        everything, by_day = figures_by_day([made.day])
    assert everything.both.per_cent == 100 and by_day[made.day.pk] == everything


def test_meetings_on_need_when_sent_out_are_shown_to_those_who_see_the_timetable(people: People) -> None:
    made = sent_day(people)
    need = made.meetings[0].need or made.parties["bo"].needs.get()
    Meeting.objects.filter(pk=made.meetings[0].pk).update(need=need)
    assert [row.pk for row in meetings_on_need(viewer_of(people.bo), need)] == [made.meetings[0].pk]
    assert not meetings_on_need(viewer_of(people.farid), need)


def test_days_to_go_on_when_wishes_are_in_wait_to_be_planned(people: People) -> None:
    made = invited_day(people)
    with clock.at(made.day.wishes_until - timedelta(minutes=1)):
        assert not days_to_go_on(made.by)
    with clock.at(made.day.wishes_until + timedelta(minutes=1)):
        assert list(days_to_go_on(made.by)) == [made.day]


def test_days_to_go_on_when_planned_and_not_sent_are_there(people: People) -> None:
    made = invited_day(people)
    made.day.planned_at = BEFORE
    made.day.save()
    with clock.at(BEFORE):
        assert list(days_to_go_on(made.by)) == [made.day]
    with clock.at(AFTER):
        assert not days_to_go_on(made.by)
    assert not days_to_go_on(viewer_of(people.sam))


def test_awaiting_answer_when_over_waits_for_those_with_an_account(people: People) -> None:
    made = sent_day(people)
    with clock.at(BEFORE):
        assert not awaiting_answer(viewer_of(people.bo))
    with clock.at(AFTER):
        assert [row.url for row in answers_waiting(viewer_of(people.bo))] == [
            made.meetings[0].get_absolute_url()
        ]
        answered(made)
        assert not awaiting_answer(viewer_of(people.bo))
        assert awaiting_answer(viewer_of(people.elif_)) and not awaiting_answer(Viewer())


@pytest.fixture
def queued_mail(settings: Any) -> None:
    settings.EMAIL_BACKEND = "ringar.robots.mail.QueueBackend"


def asked_at(moment: Any) -> set[str]:
    with clock.at(moment):
        OutgoingMail.objects.all().delete()
        ask_for_answers()
    return {mail.recipients[0] for mail in OutgoingMail.objects.all()}


def test_ask_for_answers_when_time_goes_asks_twice_and_no_more(people: People, queued_mail: None) -> None:
    made = sent_day(people)
    answered(made)
    silent = {made.parties[name].email for name in ("cilla", "elif")} - {""}
    assert asked_at(NINE + timedelta(hours=1)) == set()
    assert asked_at(AFTER) == silent
    assert asked_at(AFTER + timedelta(hours=1)) == set()
    assert asked_at(AFTER + timedelta(days=4)) == silent
    assert asked_at(AFTER + timedelta(days=9)) == set()
    assert AuditEvent.objects.filter(action="ask_how_it_went").count() == 2 * len(silent)


def test_ask_for_answers_when_more_meetings_come_waits(people: People, queued_mail: None) -> None:
    made = invited_day(people)
    with clock.at(BEFORE):
        made.meet("cilla", "elif", 6)
        made.day.state = "published"
        made.day.save()
    with clock.at(NINE + timedelta(hours=2, minutes=5)):
        assert {party.name for party in parties_to_ask(clock.now())} == {"Bo"}
    assert made.parties["cilla"].email in asked_at(NINE + 6 * STEP + timedelta(hours=2))


def test_ask_for_answers_when_asked_leads_to_a_page_that_takes_the_answer(
    people: People, queued_mail: None
) -> None:
    made = sent_day(people)
    asked_at(AFTER)
    (letter,) = letters_to(people.bo.email)
    address = next(word for word in letter.text.split() if "/motesdag/min/" in word)
    path = address[address.index("/motesdag/") :]
    client = Client()
    with clock.at(AFTER):
        page = client.get(path).content.decode()
        assert f"m{made.meetings[0].pk}-go_on" in page
        response = client.post(
            path, {"meeting": str(made.meetings[0].uuid), f"m{made.meetings[0].pk}-go_on": "maybe"}
        )
    assert response.status_code == 302
    assert MeetingAnswer.objects.get().go_on == "maybe"


def test_robots_when_meetings_are_over_ask_and_else_queue_nothing(people: People) -> None:
    sent_day(people)
    for moment, asked in ((BEFORE, False), (AFTER, True)):
        with clock.at(moment):
            look_for_parties_to_ask()
            assert Work.objects.filter(name="matching.ask_for_answers").exists() is asked
    with clock.at(AFTER):
        run_waiting()
    assert set(Party.objects.exclude(email="").values_list("answer_letters", flat=True)) == {1}


def test_make_day_when_nobody_is_invited_has_nothing_to_ask(people: People) -> None:
    make_day(people)
    with clock.at(AFTER):
        assert ask_for_answers() == 0
