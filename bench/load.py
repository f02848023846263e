"""200 people at once for two minutes: errors, writes lost, and what it costs; on SQLite and on PostgreSQL.

    python bench/load.py [--json] [--people 200] [--seconds 120] [--think 5] [--databases sqlite,postgresql] [--empty]

The server is started as `make run` starts it (`ringar run`: gunicorn and one worker), with the demo's city and one
account for each person. Everyone has an address of their own on 127.0.0.0/8, logs in within the first fifth of the
time, then reads (60 %), searches (18 %), writes down a need (20 %) or logs out and in again (2 %), with a pause of
`--think` seconds on average before each. `errors` counts every answer but 200 and every broken connection; `lost`
the needs that the server said were saved and that the database does not hold. CPU is that of the server's
processes and, where there is one, the database's; the visitors' own runs on the same cores and is told apart.
The PostgreSQL is durable here (fsync on). The last line is JSON.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from visitors import Tally, Visitor

from tests.postgres import running_server

PASSWORD = "ett eget långt lösenord"  # noqa: S105 (of people who live for two minutes)
DURABLE = ["max_connections=200"]
TICKS = os.sysconf("SC_CLK_TCK")

FILL = """
import django; django.setup()
import sys
from ringar.core.actions import add_person, create_organisation
from ringar.core.models import Organisation
from ringar.core.rules import Viewer
city = Organisation.objects.filter(slug="ringsala").first()
if city is None:
    city = create_organisation(by=Viewer.of_command_line(), name="Ringsala", slug="ringsala")
units = list(city.units.all())
for number in range(int(sys.argv[1])):
    add_person(by=Viewer.of_command_line(city.pk), email=f"load{number}@ringsala.example", name=f"Person {number}",
               unit=units[number % len(units)], password=sys.argv[2])
"""
COUNT = """
import django; django.setup()
import json, re
from ringar.needs.models import Need
texts = Need.objects.filter(symptom__contains="lastprov").values_list("symptom", flat=True)
print(json.dumps([re.search("lastprov[0-9a-f]{32}", text)[0] for text in texts]))
"""


def in_ringar(environment: dict[str, str], *arguments: str) -> str:
    """Runs Python with the server's settings, and returns what it prints."""
    done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{arguments[:3]} failed:\n{done.stderr[-3000:]}")
    return done.stdout


def family(pid: int) -> list[int]:
    """The process and all below it."""
    found = [pid]
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += family(int(child))
    return found


def processes_of(pids: list[int]) -> list[int]:
    found: list[int] = []
    for pid in pids:
        try:
            found += family(pid)
        except FileNotFoundError:
            continue
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of the process, and of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return sum(int(fields[place]) for place in (11, 12, 13, 14)) / TICKS


def memory_mb(pids: list[int]) -> float:
    """Proportional set size: pages that processes share are counted once."""
    total = 0
    for pid in pids:
        try:
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
    return total / 1024


