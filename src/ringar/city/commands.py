"""`ringar import pipes` and `ringar import breaks`: a utility's files into the city's data, all or nothing."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management import call_command
from django.db import transaction
from django.utils.translation import override
from tqdm import tqdm

from ringar.city.actions.data import Description, add_data_set, breaks_beside
from ringar.city.actions.fits import draw_up
from ringar.city.actions.networks import import_network, tally_network
from ringar.city.actions.readings import OWN, own_pipes
from ringar.city.models import DataSet
from ringar.city.rules.data import DataKind
from ringar.core.clock import today
from ringar.core.models import Organisation, Unit
from ringar.core.queries import organisation_named
from ringar.core.rules import Refused, Viewer
from ringar_kits.errors import InputError
from ringar_kits.leaks.model import Network
from ringar_kits.leaks.read import read_network


def add_commands(group: Callable[[str], Any]) -> None:
    """Adds `pipes` and `breaks` to `ringar import`."""
    pipes = group("import").add_parser("pipes", help="take pipes, and their breaks, from a utility's files")
    pipes.add_argument("--breaks", type=Path, help="the file with their breaks")
    pipes.add_argument("--roads", type=Path, help="the file with the streets that the pipes lie in")
    pipes.add_argument("--unit", default="", help="the unit that owns the data (default: the top one)")
    breaks = group("import").add_parser("breaks", help="take breaks for pipes that are there already")
    for parser, run in ((pipes, run_pipes), (breaks, run_breaks)):
        parser.add_argument("file", type=Path, help="CSV, Excel, GeoJSON, GeoPackage or a zipped Shapefile")
        parser.add_argument(
            "--organisation", metavar="SLUG", required=True, help="the organisation's short name"
        )
        parser.add_argument(
            "--set", default="", help="the pipes' data set (default: the only one, or the file's name)"
        )
        parser.add_argument(
            "--map", action="append", default=[], metavar="FIELD=COLUMN", help="which column holds what"
        )
        parser.add_argument("--crs", help="coordinate system, where the files do not tell: 3006")
        parser.add_argument(
            "--part", action="store_true", help="the files are a part: leave what is not in them as it is"
        )
        parser.add_argument("--dry-run", action="store_true", help="read everything, save nothing")
        parser.set_defaults(run=run)


def mapping_of(pairs: list[str]) -> dict[str, str]:
    """`["id=WATMAINID"]` → {"id": "WATMAINID"}."""
    wrong = next((pair for pair in pairs if "=" not in pair), None)
    if wrong is not None:
        raise InputError(f"{wrong!r} is not FIELD=COLUMN", place="--map", remedy="Write it as id=WATMAINID")
    return {key: column for key, _, column in (pair.partition("=") for pair in pairs)}


def organisation_of(slug: str) -> Organisation:
    """The organisation with that short name. Raises InputError with those there are."""
    found = organisation_named(slug)
    if found is None:
        known = ", ".join(Organisation.objects.values_list("slug", flat=True)[:20]) or "none yet"
        raise InputError(
            f"there is no organisation {slug!r}", place="--organisation", remedy=f"There are: {known}"
        )
    return found


def unit_of(organisation: Organisation, name: str) -> Unit:
    """The unit with that name, or the top one. Raises InputError."""
    units = organisation.units.filter(name=name) if name else organisation.units.filter(parent=None)
    found = units.order_by("pk").first()
    if found is None:
        raise InputError(f"there is no unit {name!r}", place="--unit", remedy="Give its whole name")
    return found


def set_of(organisation: Organisation, name: str, kind: str) -> DataSet | None:
    """The data set of that name and kind; without a name the only one there is."""
    rows = DataSet.objects.filter(organisation=organisation, kind=kind)
    if name:
        return rows.filter(name=name).first()
    return rows.first() if rows.count() == 1 else None


@override("en")
def run_pipes(args: argparse.Namespace) -> int:
    """Reads the files, tells what was made of them, and saves all of it or nothing."""
    call_command("migrate", verbosity=0)
    organisation = organisation_of(args.organisation)
    network = read_network(
        args.file, args.breaks, args.roads, mapping=mapping_of(args.map), crs=args.crs, today=today()
    )
    by, name = Viewer.of_command_line(organisation.pk), args.set or args.file.stem
    try:
        with transaction.atomic():
            found = set_of(organisation, name, DataKind.PIPES)
            told = Description(name=name, owner_unit=unit_of(organisation, args.unit))
            pipes_set = found or add_data_set(by=by, kind=DataKind.PIPES, told=told)
            breaks_set = breaks_beside(by=by, pipes_set=pipes_set) if args.breaks else None
            if args.dry_run:
                return try_out(args, network, pipes_set, breaks_set)
        return save(by, args, network, pipes_set, breaks_set)
    except Refused as refused:
        raise InputError(str(refused), place=str(args.file)) from refused


@override("en")
def run_breaks(args: argparse.Namespace) -> int:
    """Reads the breaks, lays them on the pipes that are there, and saves all of them or none."""
    call_command("migrate", verbosity=0)
    organisation = organisation_of(args.organisation)
    pipes_set = set_of(organisation, args.set, DataKind.PIPES)
    if pipes_set is None:
        known = DataSet.objects.filter(organisation=organisation, kind=DataKind.PIPES)
        names = ", ".join(known.values_list("name", flat=True)[:20]) or "none yet: ringar import pipes"
        wrong = (
            f"there are no pipes called {args.set!r}" if args.set else "which pipes they are of is not told"
        )
        raise InputError(wrong, place="--set", remedy=f"There are: {names}")
    with TemporaryDirectory() as folder:
        pipes = own_pipes(pipes_set, Path(folder))
        network = read_network(pipes, args.file, mapping=mapping_of(args.map), crs=args.crs, today=today())
    by = Viewer.of_command_line(organisation.pk)
    with transaction.atomic():
        breaks_set = breaks_beside(by=by, pipes_set=pipes_set)
        if args.dry_run:
            return try_out(args, network, pipes_set, breaks_set, keeps_pipes=True)
    return save(by, args, network, pipes_set, breaks_set, keeps_pipes=True)


def try_out(
    args: argparse.Namespace,
    network: Network,
    pipes_set: DataSet,
    breaks_set: DataSet | None,
    *,
    keeps_pipes: bool = False,
) -> int:
    """Tells the report and what saving would do; the caller's transaction is taken back."""
    counts = tally_network(
        pipes_set=pipes_set, breaks_set=breaks_set, network=network, is_whole=not args.part
    )
    transaction.set_rollback(True)
    if keeps_pipes:
        del counts["pipes"]
    tell(network, counts)
    print("Dry run: nothing was saved.")
    return 0


