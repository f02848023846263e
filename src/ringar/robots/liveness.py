"""Whether the process that has a piece of work still lives: it holds a lock that its death releases.

SQLite: an exclusive `flock` on a file of its own in `<database>-workers/` (one machine, never a network drive).
PostgreSQL: an advisory lock on a session of its own, which the server drops when the machine stops answering.
Neither needs the process to do anything to be found dead.

A frozen process (stopped, or its machine hangs) keeps its lock. So a thread of its own gives a sign each second, the
lock file's time or the worker's row; who has seen the same sign for RINGAR_FROZEN_SECONDS takes the lock from it, and
a process that wakes up without its lock ends at once. Clocks are not compared: each observer counts by its own.
"""

import contextlib
import fcntl
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

NAMESPACE = 0x52494E47  # sets our advisory locks apart from those of others in the same database
BEAT_SECONDS = 1
LOCK_LOST = 3  # exit code
HOLDERS = """
    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
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

    def beat(self) -> None:
        """Gives a sign of life."""
        if self.file is not None:
            with contextlib.suppress(OSError):  # a full disk is no death
                os.utime(self.file)

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
        row = self.session.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [NAMESPACE, owner])
        if not row.fetchone()[0]:
            self.session.close()
            raise BlockingIOError(f"Another process is called {owner}.")
        self.owner = owner

    def beat(self) -> None:
        """Gives a sign of life."""
        with contextlib.suppress(connection.Database.Error):  # type: ignore[attr-defined]  # `is_held` tells of it
            self.session.execute("UPDATE robots_worker SET seen_at = now() WHERE name = %s", [self.owner])

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
    """Takes the lock of this process, under its name. Raises BlockingIOError where another has that name."""
    return FileLock(owner) if connection.vendor == "sqlite" else SessionLock(owner)


class Heart:
    """Gives a sign each second, from a thread that no slow work holds up.

    Where it is the heart of a worker it ends the process that has been frozen or has lost its lock: others then have
    its work, or soon will, and what it went on with would be done twice.
    """

    def __init__(self, lock: FileLock | SessionLock, *, is_workers: bool) -> None:
        self.lock, self.is_workers = lock, is_workers
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.beat, name="heart", daemon=True)
        self.thread.start()

    def beat(self) -> None:
        last = time.monotonic()
        while not self.stopping.wait(BEAT_SECONDS):
            was_frozen = time.monotonic() - last > settings.RINGAR_FROZEN_SECONDS
            if self.is_workers and (was_frozen or not self.lock.is_held()):
                os.write(
                    2, b"ringar: this worker was frozen or has lost its lock, and stops; start it again.\n"
                )
                os._exit(LOCK_LOST)
            self.lock.beat()
            last = time.monotonic()

    def stop(self) -> None:
        """Gives no more signs; waits for the last one, so that the lock can be let go."""
        self.stopping.set()
        self.thread.join(5)


@contextlib.contextmanager
def holding(owner: str) -> Iterator[None]:
    """Holds the lock of this process for the length of a block."""
    lock = hold(owner)
    heart = Heart(lock, is_workers=False)
    try:
        yield
    finally:
        heart.stop()
        lock.release()


def is_alive(owner: str) -> bool:
    """Whether the process of that name holds its lock. A dead one's file is removed on the way."""
    if connection.vendor != "sqlite":
        return bool(_holders(owner))
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


def _holders(owner: str) -> list[int]:
    """PostgreSQL's sessions that hold the lock of that name."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDERS, [NAMESPACE, owner])
        return [row[0] for row in cursor.fetchall()]


class Watcher:
    """Tells which processes are frozen, by what one observer has seen of their signs."""

    def __init__(self) -> None:
        self.seen: dict[str, tuple[object, float]] = {}

    def is_frozen(self, owner: str) -> bool:
        """Whether the process has given the same sign for RINGAR_FROZEN_SECONDS. Ask often."""
        sign, now = last_sign(owner), time.monotonic()
        known = self.seen.get(owner)
        if sign is None or known is None or known[0] != sign:
            self.seen[owner] = (sign, now)
            return False
        return now - known[1] > settings.RINGAR_FROZEN_SECONDS

    def forget_others(self, owners: Iterable[str]) -> None:
        """Keeps what it has seen of these only."""
        self.seen = {owner: self.seen[owner] for owner in owners if owner in self.seen}


def last_sign(owner: str) -> object:
    """What changes as long as the process gives signs; None where it gives none anybody can see."""
    if connection.vendor == "sqlite":
        folder = lock_folder()
        with contextlib.suppress(FileNotFoundError):
            return (folder / owner).stat().st_mtime_ns if folder else None
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT seen_at FROM robots_worker WHERE name = %s AND stopped_at IS NULL", [owner])
        row = cursor.fetchone()
        return row[0] if row else None


def take_lock_from(owner: str) -> None:
    """Ends the lock of a frozen process, so that it finds it gone when it wakes."""
    if connection.vendor == "sqlite":
        folder = lock_folder()
        if folder is not None:
            (folder / owner).unlink(missing_ok=True)
        return
    for pid in _holders(owner):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
