"""The demo's invoice robot: its map is signed, its world runs, a killed process loses nothing."""

import signal
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from ringar.core.models import AuditEvent, Organisation, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed
from ringar.demo import robot_views
from ringar.demo.beside import processes
from ringar.demo.cast import email_of
from ringar.demo.letters import IN_BATCH, invent_mails
from ringar.demo.robot_actions import kill_robot, send_more_mails
from ringar.demo.robot_cases import DAYS, TODAY, deliver, deliver_batch, is_at_work, publish, put_to_work
from ringar.demo.routines import Routines
from ringar.demo.seed import City
from ringar.demo.surroundings import ROBOT, missing_from, robot_environment, world_folder
from ringar.demo.world.ground import facts, switch
from ringar.demo.world.keep import invoices_of, is_kept, running, told
from ringar.robots import finding
from ringar.robots.actions.sources import read_source
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.cases import Case, Robot, Run
from ringar.robots.models.maps import MapVersion
from ringar.robots.queries.cases import saved_by
from ringar.robots.queries.maps import gate_facts, unanswered
from ringar.robots.rules.cases import CaseState
from tests.rooms.robots.conftest import START, free_port, start_process, wait_for

__all__ = ["start_process"]
MAILS = 4
LIBRARY = "ringar.robots.library.cancel_invoice"