def tell(network: Network, counts: dict[str, dict[str, int]]) -> None:
    """Prints what was used, changed and kept out, and the rows by what becomes of them."""
    for remark in network.report.remarks:
        if not remark.place.startswith(OWN):  # of the pipes that are there already it was told when they came
            print(f"  {remark.kind:<8} {remark}")
    for part, told in counts.items():
        print(f"{part}: " + ", ".join(f"{count} {name}" for name, count in told.items()))


def save(
    by: Viewer,
    args: argparse.Namespace,
    network: Network,
    pipes_set: DataSet,
    breaks_set: DataSet | None,
    *,
    keeps_pipes: bool = False,
) -> int:
    """Saves, and tells the report and what was saved."""
    with tqdm(total=100, unit=" %", file=sys.stderr, disable=None) as bar:
        counts = import_network(
            by=by,
            pipes_set=pipes_set,
            breaks_set=breaks_set,
            network=network,
            is_whole=not args.part,
            keeps_pipes=keeps_pipes,
            progress=lambda share, words: bar.update(round(100 * share) - bar.n),
        )
    if not keeps_pipes:
        draw_up(pipes=pipes_set)
    tell(network, counts)
    print(f"Saved to {breaks_set.name if keeps_pipes and breaks_set else pipes_set.name}.")
    return 0
