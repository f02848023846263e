"""`ringar demo`: fills the installation with the invented city, once, and prints who can log in."""

import argparse
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.utils import translation

from ringar.core.models import Organisation
from ringar.demo.cast import PASSWORD
from ringar.demo.robot_cases import is_at_work, put_to_work
from ringar.demo.seed import is_seeded, log_ins, seed
from ringar.demo.sensors import build_sensors
from ringar.demo.surroundings import ROBOT, world_folder
from ringar.demo.water import build_network
from ringar.demo.world.keep import missing_packages, running
from ringar.robots.actions.publishing import find_version
from ringar.robots.engine.running import run_waiting
from ringar.robots.finding import robot_named
from ringar_kits.errors import InputError


def add_commands(group: Callable[[str], Any]) -> None:
    """Adds `demo` to the command line."""
    demo = group("").add_parser("demo", help="fill with the invented city (RINGAR_DEMO=1) and print log-ins")
    demo.set_defaults(run=run_demo)


def run_demo(args: argparse.Namespace) -> int:
    """Makes tables and the city where they are missing; prints the log-ins."""
    if not settings.DEMO:
        raise InputError(
            "this is not a demo", place="RINGAR_DEMO", remedy="Set RINGAR_DEMO=1 to try Ringar out"
        )
    call_command("migrate", verbosity=0)
    with translation.override("sv"):
        if is_seeded():
            print("The invented city is here already.")
        else:
            print("Building the invented city Ringsala:")
            seed(lambda what: print(f"  {what}", flush=True))
            print("  reading all texts and matching them (about a minute)", flush=True)
            run_waiting()
        build_network(lambda what: print(f"  {what}", flush=True))
        build_sensors(lambda what: print(f"  {what}", flush=True))
        start_robot()
        print(f"\nLog in with one press on the start page, or with a password ({PASSWORD}) as:")
        for name, email, who in log_ins():
            print(f"  {name:<6} {email:<28} {who}")
    return 0


def start_robot() -> None:
    """Puts the city's invoice robot to work, once; says plainly what is missing where it can not be."""
    code = robot_named(ROBOT)
    if code is None or is_at_work():
        return
    if missing := missing_packages():
        print(f"  no robot handles invoices here: that needs pip install {' '.join(missing)}")
        return
    if find_version(code, Organisation.objects.get(slug="ringsala").pk) is None:
        print(
            "  no robot handles invoices here: this city was made before there was one. Remove the folder var."
        )
        return
    with running(world_folder()):
        put_to_work(world_folder(), lambda what: print(f"  {what}", flush=True))
