"""`ringar init` (an empty organisation for real use), `ringar import KIND FILE` (spreadsheets in), `ringar audit …`."""

import argparse
import getpass
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import transaction
from django.utils.translation import override
from tqdm import tqdm

from ringar.core.actions import add_person, create_organisation, seal_chain
from ringar.core.audit_queries import ChainReport, chain_head, unsealed, verify_chain
from ringar.core.importing import MAX_PROBLEMS, Importer, Reading, read_import
from ringar.core.models import Organisation
from ringar.core.queries import organisation_named
from ringar.core.registry import declared
from ringar.core.retention import retention_page
from ringar.core.rules import Refused, Role, Viewer
from ringar_kits.errors import InputError

DEFAULT_ORGANISATION = ("Min organisation", "min-organisation")


def add_commands(group: Callable[[str], Any]) -> None:
    """Adds `init`, `import …` and `audit …` to the command line."""
    init = group("").add_parser("init", help="make an empty organisation for real use")
    init.add_argument("--name", help="the organisation's name, for instance: Ringsala kommun")
    init.add_argument("--slug", default="", help="short name in addresses (default: from the name)")
    init.add_argument("--email", help="the administrator's e-mail address")
    init.add_argument("--person", help="the administrator's name")
    init.add_argument(
        "--password-file", type=Path, help="file with the administrator's password (else asked for)"
    )
    init.set_defaults(run=run_init)
    for importer in declared("imports", "IMPORTERS"):
        add_import(
            group("import").add_parser(
                importer.kind, help=f"take {importer.kind} from CSV, Excel or JSON lines"
            ),
            importer,
        )
    add_audit(group)
    told = group("").add_parser("retention", help="what is kept about people and for how long, as Markdown")
    told.set_defaults(run=run_retention)


def run_retention(args: argparse.Namespace) -> int:
    """Writes what all rooms declare in their personal.py."""
    print(retention_page(), end="")
    return 0


def add_audit(group: Callable[[str], Any]) -> None:
    """`ringar audit verify` and `ringar audit head`."""
    verify = group("audit").add_parser(
        "verify", help="compute the audit trail's chain anew; exit code 1 where it does not hold"
    )
    verify.add_argument("--head", default="", help="a hash kept from before, which must be in the chain")
    verify.add_argument("--at", type=int, help="the position of that hash")
    verify.set_defaults(run=run_verify)
    head = group("audit").add_parser(
        "head", help="position and hash of the chain's end, to be kept elsewhere"
    )
    head.set_defaults(run=run_head)
    for parser in (verify, head):
        parser.add_argument("--json", action="store_true", help="print one JSON object")


def add_import(parser: argparse.ArgumentParser, importer: Importer) -> None:
    """The arguments of one `ringar import KIND`."""
    parser.add_argument("file", type=Path, help="CSV, Excel (.xlsx), JSON lines (.jsonl) or JSON")
    parser.add_argument(
        "--organisation", metavar="SLUG", help="short name of the organisation (default: a named default)"
    )
    parser.add_argument("--dry-run", action="store_true", help="check everything, save nothing")
    parser.add_argument(
        "--map", action="append", default=[], metavar="FIELD=COLUMN[+COLUMN]", help="which column holds what"
    )
    parser.add_argument(
        "--source", default="", help="name of the source, part of each row's identity (default: file name)"
    )
    for wanted in (each for each in importer.fields if each.for_all):
        told = f"the {wanted.label} of all rows that have none of their own"
        parser.add_argument(f"--{wanted.name.replace('_', '-')}", dest=wanted.name, default="", help=told)
    parser.set_defaults(run=partial(run_import, importer))


@override("en")
def run_init(args: argparse.Namespace) -> int:
    """Makes the tables, the organisation and its first administrator."""
    call_command("migrate", verbosity=0)
    name = args.name or input("The organisation's name: ").strip()
    email = args.email or input("The administrator's e-mail address: ").strip()
    person = args.person or email.split("@")[0]
    if args.password_file:
        password = args.password_file.read_text(encoding="utf-8").strip()
    else:
        password = getpass.getpass("Choose a password (at least 12 characters): ")
    if len(password) < 12:
        raise InputError(
            "the password is too short", place="password", remedy="Choose at least 12 characters"
        )
    operator = Viewer.of_command_line()
    try:
        with transaction.atomic():
            organisation = create_organisation(by=operator, name=name, slug=args.slug)
            top = organisation.units.get(parent=None)
            add_person(
                by=operator, email=email, name=person, unit=top, role=Role.ADMINISTRATOR, password=password
            )
    except Refused as refused:
        raise InputError(str(refused)) from refused
    print(f"{organisation.name} is made (short name: {organisation.slug}). {email} can log in.")
    print("Next: ringar import units FILE, then people, needs and solutions (docs/howto/start-for-real.md).")
    return 0


