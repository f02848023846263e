"""`ringar demo`: fills the installation with the invented city, once, and prints who can log in."""

import argparse
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.utils import translation

from ringar.demo.cast import PASSWORD
from ringar.demo.seed import is_seeded, log_ins, seed
from ringar.robots.running import run_waiting
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
        print(f"\nLog in with one press on the start page, or with a password ({PASSWORD}) as:")
        for name, email, who in log_ins():
            print(f"  {name:<6} {email:<28} {who}")
    return 0
