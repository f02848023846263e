"""Robot processes that are started, killed and counted: each is `ringar robots work`, in a group of its own."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from load import cpu_seconds, processes_of

PATIENCE = 120


class RobotProcess:
    """One of them, in a group of its own. Ready when it says that it takes work."""

    def __init__(self, pid: int, log: Path) -> None:
        self.pid, self.log = pid, log

    @property
    def is_ready(self) -> bool:
        return self.log.exists() and b"does queued work" in self.log.read_bytes()

    @property
    def has_ended(self) -> bool:
        try:
            return "Z" in Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):  # gone before the file was opened, or read
            return True

    def kill(self) -> None:
        """SIGKILL to it and all that it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        while not self.has_ended:
            time.sleep(0.001)


class Nursery:
    """Where robots come from: `robot_nursery`, or `ringar robots work` from nothing."""

    def __init__(self, environment: dict[str, str], *, is_cold: bool) -> None:
        self.environment, self.is_cold = environment, is_cold
        self.cold: list[subprocess.Popen[bytes]] = []
        self.process: subprocess.Popen[str] | None = None
        if not is_cold:
            command = [sys.executable, str(Path(__file__).with_name("robot_nursery.py"))]
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)

    def bear(self, log: Path) -> RobotProcess:
        if self.process is not None:
            assert self.process.stdin and self.process.stdout
            self.process.stdin.write(f"{log}\n")
            self.process.stdin.flush()
            return RobotProcess(int(self.process.stdout.readline()), log)
        with log.open("wb") as file:
            self.cold.append(
                subprocess.Popen(
                    [sys.executable, "-m", "ringar.cli", "robots", "work"],
                    env=self.environment,
                    stdout=file,
                    stderr=file,
                    start_new_session=True,
                )
            )
        return RobotProcess(self.cold[-1].pid, log)

    def reap(self) -> None:
        """Leaves nothing behind of those that have ended."""
        self.cold = [each for each in self.cold if each.poll() is None]

    def close(self) -> None:
        if self.process is not None:
            assert self.process.stdin and self.process.stdout
            self.process.stdin.close()
            self.process.wait(30)
            self.process.stdout.close()
        for each in self.cold:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(each.pid, signal.SIGKILL)
            each.wait()


class Fleet:
    """So many of them at any time: one that has ended is followed by a new one, with a name of its own."""

    def __init__(self, count: int, nursery: Nursery, folder: Path) -> None:
        self.nursery, self.folder = nursery, folder
        self.started = self.fenced = 0
        self.robots = [self.new() for _ in range(count)]

    def new(self) -> RobotProcess:
        self.started += 1
        return self.nursery.bear(self.folder / f"robot-{self.started}.log")

    def mend(self) -> None:
        """Starts new ones for those that ended by themselves, as a supervisor does."""
        self.nursery.reap()
        for place, robot in enumerate(self.robots):
            if robot.has_ended:
                self.fenced += 1
                self.robots[place] = self.new()

    def choose(self) -> RobotProcess:
        """One of them by chance, ready."""
        place, end = random.randrange(len(self.robots)), time.monotonic() + PATIENCE
        while not self.robots[place].is_ready or self.robots[place].has_ended:
            self.mend()
            if time.monotonic() > end:
                raise SystemExit(f"No robot came up: {self.robots[place].log.read_text()[-2000:]}")
            time.sleep(0.02)
        return self.robots[place]

    def wait_until_ready(self) -> None:
        end = time.monotonic() + PATIENCE
        while not all(robot.is_ready for robot in self.robots):
            self.mend()
            if time.monotonic() > end:
                raise SystemExit(f"Robots did not come up: {self.robots[0].log.read_text()[-2000:]}")
            time.sleep(0.05)

    def replace(self, robot: RobotProcess) -> float:
        """Kills it and starts another; returns when (on the wall) it died."""
        robot.kill()
        died_at = time.time()
        self.robots[self.robots.index(robot)] = self.new()
        return died_at

    def cpu(self) -> float:
        """Seconds that those alive have used, with their children."""
        return sum(cpu_seconds(pid) for pid in processes_of([robot.pid for robot in self.robots]))

    def stop(self) -> None:
        for robot in self.robots:
            if not robot.has_ended:
                robot.kill()
