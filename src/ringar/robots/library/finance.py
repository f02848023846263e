"""The finance system over its interface: invoices are found and credited, and the journal is written, once a key."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.utils.translation import gettext as _

from ringar.robots.authoring import NeedsHuman, TargetDown
from ringar.robots.library.addresses import SECONDS, refuse_clear_text, tls
from ringar.robots.robot_settings import NotSet, secret, setting

MOST_BYTES = 15 * 1024 * 1024
FOUND = ("number", "customer", "customer_number", "issued", "currency", "amount", "credited", "status")


class Finance:
    """The system that the robot of that name works in: FINANCE_URL and FINANCE_TOKEN."""

    def __init__(self, robot: str) -> None:
        self.robot = robot

    def invoice(self, number: str) -> dict[str, Any] | None:
        """The invoice of that number with its status, amounts as text; None where there is none."""
        told = self.json("GET", f"/api/invoices/{quote(number, safe='')}")
        if told is None:
            return None
        notes = [each["number"] for each in told.get("credits", [])]
        return {name: str(told[name]) for name in FOUND} | {"credits": notes}

    def invoices_of(self, customer: str, amount: str) -> list[str]:
        """The numbers of a customer's invoices of that amount; the customer by name or company number."""
        asked = urlencode({"customer": customer, "amount": amount})
        told = self.json("GET", f"/api/invoices?{asked}") or {}
        return [str(each["number"]) for each in told.get("invoices", [])]

    def find(self, number: str, *, customer: str, amount: str) -> dict[str, Any]:
        """`invoice` by its number, or None; without a number, `others`: those that fit customer and amount."""
        if number:
            return {"number": number, "invoice": self.invoice(number), "others": []}
        others = self.invoices_of(customer, amount) if customer and amount else []
        return {"number": "", "invoice": None, "others": others}

    def document(self, number: str) -> bytes:
        """The invoice as UBL. Raises TargetDown where it has gone."""
        found = self.ask("GET", f"/api/invoices/{quote(number, safe='')}/ubl")
        if found is None:
            raise TargetDown(f"The finance system has no document for invoice {number}.")
        return found

    def credit(self, note: Mapping[str, str]) -> dict[str, Any]:
        """Posts the credit note. An invoice is cancelled once, whoever asks: its number is the key.

        `is_own` is False where another case, at the same moment, was first.
        """
        told = self.json("POST", "/api/credits", note["xml"].encode(), key=_key(note), kind="application/xml")
        return _credit(note, told or {})

    def credit_known(self, _step: str, note: Mapping[str, str]) -> dict[str, Any] | None:
        """What `credit` gave, where the invoice is cancelled; None where it is not."""
        told = self.json("GET", f"/api/credits/by-key/{quote(_key(note), safe='')}")
        return _credit(note, told) if told else None

    def write_journal(self, entry: Mapping[str, Any], key: str) -> dict[str, Any]:
        """A row in the finance system's journal."""
        told = self.json("POST", "/api/journal", json.dumps(entry).encode(), key=key) or {}
        return {"id": told["id"]}

    def journal_known(self, key: str, _entry: Mapping[str, Any]) -> dict[str, Any] | None:
        """What `write_journal` gave, where the row is there."""
        told = self.json("GET", f"/api/journal/by-key/{quote(key, safe='')}")
        return {"id": told["id"]} if told else None

    def json(
        self, method: str, path: str, body: bytes | None = None, *, key: str = "", kind: str = ""
    ) -> Any:
        """The answer; None for 404. Raises NeedsHuman where it refuses, TargetDown where it does not work."""
        found = self.ask(method, path, body, key=key, kind=kind or "application/json")
        try:
            return None if found is None else json.loads(found)
        except (ValueError, RecursionError) as error:
            raise TargetDown(f"The finance system answers {method} {path} with no JSON.") from error

    def ask(
        self, method: str, path: str, body: bytes | None = None, *, key: str = "", kind: str = ""
    ) -> bytes | None:
        """The same with the answer as it came. No redirects are followed."""
        connection, base = self.connection()
        headers = {"Authorization": f"Bearer {secret(self.robot, 'FINANCE_TOKEN')}"}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"Content-Type": kind} if body is not None else {}
        try:
            connection.request(method, base + path, body, headers)
            answer = connection.getresponse()
            status, told = answer.status, answer.read(MOST_BYTES)
        except http.client.HTTPException as error:
            raise TargetDown(f"The finance system breaks off: {type(error).__name__}.") from error
        finally:
            connection.close()
        if status == 404:
            return None
        if status in (400, 409, 422):
            raise NeedsHuman(_("The finance system refuses: %(fault)s") % {"fault": _fault(told)})
        if not 200 <= status < 300:
            raise TargetDown(f"The finance system says {status}: {_fault(told)}")
        return told

    def connection(self) -> tuple[http.client.HTTPConnection, str]:
        """A connection of its own for each call, and the path before all paths."""
        parts = urlsplit(setting(self.robot, "FINANCE_URL"))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise NotSet(f"FINANCE_URL of {self.robot} is no address: https://…")
        refuse_clear_text(self.robot, "FINANCE_URL", parts.hostname, is_clear=parts.scheme == "http")
        if parts.scheme == "http":
            plain = http.client.HTTPConnection(parts.hostname, parts.port, timeout=SECONDS)
            return plain, parts.path.rstrip("/")
        secure = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=SECONDS, context=tls())
        return secure, parts.path.rstrip("/")


def _key(note: Mapping[str, str]) -> str:
    return f"cancel-{note['invoice']}"


def _credit(note: Mapping[str, str], told: Mapping[str, Any]) -> dict[str, Any]:
    number = str(told["number"])
    return {"number": number, "amount": str(told["amount"]), "is_own": number == note["number"]}


def _fault(told: bytes) -> str:
    text = told[:2000].decode("utf-8", "replace")
    try:
        return str(json.loads(text)["error"])[:300]
    except (ValueError, KeyError, TypeError):
        return text[:300]
