"""The three questions to staff: nameless, once each, shown five answers at a time."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from ringar.core import clock
from ringar.core.actions import add_person
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Role, Viewer
from ringar.pilots.actions.staff import answer_staff, ask_staff
from ringar.pilots.models import Pilot, StaffAnswer, StaffAnswered
from ringar.pilots.queries.staff import asked_people, staff_answers
from ringar.pilots.rules import Phase, PilotState
from ringar.pilots.staff_rules import mean_words, open_phase
from ringar.talk.models import Notification
from tests.people import People
from tests.rooms.pilots.measured import BEGUN, START
from tests.rooms.pilots.measuring import client_of, followed, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
ON, READY = PilotState.RUNNING, PilotState.PLANNED


@pytest.mark.parametrize(
    ("state", "starts", "ends", "days", "phase"),
    [
        (READY, None, None, 0, Phase.BEFORE),
        (ON, 0, 84, 6, Phase.BEFORE),
        (ON, 0, 84, 7, None),
        (ON, 0, 84, 55, None),
        (ON, 0, 84, 56, Phase.AFTER),
        (ON, 0, None, 28, Phase.AFTER),
        (ON, 0, 10, 5, Phase.BEFORE),
        (ON, 0, 10, 8, Phase.AFTER),
        (PilotState.STOPPED, 0, 84, 20, Phase.AFTER),
        (PilotState.DONE, 0, 84, 200, Phase.AFTER),
    ],
)
def test_open_phase_when_time_goes_then_before_nothing_after(
    state: str, starts: int | None, ends: int | None, days: int, phase: Phase | None
) -> None:
    def day(number: int | None) -> date | None:
        return None if number is None else START + timedelta(days=number)

    assert (
        open_phase(state, starts_on=day(starts), ends_on=day(ends), today=START + timedelta(days=days))
        == phase
    )


def staff_of(people: People, count: int) -> list[Person]:
    return [
        add_person(
            by=Viewer.of_command_line(),
            email=f"s{number}@ringsala.example",
            name=f"Medarbetare {number}",
            unit=people.care,
            role=Role.STAFF,
        )
        for number in range(count)
    ]


def answer(pilot: Pilot, person: Person, number: int) -> None:
    answer_staff(by=viewer_of(person), pilot=pilot, possible=number, joy=number, go_on=6 - number)


def test_answer_staff_when_given_then_nothing_tells_whose_it_is(people: People) -> None:
    pilot = followed(people)
    with clock.at(BEGUN):
        answer(pilot, people.bo, 4)
    kept = StaffAnswer.objects.get()
    assert {field.name for field in StaffAnswer._meta.fields} == {
        *("id", "pilot", "phase", "possible", "joy", "go_on", "batch")
    }
    assert kept.pk != StaffAnswered.objects.get(person=people.bo).pk
    audit = AuditEvent.objects.get(action="answer_staff")
    assert audit.changes == {"phase": "before"} and audit.target_id == str(pilot.uuid)


def test_answer_staff_when_twice_then_refused_and_one_is_kept(people: People) -> None:
    pilot = followed(people)
    with clock.at(BEGUN):
        answer(pilot, people.bo, 4)
        with pytest.raises(Refused, match="answered already"):
            answer(pilot, people.bo, 1)
    assert StaffAnswer.objects.get().possible == 4


@pytest.mark.parametrize("who", ["sam", "farid", "elif_", "dag", "alva"])
def test_answer_staff_when_they_do_not_work_in_a_unit_that_tries_then_not_allowed(
    people: People, who: str
) -> None:
    pilot = followed(people)
    with clock.at(BEGUN), pytest.raises(NotAllowed):
        answer(pilot, getattr(people, who), 4)
    assert not StaffAnswered.objects.exists()


def test_answer_staff_when_not_from_one_to_five_then_refused_and_nothing_is_kept(people: People) -> None:
    pilot = followed(people)
    with clock.at(BEGUN), pytest.raises(Refused, match="from 1 to 5"):
        answer(pilot, people.bo, 6)
    assert not StaffAnswer.objects.exists() and not StaffAnswered.objects.exists()


def test_staff_answers_when_four_then_hidden_and_from_five_in_fives(people: People) -> None:
    pilot = followed(people)
    staff = staff_of(people, 10)
    with clock.at(BEGUN):
        for person in staff[:4]:
            answer(pilot, person, 5)
        before = staff_answers(pilot)[0]
        assert (before.answered, before.means, before.needed) == (4, (), 1)
        answer(pilot, staff[4], 5)
        assert staff_answers(pilot)[0].means == (5.0, 5.0, 1.0)
        for person in staff[5:9]:
            answer(pilot, person, 1)
        shown = staff_answers(pilot)[0]
        assert (shown.answered, shown.counted, shown.means) == (9, 5, (5.0, 5.0, 1.0))
        answer(pilot, staff[9], 1)
        assert staff_answers(pilot)[0].means == (3.0, 3.0, 3.0)


def test_ask_staff_when_asked_then_those_who_have_not_answered_are_told_once_a_week(people: People) -> None:
    pilot, staff = followed(people), staff_of(people, 2)
    with clock.at(BEGUN):
        answer(pilot, staff[0], 3)
        assert asked_people(pilot, "before") == sorted([people.bo.pk, staff[1].pk])
        assert ask_staff(by=viewer_of(people.alva), pilot=pilot) == 2
        with pytest.raises(Refused, match="this week"):
            ask_staff(by=viewer_of(people.alva), pilot=pilot)
    told = Notification.objects.filter(event="pilots.staff_asked").values_list("person", flat=True)
    assert set(told) == {people.bo.pk, staff[1].pk}


def test_ask_staff_when_in_between_or_not_theirs_then_refused(people: People) -> None:
    pilot = followed(people)
    Pilot.objects.filter(pk=pilot.pk).update(starts_on=START)
    pilot.refresh_from_db()
    with clock.at(BEGUN + timedelta(days=30)):
        with pytest.raises(Refused, match="four weeks before"):
            ask_staff(by=viewer_of(people.alva), pilot=pilot)
        with pytest.raises(NotAllowed):
            ask_staff(by=viewer_of(people.sam), pilot=pilot)


def test_staff_answer_page_when_answered_then_thanks_and_the_form_is_gone(people: People, logged_in) -> None:
    pilot, client = followed(people), client_of(logged_in, people.bo)
    address = f"/pilotprojekt/{pilot.uuid}/svara/"
    with clock.at(BEGUN):
        assert text_of(client.get(address)).count('type="radio"') == 15
        assert "This field is required" in text_of(client.post(address, {"possible": "3"}))
        page = text_of(client.post(address, {"possible": "3", "joy": "4", "go_on": "5"}, follow=True))
        assert "Nobody can see what you answered" in page and 'type="radio"' not in page
        assert client_of(logged_in, people.dag).get(address).status_code == 404
    assert StaffAnswer.objects.get().go_on == 5


def test_staff_panel_when_few_have_answered_then_no_mean_is_on_the_pilots_page(
    people: People, logged_in
) -> None:
    pilot = followed(people)
    with clock.at(BEGUN):
        answer(pilot, people.bo, 4)
        page = text_of(client_of(logged_in, people.alva).get(f"/pilotprojekt/{pilot.uuid}/"))
    assert "Shown when five have answered" in page and "4.0" not in page


@pytest.mark.parametrize(
    ("mean", "words"),
    [
        (5.0, "at least 4.8"),
        (24 / 5, "at least 4.8"),
        (4.7, "4.7"),
        (3.2, "3.2"),
        (6 / 5, "at most 1.2"),
        (1, "at most 1.2"),
    ],
)
def test_mean_words_when_all_answered_alike_then_not_what_each_gave(mean: float, words: str) -> None:
    with translation.override("en"):
        assert mean_words(mean) == words