@contextmanager
def served(environment: dict[str, str], port: int) -> Iterator[int]:
    """`ringar run`, answering; yields its process id."""
    server = subprocess.Popen(
        [sys.executable, "-m", "ringar.cli", "run", "--port", str(port)], env=environment
    )
    try:
        for _attempt in range(600):
            try:
                urlopen(f"http://127.0.0.1:{port}/halsa/", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise SystemExit("The server did not answer within a minute.")
        yield server.pid
    finally:
        server.terminate()
        server.wait(60)


def watch_memory(pids: list[int], most: list[float], done: threading.Event) -> None:
    while not done.wait(2):
        most.append(memory_mb(processes_of(pids)))


def drive(options: argparse.Namespace, port: int, roots: list[int]) -> tuple[Tally, float, float]:
    """Lets everyone in; returns what they met, the servers' CPU seconds and their most megabytes."""
    tally, done, most = Tally(), threading.Event(), [0.0]
    people = [Visitor(n, port, PASSWORD, tally, options.think) for n in range(options.people)]
    until = time.monotonic() + options.seconds
    before = sum(cpu_seconds(pid) for pid in processes_of(roots))
    arrivals = [options.seconds / 5 * n / options.people for n in range(options.people)]
    threads = [
        threading.Thread(target=p.live, args=(until, at)) for p, at in zip(people, arrivals, strict=True)
    ]
    watcher = threading.Thread(target=watch_memory, args=(roots, most, done))
    for thread in [watcher, *threads]:
        thread.start()
    for thread in threads:
        thread.join()
    cpu = sum(cpu_seconds(pid) for pid in processes_of(roots)) - before
    done.set()
    watcher.join()
    return tally, cpu, max(most)


def summary(tally: Tally, kept: list[str], cpu: float, memory: float) -> dict[str, object]:
    times = sorted(second for seconds in tally.seconds.values() for second in seconds)
    saved = {mark for mark, was in tally.sent.items() if was}
    return {
        "requests": len(times),
        "errors": len(tally.errors),
        "writes": len(saved),
        "lost": len(saved - set(kept)),
        "doubled": len(kept) - len(set(kept)),
        "requests_per_cpu_s": round(len(times) / cpu, 1) if cpu else 0.0,
        "p50_ms": round(statistics.median(times) * 1000),
        "p99_ms": round(times[int(len(times) * 0.99)] * 1000),
        "memory_mb": round(memory),
    }


def measure(name: str, options: argparse.Namespace, port: int) -> dict[str, object]:
    """One database: an empty one is filled, served, visited and counted."""
    database = running_server(DURABLE) if name == "postgresql" else nullcontext("")
    with tempfile.TemporaryDirectory(prefix="ringar-load-") as folder, database as url:
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("RINGAR_")},
            "RINGAR_DEMO": "1",
            "RINGAR_VAR": folder,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "ringar.config.settings",
        }
        print(f"{name}: building the city", flush=True)
        in_ringar(environment, "-m", "ringar.cli", *(["manage", "migrate"] if options.empty else ["demo"]))
        in_ringar(environment, "-c", FILL, str(options.people), PASSWORD)
        with served(environment, port) as pid:
            roots = [pid, *database_processes(url)]
            print(f"{name}: {options.people} people, {options.seconds} s", flush=True)
            mine = time.process_time()
            tally, cpu, memory = drive(options, port, roots)
            mine = time.process_time() - mine
        kept = json.loads(in_ringar(environment, "-c", COUNT))
        broken = subprocess.run(
            [sys.executable, "-m", "ringar.cli", "audit", "verify"],
            env=environment,
            capture_output=True,
            text=True,
        )
    report(tally, cpu, mine, broken.stdout.strip())
    return summary(tally, kept, cpu, memory)


def database_processes(url: str) -> list[int]:
    """The PostgreSQL that this program started: a child of it."""
    if not url:
        return []
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in children if "postgres" in Path(f"/proc/{pid}/cmdline").read_text()]


def report(tally: Tally, cpu: float, mine: float, audit: str) -> None:
    for kind, seconds in sorted(tally.seconds.items()):
        ordered = sorted(seconds)
        middle, worst = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
        print(f"  {kind:<12} {len(ordered):>6}   p50 {middle * 1000:>6.0f} ms   p99 {worst * 1000:>6.0f} ms")
    print(f"  CPU of the server {cpu:.0f} s, of the visitors {mine:.0f} s (on the same cores)")
    print(f"  audit trail: {audit}")
    for error in tally.errors[:10]:
        print(f"  error: {error}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--think", type=float, default=5, help="mean pause before each step, seconds")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument(
        "--empty", action="store_true", help="a new organisation, not the demo's city: a quick try"
    )
    parser.add_argument("--port", type=int, default=8790)
    parser.add_argument("--json", action="store_true", help="the last line is JSON (it always is)")
    options = parser.parse_args()
    found = {name: measure(name, options, options.port) for name in options.databases.split(",")}
    print(json.dumps(found))
    return int(any(one["errors"] or one["lost"] or one["doubled"] for one in found.values()))


if __name__ == "__main__":
    sys.exit(main())
