"""The robot keeper's pages: queues, cases and robots as each person sees them, and what is pressed there."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from ringar.core.clock import today
from ringar.core.models import AuditEvent, Person
from ringar.robots.actions.cases import take_over_case
from ringar.robots.actions.robots import record_upkeep, time_by_hand
from ringar.robots.actions.work import register_worker
from ringar.robots.engine.running import run_waiting
from ringar.robots.fact_words import fact_word, facts_of, value_text
from ringar.robots.models.cases import Case, CaseFile, Robot, RobotQueue, Run
from ringar.robots.rules.cases import CaseState, RobotState
from tests.people import People
from tests.rooms.robots import trial_tasks
from tests.rooms.robots.robot_people import bo, draft_robot, new_case, published_robot, signed_map

LOGGED_IN = Callable[[Person], Client]
EN = {"accept-language": "en"}


@pytest.fixture
def robot(people: People) -> Robot:
    return published_robot(people)


def asked(robot: Robot, number: str = "17") -> Case:
    case = new_case(robot, number, ask=True)
    run_waiting()
    case.refresh_from_db()
    assert case.state == CaseState.WAITING
    return case


def page_of(client: Client, name: str, *args: object) -> str:
    response = client.get(reverse(name, args=args), headers=EN)
    assert response.status_code == 200
    return response.content.decode()


def sent(client: Client, name: str, *args: object, **fields: str) -> str:
    """The page that a form leads to."""
    return client.post(reverse(name, args=args), fields, follow=True, headers=EN).content.decode()


def test_robot_list_when_cases_stand_then_it_counts_them_and_tells_what_is_saved(
    people: People, logged_in: LOGGED_IN, robot: Robot
) -> None:
    by = bo(people)
    time_by_hand(
        by=by, robot=robot, minutes=30, minutes_per_exception=6, source="12 ärenden", on=date(2026, 9, 1)
    )
    record_upkeep(by=by, robot=robot, hours=0.5, on=date(2026, 9, 2), what="Ny mall")
    for number in "1234":
        new_case(robot, number)
    asked(robot)
    register_worker("here-1-abc")
    client = logged_in(people.bo)
    page = page_of(client, "robot_list")
    assert "1 process<" in page
    assert "1 case: answer it" in page
    assert "1.5 h" in page, "4 × 30 minutes less half an hour"
    assert "12 ärenden, 1 September 2026" in page
    shown = client.get(reverse("robot_list")).context
    assert {state: n for state, _, n in shown["queues"][0]["states"] if n} == {"waiting": 1, "done": 4}


def test_robot_list_when_nothing_is_there_then_it_says_how_a_robot_comes_about(
    people: People, logged_in: LOGGED_IN
) -> None:
    page = page_of(logged_in(people.bo), "robot_list")
    assert "No robot works for your unit yet" in page
    assert "ringar work" in page


def test_pages_when_looked_at_by_others_then_each_sees_own_units_only(
    people: People, logged_in: LOGGED_IN, robot: Robot
) -> None:
    case = asked(robot)
    for person, status in ((people.bo, 200), (people.dag, 200), (people.sam, 404), (people.elif_, 404)):
        client = logged_in(person)
        for name, row in (("case_detail", case), ("robot_detail", robot)):
            assert client.get(reverse(name, args=[row.uuid])).status_code == status, (person.name, name)
        if status == 404:
            assert "Faktura 17" not in client.get(reverse("case_list")).content.decode()
    assert logged_in(people.farid).get(reverse("robot_list")).status_code == 404


def test_pages_when_there_is_much_then_they_take_few_queries(
    people: People, logged_in: LOGGED_IN, robot: Robot
) -> None:
    client = logged_in(people.dag)

    def cost(name: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(name)).status_code == 200
        return len(queries)

    new_case(robot, "0")
    few = {name: cost(name) for name in ("robot_list", "case_list")}
    for number in range(1, 40):
        new_case(robot, str(number))
    RobotQueue.objects.create(organisation=people.city, unit=people.water, name="two", label="Två")
    assert {name: cost(name) for name in few} == few
    assert max(few.values()) <= 10
    page = client.get(reverse("case_list"))
    older = client.get(reverse("case_list") + f"?before={page.context['more']}")
    assert (len(page.context["rows"]), len(older.context["rows"])) == (25, 15)


@pytest.mark.parametrize(
    "query", ["?before=x", "?before=" + "9" * 40, "?lage=%00", "?ko=nonsense", "?ko=%ED%A0%80", "?before=²"]
)
def test_case_list_when_the_address_is_nonsense_then_the_page_is_there(
    people: People, logged_in: LOGGED_IN, robot: Robot, query: str
) -> None:
    new_case(robot, "1")
    page = logged_in(people.bo).get(reverse("case_list") + query)
    assert page.status_code == 200
    if "x" in query:
        assert len(page.context["rows"]) == 1


def test_case_csv_when_fetched_then_holds_the_chosen_cases_of_own_units_and_runs_lead_there(
    people: People, logged_in: LOGGED_IN, robot: Robot
) -> None:
    new_case(robot, "=1+1")
    run_waiting()
    asked(robot)
    client = logged_in(people.bo)

    def rows(**query: str) -> list[str]:
        return client.get(reverse("case_csv"), query).getvalue().decode("utf-8-sig").splitlines()[1:]

    assert [row.split(";")[:2] for row in rows()] == [["Faktura 17", "17"], ["Faktura =1+1", "'=1+1"]]
    assert [row.split(";")[0] for row in rows(lage="waiting", ko=str(robot.queue.uuid))] == ["Faktura 17"]
    assert "May this one be credited?" in rows()[0]
    assert logged_in(people.sam).get(reverse("case_csv")).getvalue().decode("utf-8-sig").count("\n") == 1
    assert client.get("/robotar/korningar/?lage=done")["Location"] == reverse("case_list") + "?lage=done"


def test_robot_list_when_processes_are_kept_beside_and_none_has_told_then_they_are_starting(
    people: People, logged_in: LOGGED_IN, settings: Any
) -> None:
    client = logged_in(people.dag)
    settings.RINGAR_ROBOTS_BESIDE = 2
    assert "2 processes are kept running beside" in page_of(client, "robot_list")
    register_worker("here-1-abc")
    assert "kept running beside" not in page_of(client, "robot_list")


def test_case_list_when_narrowed_then_only_those_are_there(
    people: People, logged_in: LOGGED_IN, robot: Robot
) -> None:
    new_case(robot, "1")
    run_waiting()
    asked(robot)
    client, queue = logged_in(people.bo), robot.queue
    found = client.get(reverse("case_list"), {"ko": str(queue.uuid), "lage": "waiting"}).context["rows"]
    assert [case.reference for case in found] == ["17"]


def test_case_page_when_it_is_done_then_every_step_stands_with_what_came_of_it(
    people: People, logged_in: LOGGED_IN, robot: Robot
) -> None:
    case = new_case(robot, "17")
    run_waiting()
    page = page_of(logged_in(people.bo), "case_detail", case.uuid)
    for told in (
        "Nothing. The case is done.",
        "Run 1,",
        ">Kreditera</span>",
        "K17",
        "Credited",
        "finished a case",
    ):
        assert told in page
    assert "Take it over" not in page


def test_case_page_when_it_holds_strange_text_then_it_is_shown_as_text(
    people: People, logged_in: LOGGED_IN, robot: Robot
) -> None:
    case = new_case(robot, "17", note="<script>x</script> \u202e🤖 " + "å" * 50_000)
    page = page_of(logged_in(people.bo), "case_detail", case.uuid)
    assert "&lt;script&gt;x" in page
    assert "<script>x" not in page
    assert len(page) < 40_000


def test_question_when_approved_on_its_page_then_the_robot_goes_on(
    people: People, logged_in: LOGGED_IN, robot: Robot
) -> None:
    case = asked(robot)
    client = logged_in(people.bo)
    page = page_of(client, "case_detail", case.uuid)
    assert "May this one be credited?" in page
    assert '<dt dir="auto">Number</dt><dd dir="auto">17</dd>' in page
    assert "goes on with your answer" in sent(client, "case_answer", case.uuid, choice="yes", text="Ja")
    run_waiting()
    case.refresh_from_db()
    assert (case.state, case.answer) == (CaseState.DONE, {"approved": True, "text": "Ja"})
    assert case.answered_by == people.bo
    page = page_of(client, "case_detail", case.uuid)
    assert "go ahead" in page
    assert "Bo</strong> answered a robot’s question" in page


def test_question_when_the_answer_is_no_then_the_robot_is_told(
    people: People, logged_in: LOGGED_IN, robot: Robot
) -> None:
    case = asked(robot)
    sent(logged_in(people.bo), "case_answer", case.uuid, choice="no")
    case.refresh_from_db()
    assert (case.state, case.answer["approved"]) == (CaseState.NEW, False)


@pytest.mark.parametrize("fields", [{}, {"choice": "maybe"}, {"choice": "yes", "text": "x" * 50_000}])
def test_question_when_the_answer_is_none_then_it_says_so_and_nothing_changes(
    people: People, logged_in: LOGGED_IN, robot: Robot, fields: dict[str, str]
) -> None:
    case = asked(robot)
    page = sent(logged_in(people.bo), "case_answer", case.uuid, **fields)
    assert "What you wrote is still here" in page
    case.refresh_from_db()
    assert case.state == CaseState.WAITING


def test_question_when_answered_meanwhile_then_the_second_is_told(
    people: People, logged_in: LOGGED_IN, robot: Robot
) -> None:
    case = asked(robot)
    sent(logged_in(people.bo), "case_answer", case.uuid, choice="no")
    for late in ({"choice": "yes"}, {}, {"choice": "yes", "text": "x" * 50_000}):
        assert "The case is now: New" in sent(logged_in(people.dag), "case_answer", case.uuid, **late), late
    assert "The case is now: New" in sent(logged_in(people.dag), "case_finish", case.uuid, text="")


def test_case_when_taken_over_then_it_is_finished_by_hand_or_given_back(
    people: People, logged_in: LOGGED_IN, robot: Robot
) -> None:
    client = logged_in(people.bo)
    first, second = asked(robot, "1"), asked(robot, "2")
    sent(client, "case_answer", first.uuid, choice="hand")
    assert "nothing more in it; what it has done" in page_of(client, "case_take", second.uuid)
    assert Case.objects.get(pk=second.pk).state == CaseState.WAITING, "looking changes nothing"
    assert "Bo does it by hand" in sent(client, "case_take", second.uuid)
    assert "is required" in sent(client, "case_finish", first.uuid)
    assert "The case is done." in sent(client, "case_finish", first.uuid, text="Krediterade själv")
    assert "Krediterade själv" in page_of(client, "case_detail", first.uuid)
    assert "tries again" in sent(client, "case_retry", second.uuid)
    states = list(Case.objects.order_by("pk").values_list("state", "is_by_hand"))
    assert states == [(CaseState.DONE, True), (CaseState.NEW, False)]
    assert "The case is now: Done" in sent(client, "case_retry", first.uuid)
    assert "The case is now: Done" in sent(client, "case_take", first.uuid)
    assert "The case is now: Done" in sent(client, "case_finish", first.uuid, text="igen")


def test_case_when_tried_then_the_page_says_what_it_would_have_done(
    people: People, logged_in: LOGGED_IN, robot: Robot
) -> None:
    case, client = new_case(robot, "17"), logged_in(people.bo)
    take_over_case(by=bo(people), case=case)
    response = client.post(reverse("case_try", args=[case.uuid]))
    run_waiting()
    page = client.get(response["Location"], headers=EN).content.decode()
    for told in ("Dry run", "What the robot would have done", "Would have done this with:", "Would do"):
        assert told in page
    assert trial_tasks.lines() == ["find 17"]


def test_case_file_when_fetched_then_only_for_who_sees_the_case_and_never_shown_in_place(
    people: People, logged_in: LOGGED_IN, robot: Robot, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    case, other = asked(robot), new_case(robot, "18")
    run = Run.objects.get(case=case)
    file = CaseFile.objects.create(
        case=case, run=run, name="skärm.html", file=ContentFile(b"<b>x", name="a.html")
    )
    client, address = logged_in(people.bo), reverse("case_file", args=[case.uuid, file.pk])
    assert address in page_of(client, "case_detail", case.uuid)
    response = client.get(address)
    assert b"".join(response) == b"<b>x"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert logged_in(people.sam).get(address).status_code == 404
    assert client.get(reverse("case_file", args=[other.uuid, file.pk])).status_code == 404
    file.file.storage.delete(file.file.name)
    assert client.get(address).status_code == 404


def test_queue_when_paused_and_let_go_on_then_everyone_reads_why(
    people: People, logged_in: LOGGED_IN, robot: Robot
) -> None:
    client, queue = logged_in(people.bo), robot.queue
    assert "is required" in sent(client, "queue_pause", queue.uuid)
    assert "is paused. Nothing is lost." in sent(
        client, "queue_pause", queue.uuid, reason="Bokslut i ekonomin"
    )
    case = new_case(robot, "17")
    assert "It waits until the queue goes on." in page_of(client, "case_detail", case.uuid)
    page = page_of(logged_in(people.alva), "robot_list")
    assert "Bokslut i ekonomin" in page
    assert "Paused by a person" in page
    assert "already" in sent(client, "queue_pause", queue.uuid, reason="igen")
    assert "goes on." in sent(client, "queue_resume", queue.uuid)
    assert "is not paused" in sent(client, "queue_resume", queue.uuid)


def test_queue_when_the_breaker_has_paused_it_then_the_page_says_when_it_tries(
    people: People, logged_in: LOGGED_IN, robot: Robot
) -> None:
    (trial_tasks.folder() / "down").touch()
    for number in range(6):
        new_case(robot, str(number))
    run_waiting()
    page = page_of(logged_in(people.bo), "robot_list")
    assert "Paused by itself" in page
    assert "The finance system does not answer." in page
    assert "No case has lost a try." in page


def test_robot_when_something_is_missing_then_its_page_lists_it_and_publishing_is_refused(
    people: People, logged_in: LOGGED_IN
) -> None:
    robot, client = draft_robot(people), logged_in(people.bo)
    assert "There is no map “trial@1”" in page_of(client, "robot_detail", robot.uuid)
    assert "There is no map “trial@1”" in sent(client, "robot_publish", robot.uuid)
    signed_map(people)
    assert "All is there" in page_of(client, "robot_detail", robot.uuid)
    assert "is published, and takes its first case" in sent(client, "robot_publish", robot.uuid)
    assert "is withdrawn. Its cases stay." in sent(client, "robot_withdraw", robot.uuid, reason="Fel")
    assert "Only a robot that is published" in sent(client, "robot_withdraw", robot.uuid, reason="Fel")
    robot.refresh_from_db()
    assert robot.state == RobotState.WITHDRAWN
    page = page_of(client, "robot_detail", robot.uuid)
    assert "withdrew a robot" in page
    assert "published a robot" in page


def test_robot_when_its_code_was_changed_or_is_gone_then_its_page_says_so(
    people: People, logged_in: LOGGED_IN, robot: Robot
) -> None:
    client = logged_in(people.bo)
    Robot.objects.update(source_hash="0" * 64)
    assert "Its code has been changed since" in page_of(client, "robot_detail", robot.uuid)
    Robot.objects.update(name="gone")
    assert "Its code is not at hand" in page_of(client, "robot_detail", robot.uuid)
    assert "is at hand" in sent(client, "robot_publish", robot.uuid)


def test_robot_when_timed_and_kept_up_then_the_figures_stand_with_their_source(
    people: People, logged_in: LOGGED_IN, robot: Robot
) -> None:
    client = logged_in(people.bo)
    timing = {"time-minutes": "12.5", "time-minutes_per_exception": "", "time-on": "2026-09-01"}
    assert "is required" in sent(client, "robot_time", robot.uuid, **timing)
    wrong = {**timing, "time-minutes": "nan", "time-source": "30 ärenden"}
    assert "What you wrote is still here" in sent(client, "robot_time", robot.uuid, **wrong)
    sent(client, "robot_time", robot.uuid, **{**timing, "time-source": "30 ärenden med klocka"})
    sent(
        client,
        "robot_upkeep",
        robot.uuid,
        **{"upkeep-hours": "0", "upkeep-on": "2026-09-01", "upkeep-what": "x"},
    )
    fields = {"upkeep-hours": "1.5", "upkeep-on": "2026-09-02", "upkeep-what": "Ny blankett"}
    late = sent(
        client, "robot_upkeep", robot.uuid, **{**fields, "upkeep-on": str(today() + timedelta(days=1))}
    )
    assert "The day has not come yet" in late and not robot.upkeep.exists()
    page = sent(client, "robot_upkeep", robot.uuid, **fields)
    assert "30 ärenden med klocka, 1 September 2026" in page
    assert "Ny blankett" in page
    assert "-1.5 h" in page
    assert list(robot.upkeep.values_list("hours", "by")) == [(1.5, people.bo.pk)]
    assert AuditEvent.objects.filter(action="time_by_hand").count() == 1


def test_keeping_when_by_somebody_who_only_reads_then_it_is_not_found(
    people: People, logged_in: LOGGED_IN, robot: Robot
) -> None:
    client = logged_in(people.sam)
    case = asked(robot)
    for name, row in (
        *((name, robot.queue) for name in ("queue_pause", "queue_resume")),
        *((f"robot_{name}", robot) for name in ("publish", "withdraw", "time", "upkeep")),
        *((f"case_{name}", case) for name in ("answer", "retry", "take", "finish", "try")),
    ):
        assert client.post(reverse(name, args=[row.uuid])).status_code == 404, name
        assert logged_in(people.bo).post(reverse(name, args=[uuid.uuid4()])).status_code == 404, name


def test_facts_when_told_then_words_are_plain_and_long_ones_are_cut() -> None:
    assert fact_word("invoice_lines") == "Invoice lines"
    assert value_text(None) == "–"
    with override("sv"):
        assert (
            value_text({"number": "17", "others": ["1", "2"], "doubt": ""})
            == "Nummer: 17; Andra som passar: 1, 2"
        )
        assert facts_of({"amount": "44978.50", "ended": "declined"}) == [
            ("Belopp", "44\xa0978,50"),
            ("Hur det slutade", "en människa sa nej"),
        ]
    assert value_text("NaN", "amount") == "NaN"
    assert len(value_text("x" * 9_000)) < 700
    assert facts_of(None) == []
    assert [text for _, text in facts_of("K17")] == ["K17"]
