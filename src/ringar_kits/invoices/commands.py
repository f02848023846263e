"""`ringar invoices check` and `ringar invoices credit`: invoices in files, on this machine only."""

import argparse
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ringar_kits.errors import InputError
from ringar_kits.invoices.check import NOT_CHECKED, OTHER_COUNTRIES, Finding, check_invoice
from ringar_kits.invoices.credit import make_credit_note
from ringar_kits.invoices.model import InvoiceError
from ringar_kits.invoices.official import check_officially
from ringar_kits.invoices.read import read_invoice
from ringar_kits.invoices.xml import LARGEST, MEGABYTE

Group = Callable[[str], Any]


def add_commands(group: Group) -> None:
    """Add this kit's commands to the group `invoices`."""
    invoices = group("invoices")
    checker = invoices.add_parser("check", help="what EN 16931, Peppol and Sweden say about invoices (UBL)")
    checker.add_argument("files", nargs="+", metavar="FILE", help="invoices or credit notes, UBL 2.1")
    checker.add_argument(
        "--official",
        action="store_true",
        help="also the published EN 16931 rules and UBL schema (extra invoices)",
    )
    checker.add_argument("--json", action="store_true", help="only one line of JSON")
    checker.set_defaults(run=run_check)
    maker = invoices.add_parser("credit", help="write a credit note for an invoice (UBL)")
    maker.add_argument("file", metavar="FILE", help="the invoice, UBL 2.1")
    maker.add_argument("--number", required=True, help="the credit note's own number")
    maker.add_argument("--reason", default="Fakturan makuleras", help="why (Fakturan makuleras)")
    maker.add_argument("--issued", type=_day, help="its day, as 2026-01-31 (today)")
    maker.add_argument("--share", type=_share, default=Decimal(1), help="how much of it, as 0.5 (all)")
    maker.add_argument("--line", action="append", metavar="N", help="only this line; may be given again")
    maker.add_argument("--out", required=True, help="the file to write")
    maker.add_argument("--json", action="store_true", help="only one line of JSON")
    maker.set_defaults(run=run_credit)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it as 2026-01-31") from None


def _share(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text!r} is no share; write it as 0.5") from None


def _read(path: str) -> bytes:
    """The file's bytes; one more than can be read at most, so that a huge file is refused and not held."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(
            f"it can not be opened ({error.strerror})", place=path, remedy="Check the path"
        ) from None
    if len(data) > LARGEST:
        raise InvoiceError(
            f"it is larger than {LARGEST // MEGABYTE} MB",
            place=path,
            remedy="Ask the sender for the invoice without its attachments",
        )
    return data


def _found(data: bytes, is_official: bool) -> list[Finding]:
    """What our rules find, and with `is_official` what the published ones find beside."""
    found = check_invoice(data)
    known = {finding.rule for finding in found}
    return (
        found + [each for each in check_officially(data) if each.rule not in known] if is_official else found
    )


def run_check(args: argparse.Namespace) -> int:
    """Check every file; 0 without errors, 1 where a rule is broken, 2 where a file can not be read."""
    findings: list[dict[str, str]] = []
    unreadable: list[dict[str, str]] = []
    for path in args.files:
        try:
            found = _found(_read(path), args.official)
        except InputError as error:
            unreadable.append({"file": path, "problem": str(error).removeprefix(f"{path}: ")})
            continue
        findings += [{"file": path, **vars(finding)} for finding in found]
    not_checked = [OTHER_COUNTRIES] if args.official else [*NOT_CHECKED]
    errors = sum(finding["severity"] == "error" for finding in findings)
    if args.json:
        told = {"files": len(args.files), "errors": errors, "warnings": len(findings) - errors}
        print(
            json.dumps({**told, "findings": findings, "unreadable": unreadable, "not_checked": not_checked})
        )
    else:
        for each in findings:
            print(f"{each['file']}: {each['severity']} {each['rule']}: {each['text']} ({each['place']})")
        for each in unreadable:
            print(f"{each['file']}: {each['problem']}")
        print(f"{len(args.files)} files, {errors} errors, {len(findings) - errors} warnings.")
        print(f"Not checked: {'; '.join(not_checked)}.")
    return 2 if unreadable else 1 if errors else 0


def run_credit(args: argparse.Namespace) -> int:
    """Write a credit note; 1 where it breaks a rule, since its invoice does (it is written all the same)."""
    if Path(args.out).resolve() == Path(args.file).resolve():
        raise InputError(
            "the invoice itself would be written over", place=args.out, remedy="Name another file"
        )
    data = make_credit_note(
        read_invoice(_read(args.file)),
        number=args.number,
        issued=args.issued or datetime.now(UTC).date(),
        reason=args.reason,
        share=args.share,
        lines=args.line,
    )
    try:
        Path(args.out).write_bytes(data)
    except OSError as error:
        raise InputError(
            f"it can not be written ({error.strerror})",
            place=args.out,
            remedy="Name a file in a folder that exists",
        ) from None
    note, errors = read_invoice(data), [each for each in check_invoice(data) if each.is_error]
    if args.json:
        told = {"number": note.number, "amount": str(note.totals.payable), "currency": note.currency}
        print(json.dumps({**told, "out": args.out, "errors": [each.rule for each in errors]}))
    else:
        print(f"{args.out}: credit note {note.number}, {note.totals.payable} {note.currency}.")
        for each in errors:
            print(f"{each.rule}: {each.text} ({each.place})")
    return 1 if errors else 0
