"""A short load test with the benchmark's own means: nobody gets an error, and no write is lost."""

import json
import subprocess
import sys

from django.db import connection

from tests.conftest import ROOT
from tests.rooms.robots.conftest import free_port


def test_load_when_people_come_at_once_then_no_error_and_no_write_is_lost() -> None:
    # Each database is tried in the run of its own.
    command = ["--people", "12", "--seconds", "8", "--think", "1", "--empty", "--port", str(free_port())]
    command += ["--databases", connection.vendor]
    done = subprocess.run(
        [sys.executable, "bench/load.py", "--json", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stdout, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])[connection.vendor]
    assert (found["errors"], found["lost"], found["doubled"]) == (0, 0, 0), done.stdout
    assert found["requests"] > 30
    assert found["writes"] > 0
