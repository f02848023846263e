"""CPU for each case: this platform's robots beside jobs of Procrastinate and of Celery on Redis, where installed."""

import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests import postgres

SCRIPT = str(Path(__file__).with_name("robot_peers.py"))
MISSING = "not installed"


def of_peers(python: str, count: int) -> dict[str, Any]:
    """Milliseconds of their workers' CPU for each job, or "not installed". PostgreSQL and Redis keep all on disk."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ringar-robots-")))
        found: dict[str, Any] = {"procrastinate": MISSING, "celery": MISSING}
        if has(python, "procrastinate"):
            address = stack.enter_context(postgres.running_server(["max_connections=200"]))
            found["procrastinate"] = measured(python, "procrastinate", count, folder, address)
        redis = shutil.which("redis-server") or shutil.which("redis-server", path=str(Path(python).parent))
        if has(python, "celery") and redis:
            address = start_redis(redis, folder, stack)
            found["celery"] = measured(python, "celery", count, folder, address)
        return found


def has(python: str, name: str) -> bool:
    return subprocess.run([python, SCRIPT, "has", name]).returncode == 0


def start_redis(redis: str, folder: Path, stack: ExitStack) -> str:
    socket = folder / "redis.sock"
    command = f"{redis} --port 0 --unixsocket {socket} --appendonly yes --appendfsync always --dir {folder}"
    server = subprocess.Popen(command.split(), stdout=subprocess.DEVNULL)
    stack.callback(server.wait)
    stack.callback(server.terminate)
    end = time.monotonic() + 20
    while not socket.exists() and time.monotonic() < end:
        time.sleep(0.05)
    return f"redis+socket://{socket}"


def measured(python: str, name: str, count: int, folder: Path, address: str) -> float:
    command = [python, SCRIPT, name, str(count), str(folder), address]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        raise SystemExit(f"{name} did not come to its end")
    return float(done.stdout.split()[-1])
