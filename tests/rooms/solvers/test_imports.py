"""Spreadsheets in: idempotent, all or nothing, quick."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils.translation import override

from ringar.cli import main
from ringar.core.models import AuditEvent, Person
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.solvers.actions import import_solutions
from ringar.solvers.models import Solution, Solver
from tests.people import People
from tests.rooms.solvers.conftest import PERSONAL_NUMBER

View = Callable[[Person], Viewer]
ROWS = [
    {
        "external_id": "1",
        "name": "Matlag",
        "what": "Grannar äter ihop",
        "solver": "Bordet AB",
        "organisation_number": "559000-0005",
    },
    {"external_id": "2", "name": "Soppkök", "what": "Soppa på fredag", "solver": "Bordet AB"},
    {
        "external_id": "3",
        "name": "Ramp",
        "solver": "Veva",
        "kind": "sole_trader",
        "organisation_number": PERSONAL_NUMBER,
    },
    {
        "external_id": "4",
        "name": "Läckprognos",
        "what": "Förutser läckor",
        "solver": "Ringsala kommun",
        "own": True,
    },
]


def test_import_when_run_twice_then_nothing_changes(people: People, viewer: View) -> None:
    by = viewer(people.alva)
    first = import_solutions(by=by, source="fil", rows=ROWS)
    assert (first.new, first.changed, first.unchanged) == (4, 0, 0)
    events = AuditEvent.objects.count()
    again = import_solutions(by=by, source="fil", rows=ROWS)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 4)
    assert AuditEvent.objects.count() == events
    assert Solver.objects.count() == 3
    assert Solver.objects.get(name="Ringsala kommun").organisation == people.city
    assert Solution.objects.get(name="Ramp").what == "Ramp"
    assert PERSONAL_NUMBER not in str([event.__dict__ for event in AuditEvent.objects.all()])


def test_import_when_a_row_changes_then_it_alone_is_saved(people: People, viewer: View) -> None:
    by = viewer(people.alva)
    import_solutions(by=by, source="fil", rows=ROWS)
    rows = [{**ROWS[0], "what": "Grannar lagar mat"}, *ROWS[1:]]
    counts = import_solutions(by=by, source="fil", rows=rows)
    assert (counts.new, counts.changed, counts.unchanged) == (0, 1, 3)
    solution = Solution.objects.get(external_id="1")
    assert solution.what == "Grannar lagar mat" and "lag" in solution.words


def test_import_when_a_row_is_wrong_then_nothing_is_saved_and_it_is_named(
    people: People, viewer: View
) -> None:
    rows = [{**row, "row": number} for number, row in enumerate(ROWS, 2)]
    wrong = [*rows, {"row": 6, "external_id": "9", "name": "X", "what": "y" * 20_001}]
    with override("en"), pytest.raises(Refused, match="row 6"):
        import_solutions(by=viewer(people.alva), source="fil", rows=wrong)
    assert Solution.objects.count() == Solver.objects.count() == 0


def test_import_when_the_number_is_known_then_the_solver_is_the_same(
    startup: Solver, people: People, viewer: View
) -> None:
    import_solutions(by=viewer(people.sam), source="fil", rows=ROWS[:1])
    assert Solution.objects.get().solver == startup
    startup.refresh_from_db()
    assert startup.name == "Middagsbron AB", "Sam may not rename what was registered elsewhere"


def test_import_when_resident_then_not_allowed(people: People, viewer: View) -> None:
    with pytest.raises(NotAllowed):
        import_solutions(by=viewer(people.farid), source="fil", rows=ROWS)


def test_import_when_a_name_is_long_then_cut_and_whole_in_the_text(people: People, viewer: View) -> None:
    name = "Ett långt namn " * 20
    for _ in range(2):
        import_solutions(by=viewer(people.alva), source="fil", rows=[{"external_id": "1", "name": name}])
    solution = Solution.objects.get()
    assert len(solution.name) <= 200 and name.strip() in solution.what


def test_import_when_1000_rows_then_quick_enough_for_5000(people: People, viewer: View) -> None:
    text = "Grannar äter middag ihop varje torsdag och bryter ensamheten i trappan. " * 8
    rows = [
        {"external_id": str(n), "name": f"Lösning {n}", "what": f"{text}{n}", "solver": f"Firma {n}"}
        for n in range(1000)
    ]
    start = time.process_time()
    assert import_solutions(by=viewer(people.alva), source="fil", rows=rows).new == 1000
    assert time.process_time() - start < 6, "5,000 rows are to take less than 30 s"


def test_command_when_the_file_has_wrong_rows_then_named_and_nothing_saved(
    people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "losningar.csv"
    path.write_text(
        "Lösning;Beskrivning;Leverantör;Orgnr;Typ av leverantör\n"
        "Matlag;Grannar äter;Bordet AB;559000-0006;företag\n"
        "Ramp;Ramper;Veva;911231-0009;företag\n",
        encoding="utf-8",
    )
    assert main(["import", "solutions", str(path), "--organisation", "ringsala-kommun"]) == 2
    told = capsys.readouterr()
    assert "row 2, organisation_number" in told.out and "row 3, organisation_number" in told.out
    assert "911231" not in told.out + told.err
    assert Solution.objects.count() == 0
    path.write_text(
        path.read_text("utf-8")
        .replace("0006", "0005")
        .replace("911231-0009;företag", "911231-0009;enskild firma"),
        "utf-8",
    )
    for expected in ("2 new, 0 changed", "0 new, 0 changed, 2 unchanged"):
        assert main(["import", "solutions", str(path), "--organisation", "ringsala-kommun"]) == 0
        assert expected in capsys.readouterr().out


@pytest.mark.parametrize("name", ["dpg_registry/nominees", "challenge_gov/challenges"])
def test_command_when_a_real_file_as_it_is_then_all_rows(
    name: str, people: People, data: Path, tmp_path: Path
) -> None:
    lines = (data / "texts" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()[:60]
    path = tmp_path / "real.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert main(["import", "solutions", str(path), "--organisation", "ringsala-kommun"]) == 0
    assert Solution.objects.count() == len(
        {json.loads(line)["file" if "dpg" in name else "id"] for line in lines}
    )
