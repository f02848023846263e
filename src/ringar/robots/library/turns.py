"""One at a time: a block that no two robots are in at once for the same thing, on one machine or many.

For targets that know no keys. A process that dies lets go: of a file on SQLite, of a session on PostgreSQL.
"""

import contextlib
import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator

from django.db import connection

from ringar.robots.authoring import TargetDown
from ringar.robots.liveness import lock_folder

NAMESPACE = 0x5455524E  # sets these advisory locks apart from those of processes
SECONDS = 60.0


@contextlib.contextmanager
def in_turn(name: str, seconds: float = SECONDS) -> Iterator[None]:
    """Waits until nobody else is at the thing of that name. Raises TargetDown where that takes too long."""
    with contextlib.ExitStack() as stack:
        take = _file_turn(name, stack) if connection.vendor == "sqlite" else _session_turn(name, stack)
        deadline = time.monotonic() + seconds
        while not take():
            if time.monotonic() > deadline:
                raise TargetDown(f"Another robot is at {name} all the time.")
            time.sleep(0.2)
        yield


def _file_turn(name: str, stack: contextlib.ExitStack) -> Callable[[], bool]:
    folder = lock_folder()
    if folder is None:  # the database is this process's own
        return lambda: True
    folder = folder.with_name(f"{folder.name}-turns")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(name.encode()).hexdigest()[:2]  # 256 files in all; two names may share one
    file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    stack.callback(os.close, file)

    def take() -> bool:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False

    return take


def _session_turn(name: str, stack: contextlib.ExitStack) -> Callable[[], bool]:
    """Holds it in a session of its own: the one that writes may be closed and opened anew meanwhile."""
    parameters = connection.get_connection_params()
    session = connection.Database.connect(**parameters, autocommit=True)  # type: ignore[attr-defined]
    stack.callback(session.close)

    def take() -> bool:
        asked = session.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [NAMESPACE, name])
        return bool(asked.fetchone()[0])

    return take
