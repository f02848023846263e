"""Robot processes born quickly: this one has read all code, and each line it is given makes it fork a robot.

A robot started from nothing spends two seconds of CPU on reading code, so that 200 kills would mostly measure that. A
fork does the same as `ringar robots work` from there on, in a group of its own, under a name that nobody has had. The
line names the robot's log; its process number is answered. At the end of the lines all of them are killed.
"""

import contextlib
import os
import signal
import sys
from importlib import import_module

from ringar import cli


def be_robot(log: str) -> None:
    """What a robot process does, until it is killed or ends."""
    code = 1
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for stream in (1, 2):
            os.dup2(file, stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        code = cli.main(["robots", "work"])
    finally:
        os._exit(code)


def main() -> None:
    if not cli.start_django():
        sys.exit(2)
    worker = import_module("ringar.robots.engine.worker")  # what a robot needs, read once
    worker.find_tasks()
    worker.find_robots()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who dies leaves nothing behind
    born = []
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            be_robot(line.strip())
        born.append(pid)
        print(pid, flush=True)
    for pid in born:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
