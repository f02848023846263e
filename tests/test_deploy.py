"""Backup and restore, on SQLite: what was there comes back, and nothing is written over."""

import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"


def run(script: str, argument: Path, var: Path) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], "RINGAR_VAR": str(var)}
    return subprocess.run(
        [DEPLOY / script, argument], env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def var(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    (folder / "media").mkdir(parents=True)
    (folder / "media" / "photo.webp").write_bytes(b"photo")
    (folder / "secret_key").write_text("secret")
    with sqlite3.connect(folder / "ringar.sqlite3") as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE need (title)")
        database.execute("INSERT INTO need VALUES ('Ensamhet')")
    return folder


def test_restore_when_backed_up_while_in_use_then_all_is_back(var: Path, tmp_path: Path) -> None:
    with sqlite3.connect(var / "ringar.sqlite3") as in_use:
        in_use.execute("INSERT INTO need VALUES ('not yet committed')")
        done = run("backup", tmp_path, var)
        assert done.returncode == 0, done.stderr
    backup = Path(done.stdout.strip())
    assert backup.stat().st_mode & 0o077 == 0
    again = tmp_path / "again"
    assert run("restore", backup, again).returncode == 0
    assert sqlite3.connect(again / "ringar.sqlite3").execute("SELECT title FROM need").fetchall() == [
        ("Ensamhet",)
    ]
    assert (again / "media" / "photo.webp").read_bytes() == b"photo"
    assert (again / "secret_key").read_text() == "secret"


def test_restore_when_something_is_there_then_refuses(var: Path, tmp_path: Path) -> None:
    backup = Path(run("backup", tmp_path, var).stdout.strip())
    (var / "secret_key").write_text("newer")
    done = run("restore", backup, var)
    assert done.returncode == 1 and "not empty" in done.stderr
    assert (var / "secret_key").read_text() == "newer"


def test_backup_when_there_is_no_database_then_fails_and_leaves_nothing(tmp_path: Path) -> None:
    assert run("backup", tmp_path, tmp_path / "nothing").returncode != 0
    assert not [path for path in tmp_path.iterdir() if path.name != "nothing"]
