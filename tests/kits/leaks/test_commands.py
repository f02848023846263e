import csv
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from ringar.cli import main
from ringar_kits.leaks import City, Ranking
from ringar_kits.leaks.handed_in import write_city
from ringar_kits.leaks.ranked_tables import write_areas
from tests.kits.leaks.files import network_files


@pytest.fixture(scope="module")
def files(town: City, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The town as its utility hands it in."""
    folder = tmp_path_factory.mktemp("town")
    write_city(town, str(folder), 5)
    found = {}
    for name in ("pipes", "breaks", "places"):
        found[name] = str(next(path for path in sorted(folder.iterdir()) if path.name.startswith(name)))
    return found


def test_rank_writes_one_row_per_pipe_in_order(files: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "ranked.csv"
    given = ["--pipes", files["pipes"], "--breaks", files["breaks"], "--as-of", "2025-01-01"]
    given += ["--places", files["places"], "--also", "3"]
    assert main(["leaks", "rank", *given, "--out", str(out)]) == 0
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = ["pipe_id", "length_m", "expected_breaks", "low", "high", "rank", "reasons"]
    assert list(rows[0])[:7] == columns
    assert list(rows[0])[7:10] == ["expected_breaks_3_years", "low_3_years", "high_3_years"]
    assert all(float(row["expected_breaks_3_years"]) >= 2 * float(row["expected_breaks"]) for row in rows)
    assert list(rows[0])[-2:] == ["consequence", "risk"]
    for row in rows[:50]:
        risk = float(row["expected_breaks"]) * float(row["consequence"])
        assert float(row["risk"]) == pytest.approx(risk, rel=2e-3)
    assert [int(row["rank"]) for row in rows] == list(range(1, len(rows) + 1))
    assert len({row["pipe_id"] for row in rows}) == len(rows)
    assert all(float(row["low"]) <= float(row["expected_breaks"]) <= float(row["high"]) for row in rows)
    assert "times" in rows[0]["reasons"]


def test_streets_are_written_with_all_their_pipes_in_order(ranking: Ranking, tmp_path: Path) -> None:
    out = tmp_path / "streets.csv"
    nameless = replace(ranking, street=("", *ranking.street[1:]))
    assert write_areas(nameless, out, "street") == 1
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["street", "pipes", "length_m", "expected_breaks", "low", "high", "rank"]
    assert sum(int(row["pipes"]) for row in rows) == len(ranking.pipe_ids) - 1
    total = sum(float(row["expected_breaks"]) for row in rows)
    assert total == pytest.approx(ranking.expected[1:].sum(), rel=1e-3)
    rates = [float(row["expected_breaks"]) / float(row["length_m"]) for row in rows]
    assert all(one >= other * 0.999 for one, other in pairwise(rates))
    assert [int(row["rank"]) for row in rows] == list(range(1, len(rows) + 1))


def test_backtest_prints_one_json_object(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    years = ["--from", "2024", "--to", "2024", "--json"]
    assert main(["leaks", "backtest", "--pipes", files["pipes"], "--breaks", files["breaks"], *years]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["methods"][0]["method"] == "model"
    assert 0 < found["methods"][0]["share"]["10"] <= 1
    assert found["years"][0]["year"] == 2024


def test_backtest_prints_a_table(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    years = ["--from", "2024", "--to", "2024"]
    assert main(["leaks", "backtest", "--pipes", files["pipes"], "--breaks", files["breaks"], *years]) == 0
    told = capsys.readouterr().out
    assert "oldest first" in told
    assert "calibration: slope" in told


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--as-of", "1960-01-01", "--out", "out.csv"], "breaks on a pipe before 1960-01-01: 0"),
        (["--as-of", "2025-01-01", "--out", "no/such/folder/out.csv"], "the folder does not exist"),
        (
            ["--as-of", "2025-01-01", "--out", "out.csv", "--by", "area", "--also", "3"],
            "Give --horizon instead",
        ),
    ],
)
def test_rank_says_what_is_wrong_and_writes_nothing(
    files: dict[str, str],
    more: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["leaks", "rank", "--pipes", files["pipes"], "--breaks", files["breaks"], *more]) == 2
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_rank_by_street_where_no_street_is_known_says_which_column_to_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipes, breaks = network_files(tmp_path)
    given = ["--pipes", str(pipes), "--breaks", str(breaks), "--as-of", "2025-01-01", "--out", "out.csv"]
    assert main(["leaks", "rank", *given, "--by", "street"]) == 2
    assert "Name the column: --map street=COLUMN" in capsys.readouterr().err


@pytest.mark.parametrize(
    "more",
    [
        ["--as-of", "1/1/2025"],
        ["--as-of", "2025-01-01", "--horizon", "0"],
        ["--as-of", "2025-01-01", "--also", "many"],
        ["--as-of", "2025-01-01", "--by", "town"],
        ["--as-of", "2025-01-01", "--seed", "-1"],
    ],
)
def test_rank_refuses_arguments_that_cannot_be(files: dict[str, str], more: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(["leaks", "rank", "--pipes", files["pipes"], "--breaks", files["breaks"], "--out", "x", *more])
