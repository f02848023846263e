"""Robots that are killed by chance: what is lost, what is done twice, and how soon the work goes on elsewhere.

    python bench/robots.py --kills 200 [--database sqlite|postgresql] --json     the invoice robot
    python bench/robots.py --robots 4 --cases 10000 --kills 0 --json             a cheap robot on many cases
    python bench/robots.py --throughput [--database …] [--peers PYTHON]          CPU for each case, beside others

The robots are `ringar robots work` in processes of their own. What truly happened stands in the ground truth of a
finance system and a mail server, also of their own and never killed, which write down each effect before they answer,
after a random delay (the dangerous moment). One mail in ten is delivered twice. Before each kill the mailbox is topped
up; then a robot chosen by chance gets SIGKILL, 50 to 1200 ms after it was ready, with all that it has started, and a
new one takes its place. In between the PostgreSQL's postmaster is killed too, and started again on its data. In the
end everything is drained and compared, item by item. Exit code 1 when something is lost or double. The last line is
JSON. `recovered_s_max` is the longest time from a death until another process took the work up, by the work's rows;
`interrupted` counts such pieces of work, `in_the_dark` the effects of which, at a death, nobody knew whether they were
done.
"""

import argparse
import contextlib
import importlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench"), str(ROOT / "src")]

from load import cpu_seconds, processes_of
from robot_fleet import Fleet, Nursery
from robot_jobs import Lines, Mails
from robot_throughput import of_peers

from tests import postgres

DURABLE = ["max_connections=200"]
THREADS = 4
STALLED = 90  # seconds without any case coming to its end: what is left is lost
QUICK, SLOW = 0.05, 1.2


class Bench:
    """One database, one job, its robots."""

    def __init__(self, options: argparse.Namespace, stack: ExitStack) -> None:
        self.options = options
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ringar-robots-")))
        self.server = None
        if options.database == "postgresql":
            self.server = stack.enter_context(postgres.running(DURABLE))
        self.job: Any = self.new_job()
        stack.callback(self.job.stop)
        self.enter_environment()
        self.house: Any = importlib.import_module("robot_house")
        self.robot = self.house.publish(self.job.robot, places=THREADS * options.robots, bpmn=self.job.bpmn())
        self.recovery = self.house.Recovery()
        self.kills = self.postmaster_kills = 0

    def new_job(self) -> Lines | Mails:
        if self.options.robot != "invoice":
            return Lines(self.folder, is_short=self.options.robot == "line")
        return Mails(self.folder, delay_ms=self.options.delay_ms, is_keyless=self.options.without_keys)

    def enter_environment(self) -> None:
        """Ours and the robots': nothing of the caller's own installation is touched."""
        for name in [name for name in os.environ if name.startswith("RINGAR_")]:
            del os.environ[name]
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "ringar.config.settings",
            "DATABASE_URL": self.server.url if self.server else f"sqlite:///{self.folder / 'ringar.sqlite3'}",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "bench")]),
            "RINGAR_VAR": str(self.folder),
            "RINGAR_SECRET_KEY": "only for the bench",
            "RINGAR_ROBOTS": self.job.module,
            "RINGAR_WORKER_THREADS": str(THREADS),
            "RINGAR_RETRY_SECONDS": "0.5",
            "RINGAR_BREAKER_SECONDS": "2",
            # We kill without rest: what meets death several times is no poison here.
            "RINGAR_DEATHS_IN_CASE": "100",
            **self.job.environment,
        }

    @contextmanager
    def fleet(self) -> Iterator[Fleet]:
        modules = ",".join([self.job.module, *self.job.robots_only])
        nursery = Nursery({**os.environ, "RINGAR_ROBOTS": modules}, is_cold=self.options.cold)
        fleet = None
        try:
            fleet = Fleet(self.options.robots, nursery, self.folder)
            yield fleet
        finally:
            if fleet:
                fleet.stop()
            nursery.close()

    def top_up(self) -> None:
        """So much work waits that a kill meets some."""
        missing = self.options.backlog - (len(self.job.asked) - self.house.count_done())
        if missing > 0:
            self.job.give(self.house, self.robot, missing)

    def wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
            self.recovery.look()

    def kill_robots(self, fleet: Fleet) -> None:
        """All the kills, the postmaster's spread among them."""
        total, pauses = self.options.kills, self.options.postmaster_kills if self.server else 0
        moments = {round((place + 0.5) * total / pauses) for place in range(pauses)} if pauses else set()
        while self.kills < total:
            fleet.mend()
            self.top_up()
            robot = fleet.choose()
            self.wait(random.uniform(QUICK, SLOW))
            if robot.has_ended:
                continue
            died_at, self.kills = fleet.replace(robot), self.kills + 1
            self.recovery.note(died_at, robot.pid)
            if self.kills in moments:
                self.kill_postmaster()
            if self.kills % 20 == 0:
                say(f"{self.kills} kills, {self.house.count_done()} of {len(self.job.asked)} cases done")

    def kill_postmaster(self) -> None:
        """All robots lose their database at once, and each its lock: they end, and new ones come."""
        assert self.server
        self.recovery.note(time.time())
        self.server.kill()
        self.postmaster_kills += 1
        time.sleep(random.uniform(0, 1))
        self.server.start()

    def drain(self, fleet: Fleet) -> None:
        """Waits until all is done, or nothing moves any more."""
        done, since = -1, time.monotonic()
        while time.monotonic() - since < STALLED:
            fleet.mend()
            self.wait(0.2)
            now = self.house.count_done()
            if now >= len(self.job.asked) and not self.recovery.lying:
                return
            if now != done:
                done, since = now, time.monotonic()
        say(f"Not all came to their end: {self.house.states()}", *self.house.troubles())

    def server_cpu(self) -> float:
        """Seconds of the database's own processes."""
        if self.server is None or self.server.process is None:
            return 0.0
        return sum(cpu_seconds(pid) for pid in processes_of([self.server.process.pid]))

    def run(self) -> dict[str, Any]:
        began = time.monotonic()
        with self.fleet() as fleet:
            fleet.wait_until_ready()
            before, served = fleet.cpu(), self.server_cpu()
            if self.options.cases:
                self.job.give(self.house, self.robot, self.options.cases)
            self.kill_robots(fleet)
            self.drain(fleet)
            cpu, served, fenced = fleet.cpu() - before, self.server_cpu() - served, fleet.fenced
        seconds = time.monotonic() - began
        unfinished = len(self.job.asked) - self.house.count_done()
        found = self.job.found()
        took = self.recovery.seconds

        def each(seconds: float) -> float:
            return round(1000 * seconds / max(len(self.job.asked), 1), 1)

        return {
            "kills": self.kills,
            "cases": len(self.job.asked),
            **found,
            "lost": max(found["lost"], unfinished),
            "recovered_s_max": round(max(took, default=0), 2),
            "interrupted": len(took),
            "in_the_dark": self.recovery.in_the_dark,
            "postmaster_kills": self.postmaster_kills,
            "ended_by_themselves": fenced,
            "robots": self.options.robots,
            "seconds": round(seconds),
            **({} if self.kills else {"cpu_ms_per_case": each(cpu), "server_cpu_ms_per_case": each(served)}),
        }


