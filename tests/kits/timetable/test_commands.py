import argparse
import csv
import json
from pathlib import Path

import pytest

from ringar_kits.errors import InputError
from ringar_kits.timetable import Meeting, Wish, check_plan
from ringar_kits.timetable.commands import add_commands

WISHES = "manager,startup,value\nBo,Vattenkoll,3\nBo,Seniorhus,2\nAlva,Vattenkoll,2.5\n"
AWAY = "party,slot\nAlva,0\nSeniorhus,2\n"


def run(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    groups = parser.add_subparsers()
    add_commands(lambda name: groups.add_parser(name).add_subparsers())
    args = parser.parse_args([str(argument) for argument in arguments])
    return args.run(args)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "wishes.csv").write_text(WISHES, encoding="utf-8")
    (tmp_path / "away.csv").write_text(AWAY, encoding="utf-8")
    return tmp_path


def plan(folder: Path, *more: object) -> int:
    asked = (
        "meetings",
        "plan",
        "--wishes",
        folder / "wishes.csv",
        "--slots",
        3,
        "--out",
        folder / "plan.csv",
    )
    return run(*asked, *more)


def repair(folder: Path, *more: object) -> int:
    return run("meetings", "repair", "--plan", folder / "plan.csv", "--out", folder / "new.csv", *more)


def rows_of(path: Path) -> list[Meeting]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(list(row) == ["manager", "startup", "slot", "room"] for row in rows)
    return [Meeting(row["manager"], row["startup"], int(row["slot"]), int(row["room"])) for row in rows]


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_plan_when_run_then_the_file_holds_a_legal_plan_and_the_last_line_tells_of_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plan(folder, "--availability", folder / "away.csv", "--rooms", 2, "--seed", 4, "--json") == 0
    told = last_line(capsys)
    assert list(told) == ["value", "bound", "meetings", "seconds"]
    assert (told["value"], told["bound"], told["meetings"]) == (7.5, 7.5, 3)
    wishes = [Wish("Bo", "Vattenkoll", 3), Wish("Bo", "Seniorhus", 2), Wish("Alva", "Vattenkoll", 2.5)]
    away = [("Alva", 0), ("Seniorhus", 2)]
    assert check_plan(rows_of(folder / "plan.csv"), wishes, slots=3, unavailable=away, rooms=2) == []


