"""`ringar processes own`: the platform's own history as an event log, which `ringar processes map` reads."""

import argparse
import csv
from collections.abc import Callable
from pathlib import Path

from ringar.core.queries import organisation_named
from ringar.pilots.history import HEADER, own_history
from ringar_kits.errors import InputError

Group = Callable[[str], "argparse._SubParsersAction[argparse.ArgumentParser]"]


def add_commands(group: Group) -> None:
    """Adds the word to `ringar processes`."""
    own = group("processes").add_parser("own", help="write the platform's own history as an event log")
    own.add_argument("--out", required=True, help="the CSV file to write (case, activity, time, seq)")
    own.add_argument("--organisation", help="of this organisation only (its slug)")
    own.set_defaults(run=run_own)


def run_own(options: argparse.Namespace) -> int:
    """Writes the file, and how many lines it has."""
    organisation = organisation_named(options.organisation) if options.organisation else None
    if options.organisation and organisation is None:
        raise InputError(
            f"there is no organisation {options.organisation}", place="--organisation", remedy="Give its slug"
        )
    with Path(options.out).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        count = 0
        for moved in own_history(organisation.pk if organisation else None):
            writer.writerow(moved)
            count += 1
    print(f"{count} moves in {options.out}")
    return 0