def say(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr, flush=True)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--postmaster-kills", type=int, default=10, help="among them, with postgresql (10)")
    parser.add_argument("--robots", type=int, default=2, help="processes at a time (2)")
    parser.add_argument("--cases", type=int, default=0, help="given at the start")
    parser.add_argument("--backlog", type=int, default=40, help="cases that wait at each kill (40)")
    parser.add_argument(
        "--robot",
        choices=["invoice", "lines", "line"],
        help="five steps of the invoice robot or of one that writes lines; one step",
    )
    parser.add_argument("--delay-ms", type=float, default=8, help="mean, of the world's answers (8)")
    parser.add_argument(
        "--without-keys", action="store_true", help="to see that the count counts: the robot has none"
    )
    parser.add_argument(
        "--cold", action="store_true", help="each robot is a Python of its own from the start, not a fork"
    )
    parser.add_argument("--json", action="store_true", help="the last line is JSON (it always is)")
    parser.add_argument(
        "--throughput", action="store_true", help="CPU for each of 500 cases, and of others' jobs"
    )
    parser.add_argument(
        "--peers", default=sys.executable, metavar="PYTHON", help="that has procrastinate, celery"
    )
    options = parser.parse_args()
    if options.throughput:
        options.kills, options.cases, options.robot = 0, options.cases or 500, "lines"
    options.robot = options.robot or ("invoice" if options.kills else "line")
    return options


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left running then either
    options = parsed()
    with ExitStack() as stack:
        found = Bench(options, stack).run()
    if options.throughput:
        found |= {"peers_cpu_ms_per_job": of_peers(options.peers, options.cases)}
    print(json.dumps(found))
    return int(any(found[key] for key in ("lost", "double_credits", "double_mails", "double_logs")))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(130)
