"""How many readings a second sensors can hand in over HTTP, and what of it lies in the database after.

    python bench/sensors.py [--seconds 20] [--sensors 20] [--database sqlite|postgresql] --json

An empty database, the server as it is run (`ringar run`), and sensors that hand in readings as fast as they are let:
one, ten and a hundred to a request (dataArray), one after the other, each size for as many seconds. One value in a
hundred is broken, and must come out flagged. What is counted in the end are rows. For comparison, in the same run: the
same rows written by the same action without HTTP. The last line is JSON; the aim is 1,000 readings a second on SQLite.
Exit code 1 when a reading that was answered for is not there.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from load import DURABLE, cpu_seconds, database_processes, in_ringar, processes_of, served

from tests.postgres import running_server

SIZES = (1, 10, 100)
WARM_UP = 5  # seconds in which processes load what they need; counted among the rows, and in no figure
START = datetime(2026, 1, 1, tzinfo=UTC)
FILL = """
import django; django.setup()
import json, sys
from ringar.city.actions.sensors import About, Measure, register_sensor
from ringar.core.actions import add_person, create_organisation
from ringar.core.models import Unit
from ringar.core.queries import viewer_of
from ringar.core.rules import Role, Viewer
operator = Viewer.of_command_line()
city = create_organisation(by=operator, name="Mätstad")
unit = Unit.objects.get(organisation=city)
person = add_person(by=operator, email="m@matstad.example", name="Mäta", unit=unit, role=Role.STAFF)
flow = Measure("Flöde", "l/s", -5, 500)
keys = [register_sensor(by=viewer_of(person), about=About(f"Mätare {n}", unit), measures=[flow])[1]
        for n in range(int(sys.argv[1]))]
print(json.dumps(keys))
"""
COUNT = """
import django; django.setup()
import json
from ringar.city.models import Reading
print(json.dumps([Reading.objects.count(), Reading.objects.exclude(flag="").exclude(flag="late").count()]))
"""
DIRECT = """
import django; django.setup()
import json, sys, time
from datetime import datetime, timedelta, UTC
from ringar.city.actions.sensor_readings import Result, take_readings
from ringar.city.models import Sensor
sensor, start, done, n = Sensor.objects.first(), datetime(2025, 1, 1, tzinfo=UTC), 0, 0
until = time.monotonic() + float(sys.argv[1])
while time.monotonic() < until:
    rows = [Result("", start + timedelta(seconds=n + i), 20 + i % 7) for i in range(100)]
    done += take_readings(sensor=sensor, results=rows).kept
    n += 100
print(json.dumps([done, time.process_time()]))
"""


@dataclass
class Handed:
    """What the sensors handed in at one size: readings answered for, broken ones, requests, seconds of each."""

    readings: int = 0
    flagged: int = 0
    faults: int = 0
    seconds: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def hand_in(port: int, key: str, size: int, offset: int, until: float, handed: Handed) -> int:
    """One sensor: readings a second apart from `offset`, until the time is up; returns where it came to."""
    line = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    while time.monotonic() < until:
        rows = [row(offset + n) for n in range(size)]
        began = time.monotonic()
        line.request("POST", "/api/sensors/Observations", json.dumps({"dataArray": rows}), headers)
        answer = line.getresponse()
        body = answer.read()
        took = time.monotonic() - began
        with handed.lock:
            handed.seconds.append(took)
            if answer.status == 200:
                told = json.loads(body)
                handed.readings += told["kept"]
                handed.flagged += sum(n for flag, n in told["flagged"].items() if flag != "late")
            else:
                handed.faults += 1
        offset += size
    line.close()
    return offset


def row(number: int) -> tuple[str, object]:
    """A reading: a flow that goes up and down; each hundredth is broken."""
    value: object = "trasig" if number % 100 == 99 else 20 + number % 7
    return (START + timedelta(seconds=number)).isoformat(), value


def at_size(size: int, seconds: float, port: int, keys: list[str], offsets: list[int]) -> Handed:
    """All sensors at once, for the seconds asked for."""
    handed, until = Handed(), time.monotonic() + seconds

    def one(n: int) -> None:
        offsets[n] = hand_in(port, keys[n], size, offsets[n], until, handed)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(len(keys))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return handed


def measure(options: argparse.Namespace) -> dict[str, object]:
    """One database, all sizes."""
    database = running_server(DURABLE) if options.database == "postgresql" else nullcontext("")
    with tempfile.TemporaryDirectory(prefix="ringar-sensors-") as folder, database as url:
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("RINGAR_")},
            "RINGAR_DEMO": "1",
            "RINGAR_VAR": folder,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "ringar.config.settings",
        }
        in_ringar(environment, "-m", "ringar.cli", "manage", "migrate", "--verbosity", "0")
        keys = json.loads(in_ringar(environment, "-c", FILL, str(options.sensors)))
        offsets, sizes, answered, flagged = [0] * len(keys), {}, 0, 0
        with served(environment, options.port) as pid:
            roots = [pid, *database_processes(url)]
            warm = at_size(1, WARM_UP, options.port, keys, offsets)
            answered, flagged = warm.readings, warm.flagged
            for size in SIZES:
                before = sum(map(cpu_seconds, processes_of(roots)))
                handed = at_size(size, options.seconds, options.port, keys, offsets)
                cpu = sum(map(cpu_seconds, processes_of(roots))) - before
                ordered = sorted(handed.seconds)
                sizes[size] = {
                    "readings_per_s": round(handed.readings / options.seconds),
                    "readings_per_cpu_s": round(handed.readings / cpu) if cpu else None,
                    "p50_ms": round(1000 * ordered[len(ordered) // 2]),
                    "p99_ms": round(1000 * ordered[int(len(ordered) * 0.99)]),
                    "faults": handed.faults,
                }
                answered += handed.readings
                flagged += handed.flagged
                print(f"{size} to a request: {sizes[size]}", flush=True)
        rows, marked = json.loads(in_ringar(environment, "-c", COUNT))
        done, cpu = json.loads(in_ringar(environment, "-c", DIRECT, str(options.seconds)))
    print(f"without HTTP, a hundred at a time: {done / options.seconds:,.0f} readings a second")
    return {
        "database": options.database,
        "sensors": len(keys),
        "by_size": sizes,
        "answered": answered,
        "rows": rows,
        "lost": answered - rows,
        "flagged": flagged,
        "flagged_rows": marked,
        "direct_per_s": round(done / options.seconds),
        "direct_per_cpu_s": round(done / cpu),
    }


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--sensors", type=int, default=20)
    parser.add_argument("--port", type=int, default=8791)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--json", action="store_true", help="the last line is JSON in any case")
    told = measure(parser.parse_args())
    print(json.dumps(told))
    return 1 if told["lost"] or told["flagged"] != told["flagged_rows"] else 0


if __name__ == "__main__":
    sys.exit(main())
