import random
from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest

from ringar_kits.errors import InputError
from ringar_kits.processes import Event, make_log, map_log
from tests.kits.processes.logs import at, log_of


def test_map_when_cases_are_few_then_every_figure_is_as_counted_by_hand() -> None:
    graph = map_log(log_of("abc", "abc", "abbc", "ac", apart=60))
    assert (graph.cases, graph.events, graph.main_share, graph.rework_share) == (4, 12, 0.5, 0.25)
    assert [(edge.before, edge.after, edge.events, edge.cases, edge.returns) for edge in graph.edges] == [
        ("a", "b", 3, 3, 0),
        ("b", "c", 3, 3, 0),
        ("a", "c", 1, 1, 0),
        ("b", "b", 1, 1, 1),
    ]
    assert [
        (step.name, step.events, step.cases, step.starts, step.ends, step.repeated) for step in graph.steps
    ] == [
        ("a", 4, 4, 4, 0, 0),
        ("b", 4, 3, 0, 0, 1),
        ("c", 4, 4, 0, 4, 0),
    ]
    paths = [("".join(variant.steps), variant.cases) for variant in graph.variants]
    assert paths == [("abc", 2), ("abbc", 1), ("ac", 1)]
    assert graph.duration.median == 2 * 3600
    assert graph.duration.p90 == pytest.approx(2.7 * 3600)
    assert not graph.is_timed and graph.notes == ()


def test_map_when_cases_go_back_then_the_edge_tells() -> None:
    graph = map_log(log_of("abac", "abc"))
    assert {(edge.before, edge.after): edge.returns for edge in graph.edges} == {
        ("a", "b"): 0, ("b", "a"): 1, ("a", "c"): 0, ("b", "c"): 0,
    }  # fmt: skip


def test_map_when_starts_are_told_then_work_and_waiting_are_told_apart() -> None:
    events = [
        Event("1", "a", at(0), lifecycle="start"),
        Event("1", "a", at(10), lifecycle="COMPLETE"),
        Event("1", "b", at(25), lifecycle="start"),
        Event("1", "b", at(20), lifecycle="schedule"),
        Event("1", "b", at(30), lifecycle="complete"),
        Event("1", "c", at(28), lifecycle="start"),
    ]
    graph = map_log(make_log(events))
    assert graph.is_timed and graph.events == 3
    steps = {step.name: step for step in graph.steps}
    assert steps["a"].service.median == 600 and steps["b"].service.median == 300
    assert steps["b"].wait.median == 900
    assert (
        steps["c"].wait.median == 0 and steps["c"].service is None
    )  # began before b was done, and never ended
    assert graph.duration.median == 1800
    assert {str(note)[:8] for note in graph.notes} == {"1 rows o", "1 steps "}


def test_map_when_a_step_is_done_side_by_side_then_first_begun_is_first_done() -> None:
    times = [("start", 0), ("start", 5), ("complete", 20), ("complete", 21)]
    log = make_log(Event("1", "a", at(minutes), lifecycle=kind) for kind, minutes in times)
    assert sorted((log.end - log.start) // 60_000_000) == [16, 20]


def test_map_when_times_have_zones_then_moments_count_and_months_are_local() -> None:
    home, away = timezone(timedelta(hours=1)), timezone(timedelta(hours=-5))
    log = make_log([
        Event("1", "a", datetime(2026, 1, 1, 0, 30, tzinfo=home)),
        Event("1", "b", datetime(2025, 12, 31, 20, 30, tzinfo=away)),
    ])  # fmt: skip
    graph = map_log(log)
    assert graph.duration.median == 2 * 3600
    assert graph.months == (("2026-01", 1),)


def test_months_when_none_began_then_the_month_is_there_with_zero() -> None:
    log = make_log([Event("1", "a", datetime(2025, 12, 30)), Event("2", "a", datetime(2026, 2, 1))])
    assert map_log(log).months == (("2025-12", 1), ("2026-01", 0), ("2026-02", 1))


PATHS = ("receive check book answer", "receive check ask check book answer", "receive reject")
TRUTH = {pair for path in PATHS for pair in pairwise(path.split())}


def made_by_machines(seconds_apart: float) -> list[Event]:
    """300 cases on three known paths whose steps follow within fractions of a second, cut to whole seconds."""
    chance, events = random.Random(6), []
    for case in range(300):
        time = at(chance.uniform(0, 1e5))
        for step in PATHS[case % 3].split():
            time += timedelta(seconds=chance.uniform(0.1, seconds_apart))
            events.append(Event(str(case), step, time.replace(microsecond=0), seq=len(events)))
    chance.shuffle(events)
    return events


def test_trap_when_times_are_whole_seconds_then_only_sequence_numbers_tell_the_truth() -> None:
    events = made_by_machines(seconds_apart=0.5)
    numbered = map_log(make_log(events))
    assert {(edge.before, edge.after) for edge in numbered.edges} == TRUTH
    assert len(numbered.variants) == 3
    assert "sequence numbers order them" in str(numbered.notes[0])
    as_in_file = map_log(make_log(event._replace(seq=None) for event in events))
    assert {(edge.before, edge.after) for edge in as_in_file.edges} > TRUTH
    assert len(as_in_file.variants) > 3
    ties = int(str(as_in_file.notes[0]).split()[0].replace(",", ""))
    assert ties > 300 and "the file's order was taken" in str(as_in_file.notes[0])


def test_notes_when_numbers_are_no_help_or_contradict_the_times_then_they_say_so() -> None:
    same = map_log(make_log([Event("1", "a", at(0), 1), Event("1", "b", at(0), 1)]))
    assert "1 of these have the same sequence number too" in str(same.notes[1])
    against = map_log(make_log([Event("1", "a", at(0), 2), Event("1", "b", at(1), 1)]))
    assert "1 sequence numbers fall though the time rises" in str(against.notes[0])
    with pytest.raises(InputError, match="1 events have no sequence number"):
        make_log([Event("1", "a", at(0), 2), Event("1", "b", at(1))])


def test_notes_when_numbers_tell_some_ties_then_only_the_others_are_left_to_the_file() -> None:
    events = [Event("1", step, at(0), number) for step, number in (("a", 1), ("b", 1), ("c", 2))]
    log = make_log(events)
    assert (log.ties, log.ties_left) == (2, 1)


def test_log_when_some_rows_have_no_lifecycle_then_they_are_steps_too() -> None:
    rows = [("a", "complete"), ("b", ""), ("c", "schedule")]
    log = make_log(Event("1", step, at(place), lifecycle=kind) for place, (step, kind) in enumerate(rows))
    assert (log.activities, log.left_out) == (["a", "b"], 1)


def test_log_when_it_holds_one_event_then_it_is_a_map_of_one_step() -> None:
    graph = map_log(log_of("a"))
    assert (graph.events, graph.edges, graph.steps[0].wait, graph.duration.p90) == (1, (), None, 0)
