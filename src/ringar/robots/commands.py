"""`ringar work`: does queued work. `ringar run`: serves the pages, with one worker beside."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string

from ringar.robots import serving

Group = Callable[[str], "argparse._SubParsersAction[argparse.ArgumentParser]"]


def add_commands(group: Group) -> None:
    """Adds both words to `ringar`."""
    work = group("").add_parser("work", help="do queued work, until stopped")
    work.set_defaults(run=run_work)
    run = group("").add_parser("run", help="serve the pages, with one worker beside")
    run.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    run.add_argument(
        "--port", type=int, default=int(os.environ.get("PORT", "8000")), help="port (default: 8000)"
    )
    run.set_defaults(run=run_server)


def is_ready() -> bool:
    """Whether the database has all its tables; says what to do where it has not."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("ringar: the database lacks tables. Run: ringar manage migrate", file=sys.stderr)
        return False
    connection.close()
    return True


def run_work(_options: argparse.Namespace) -> int:
    """Runs a worker until SIGTERM or Ctrl-C."""
    if not is_ready():
        return 2
    # By name: the engine takes half a second to load, which the other commands need not wait for.
    import_string("ringar.robots.worker.serve")()
    return 0


def run_server(options: argparse.Namespace) -> int:
    """Runs the web server and a worker until SIGTERM or Ctrl-C."""
    if not is_ready():
        return 2
    if serving.is_taken(options.host, options.port):
        remedy = f"Choose another: ringar run --port {options.port + 1}"
        print(f"ringar: port {options.port} is taken. {remedy}", file=sys.stderr)
        return 2
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # else whitenoise complains at each start
    if settings.DEMO:
        os.environ.setdefault("RINGAR_BASE_URL", f"http://{options.host}:{options.port}")
    os.environ.setdefault("RINGAR_BASE_URL", settings.BASE_URL)
    return serving.keep_running(options.host, options.port)
