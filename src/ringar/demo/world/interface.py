"""The finance system's JSON interface: look invoices up, credit, write in the journal; keys keep both once."""

import json
import re
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ringar.demo.world.ground import Ground, now
from ringar_kits.invoices import Invoice, InvoiceError, check_invoice, read_invoice

MOST_ROWS = 200
KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True)
class Answer:
    """What goes back: HTML (str), XML (bytes) or JSON (all else)."""

    status: int
    body: Any
    headers: tuple[tuple[str, str], ...] = ()


def problem(status: int, text: str) -> Answer:
    """A fault, as JSON."""
    return Answer(status, {"error": text})


def answer_interface(
    ground: Ground,
    method: str,
    path: str,
    asked: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes,
    password: str,
) -> Answer:
    """One request under `/api/`; the password is the bearer token."""
    if not secrets.compare_digest(headers.get("authorization", "").encode(), f"Bearer {password}".encode()):
        return problem(401, "Authorization: Bearer … is missing or wrong.")
    words = path.strip("/").split("/")[1:]
    match (method, *words):
        case ("GET", "invoices"):
            return find_invoices(ground, asked)
        case ("GET", "invoices", number):
            return get_invoice(ground, number)
        case ("GET", "invoices", number, "ubl"):
            row = ground.row("SELECT xml FROM invoice WHERE number = ?", [number])
            return Answer(200, bytes(row["xml"])) if row else problem(404, "No such invoice.")
        case ("GET", "credits" | "journal" as table, "by-key", key):
            known = by_key(ground, table, key)
            return Answer(200, known) if known else problem(404, "Nothing is known by that key.")
        case ("POST", "credits" | "journal" as table):
            key = headers.get("idempotency-key", "")
            if key and not KEY.fullmatch(key):
                return problem(400, "Idempotency-Key: 1 to 200 printable ASCII characters.")
            return post_credit(ground, key, body) if table == "credits" else post_journal(ground, key, body)
    return problem(404, "No such address.")


def find_invoices(ground: Ground, asked: Mapping[str, str]) -> Answer:
    """By customer (name or company number) and amount; both, or either."""
    where, values = [], []
    if asked.get("customer"):
        where.append("(customer = ? COLLATE NOCASE OR customer_number = ?)")
        values += [asked["customer"], asked["customer"]]
    if asked.get("amount"):
        where.append("CAST(amount AS REAL) = CAST(? AS REAL)")
        values.append(asked["amount"].replace(",", "."))
    if not where:
        return problem(400, "State customer, amount or both.")
    sql = f"SELECT * FROM invoice WHERE {' AND '.join(where)} ORDER BY number LIMIT {MOST_ROWS}"  # noqa: S608 (texts above)
    return Answer(200, {"invoices": [told(ground, row) for row in ground.rows(sql, values)]})


def get_invoice(ground: Ground, number: str) -> Answer:
    """One invoice with its UBL."""
    row = ground.row("SELECT * FROM invoice WHERE number = ?", [number])
    if row is None:
        return problem(404, "No such invoice.")
    return Answer(
        200, {**told(ground, row), "credits": notes_of(ground, number), "ubl": bytes(row["xml"]).decode()}
    )


def notes_of(ground: Ground, invoice: str) -> list[dict[str, str]]:
    """The credit notes of an invoice with their reasons, oldest first: how a robot finds its own again."""
    rows = ground.rows("SELECT number, amount, body FROM credit WHERE invoice = ? ORDER BY id", [invoice])
    return [
        {
            "number": row["number"],
            "amount": row["amount"],
            "reason": read_invoice(bytes(row["body"])).note if row["body"] else "Krediterad för hand",
        }
        for row in rows
    ]


def told(ground: Ground, row: sqlite3.Row) -> dict[str, Any]:
    """An invoice as the interface tells it; amounts are texts, so that nobody reads them as binary fractions."""
    notes = ground.rows("SELECT amount FROM credit WHERE invoice = ?", [row["number"]])
    credited = sum((Decimal(each["amount"]) for each in notes), Decimal(0))
    status = (
        "open" if not credited else "credited" if credited >= Decimal(row["amount"]) else "partly credited"
    )
    fields = ("number", "customer", "customer_number", "issued", "due", "currency", "amount")
    return {**{name: row[name] for name in fields}, "credited": str(credited), "status": status}


def by_key(ground: Ground, table: str, key: str) -> dict[str, Any] | None:
    """What was done by a key, or None."""
    if table == "journal":
        row = ground.row("SELECT id, at, key, body FROM journal WHERE key = ?", [key])
        return {**dict(row), "body": json.loads(row["body"])} if row else None
    row = ground.row("SELECT id, at, key, invoice, number, currency, amount FROM credit WHERE key = ?", [key])
    return dict(row) if row else None


def post_credit(ground: Ground, key: str, body: bytes) -> Answer:
    """Take a credit note (UBL) in; the same key once more is answered with what it did the first time."""
    try:
        note = read_invoice(body)
    except InvoiceError as error:
        return problem(422, str(error))
    row = ground.row(
        "SELECT * FROM invoice WHERE number = ?", [note.preceding[0].number if note.preceding else ""]
    )
    fault = _fault(note, row) or _broken(body)
    if fault or row is None:
        return problem(422, fault)
    return Answer(201, enter_credit(ground, key or None, "api", row["number"], note, body))


def _fault(note: Invoice, row: sqlite3.Row | None) -> str:
    if not note.is_credit:
        return "Send a CreditNote, not an Invoice."
    if row is None:
        return "cac:BillingReference names no invoice that is here."
    if note.currency != row["currency"]:
        return f"The invoice is in {row['currency']}, the credit note in {note.currency}."
    if not 0 < note.totals.payable <= Decimal(row["amount"]):
        return f"The amount must be above 0 and at most {row['amount']}."
    return ""


def _broken(body: bytes) -> str:
    """The rules that the credit note breaks; "" where it breaks none."""
    errors = [finding for finding in check_invoice(body) if finding.is_error]
    return f"It breaks {', '.join(sorted({each.rule for each in errors}))}." if errors else ""


def enter_credit(
    ground: Ground, key: str | None, way: str, invoice: str, note: Invoice, body: bytes
) -> dict[str, Any]:
    """The effect: one row of ground truth, on disk when this returns."""
    values = (now(), way, key, invoice, note.number, note.currency, str(note.totals.payable), body)
    with ground.writing() as connection:
        known = by_key(ground, "credits", key) if key else None
        if known:
            return known
        done = connection.execute(
            "INSERT INTO credit (at, way, key, invoice, number, currency, amount, body) VALUES (?,?,?,?,?,?,?,?)",
            values,
        )
    return dict(
        zip(("at", "way", "key", "invoice", "number", "currency", "amount"), values[:7], strict=True)
    ) | {"id": done.lastrowid}


def post_journal(ground: Ground, key: str, body: bytes) -> Answer:
    """Write any JSON object in the journal, once a key."""
    try:
        entry = json.loads(body)
    except (ValueError, RecursionError):
        entry = None
    if not isinstance(entry, dict):
        return problem(422, "Send a JSON object.")
    with ground.writing() as connection:
        known = by_key(ground, "journal", key) if key else None
        if known:
            return Answer(201, known)
        at = now()
        done = connection.execute(
            "INSERT INTO journal (at, key, body) VALUES (?,?,?)", (at, key or None, json.dumps(entry))
        )
    return Answer(201, {"id": done.lastrowid, "at": at, "key": key or None, "body": entry})
