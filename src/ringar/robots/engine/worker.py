"""The worker process: hands waiting rows to the engine, and takes over from workers that have died."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.urls import reverse

from ringar.robots import liveness
from ringar.robots.actions.handing import hand_cases
from ringar.robots.actions.work import mark_handed, mark_stopped, register_worker, take_back, tell_alive
from ringar.robots.engine import dbos as engine
from ringar.robots.finding import find_robots
from ringar.robots.queries.work import due_work, handed_work, quiet_workers
from ringar.robots.registry import WATCHES, find_tasks
from ringar.robots.rules.work import INLINE

log = logging.getLogger("ringar.robots")
SWEEP_SECONDS = 0.25
GRACE_SECONDS = 10
LOST_AFTER = timedelta(seconds=5)
# So much ordinary work is with the engine at a time, per thread: the rest keeps its place in the rows.
AHEAD = 10


def hand_over_due() -> None:
    """Gives the engine what is due, urgent work first; of the ordinary only as much as it can soon do."""
    works = due_work(limit=AHEAD * settings.RINGAR_WORKER_THREADS)
    if not works:
        return
    room = AHEAD * settings.RINGAR_WORKER_THREADS - handed_work().filter(is_urgent=False).count()
    for work in works:
        if work.is_urgent or room > 0:
            engine.hand_over(work)
            mark_handed(work)
            room -= not work.is_urgent


def recover_from_dead(me: str, watcher: liveness.Watcher) -> None:
    """What dead and frozen processes had begun goes back to the queue."""
    others = engine.owners_at_work() - {me}
    watcher.forget_others(others)
    for owner in others:
        if watcher.is_frozen(owner):
            log.warning("%s gives no sign of life; its lock is taken from it", owner)
            liveness.take_lock_from(owner)
        if not liveness.is_alive(owner):
            log.warning("%s has died; its work is taken over", owner)
            engine.recover(owner)
            mark_stopped(owner)


def check_rows() -> None:
    """Queues again what the engine has lost (its tables are gone, or it gave up), and writes off dead workers."""
    handed = list(handed_work(older_than=LOST_AFTER).order_by("handed_at")[:500])
    for work in engine.has_ended(handed):
        if not work.owner.startswith(INLINE) or not liveness.is_alive(work.owner):
            take_back(work)
    for name in quiet_workers():
        if not liveness.is_alive(name):
            mark_stopped(name)


def sparing(look: Callable[[], object]) -> Callable[[], None]:
    """The look, left out until it has taken at most a twentieth of the time: rooms look through many rows."""
    free_at = 0.0

    def look_sparingly() -> None:
        nonlocal free_at
        began = time.monotonic()
        if began >= free_at:
            look()
            free_at = time.monotonic() + 20 * (time.monotonic() - began)

    return look_sparingly


def repeat(rounds: list[tuple[float, Callable[[], object]]], stopping: threading.Event) -> None:
    """Calls each function at its interval (seconds) until told to stop. A database that fails is tried again."""
    due = [0.0] * len(rounds)
    while not stopping.wait(SWEEP_SECONDS):
        for place, (interval, function) in enumerate(rounds):
            if time.monotonic() < due[place]:
                continue
            due[place] = time.monotonic() + interval
            try:
                function()
            except Exception as error:
                log.warning("%s: %s", function, error, exc_info=not isinstance(error, DatabaseError))
                connection.close()


def serve() -> None:
    """Does queued work until SIGTERM or SIGINT; then waits a little for what is under way, and exits."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    find_tasks()
    find_robots()
    # All views are loaded for the first address in a letter: not while a transaction holds up everybody else.
    reverse("robot_list")
    me = liveness.new_owner()
    lock = liveness.hold(me)
    register_worker(me)
    heart = liveness.Heart(lock, is_workers=True)
    watcher = liveness.Watcher()
    engine.launch(me)
    log.info("Worker %s does queued work", me)
    rounds: list[tuple[float, Callable[[], object]]] = [
        (0, hand_over_due),
        (0, hand_cases),
        (1, lambda: recover_from_dead(me, watcher)),
        (5, lambda: tell_alive(me)),
        (2, check_rows),
        (60, engine.forget_ended),
        *((each.every, sparing(each.look)) for each in WATCHES.values()),
    ]
    repeat(rounds, stopping)
    log.info("Worker %s stops", me)
    engine.stop(GRACE_SECONDS)
    mark_stopped(me)
    heart.stop()
    lock.release()
    logging.shutdown()
    # Work that is still under way must not hold the exit up: the next worker takes it over.
    os._exit(0)
