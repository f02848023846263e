"""Event logs: handed in, columns chosen, measured by a robot; what is kept is counts, and nobody's case."""

import gzip
import io
import json
from pathlib import Path

import pytest

from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.robots.actions.map_logs import add_log, choose_columns, columns_in, fault_of, remove_log
from ringar.robots.actions.maps import add_map
from ringar.robots.engine.running import run_waiting
from ringar.robots.map_figures import figures_of, graph_of
from ringar.robots.models.maps import EventLog
from ringar_kits.processes import Event, make_log, map_log
from ringar_kits.processes.times import read_time
from tests.people import People
from tests.rooms.robots.map_cast import COLUMNS, ROWS, handed_in, measured_log


@pytest.fixture
def bo(people: People) -> Viewer:
    return viewer_of(people.bo)


def after(log: EventLog) -> EventLog:
    run_waiting()
    log.refresh_from_db()
    return log


def test_measure_log_when_columns_are_chosen_then_counts_and_removes_the_file(
    people: People, bo: Viewer, django_capture_on_commit_callbacks: object
) -> None:
    log = handed_in(bo, people.care)
    path = log.file.path
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator] # a fixture of pytest-django
        choose_columns(by=bo, log=log, columns=COLUMNS)
        run_waiting()
    log.refresh_from_db()
    assert (log.state, log.error, log.file.name) == ("measured", "", "")
    assert not Path(path).exists()
    graph = graph_of(log.figures)
    assert (graph.cases, graph.events, len(graph.steps), len(graph.variants)) == (5, len(ROWS), 3, 2)
    kept = json.dumps(log.figures, ensure_ascii=False)
    assert "Kalle" not in kept and "F5" not in kept


def test_figures_of_when_kept_as_json_then_make_the_same_graph(db: None) -> None:
    events = [Event(case, activity, read_time(time, ""), seq) for case, activity, time, seq in ROWS]
    told = [("2026-01-01", "start"), ("2026-01-02", "complete")]
    timed = [Event("a", "Läs", read_time(day, ""), None, word) for day, word in told]
    for each in (events, timed):
        graph = map_log(make_log(each))
        assert graph_of(json.loads(json.dumps(figures_of(graph)))) == graph


def test_measure_log_when_in_xes_then_needs_no_columns(people: People, bo: Viewer) -> None:
    traces = "".join(
        f'<trace><string key="concept:name" value="{case}"/><event><string key="concept:name" value="Läs"/>'
        f'<date key="time:timestamp" value="2026-01-0{case}T08:00:00"/></event></trace>'
        for case in (1, 2)
    )
    file = io.BytesIO(gzip.compress(f"<log>{traces}</log>".encode()))
    told = {"name": "Logg", "source": "Systemet", "file_name": "logg.xes.gz"}
    log = after(add_log(by=bo, unit=people.care, file=file, **told))
    assert (log.state, log.figures["cases"]) == ("measured", 2), log.error


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\xff\xfe" * 90, b"a;b\n1;2\n", "ärende;aktivitet;tid;ordning\n1;Läs;i går;1\n".encode()],
    ids=["empty", "noise", "other-columns", "no-time"],
)
def test_measure_log_when_it_can_not_be_read_then_says_why_and_keeps_the_file(
    people: People, bo: Viewer, content: bytes
) -> None:
    told = {"name": "Min logg", "source": "Systemet", "file_name": "logg.csv"}
    log = add_log(by=bo, unit=people.care, file=io.BytesIO(content), **told)
    log = after(choose_columns(by=bo, log=log, columns=COLUMNS))
    assert log.state == "unreadable" and "Min logg" in fault_of(log) and log.file
    assert log.figures == {}


def test_measure_log_when_other_columns_are_chosen_after_a_fault_then_is_measured(
    people: People, bo: Viewer
) -> None:
    mixed = COLUMNS | {"time": "aktivitet", "activity": "tid"}
    log = after(choose_columns(by=bo, log=handed_in(bo, people.care), columns=mixed))
    assert log.state == "unreadable"
    log = after(choose_columns(by=bo, log=log, columns=COLUMNS))
    assert (log.state, log.error) == ("measured", "")


def test_measure_log_when_a_column_tells_who_then_refuses_it(people: People, bo: Viewer) -> None:
    chosen = COLUMNS | {"activity": "handläggare"}
    log = after(choose_columns(by=bo, log=handed_in(bo, people.care), columns=chosen))
    assert log.state == "unreadable" and "handläggare" in log.error


def test_choose_columns_when_one_column_is_chosen_twice_then_refuses(people: People, bo: Viewer) -> None:
    log = handed_in(bo, people.care)
    assert columns_in(log) == [*COLUMNS.values(), "handläggare"]
    with pytest.raises(Refused):
        choose_columns(by=bo, log=log, columns=COLUMNS | {"time": "ärende"})


def test_choose_columns_when_it_is_measured_then_refuses(people: People, bo: Viewer) -> None:
    with pytest.raises(Refused):
        choose_columns(by=bo, log=measured_log(bo, people.care), columns=COLUMNS)


def test_add_log_when_by_another_unit_or_of_another_kind_then_is_stopped(people: People, bo: Viewer) -> None:
    with pytest.raises(Refused):
        handed_in(bo, people.care, "logg.exe")
    for person, unit in [(people.bo, people.water), (people.sam, people.care), (people.elif_, people.care)]:
        with pytest.raises(NotAllowed):
            handed_in(viewer_of(person), unit)
    assert not EventLog.objects.exists()


def test_remove_log_when_a_map_is_drawn_from_it_then_refuses(people: People, bo: Viewer) -> None:
    log = measured_log(bo, people.care)
    add_map(by=bo, unit=people.care, name="Makulera", log=log)
    with pytest.raises(Refused):
        remove_log(by=bo, log=log)
    other = handed_in(bo, people.care)
    with pytest.raises(NotAllowed):
        remove_log(by=viewer_of(people.sam), log=other)
    remove_log(by=bo, log=other)
    assert list(EventLog.objects.all()) == [log]
