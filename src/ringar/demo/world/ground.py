"""Ground truth: what was done to the finance system and the mail server, written before either answers.

One SQLite file each, with a disk flush at every write (`synchronous=FULL`), read from other processes while they run.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS invoice (
    number TEXT PRIMARY KEY, customer TEXT NOT NULL, customer_number TEXT NOT NULL, issued TEXT NOT NULL,
    due TEXT NOT NULL, currency TEXT NOT NULL, amount TEXT NOT NULL, xml BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS credit (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, way TEXT NOT NULL, key TEXT UNIQUE, invoice TEXT NOT NULL,
    number TEXT NOT NULL, currency TEXT NOT NULL, amount TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS credit_of_invoice ON credit (invoice);
CREATE TABLE IF NOT EXISTS journal (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, key TEXT UNIQUE, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS mail (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, sender TEXT NOT NULL, recipients TEXT NOT NULL,
    message_id TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS switch (name TEXT PRIMARY KEY, value REAL NOT NULL);
"""


@dataclass(frozen=True)
class Switches:
    """How the outside world misbehaves: not answering at all, answering late (mean, ms), a share of faults."""

    down: float = 0
    delay_ms: float = 0
    error_rate: float = 0


class Ground:
    """One file, one connection, one writer at a time: threads of a server share it."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self.connection = sqlite3.connect(
            self.path, check_same_thread=False, isolation_level=None, timeout=30
        )
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=FULL")
        self.connection.executescript(TABLES)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, on disk when it ends."""
        with self.lock:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")

    def rows(self, sql: str, values: Iterable[Any] = ()) -> list[sqlite3.Row]:
        """The rows of a query."""
        with self.lock:
            return self.connection.execute(sql, tuple(values)).fetchall()

    def row(self, sql: str, values: Iterable[Any] = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        with self.lock:
            found: sqlite3.Row | None = self.connection.execute(sql, tuple(values)).fetchone()
        return found

    def switches(self) -> Switches:
        """How this system misbehaves now."""
        return Switches(**{row["name"]: row["value"] for row in self.rows("SELECT name, value FROM switch")})

    def close(self) -> None:
        """Close the file."""
        self.connection.close()


def switch(path: Path | str, **values: float) -> None:
    """Make the system with this file misbehave, at once: `down=1`, `delay_ms=500`, `error_rate=0.2`; 0 ends it."""
    ground = Ground(path)
    unknown = values.keys() - asdict(Switches()).keys()
    if unknown:
        raise ValueError(f"no such switch: {', '.join(sorted(unknown))}")
    with ground.writing() as connection:
        connection.executemany("REPLACE INTO switch (name, value) VALUES (?, ?)", values.items())
    ground.close()


def facts(path: Path | str, table: str) -> list[dict[str, Any]]:
    """All rows of `invoice`, `credit`, `journal` or `mail`, in the order in which they came to be."""
    if table not in ("invoice", "credit", "journal", "mail"):
        raise ValueError(f"no such table: {table}")
    ground = Ground(path)
    rows = [dict(row) for row in ground.rows(f"SELECT * FROM {table} ORDER BY rowid")]  # noqa: S608 (from the list above)
    ground.close()
    return [{**row, "recipients": json.loads(row["recipients"])} if table == "mail" else row for row in rows]


def now() -> float:
    """The time on the wall, seconds since 1970."""
    return time.time()