def parse_mapping(pairs: list[str], importer: Importer) -> dict[str, list[str]]:
    """`["title=Rubrik", "symptom=Text+Mer"]` → {"title": ["Rubrik"], "symptom": ["Text", "Mer"]}."""
    mapping: dict[str, list[str]] = {}
    names = [wanted.name for wanted in importer.fields]
    for pair in pairs:
        name, equals, columns = pair.partition("=")
        if not equals or name not in names:
            raise InputError(
                f"{pair!r} is not FIELD=COLUMN", place="--map", remedy=f"FIELD is one of: {', '.join(names)}"
            )
        mapping[name] = columns.split("+")
    return mapping


def print_reading(reading: Reading) -> None:
    """What was understood of the file, and what is wrong with it, as one would tell a colleague."""
    for name, columns in reading.mapping.items():
        print(f"  {name:<20} <- {' + '.join(columns)}")
    if reading.unused:
        print(f"  not used: {', '.join(reading.unused)}")
    for problem in reading.problems[:MAX_PROBLEMS]:
        print(f"  {problem}")
    if len(reading.problems) > MAX_PROBLEMS:
        print(f"  … and {len(reading.problems) - MAX_PROBLEMS} more")


def default_organisation(by: Viewer) -> Organisation:
    """The named default that a real import without --organisation goes to; made when it is missing."""
    name, slug = DEFAULT_ORGANISATION
    return organisation_named(slug) or create_organisation(by=by, name=name, slug=slug)


@override("en")
def run_import(importer: Importer, args: argparse.Namespace) -> int:
    """Checks the whole file, then saves all of it or nothing. Exit code 2 where something is wrong."""
    call_command("migrate", verbosity=0)
    operator = Viewer.of_command_line()
    organisation = organisation_named(args.organisation) if args.organisation else None
    if args.organisation and organisation is None:
        known = ", ".join(Organisation.objects.values_list("slug", flat=True)[:20]) or "none yet"
        raise InputError(
            f"there is no organisation {args.organisation!r}",
            place="--organisation",
            remedy=f"There are: {known}",
        )
    try:
        with transaction.atomic():
            if organisation is None:
                organisation = default_organisation(operator)
            reading = read_import(
                importer,
                args.file,
                organisation=organisation,
                mapping=parse_mapping(args.map, importer),
                given={each.name: getattr(args, each.name) for each in importer.fields if each.for_all},
            )
            print(f"{args.file.name}: {len(reading.rows)} rows of {importer.kind}")
            print_reading(reading)
            if reading.errors:
                raise InputError(
                    f"{len(reading.errors)} rows or fields are wrong",
                    remedy="Nothing was saved. Correct the file and run again",
                )
            if args.dry_run:
                transaction.set_rollback(True)
                print("Dry run: nothing was saved.")
                return 0
            by = Viewer.of_command_line(organisation.pk)
            with tqdm(total=len(reading.rows), unit=" rows", file=sys.stderr, disable=None) as bar:
                counts = importer.save(
                    by, organisation, args.source or args.file.stem, reading.rows, bar.update
                )
    except Refused as refused:
        raise InputError(str(refused), place=str(args.file)) from refused
    print(
        f"Saved to {organisation}: {counts.new} new, {counts.changed} changed, {counts.unchanged} unchanged."
    )
    return 0


def run_verify(args: argparse.Namespace) -> int:
    """Goes along the whole chain; exit code 1 where it is broken."""
    if args.at is not None and not args.head:
        raise InputError(
            "--at tells where a hash stands", place="--at", remedy="Give the hash too: --head HASH"
        )
    with tqdm(total=chain_head()[0], unit=" rows", file=sys.stderr, disable=None, leave=False) as bar:
        report = verify_chain(head=args.head, at=args.at, progress=bar.update)
    if args.json:
        print(json.dumps({"is_whole": report.is_whole, **asdict(report)}))
    else:
        print_report(report)
    return 0 if report.is_whole else 1


def print_report(report: ChainReport) -> None:
    """What was found, and what to do about it."""
    print(f"{report.rows:,} rows in the chain, {report.unsealed:,} on their way into it.")
    print(f"Head: position {report.position}, hash {report.head}")
    if (found := report.first_break) is not None:
        row = f" (audit row {found.row})" if found.row else ""
        print(f"BROKEN at position {found.position}{row}: {found.text}.")
        print("Compare with the latest backup whose chain holds; later rows may be touched too.")
    if report.late:
        print(f"BROKEN: {report.late:,} rows older than a minute are not in the chain.")
        print("Where a process has died, `ringar audit head` takes them in.")
    if report.is_whole:
        print("The chain holds.")


def run_head(args: argparse.Namespace) -> int:
    """Takes what waits into the chain, and prints its end."""
    while unsealed().exists():
        seal_chain()
    position, head = chain_head()
    print(json.dumps({"position": position, "head": head}) if args.json else f"{position} {head}")
    return 0