@pytest.fixture
def folder(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The demo's world in a folder of its own, with its robot at hand."""
    settings.DEMO, settings.VAR, settings.RINGAR_ROBOTS = True, tmp_path, [LIBRARY]
    for name, value in robot_environment(world_folder()).items():
        monkeypatch.setenv(name, value)
    finding.find_robots.cache_clear()
    yield world_folder()
    finding.find_robots.cache_clear()


def make_city() -> City:
    """People and maps of the demo's city."""
    city = City(timezone.now())
    with city.days_ago(800):
        city.add_organisations()
    Routines(city.start, city.units, city.people, city.viewers).add_all()
    return city


def logged_in(key: str) -> Client:
    client = Client()
    client.force_login(Person.objects.get(email=email_of(key)))
    return client


def credited(folder: Path) -> Counter[str]:
    """How often each invoice was truly credited by somebody who asked."""
    return Counter(row["invoice"] for row in facts(folder / "finance.sqlite3", "credit") if row["at"])


@pytest.mark.django_db
def test_put_to_work_when_the_world_runs_then_days_of_cases_and_one_question(folder: Path) -> None:
    city = make_city()
    with running(folder):
        put_to_work(folder)
        robot = Robot.objects.get(name=ROBOT)
        asked = Case.objects.exclude(state=CaseState.DONE)
        assert [case.state for case in asked] == [CaseState.WAITING] and "5000" in asked[0].question
        assert Case.objects.count() == len(DAYS) * IN_BATCH and is_at_work()
        first = Case.objects.order_by("created_at")[0]
        assert (timezone.now() - first.created_at).days == DAYS[0] and first.finished_at > first.created_at
        assert all(step.done_at >= step.intended_at > first.created_at for step in first.steps.all())
        truth = credited(folder)
        assert len(truth) > IN_BATCH and set(truth.values()) == {1}
        assert saved_by([robot])[robot.pk].hours is not None and robot.timed_source

        # Today's mails lie unread; the same batch once more is the same cases.
        deliver_batch(folder, TODAY)
        read_source(robot.pk)
        assert Case.objects.count() == (len(DAYS) + 1) * IN_BATCH

        dag = logged_in("dag")
        page = dag.get("/demo/robotar/").content.decode()
        assert "Döda en robot" in page and told(folder, "finance_url") in page
        assert "/demo/robotar/" in dag.get("/robotar/").content.decode()
        assert "Ingen robotprocess" in dag.post("/demo/robotar/doda/", follow=True).content.decode()
        dag.post("/demo/robotar/mejl/")
        run_waiting()
        read_source(robot.pk)
        assert Case.objects.count() == (len(DAYS) + 2) * IN_BATCH
    assert not is_kept(folder)
    assert "ringar run" in dag.get("/demo/robotar/").content.decode()
    for key in ("bo", "sam", "elif", "farid"):
        assert logged_in(key).get("/demo/robotar/").status_code == 404
        assert logged_in(key).post("/demo/robotar/doda/").status_code == 404
    for act in (kill_robot, send_more_mails):
        with pytest.raises(NotAllowed):
            act(by=city.viewers["bo"], robot=robot)


@pytest.mark.django_db
def test_routines_when_seeded_then_one_may_have_its_robot_and_one_waits_for_an_answer(folder: Path) -> None:
    make_city()
    as_is, to_be, other = MapVersion.objects.order_by("id")
    facts_of = gate_facts(to_be.process_map)
    assert facts_of.as_is_signed and facts_of.is_measured and facts_of.to_be_signed and facts_of.decision
    assert unanswered(as_is) == unanswered(to_be) == 0 and as_is.marks.filter(kind="wrong").exists()
    assert unanswered(other) == 1 and other.state == "open"
    assert as_is.log and as_is.log.is_simulated and other.log and other.log.is_simulated
    assert publish(viewer_of(Person.objects.get(email=email_of("petra")))).map_version == to_be


@pytest.mark.django_db
def test_robots_page_when_the_mail_server_is_not_installed_then_it_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_city()
    monkeypatch.setattr(robot_views, "missing_packages", lambda: ["pymap"])
    page = logged_in("dag").get("/robotar/").content.decode()
    assert "pip install pymap" in page and "/demo/robotar/" not in page
    assert logged_in("dag").get("/demo/robotar/").status_code == 404


def test_surroundings_when_somebody_has_told_the_robot_otherwise_then_that_holds(tmp_path: Path) -> None:
    url = "RINGAR_ROBOT_CANCEL_INVOICE_FINANCE_URL"
    assert f"{url}_FILE" in missing_from({}, tmp_path)
    assert f"{url}_FILE" not in missing_from({url: "https://ekonomi.example"}, tmp_path)


def test_processes_beside_when_not_in_the_demo_then_none(settings) -> None:
    settings.DEMO = False
    assert processes() == []


def answers(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) == 0


@pytest.mark.django_db(transaction=True)
def test_ringar_run_when_a_robot_is_killed_then_another_ends_its_cases_once(
    folder: Path, start_process: START
) -> None:
    make_city()
    petra = viewer_of(Person.objects.get(email=email_of("petra")))
    robot = publish(petra)
    environment = {"RINGAR_DEMO": "1", "RINGAR_VAR": str(folder.parent), "RINGAR_ROBOTS": LIBRARY}
    server = start_process("ringar.cli", "run", "--port", str(free_port()), **environment)
    wait_for(lambda: told(folder, "smtp_port") and answers(told(folder, "finance_url")))
    deliver(folder, invent_mails(invoices_of(folder), batch=TODAY)[:MAILS])
    wait_for(lambda: Run.objects.filter(ended_at=None, case__state=CaseState.WORKING).exists(), 180)

    dag = logged_in("dag")
    page = dag.post("/demo/robotar/doda/", follow=True).content.decode()
    assert "dödades" in page
    killed = AuditEvent.objects.get(action="kill_robot").changes
    assert killed["cases"]
    switch(folder / "finance.sqlite3", delay_ms=20)  # no need to watch the rest
    wait_for(lambda: Case.objects.filter(state=CaseState.DONE).count() == MAILS, 180)
    for uuid in killed["cases"].split(", "):
        assert Run.objects.filter(case__uuid=uuid).latest("id").worker.split("-")[-2] != str(
            killed["process"]
        )
    truth = credited(folder)
    assert set(truth.values()) == {1} and len(truth) == MAILS
    assert Robot.objects.get().pk == robot.pk and Organisation.objects.filter(slug="ringsala").exists()

    # A hard death of all leaves nothing behind.
    url = told(folder, "finance_url")
    server.send_signal(signal.SIGKILL)
    server.wait()
    wait_for(lambda: not answers(url) and not is_kept(folder))
