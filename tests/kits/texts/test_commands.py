import argparse
import csv

import pytest

from ringar_kits.errors import InputError
from ringar_kits.tables import write_csv
from ringar_kits.texts import load_embedder
from ringar_kits.texts.commands import NOTHING_FITS, add_commands
from tests.kits.texts.corpus import SOLUTIONS

NEEDS = [
    ("n1", "Ensamhet bland äldre", "De äldre saknar sällskap"),
    ("n2", "Fakturor", ""),
    ("n3", "", "kvantfysik zebra"),
]


def run(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    groups = parser.add_subparsers()
    add_commands(lambda name: groups.add_parser(name).add_subparsers())
    args = parser.parse_args([str(argument) for argument in arguments])
    return args.run(args)


def written(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "title", "text"), *rows])
    return path


@pytest.fixture
def files(tmp_path):
    solutions = [(s.id, s.title, s.text) for s in SOLUTIONS]
    return (
        written(tmp_path / "needs.csv", NEEDS),
        written(tmp_path / "solutions.csv", solutions),
        tmp_path / "out.csv",
    )


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_rank_when_run_then_every_need_gets_its_rows_with_reasons(files, capsys):
    needs, solutions, out = files
    assert (
        run(
            "match",
            "rank",
            "--needs",
            needs,
            "--solutions",
            solutions,
            "--top",
            3,
            "--no-semantic",
            "--out",
            out,
        )
        == 0
    )
    rows = rows_of(out)
    assert list(rows[0]) == ["need_id", "solution_id", "rank", "score", "reasons"]
    assert [(row["need_id"], row["rank"]) for row in rows] == [
        (n[0], str(r)) for n in NEEDS for r in (1, 2, 3)
    ]
    assert rows[0]["solution_id"] == "meet"
    assert "'ensamhet'" in rows[0]["reasons"]
    assert rows[3]["solution_id"] == "bills"
    assert rows[6]["reasons"].startswith(NOTHING_FITS)
    assert "3 needs, 8 solutions" in capsys.readouterr().err


def test_rank_when_there_are_fewer_solutions_than_asked_then_all_are_written(files):
    needs, solutions, out = files
    run(
        "match",
        "rank",
        "--needs",
        needs,
        "--solutions",
        solutions,
        "--no-semantic",
        "--top",
        50,
        "--out",
        out,
    )
    assert len(rows_of(out)) == len(NEEDS) * len(SOLUTIONS)


@pytest.mark.skipif(load_embedder() is None, reason="the extra [semantic] is not installed")
def test_rank_when_the_model_is_there_then_vectors_are_kept_for_the_next_run(files, tmp_path):
    needs, solutions, out = files
    asked = (
        "match",
        "rank",
        "--needs",
        needs,
        "--solutions",
        solutions,
        "--cache",
        tmp_path / "kept",
        "--out",
        out,
    )
    run(*asked)
    first, kept = rows_of(out), {p.name: p.stat().st_size for p in (tmp_path / "kept").iterdir()}
    run(*asked)
    assert rows_of(out) == first
    assert {p.name: p.stat().st_size for p in (tmp_path / "kept").iterdir()} == kept
    assert len(kept) == 2


def test_duplicates_when_two_needs_say_the_same_then_they_are_written_with_words(tmp_path):
    needs = written(
        tmp_path / "needs.csv", [*NEEDS, ("n4", "", "Äldre saknar sällskap, ensamhet bland de äldre")]
    )
    assert run("match", "duplicates", "--needs", needs, "--no-semantic", "--out", tmp_path / "pairs.csv") == 0
    rows = rows_of(tmp_path / "pairs.csv")
    assert [(row["first_id"], row["second_id"]) for row in rows] == [("n1", "n4")]
    assert "'ensamhet'" in rows[0]["why"]
    assert 0 < float(rows[0]["score"]) <= 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("name,title\n1,a\n", "There must be id"),
        ("id,name\n1,a\n", "There must be id"),
        ("id,title\n,a\n", "row 2: the id is empty"),
        ("id,title\n", "no rows below the header"),
    ],
)
def test_rank_when_needs_are_at_fault_then_place_is_named_and_nothing_is_written(files, content, told):
    needs, solutions, out = files
    needs.write_text(content, encoding="utf-8")
    out.write_text("as before")
    with pytest.raises(InputError, match=told):
        run("match", "rank", "--needs", needs, "--solutions", solutions, "--no-semantic", "--out", out)
    assert out.read_text() == "as before"


def test_rank_when_an_id_stands_twice_then_its_texts_are_read_as_one_and_told(files, capsys):
    needs, solutions, out = files
    written(solutions, [("a", "Fika", ""), ("a", "", "Ensamhet bland äldre"), ("b", "", "annat")])
    run("match", "rank", "--needs", needs, "--solutions", solutions, "--no-semantic", "--out", out)
    assert rows_of(out)[0]["solution_id"] == "a"
    assert len(rows_of(out)) == 2 * len(NEEDS)
    assert "'a' stands there twice" in capsys.readouterr().err


def test_write_csv_when_rows_break_off_then_the_old_file_stays_and_nothing_is_left(tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("as before")

    def broken():
        yield ("a",)
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        write_csv(out, ("id",), broken())
    assert out.read_text() == "as before"
    assert list(tmp_path.iterdir()) == [out]


def test_write_csv_when_folder_is_missing_then_a_remedy_is_named(tmp_path):
    with pytest.raises(InputError, match="Choose a folder"):
        write_csv(tmp_path / "none" / "out.csv", ("id",), [])


@pytest.mark.parametrize("top", ["0", "-1", "ten"])
def test_rank_when_top_is_no_number_from_one_then_it_is_refused(files, top, capsys):
    needs, solutions, out = files
    with pytest.raises(SystemExit):
        run("match", "rank", "--needs", needs, "--solutions", solutions, "--out", out, f"--top={top}")
    assert "is not a number from 1" in capsys.readouterr().err
