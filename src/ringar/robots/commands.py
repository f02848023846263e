"""`ringar work`: does queued work. `ringar run`: serves the pages, with robots beside. `ringar robots …`."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string

from ringar.core.models import Unit
from ringar.core.rules import Refused, Viewer
from ringar.robots.actions.publishing import add_robot
from ringar.robots.dry_runs import begin_dry_run, run_now
from ringar.robots.engine import serving
from ringar.robots.finding import known_robots, robot_named
from ringar.robots.models.cases import Robot
from ringar.robots.registry import processes_beside

Group = Callable[[str], "argparse._SubParsersAction[argparse.ArgumentParser]"]


def add_commands(group: Group) -> None:
    """Adds the words to `ringar`."""
    work = group("").add_parser("work", help="do queued work, until stopped")
    work.set_defaults(run=run_work)
    same = group("robots").add_parser("work", help="the same: a robot process, until stopped")
    same.set_defaults(run=run_work)
    listed = group("robots").add_parser(
        "list", help="the robots whose code is at hand, and where they are set up"
    )
    listed.set_defaults(run=list_robots)
    add = group("robots").add_parser("add", help="set a robot up in a unit, as a draft")
    add.add_argument("name")
    add.add_argument("--organisation", required=True, metavar="SLUG")
    add.add_argument("--unit", required=True, metavar="NAME")
    add.set_defaults(run=add_to_unit)
    dry = group("robots").add_parser("dry-run", help="try a robot on a case: it reads, and does nothing")
    dry.add_argument("name")
    dry.add_argument("--reference", required=True, help="of a case, or of what has come in")
    dry.add_argument("--payload", type=payload_of, metavar="JSON", help="a case made up for the trial")
    dry.add_argument("--organisation", default="", metavar="SLUG")
    dry.set_defaults(run=run_dry)
    run = group("").add_parser("run", help="serve the pages, with robot processes beside")
    run.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    run.add_argument(
        "--port", type=int, default=int(os.environ.get("PORT", "8000")), help="port (default: 8000)"
    )
    run.add_argument(
        "--robots",
        type=int,
        default=2 if settings.DEMO else 1,
        help="how many robot processes (default: 1; in the demo 2, so that one may be killed)",
    )
    run.set_defaults(run=run_server)


def is_ready() -> bool:
    """Whether the database has all its tables; says what to do where it has not."""
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        print(f"ringar: the database does not answer. Is it running?\n{error}", file=sys.stderr)
        return False
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
    import_string("ringar.robots.engine.worker.serve")()
    return 0


def run_server(options: argparse.Namespace) -> int:
    """Runs the web server and robot processes until SIGTERM or Ctrl-C."""
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
    robots = max(options.robots, 1)
    os.environ["RINGAR_ROBOTS_BESIDE"] = str(robots)  # the pages tell that robots are to be there
    others = processes_beside()
    return serving.keep_running(options.host, options.port, robots=robots, others=others)


def list_robots(_options: argparse.Namespace) -> int:
    """Prints a line for each robot at hand, and for each place where one is set up."""
    for name in known_robots():
        code = robot_named(name)
        print(f"{name}  {code.label if code else ''}")
        for robot in Robot.objects.filter(name=name).select_related("organisation", "queue__unit"):
            changed = code and robot.source_hash and robot.source_hash != code.source_hash
            note = "  the code has changed since it was published" if changed else ""
            print(f"  {robot.organisation.slug}  {robot.queue.unit.name}  {robot.state}{note}")
    return 0


def add_to_unit(options: argparse.Namespace) -> int:
    """Sets a robot up in the unit of that name."""
    units = Unit.objects.filter(organisation__slug=options.organisation, name=options.unit)
    unit = units.first()
    if unit is None:
        print(f"ringar: no unit {options.unit!r} in {options.organisation!r}.", file=sys.stderr)
        return 2
    try:
        robot = add_robot(by=Viewer.of_command_line(unit.organisation_id), name=options.name, unit=unit)
    except Refused as refused:
        print(f"ringar: {refused}", file=sys.stderr)
        return 2
    print(f"{robot.name} is set up in {unit.name}: {robot.state}.")
    return 0


def payload_of(text: str) -> dict[str, Any]:
    """The payload that is given as a JSON object."""
    try:
        told = json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"this is not JSON: {error}") from error
    if not isinstance(told, dict):
        raise argparse.ArgumentTypeError('give an object, such as {"number": "70100001"}')
    return told


def run_dry(options: argparse.Namespace) -> int:
    """Runs the case's robot here and now without effects, and prints each step and how it ended."""
    robots = Robot.objects.filter(name=options.name, organisation__slug__contains=options.organisation)
    if robots.count() != 1:
        found = ", ".join(robots.values_list("organisation__slug", flat=True)) or "nowhere"
        print(f"ringar: {options.name!r} is set up in: {found}. Say --organisation.", file=sys.stderr)
        return 2
    robot = robots.get()
    try:
        by = Viewer.of_command_line(robot.organisation_id)
        case = run_now(
            begin_dry_run(by=by, robot=robot, reference=options.reference, payload=options.payload)
        )
    except Refused as refused:
        print(f"ringar: {refused}", file=sys.stderr)
        return 2
    for step in case.steps.order_by("number"):
        print(
            f"{step.number}. {step.name} ({step.kind}): {json.dumps(step.result, ensure_ascii=False)[:300]}"
        )
    print(f"{case.state}: {case.question or case.error or json.dumps(case.result, ensure_ascii=False)}")
    return 0
