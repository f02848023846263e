"""What robots tell, in words: names of facts, values that are always the same, amounts as they are written."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LONGEST_SHOWN = 600
DEEPEST = 3
FACTS = {
    "amount": _("Amount"),
    "arguments": _("With"),
    "attachments": _("Attachments"),
    "automatic": _("Written by a machine"),
    "by_hand": _("Done by hand"),
    "case": _("Case"),
    "credit": _("Credit note"),
    "credited": _("Credited"),
    "credits": _("Credit notes"),
    "currency": _("Currency"),
    "customer": _("Customer"),
    "customer_number": _("Company number"),
    "doubt": _("What is unclear"),
    "due": _("Due"),
    "ended": _("How it ended"),
    "fault": _("Fault"),
    "files": _("Files"),
    "found": _("Found"),
    "from": pgettext_lazy("of a mail", "From"),
    "invoice": _("Invoice"),
    "invoices": _("Invoices"),
    "is_own": _("Credited by this robot"),
    "is_reply": _("Is a reply"),
    "issued": _("Issued"),
    "limit": _("Limit"),
    "mail": _("The mail"),
    "message_id": _("The mail’s mark"),
    "no": _("Number"),
    "number": _("Number"),
    "numbers": _("Numbers in the mail"),
    "others": _("Others that fit"),
    "reason": _("Reason"),
    "reference": _("Reference"),
    "sender": _("Sender"),
    "size": _("Size"),
    "status": _("State"),
    "subject": _("Subject"),
    "text": _("Text"),
    "to": pgettext_lazy("of a mail", "To"),
    "to_answer": _("Answer to"),
    "why": _("Because"),
    "would_do": _("Would do"),
    "xml": _("Document"),
}
"""What robots often tell, in words; others show as their authors named them."""
VALUES = {
    ("ended", "cancelled"): _("cancelled now"),
    ("ended", "already"): _("was cancelled before"),
    ("ended", "declined"): _("a person said no"),
    ("ended", "automatic"): _("a machine had written, no answer"),
    ("automatic", "auto"): _("yes"),
    ("automatic", "bounce"): _("a mail that came back"),
    ("status", "open"): _("not credited"),
    ("status", "credited"): _("credited"),
    ("status", "partly credited"): _("credited in part"),
    ("doubt", "too_large"): _("the mail is too large"),
    ("doubt", "unreadable"): _("the mail can not be read"),
    ("doubt", "bounce"): _("a mail that came back"),
    ("doubt", "reply"): _("a reply"),
    ("doubt", "no_request"): _("nothing is asked for"),
    ("doubt", "not_to_be"): _("not to be cancelled"),
    ("doubt", "in_part"): _("a part only"),
    ("doubt", "more"): _("more is asked for"),
    ("doubt", "two_numbers"): _("several invoices"),
    ("doubt", "attachment"): _("the attached invoice can not be read"),
    ("doubt", "no_number"): _("no invoice is named"),
}
AMOUNTS = ("amount", "credited", "limit")


def fact_word(name: str) -> str:
    """What a fact is called on pages: `invoice_number` of no known word is "Invoice number"."""
    return str(FACTS.get(name) or name.replace("_", " ").strip().capitalize() or name)


def amount_text(value: object) -> str:
    """44 978,50 for "44978.50"; what is no number as it is."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return number_format(number, 2, force_grouping=True) if number.is_finite() else str(value)


def value_text(value: Any, name: str = "", depth: int = 0) -> str:
    """A kept value, of the fact of that name, as one short text."""
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return _now("yes") if value else _now("no")
    if isinstance(value, str) and (name, value) in VALUES:
        return str(VALUES[name, value])
    if name in AMOUNTS and isinstance(value, str | int | float):
        return amount_text(value)
    if isinstance(value, Mapping) and depth < DEEPEST:
        value = "; ".join(f"{word}: {text}" for word, text in facts_of(value, depth + 1))
    elif isinstance(value, list) and depth < DEEPEST:
        value = ", ".join(value_text(each, name, depth + 1) for each in value[:LONGEST_SHOWN])
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]} …"


def facts_of(values: object, depth: int = 0) -> list[tuple[str, str]]:
    """The facts that say something, as (word, text); a value without a name is called the result."""
    if isinstance(values, Mapping):
        told = {str(name): value for name, value in values.items() if value not in (None, "", [], {})}
        return [(fact_word(name), value_text(value, name, depth)) for name, value in told.items()]
    return [] if values is None or values == "" else [(_now("Result"), value_text(values))]
