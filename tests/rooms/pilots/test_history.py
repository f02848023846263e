"""The platform's own history as an event log: each move once, in order, and nobody in it."""

import csv
from argparse import Namespace
from pathlib import Path

import pytest

from ringar.core.models import AuditEvent
from ringar.pilots.commands import run_own
from ringar.pilots.history import own_history
from ringar_kits.errors import InputError
from ringar_kits.processes import map_log, read_log
from tests.people import People
from tests.rooms.matching.cast import chosen_need
from tests.rooms.needs.cast import shared_by


def test_own_history_when_needs_have_moved_then_tells_each_move_in_order(people: People) -> None:
    need = chosen_need(people.bo, people.dag, "De äldre sitter ensamma hela kvällen.")
    shared_by(people.bo, "Bilarna är alltid slut.", "Bilbrist", "public")
    moved = [each for each in own_history(people.city.pk) if each.case == str(need.uuid)]
    assert [each.activity for each in moved] == ["need shared", "need explored", "need chosen"]
    assert [each.seq for each in moved] == sorted({each.seq for each in moved})
    assert not list(own_history(people.other_city.pk))


def test_run_own_when_written_then_the_kit_reads_it_and_no_person_is_in_it(
    people: People, tmp_path: Path
) -> None:
    chosen_need(people.bo, people.dag, "De äldre sitter ensamma hela kvällen.")
    out = tmp_path / "own.csv"
    assert run_own(Namespace(out=str(out), organisation=people.city.slug)) == 0
    graph = map_log(read_log(out, case="case", activity="activity", time="time", seq="seq"))
    assert (graph.cases, graph.events) == (1, 3)
    text = out.read_text(encoding="utf-8")
    assert next(csv.reader(text.splitlines())) == ["case", "activity", "time", "seq"]
    assert not [event.label for event in AuditEvent.objects.all() if event.label in text]


def test_run_own_when_the_organisation_is_unknown_then_says_so(people: People, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        run_own(Namespace(out=str(tmp_path / "x.csv"), organisation="finns-inte"))
    assert not (tmp_path / "x.csv").exists()
