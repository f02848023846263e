"""Sprints: five days, a prototype, five users, and what came out of it."""

import io
from pathlib import Path
from typing import Any

import pytest

from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused
from ringar.pilots.actions.gates import ask_gate
from ringar.pilots.actions.sprints import MOST_BYTES, Tried, add_prototype, save_sprint, save_tests
from ringar.pilots.models import Sprint
from ringar.pilots.rules import GateOutcome, Stage
from ringar.pilots.sprint_texts import default_agenda
from tests.people import People
from tests.rooms.pilots.prepared import exercise, sprint

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
PDF = b"%PDF-1.7 en skiss"


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def test_default_agenda_has_a_text_for_each_day() -> None:
    assert len(default_agenda()) == len({*default_agenda()}) == 5


def test_save_sprint_with_an_outcome_then_the_gate_opens(people: People) -> None:
    pilot, by = sprint(people), viewer_of(people.bo)
    ask_gate(by=by, pilot=pilot)
    assert ask_gate(by=by, pilot=pilot).missing == ["sprint_outcome"]
    save_sprint(by=by, pilot=pilot, agenda=default_agenda(), outcome="Fyra av fem förstod mattan.")
    gate = ask_gate(by=by, pilot=pilot)
    assert (gate.outcome, gate.stage) == (GateOutcome.OPENED, Stage.PROOF)
    with pytest.raises(Refused, match="sprint is over"):
        save_sprint(by=by, pilot=pilot, agenda=default_agenda(), outcome="Något annat.")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"agenda": ["En dag"]}, "five days"),
        ({"prototype_link": "javascript:alert(1)"}, "https://"),
        ({"agenda": ["x" * 2_001, "", "", "", ""]}, "at most 2000"),
    ],
)
def test_save_sprint_with_what_can_not_be_then_says_why(
    people: People, facts: dict[str, Any], said: str
) -> None:
    pilot = sprint(people)
    with pytest.raises(Refused, match=said):
        save_sprint(by=viewer_of(people.bo), pilot=pilot, **{"agenda": default_agenda(), **facts})


def test_save_sprint_on_what_is_none_or_by_others_then_not_allowed(people: People) -> None:
    with pytest.raises(NotAllowed):
        save_sprint(by=viewer_of(people.bo), pilot=exercise(people), agenda=default_agenda())
    with pytest.raises(NotAllowed):
        save_sprint(by=viewer_of(people.sam), pilot=sprint(people), agenda=default_agenda())


def test_add_prototype_twice_then_the_first_file_is_gone(
    people: People, files: Path, django_capture_on_commit_callbacks: Any
) -> None:
    pilot, by = sprint(people), viewer_of(people.bo)
    with django_capture_on_commit_callbacks(execute=True):
        add_prototype(by=by, pilot=pilot, file=io.BytesIO(PDF), name="skiss.PDF")
    with django_capture_on_commit_callbacks(execute=True):
        add_prototype(by=by, pilot=pilot, file=io.BytesIO(b"\x89PNG\r\n\x1a\n..."), name="skiss.png")
    kept = [path.suffix for path in files.rglob("*") if path.is_file()]
    assert kept == [".png"]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"<script>alert(1)</script>", "skiss.pdf", "Choose a PDF"),
        (PDF, "skiss.html", "Choose a PDF"),
        (PDF, "skiss", "Choose a PDF"),
        (b"", "skiss.png", "Choose a PDF"),
        (PDF + b"x" * MOST_BYTES, "skiss.pdf", "larger than 20 MB"),
    ],
)
def test_add_prototype_that_is_none_then_refused(
    people: People, files: Path, content: bytes, name: str, said: str
) -> None:
    pilot = sprint(people)
    with pytest.raises(Refused, match=said):
        add_prototype(by=viewer_of(people.bo), pilot=pilot, file=io.BytesIO(content), name=name)
    assert not Sprint.objects.get(pilot=pilot).prototype_file
    assert not list(files.rglob("*.pdf"))


def test_save_tests_then_empty_ones_are_left_out(people: People) -> None:
    pilot, by = sprint(people), viewer_of(people.bo)
    tests = [Tried("undersköterska", "Tryckte rätt.", True), Tried("", "", None), Tried("anhörig", "", False)]
    rows = save_tests(by=by, pilot=pilot, tests=tests)
    assert [(row.order, row.who, row.worked) for row in rows] == [
        (1, "undersköterska", True),
        (2, "anhörig", False),
    ]
    assert len(save_tests(by=by, pilot=pilot, tests=tests[:1])) == 1


def test_save_tests_without_who_or_too_many_then_refused(people: People) -> None:
    pilot, by = sprint(people), viewer_of(people.bo)
    with pytest.raises(Refused, match="what kind of user"):
        save_tests(by=by, pilot=pilot, tests=[Tried("", "Såg något", None)])
    with pytest.raises(Refused, match="enough"):
        save_tests(by=by, pilot=pilot, tests=[Tried("någon", "x", None)] * 6)