def test_plan_when_limits_are_given_then_they_hold(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan(folder, "--max-per-party", 1, "--rooms", 1, "--json")
    assert last_line(capsys)["meetings"] == 2
    assert {meeting.room for meeting in rows_of(folder / "plan.csv")} == {1}


def test_plan_when_rooms_are_not_counted_then_each_manager_has_a_table(folder: Path) -> None:
    plan(folder)
    tables = {(meeting.manager, meeting.room) for meeting in rows_of(folder / "plan.csv")}
    assert len(tables) == 2


def test_plan_when_words_are_asked_for_then_they_say_how_good_it_is_and_what_is_left(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan(folder, "--max-per-party", 1)
    told = capsys.readouterr().out
    assert "2 meetings" in told
    assert "no plan can be worth more than 4.50 (100.00 % of it" in told
    assert "1 wishes not met" in told


def test_repair_when_run_then_the_cancelled_are_gone_and_the_rest_stands(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan(folder, "--json")
    assert repair(folder, "--cancel", "Vattenkoll", "--wishes", folder / "wishes.csv", "--json") == 0
    told = last_line(capsys)
    assert (told["value"], told["meetings"], told["cancelled"]) == (2, 1, 2)
    assert (told["moved"], told["added"]) == (0, 0)
    assert told["value"] <= told["bound"]
    assert [meeting.pair for meeting in rows_of(folder / "new.csv")] == [("Bo", "Seniorhus")]


def test_repair_when_words_are_asked_for_then_each_change_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "plan.csv").write_text("manager,startup,slot\nBo,Vattenkoll,0\nAlva,Vattenkoll,1\n", "utf-8")
    repair(folder, "--cancel", "Vattenkoll", "--wishes", folder / "wishes.csv")
    told = capsys.readouterr().out
    assert "1 meetings, 2 cancelled" in told
    assert "New: Bo and Seniorhus, slot" in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("manager,startup,value\n", "no rows below the header"),
        ("manager,startup\nBo,a\n", "no column value"),
        ("manager,startup,value\nBo,a,1\nBo,a,2\n", "row 3: Bo and a already stand in row 2"),
        ("manager,startup,value\nBo,a,1\na,b,2\n", "row 3: a is a manager here and a startup in row 2"),
        ("manager,startup,value\nBo,a,mycket\n", "row 2: the value 'mycket' is not a number above 0"),
        ("manager,startup,value\nBo,a,0\n", "row 2: the value '0'"),
        ("manager,startup,value\nBo,a,-1\n", "row 2: the value '-1'"),
        ("manager,startup,value\nBo,a,nan\n", "row 2: the value 'nan'"),
        ("manager,startup,value\nBo,a,inf\n", "row 2: the value 'inf'"),
        ("manager,startup,value\nBo,,1\n", "row 2: startup is empty"),
        ("manager,startup,value\nBo,a," + "9" * 50_000 + "\n", "row 2: the value '999"),
        ("manager,startup,value\nBo,a\0,1\n", "NUL"),
    ],
    ids=lambda text: text[:30].encode("unicode_escape").decode(),
)
def test_plan_when_wishes_cannot_be_read_then_the_row_is_named_and_nothing_is_written(
    folder: Path, text: str, words: str
) -> None:
    (folder / "plan.csv").write_text("kept", "utf-8")
    (folder / "wishes.csv").write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        plan(folder)
    assert words in str(caught.value)
    assert caught.value.remedy
    assert len(str(caught.value)) < 600
    assert (folder / "plan.csv").read_text("utf-8") == "kept"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("party,slot\nVattenkol,1\n", "row 2: nobody in the wishes is named 'Vattenkol'"),
        ("party,slot\nBo,1\nBo,1\n", "row 3: Bo and slot 1 already stand in row 2"),
        ("party,slot\nBo,3\n", "row 2: there is no slot 3. With 3 slots they are numbered from 0 to 2"),
        ("party,slot\nBo,-1\n", "row 2: the slot '-1' is not a whole number from 0"),
        ("party,slot\nBo,1.5\n", "row 2: the slot '1.5'"),
        ("party,slot\nBo,²\n", "row 2: the slot '²'"),
        ("party\nBo\n", "no column slot"),
        ("party,slot\n", "no rows below the header"),
    ],
)
def test_plan_when_free_times_cannot_be_read_then_the_row_is_named(
    folder: Path, text: str, words: str
) -> None:
    (folder / "away.csv").write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        plan(folder, "--availability", folder / "away.csv")
    assert words in str(caught.value)
    assert caught.value.remedy
    assert not (folder / "plan.csv").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "manager,startup,slot,room\nBo,a,0,1\nBo,b,0,2\n",
            "row 3: Bo has a meeting in slot 0 in row 2 already",
        ),
        ("manager,startup,slot,room\nBo,a,0,1\nBo,a,1,1\n", "row 3: Bo and a meet in row 2 already"),
        ("manager,startup,slot,room\nBo,a,0,1\nAlva,b,0,1\n", "row 3: room 1 is taken in slot 0 in row 2"),
        ("manager,startup,slot,room\nBo,a,0,0\n", "row 2: the room '0' is not a whole number from 1"),
        ("manager,startup,slot,room\nBo,a,x,1\n", "row 2: the slot 'x'"),
        ("manager,startup,room\nBo,a,1\n", "no column slot"),
    ],
)
def test_repair_when_the_plan_has_a_fault_then_the_row_is_named(folder: Path, text: str, words: str) -> None:
    (folder / "plan.csv").write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        repair(folder, "--cancel", "Bo")
    assert words in str(caught.value)
    assert caught.value.remedy
    assert not (folder / "new.csv").exists()


def test_repair_when_nobody_has_the_name_then_it_says_so(folder: Path) -> None:
    plan(folder)
    with pytest.raises(InputError, match="nobody is named 'Cilla'"):
        repair(folder, "--cancel", "Bo", "Cilla")
    assert not (folder / "new.csv").exists()


def test_plan_when_the_folder_is_missing_then_it_says_so_before_it_works(folder: Path) -> None:
    with pytest.raises(InputError, match="a folder that exists"):
        plan(folder, "--out", folder / "none" / "plan.csv")


@pytest.mark.parametrize(
    "option",
    [
        ("--slots", "x"),
        ("--slots", "0"),
        ("--rooms", "-1"),
        ("--rooms", "0"),
        ("--max-per-party", "0"),
        ("--seconds", "0"),
        ("--seconds", "nan"),
    ],
)
def test_plan_when_an_option_is_no_number_then_it_is_refused(folder: Path, option: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as caught:
        plan(folder, *option)
    assert caught.value.code == 2


def test_plan_when_the_table_is_swedish_then_it_is_read_all_the_same(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "wishes.csv").write_bytes("manager;startup;value\nÅsa 🎈;Vattenkoll;2,5\n".encode("utf-8-sig"))
    plan(folder, "--json")
    assert last_line(capsys)["value"] == 2.5
    assert rows_of(folder / "plan.csv")[0].manager == "Åsa 🎈"
