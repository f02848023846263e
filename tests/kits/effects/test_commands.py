import argparse
import csv
import json
import subprocess
import sys

import openpyxl
import pytest

from ringar_kits.effects.commands import add_commands
from ringar_kits.errors import InputError
from tests.kits.effects.made import noisy, week

KEYS = {"effect", "low", "high", "p_better", "p_worthwhile", "verdict", "rho", "weeks_before", "weeks_after"}


def run(*arguments):
    parser = argparse.ArgumentParser()
    groups = parser.add_subparsers()
    add_commands(lambda name: groups.add_parser(name).add_subparsers())
    args = parser.parse_args([str(argument) for argument in arguments])
    return args.run(args)


def rows_of(data):
    return [("unit", "week", "value"), *((each.unit, each.week.isoformat(), each.value) for each in data)]


def written(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture
def data(tmp_path):
    return written(tmp_path / "data.csv", rows_of(noisy()))


def estimate(data, *more):
    return run(
        "effects", "estimate", data, "--treated", "A", "--controls", "B,C,D", "--start", week(12), *more
    )


def found(capsys):
    return json.loads(capsys.readouterr().out.splitlines()[-1], parse_constant=lambda name: pytest.fail(name))


def test_estimate_when_run_then_the_last_line_is_json(data, capsys):
    assert estimate(data, "--worthwhile", 2, "--json") == 0
    answer = found(capsys)
    assert answer.keys() >= KEYS
    assert "posterior" not in answer
    assert answer["low"] < 5 < answer["high"]
    assert (answer["verdict"], answer["weeks_before"], answer["weeks_after"]) == ("scale", 12, 8)
    assert answer["series"][0]["week"] == "2026-01-05"


def test_estimate_when_run_for_people_then_says_what_to_do(data, capsys):
    estimate(data, "--worthwhile", 2, "--cost", 40000, "--weeks-planned", 8)
    text = capsys.readouterr().out
    assert "The effect is +" in text
    assert "Scale it." in text
    assert "Cost per unit of effect" in text
    assert "Look 3 of 3" in text


def test_estimate_when_worthwhile_is_negative_then_lower_is_better(data, capsys):
    estimate(data, "--worthwhile", "-2", "--json")
    answer = found(capsys)
    assert (answer["better"], answer["verdict"]) == ("lower", "stop")
    estimate(data, "--worthwhile", 2, "--better", "lower", "--json")
    assert found(capsys)["p_worthwhile"] == answer["p_worthwhile"]


def test_estimate_when_there_are_no_controls_then_says_what_cannot_be_concluded(data, capsys):
    run("effects", "estimate", data, "--treated", "A", "--start", week(12), "--worthwhile", 2)
    text = capsys.readouterr().out
    assert "The change is" in text
    assert "Nothing can be concluded" in text


def test_estimate_when_data_are_too_few_then_numbers_are_null(data, capsys):
    estimate(data, "--until", week(13), "--json")
    answer = found(capsys)
    assert (answer["effect"], answer["p_better"], answer["verdict"]) == (None, None, "no_conclusion")


def test_estimate_when_the_file_is_excel_or_has_decimal_commas_then_is_the_same(data, tmp_path, capsys):
    book = openpyxl.Workbook()
    for row in rows_of(noisy()):
        book.active.append(row)
    book.save(tmp_path / "data.xlsx")
    lines = [f"{u};{w};{str(v).replace('.', ',')}" for u, w, v in rows_of(noisy())]
    (tmp_path / "comma.csv").write_text("\n".join(lines), encoding="utf-8")
    answers = []
    for path in (data, tmp_path / "data.xlsx", tmp_path / "comma.csv"):
        estimate(path, "--json")
        answers.append(found(capsys))
    assert answers[0] == answers[2]
    # Excel keeps a digit less
    assert [answers[1][key] for key in ("low", "p_better")] == pytest.approx(
        [answers[0][key] for key in ("low", "p_better")]
    )


def test_plan_when_run_then_says_what_could_be_seen(data, capsys):
    asked = ("effects", "plan", data, "--treated", "A", "--controls", "B", "--weeks", 8, "--worthwhile", 2)
    assert run(*asked) == 0
    assert "This design can see effects of at least" in capsys.readouterr().out
    run(*asked, "--json")
    answer = found(capsys)
    assert answer["smallest"] > 0
    assert answer["alternatives"][0]["code"] == "as_planned"


HEADER = ("unit", "week", "value")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("unit", "value"), ("A", 1)], "column week is missing. Name the columns unit,week,value"),
        ([HEADER], "no rows below the header"),
        (
            [HEADER, ("A", "2026-01-06", 1)],
            "row 2: 2026-01-06 is no Monday. Name a week by its Monday: 2026-01-05",
        ),
        ([HEADER, ("A", "v. 2", 1)], "row 2: 'v. 2' is not a date"),
        ([HEADER, ("A", "2026-01-05", "many")], "row 2: 'many' is not a number"),
        ([HEADER, ("A", "2026-01-05", "nan")], "row 2: 'nan' is not a number"),
        ([HEADER, ("A", "2026-01-05", "")], "row 2: '' is not a number"),
        ([HEADER, ("A", "2026-01-05", "1_000")], "is not a number"),
        ([HEADER, ("A", "2026-01-05", "1e99")], "row 2: the value 1e\\+99 is too large"),
        ([HEADER, ("", "2026-01-05", 1)], "row 2: the unit is empty"),
        ([HEADER, ("A", "2026-01-05", 1), ("B", "2026-01-05", 1), ("A", "2026-01-05", 2)], "row 4: .* row 2"),
    ],
)
def test_estimate_when_a_row_is_at_fault_then_it_is_named(tmp_path, rows, told):
    with pytest.raises(InputError, match=told):
        estimate(written(tmp_path / "data.csv", rows))


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--scale", "log"), "data.csv, row 3: the value 0 has no logarithm"),
        (("--scale", "logit"), "data.csv, row 3: the value 0 is not a share"),
    ],
)
def test_estimate_when_a_value_cannot_stand_on_the_scale_then_its_row_is_named(tmp_path, more, told):
    rows = rows_of([type(each)(each.unit, each.week, each.value / 100) for each in noisy()])
    rows[2] = (*rows[2][:2], "0")
    with pytest.raises(InputError, match=told):
        estimate(written(tmp_path / "data.csv", rows), *more)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--start", "2026-03-31"), "2026-03-31 is no Monday"),
        (("--start", week(30)), "--start: 2026-08-03 is outside the data"),
        (("--start", week(0)), "--start: 2026-01-05 is outside the data"),
        (("--treated", "A,Q"), "no unit Q"),
        (("--controls", "A"), "A cannot both try"),
        (("--better", "higher", "--worthwhile", "-1"), "lower is better"),
        (("--rho", "1"), "below 1"),
    ],
)
def test_estimate_when_asked_wrongly_then_says_how(data, more, told):
    with pytest.raises(InputError, match=told):
        estimate(data, *more)


@pytest.mark.parametrize(
    "more",
    [
        ("--start", "spring"),
        ("--burn-in", "-1"),
        ("--worthwhile", "nan"),
        ("--scale", "root"),
        ("--rho", "x"),
    ],
)
def test_estimate_when_an_option_cannot_be_read_then_is_refused(data, more):
    with pytest.raises(SystemExit) as stopped:
        estimate(data, *more)
    assert stopped.value.code == 2


def test_command_when_run_from_a_shell_then_faults_are_one_line_and_exit_code_2(tmp_path):
    path = written(tmp_path / "data.csv", [HEADER, ("A", "2026-01-06", 1)])
    command = [
        sys.executable,
        "-m",
        "ringar.cli",
        "effects",
        "estimate",
        path,
        "--treated",
        "A",
        "--start",
        week(1),
    ]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("ringar: data.csv, row 2: 2026-01-06 is no Monday")
    assert "Traceback" not in done.stderr
