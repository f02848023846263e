"""`ringar run`: the web server, robot processes, and what rooms want beside them; they live and end together."""

import contextlib
import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

log = logging.getLogger("ringar.robots")
WEB_WORKERS, WEB_THREADS = 2, 4
PAUSES = (1, 2, 5, 15, 30)  # seconds before a worker that dies again and again is started anew
LIVED_LONG = 30
STOP_SECONDS = 25
POLITE = 10  # added to the worker's niceness
DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


def end_with_parent() -> None:
    """In the child, on Linux: SIGTERM when this process is killed, so that no orphan holds the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal.SIGTERM)


def step_back() -> None:
    """In the worker: a page that somebody waits for goes before what robots do."""
    os.nice(POLITE)
    # A session is a group of its own to Linux's scheduler, and niceness counts within a group only: the group steps
    # back too.
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(POLITE), encoding="ascii")
    end_with_parent()


def start(*arguments: str, first: Callable[[], None] = end_with_parent) -> subprocess.Popen[bytes]:
    """Starts a Python module as a child in its own session: Ctrl-C reaches us alone, and we stop both."""
    command = [sys.executable, "-m", *arguments]
    return subprocess.Popen(command, start_new_session=True, preexec_fn=first)  # noqa: S603


def start_web(host: str, port: int) -> subprocess.Popen[bytes]:
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    sizes = ["--workers", str(WEB_WORKERS), "--threads", str(WEB_THREADS)]
    # Loaded once and shared by the web workers; none of it opens a connection before it is asked.
    rest = ["--preload", "--log-level", "warning", "--no-control-socket"]
    config = ["--config", "python:ringar.robots.engine.web"]
    return start("gunicorn", "ringar.config.wsgi", "--bind", bind, *sizes, *rest, *config)


def start_worker() -> subprocess.Popen[bytes]:
    return start("ringar.cli", "work", first=step_back)


class Kept:
    """A child that is started anew whenever it ends, after pauses that grow while it dies at once."""

    def __init__(self, name: str, begin: Callable[[], "subprocess.Popen[bytes]"]) -> None:
        self.name, self.begin = name, begin
        self.died, self.started, self.again_at = 0, time.monotonic(), 0.0
        self.process = begin()

    def look(self) -> None:
        """Starts it again where it has ended and its pause is over. Never waits."""
        now = time.monotonic()
        if self.process.poll() is None:
            return
        if not self.again_at:
            self.died = 0 if now - self.started > LIVED_LONG else self.died
            pause = PAUSES[min(self.died, len(PAUSES) - 1)]
            log.warning("%s has ended (%s); starts again in %s s", self.name, self.process.returncode, pause)
            self.again_at = now + pause
        elif now >= self.again_at:
            self.died, self.started, self.again_at = self.died + 1, now, 0.0
            self.process = self.begin()


def beside(arguments: tuple[str, ...]) -> Kept:
    """Keeps a room's process: a Python module with its arguments."""
    return Kept(" ".join(arguments[:2]), lambda: start(*arguments))


def is_taken(host: str, port: int) -> bool:
    """Whether another program listens on that address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def wait_until_served(web: "subprocess.Popen[bytes]", host: str, port: int, seconds: float = 60) -> bool:
    """Waits until the web server answers; False where it ends or does not answer in time."""
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    end = time.monotonic() + seconds
    while time.monotonic() < end and web.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((target, port), timeout=1):
            return True
        time.sleep(0.1)
    return False


def stop(children: "list[subprocess.Popen[bytes]]") -> None:
    """Asks the children to end, and ends those that do not."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    end = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.wait(timeout=max(end - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def keep_running(host: str, port: int, *, robots: int = 1, others: Iterable[tuple[str, ...]] = ()) -> int:
    """Runs all until Ctrl-C or SIGTERM (exit code 0), or until the web server ends (its exit code, or 1)."""

    def leave(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, leave)
    kept = [beside(arguments) for arguments in others]
    web = start_web(host, port)
    kept += [Kept("A robot process", start_worker) for _ in range(robots)]
    try:
        if not wait_until_served(web, host, port):
            return web.poll() or 1
        print(f"Ringar is at {os.environ['RINGAR_BASE_URL']}  (Ctrl-C stops it)", flush=True)  # noqa: T201
        while web.poll() is None:
            time.sleep(0.5)
            for each in kept:
                each.look()
        return web.returncode or 1
    except KeyboardInterrupt:
        return 0
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        stop([web, *(each.process for each in kept)])
