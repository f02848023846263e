"""Whether the process that has a piece of work still lives: it holds a lock that its death releases.

SQLite: an exclusive `flock` on a file of its own in `<database>-workers/` (one machine, never a network drive).
PostgreSQL: an advisory lock on a session of its own, which the server drops when the machine stops answering.
Neither needs the process to do anything to be found dead.
"""

import contextlib
import fcntl
import os
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection

NAMESPACE = 0x52494E47  # sets our advisory locks apart from those of others in the same database
ALIVE = """
    SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND classid = %s AND objid = (hashtext(%s)::bigint & 4294967295)::oid
"""


def new_owner(prefix: str = "") -> str:
    """A name for this process that no other has had: a second process of the same name would repeat its work."""
    return f"{prefix}{socket.gethostname()[:60]}-{os.getpid()}-{uuid.uuid4().hex[:12]}"


def lock_folder() -> Path | None:
    """Where the lock files are; None where the database lives in memory, seen by this process alone."""
    name = str(connection.settings_dict["NAME"])
    if ":memory:" in name or "mode=memory" in name:
        return None
    return Path(f"{name}-workers")


class FileLock:
    """The lock of one process on SQLite."""

    def __init__(self, owner: str) -> None:
        folder = lock_folder()
        self.file: int | None = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self.path = folder / owner
            self.file = os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600)
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def is_held(self) -> bool:
        """False where somebody has removed the file, so that others take this process for dead."""
        if self.file is None:
            return True
        with contextlib.suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(self.file), self.path.stat())
        return False

    def release(self) -> None:
        if self.file is not None:
            self.path.unlink(missing_ok=True)
            os.close(self.file)


class SessionLock:
    """The lock of one process on PostgreSQL."""

    def __init__(self, owner: str) -> None:
        parameters = connection.get_connection_params()
        self.session: Any = connection.Database.connect(**parameters, autocommit=True)  # type: ignore[attr-defined]
        # A machine that has lost its power is noticed after 5 + 3 · 2 seconds.
        for setting, value in (("idle", 5), ("interval", 2), ("count", 3)):
            self.session.execute(f"SET tcp_keepalives_{setting} = {value}")
        self.session.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [NAMESPACE, owner])

    def is_held(self) -> bool:
        """False where the session is gone, and the lock with it."""
        try:
            self.session.execute("SELECT 1")
        except connection.Database.Error:  # type: ignore[attr-defined]
            return False
        return True

    def release(self) -> None:
        with contextlib.suppress(connection.Database.Error):  # type: ignore[attr-defined]
            self.session.execute(
                "SELECT pg_advisory_unlock_all()"
            )  # at once; a closed session's go a moment later
        self.session.close()


def hold(owner: str) -> FileLock | SessionLock:
    """Takes the lock of this process, under its name."""
    return FileLock(owner) if connection.vendor == "sqlite" else SessionLock(owner)


@contextlib.contextmanager
def holding(owner: str) -> Iterator[None]:
    """Holds the lock of this process for the length of a block."""
    lock = hold(owner)
    try:
        yield
    finally:
        lock.release()


def is_alive(owner: str) -> bool:
    """Whether the process of that name holds its lock. A dead one's file is removed on the way."""
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(ALIVE, [NAMESPACE, owner])
            return cursor.fetchone() is not None
    folder = lock_folder()
    if folder is None:
        return False
    try:
        file = os.open(folder / owner, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: two who ask at once do not see each other
        (folder / owner).unlink(missing_ok=True)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(file)
