"""The platform's own history as an event log: each move once, in order, and nobody in it."""

import csv
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from ringar.core.models import AuditEvent, Person
from ringar.pilots.commands import run_own
from ringar.pilots.history import own_history, told_history
from ringar.robots.forms.maps import GUESSES, guess
from ringar_kits.errors import InputError
from ringar_kits.processes import map_log, read_log
from ringar_kits.tables import read_rows
from tests.people import People
from tests.rooms.matching.cast import chosen_need
from tests.rooms.needs.cast import shared_by
from tests.rooms.pilots.measured import running


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


@pytest.mark.parametrize(
    ("language", "steps"),
    [
        ("sv", {"Behov: Delat", "Behov: Utforskat", "Behov: Valt"}),
        ("en", {"Need: Shared", "Need: Explored", "Need: Chosen"}),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_pilot_history_csv_when_taken_out_then_the_form_of_logs_guesses_its_columns_and_nobody_is_in_it(
    people: People,
    logged_in: Callable[[Person], Client],
    tmp_path: Path,
    language: str,
    steps: set[str],
    kind: str,
) -> None:
    need = chosen_need(people.bo, people.dag, "De äldre sitter ensamma hela kvällen.")
    client = logged_in(people.cilla)
    client.cookies["django_language"] = language
    out = tmp_path / f"own.{kind}"
    out.write_bytes(client.get(reverse("pilot_history_csv"), {"format": kind}).getvalue())
    rows = [cells for _number, cells in read_rows(out)]
    log = read_log(out, **{name: guess(list(rows[0]), words) for name, words in GUESSES.items()})
    assert ({step.name for step in map_log(log).steps}, list(log.cases)) == (steps, [str(need.uuid)])
    told = repr(rows)
    assert not [who.name for who in (people.bo, people.dag) if who.name in told or str(who.uuid) in told]


def test_own_history_when_a_pilot_is_begun_and_starts_then_both_stand_under_its_need(people: People) -> None:
    need = chosen_need(people.bo, people.dag, "De äldre sitter ensamma hela kvällen.")
    running(people, need=need, has_goal=False)
    moved = [each.activity for each in own_history(people.city.pk) if each.case == str(need.uuid)]
    assert moved[-2:] == ["pilot exercise planned", "pilot exercise running"]
    with translation.override("sv"):
        told = [each.activity for each in told_history(people.city.pk)]
    assert told[-2:] == ["Pilot: Övning, Förbereds", "Pilot: Övning, Pågår"]
