import argparse
import json
from pathlib import Path

import pytest

from ringar_kits.errors import InputError
from ringar_kits.processes import graph_svg, map_log, read_bpmn, write_bpmn
from ringar_kits.processes.commands import add_commands
from tests.kits.processes.logs import log_of

LOG = """case,what,when
1,A,2026-03-02 08:00
1,B,2026-03-04 08:00
2,A,2026-03-03
2,B,2026-03-03
3,A,2026-03-05
3,C,2026-03-06
"""
KEYS = ["cases", "events", "activities", "edges", "variants", "median_days", "p90_days"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    (tmp_path / "agreed.bpmn").write_text(write_bpmn(map_log(log_of("AB", "AD")), show=1), encoding="utf-8")
    return tmp_path


def run(folder: Path, *more: object) -> int:
    parser = argparse.ArgumentParser()
    groups = parser.add_subparsers()
    add_commands(lambda name: groups.add_parser(name).add_subparsers())
    named = ("--case", "case", "--activity", "what", "--time", "when", "--out", folder / "map.svg")
    args = parser.parse_args([str(each) for each in ("processes", "map", folder / "log.csv", *named, *more)])
    return args.run(args)


def test_map_when_run_then_the_picture_is_written_and_the_last_line_tells(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "--json", "--show", "1") == 0
    said = capsys.readouterr()
    told = json.loads(said.out.splitlines()[-1])
    assert list(told) == KEYS
    assert list(told.values()) == [3, 6, 3, 2, 2, 1.0, 1.8]
    assert "1 pairs of neighbours in a case have the same time" in said.err
    assert (folder / "map.svg").read_text(encoding="utf-8").startswith("<svg ")
    assert len(list(folder.iterdir())) == 3


def test_map_when_compared_then_tells_what_differs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(folder, "--json", "--bpmn", folder / "agreed.bpmn")
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["fitting"] == 2 and told["off_map"] == [["A", "C", 1]]
    assert (told["unknown"], told["never"]) == (["C"], ["D"])
    run(folder, "--bpmn", folder / "agreed.bpmn")
    said = capsys.readouterr().out
    assert "66.7% of the cases fit the map" in said and "Never happens: D" in said
    assert "Not in the map: A → C, 1 times" in said


def test_map_when_asked_then_a_first_bpmn_is_written(folder: Path) -> None:
    run(folder, "--bpmn-out", folder / "first.bpmn", "--show", "1", "--language", "en")
    assert {step.name for step in read_bpmn((folder / "first.bpmn").read_bytes()).steps} == {"A", "B", "C"}
    assert "most common of 2 paths" in (folder / "map.svg").read_text(encoding="utf-8")


def test_map_when_numbers_are_given_then_no_tie_is_left(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = LOG.splitlines()
    numbered = [f"{rows[0]},no", *(f"{row},{9 - number}" for number, row in enumerate(rows[1:]))]
    (folder / "log.csv").write_text("\n".join(numbered), encoding="utf-8")
    run(folder, "--seq", "no", "--json")
    said = capsys.readouterr()
    assert "sequence numbers order them" in said.err
    assert json.loads(said.out)["variants"] == 3  # 2 went from B to A


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--activity", "x"), "no column x.*case, what, when"),
        (("--bpmn", "none.bpmn"), "none.bpmn: No such file"),
        (("--out", "nowhere/map.svg"), "no file can be written there"),
        (("--bpmn", __file__), "not well-formed"),
    ],
)
def test_map_when_something_is_wrong_then_says_so_and_writes_nothing(
    folder: Path, more: tuple[str, str], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        run(folder, *more)
    assert not (folder / "map.svg").exists()


@pytest.mark.parametrize("show", ["2", "-1", "x", "nan"])
def test_map_when_the_share_is_none_then_is_refused(folder: Path, show: str) -> None:
    with pytest.raises(SystemExit):
        run(folder, "--show", show)


def test_svg_when_written_again_then_is_the_same_to_the_letter() -> None:
    graph = map_log(log_of("abc", "acb", "abca"))
    assert graph_svg(graph, show=1) == graph_svg(map_log(log_of("abc", "acb", "abca")), show=1)
