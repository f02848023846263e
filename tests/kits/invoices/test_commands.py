import argparse
import json
from pathlib import Path

import pytest

from ringar_kits.errors import InputError
from ringar_kits.invoices import check_invoice, read_invoice, write_invoice
from ringar_kits.invoices.commands import add_commands
from ringar_kits.invoices.official import is_at_hand
from tests.kits.invoices.drawn import FIXED


def run(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    groups = parser.add_subparsers()
    add_commands(lambda name: groups.add_parser(name).add_subparsers())
    args = parser.parse_args(["invoices", *(str(argument) for argument in arguments)])
    return args.run(args)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.xml"
    path.write_bytes(write_invoice(FIXED))
    return path


def test_check_when_good_then_says_so_and_what_it_did_not_look_at(
    good: Path, capsys: pytest.CaptureFixture
) -> None:
    assert run("check", good) == 0
    told = capsys.readouterr().out
    assert "1 files, 0 errors, 0 warnings." in told
    assert "Not checked: the XML schema" in told


@pytest.mark.skipif(not is_at_hand(), reason="the extra `invoices` is not installed")
def test_check_when_official_then_published_rules_speak_too(
    good: Path, capsys: pytest.CaptureFixture
) -> None:
    bad = good.with_name("bad.xml")
    bad.write_bytes(good.read_bytes().replace(b">SE<", b">XX<"))
    assert run("check", bad) == 0
    assert run("check", bad, "--official") == 1
    told = capsys.readouterr().out
    assert "BR-CL-14" in told
    assert "Not checked: national rules" in told


def test_check_when_some_are_bad_then_tells_all_and_fails(good: Path, capsys: pytest.CaptureFixture) -> None:
    bad, broken = good.with_name("bad.xml"), good.with_name("broken.xml")
    bad.write_bytes(good.read_bytes().replace(b">REF1<", b"><").replace(b"SE202100548901", b"SE20210054890"))
    broken.write_bytes(b"<Invoice")
    assert run("check", good, bad, "--json") == 1
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["files"], told["errors"], told["warnings"], told["unreadable"]) == (2, 2, 0, [])
    assert {each["rule"] for each in told["findings"]} == {"SE-R-001", "SE-R-002"}
    assert {each["file"] for each in told["findings"]} == {str(bad)}
    assert all(each["place"].startswith("line ") for each in told["findings"])
    assert run("check", broken, good.with_name("none.xml"), good) == 2
    told = capsys.readouterr().out
    assert "not whole XML" in told
    assert "can not be opened" in told


def test_credit_when_asked_then_writes_a_note_that_passes(good: Path, capsys: pytest.CaptureFixture) -> None:
    out = good.with_name("note.xml")
    asked = ("credit", good, "--issued", "2026-12-01", "--out", out)
    assert run(*asked, "--number", "K1", "--share", "0.5", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"number": "K1", "amount": "112.50", "currency": "SEK", "out": str(out), "errors": []}
    note = read_invoice(out.read_bytes())
    assert (note.preceding[0].number, note.note) == (FIXED.number, "Fakturan makuleras")
    assert check_invoice(out.read_bytes()) == []
    assert run(*asked, "--number", "K2", "--line", "2") == 0
    assert "credit note K2, 100.00 SEK" in capsys.readouterr().out


def test_credit_when_it_can_not_be_then_nothing_is_written(good: Path) -> None:
    out = good.with_name("note.xml")
    for wrong in (
        ["--number", ""],
        ["--number", "K1", "--line", "9"],
        ["--number", "K1", "--issued", "2020-01-01"],
    ):
        with pytest.raises(InputError):
            run("credit", good, *wrong, "--out", out)
    assert not out.exists()
    with pytest.raises(InputError, match="can not be written"):
        run(
            "credit",
            good,
            "--number",
            "K1",
            "--issued",
            "2026-12-01",
            "--out",
            good.parent / "no" / "note.xml",
        )
    with pytest.raises(SystemExit):
        run("credit", good, "--number", "K1", "--share", "half", "--out", out)
    for share in ("nan", "inf", "-1"):
        with pytest.raises(InputError, match="no share"):
            run("credit", good, "--number", "K1", f"--share={share}", "--out", out)
    before = good.read_bytes()
    with pytest.raises(InputError, match="written over"):
        run("credit", good, "--number", "K1", "--out", good.parent / "." / good.name)
    assert good.read_bytes() == before


def test_check_when_file_is_huge_then_refused_without_holding_it(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    path = tmp_path / "huge.xml"
    with path.open("wb") as file:
        file.truncate(3_000_000_000)  # a sparse file: no disk is used
    assert run("check", path) == 2
    assert "larger than 10 MB" in capsys.readouterr().out
