"""Decisions when an invoice is to be cancelled: what a person must look at, and what the answer says.

No database, no clock. A yes counts for what was asked: for that invoice, with that amount, from that sender.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ringar.core.kit_words import reason
from ringar.robots.authoring import NeedsHuman
from ringar.robots.library.read_mail import find_numbers
from ringar_kits.invoices import InvoiceError, check_invoice, make_credit_note, read_invoice

CURRENCY = "SEK"
OPEN, CREDITED = "open", "credited"
MOST_SHOWN = 600  # characters of a mail in a question
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Answered:
    """What a person has answered to the case: yes or no to which facts, with what comment. Nothing yet: None."""

    approved: bool | None = None
    text: str = ""
    asked: Values | None = None

    @classmethod
    def to(cls, case: Any) -> "Answered":
        """What was answered to the case in hand."""
        return cls(case.answer.get("approved"), str(case.answer.get("text", "")), case.asked)

    def chosen(self, numbers: str) -> str:
        """The invoice that a yes was about: the one in the comment, else the one that was asked about; or ""."""
        if not self.approved:
            return ""
        told = list(dict.fromkeys(find_numbers(self.text, numbers)))
        return told[0] if len(told) == 1 else str((self.asked or {}).get("invoice", ""))

    def covers(self, facts: Values) -> bool:
        """Whether the yes was to exactly these facts."""
        asked = self.asked or {}
        return bool(self.approved) and all(asked.get(name) == value for name, value in facts.items())


def ended_before(mail: Values, answered: Answered) -> dict[str, str]:
    """How a case ends without looking at any invoice: a machine wrote, or a person said no. Else empty."""
    if answered.approved is False:
        return {"ended": "declined", "why": answered.text}
    if mail["automatic"] == "auto":
        return {"ended": "automatic", "why": ""}
    return {}


def invoice_to_cancel(
    mail: Values, request: Values, found: Values, answered: Answered, *, limit: str, senders: str
) -> dict[str, Any]:
    """The invoice, where the robot may cancel it by itself or a person has said yes; credited ones too.

    Raises NeedsHuman with all that is in doubt at once, so that a person answers once.
    """
    invoice = found["invoice"]
    letter = {"from": mail["from"], "mail": str(mail["text"])[:MOST_SHOWN]}
    letter |= {"files": ", ".join(mail["files"])[:MOST_SHOWN]} if mail["files"] else {}
    doubts = [] if answered.approved else _doubts_of_mail(request)
    if invoice is None:
        raise NeedsHuman(_not_found(doubts, found), **_others(request, found), **letter)
    facts = {name: invoice[name] for name in ("customer", "amount", "currency")}
    facts = {"invoice": invoice["number"], **facts, "from": mail["from"]}
    is_ours = may_ask(mail["from"], senders)
    if answered.covers(facts):
        doubts = []
    else:
        doubts += _doubts_of_invoice(invoice, limit) if invoice["status"] != CREDITED else []
        doubts += [] if is_ours else [_("The sender is not one of those who may ask the robot.")]
    if invoice["status"] not in (OPEN, CREDITED):
        doubts = [
            _("A part of the invoice is credited already. Take the case over and credit the rest by hand.")
        ]
    elif doubts:
        doubts.append(_("Is the whole invoice to be cancelled?"))
    if doubts:
        raise NeedsHuman(" ".join(doubts), **(letter | facts))
    return dict(invoice)


def may_ask(sender: str, senders: str) -> bool:
    """Whether the address is one of the senders, or in one of their domains ("@kommun.se"), given by comma."""
    given = [each.strip().lower() for each in senders.split(",") if each.strip()]
    return any(sender == each or (each.startswith("@") and sender.endswith(each)) for each in given)


def _doubts_of_mail(request: Values) -> list[str]:
    texts = {
        "too_large": _("The mail is larger than 20 MB and was not fetched: read it in the mailbox."),
        "unreadable": _("The mail can not be read by machine: read it in the mailbox."),
        "bounce": _("A mail came back: its receiver could not be reached."),
        "reply": _("The mail answers what the robot wrote."),
        "no_request": _("The mail does not say that an invoice is to be cancelled."),
        "not_to_be": _("The mail seems to say that an invoice is not to be cancelled."),
        "in_part": _("The mail seems to ask for a part of an invoice; the robot cancels whole ones."),
        "more": _("The mail asks for a new invoice too; that one a person makes."),
        "two_numbers": _("The mail names several invoices."),
        "attachment": _("The attached invoice can not be read, and the mail names no invoice."),
        "no_number": _("The mail names no invoice."),
    }
    return [texts[request["doubt"]]] if request["doubt"] else []


def _not_found(doubts: list[str], found: Values) -> str:
    if found["number"]:
        doubts = [
            *doubts,
            _("There is no invoice %(number)s in the finance system.") % {"number": found["number"]},
        ]
    if len(found["others"]) == 1:
        doubts = [*doubts, _("Customer and amount fit one invoice. Is it that one?")]
    return " ".join([*doubts, _("Say yes with the number of the right invoice in the comment, or no.")])


def _others(request: Values, found: Values) -> dict[str, str]:
    """What a person chooses from; a single invoice is the one that a yes means."""
    several = found["others"] or request["numbers"]
    if len(found["others"]) == 1:
        return {"invoice": found["others"][0]}
    return {"numbers": ", ".join(several)} if several else {}


def _doubts_of_invoice(invoice: Values, limit: str) -> list[str]:
    doubts = []
    if invoice["currency"] != CURRENCY:
        doubts.append(_("The invoice is in %(currency)s.") % {"currency": invoice["currency"]})
    if Decimal(invoice["amount"]) > Decimal(limit):
        doubts.append(_("The amount is above the robot's limit, %(limit)s kr.") % {"limit": limit})
    return doubts


def note_number(number: str, mark: str) -> str:
    """The credit note's number: of the invoice, and of the case that asked for it."""
    return f"K{number}-{mark[:8]}"


def is_credited_by_others(invoice: Values, mark: str) -> bool:
    """Whether it is credited, and not by this case in an earlier run."""
    return invoice["status"] == CREDITED and note_number(invoice["number"], mark) not in invoice["credits"]


def make_note(document: bytes, invoice: Values, *, mark: str, today: date) -> dict[str, str]:
    """The credit note for the whole invoice, checked. Raises NeedsHuman where it can not be made, or breaks a rule."""
    number, facts = str(invoice["number"]), {"invoice": invoice["number"]}
    try:
        read = read_invoice(document)
        stated = (read.number, read.currency, read.totals.payable)
        if stated != (number, invoice["currency"], Decimal(invoice["amount"])):
            raise NeedsHuman(
                _("The invoice's document says something else than the finance system."), **facts
            )
        note = make_credit_note(
            read,
            number=note_number(number, mark),
            issued=max(today, read.issued),
            reason=_("Cancelled on request. Case %(mark)s") % {"mark": mark},
        )
        errors = sorted({finding.rule for finding in check_invoice(note) if finding.is_error})
    except InvoiceError as error:
        text = _("No credit note can be made of the invoice: %(fault)s") % {"fault": reason(error)[:500]}
        raise NeedsHuman(text, **facts) from error
    if errors:
        text = _("The credit note would break the rules %(rules)s.") % {"rules": ", ".join(errors)}
        raise NeedsHuman(text, **facts)
    return {"invoice": number, "number": note_number(number, mark), "xml": note.decode()}


def answer_text(told: str, *, invoice: Values | None = None, credit: str = "", why: str = "") -> str:
    """The answer to whoever asked: "cancelled" or "already" with the invoice and its credit note, or "declined"."""
    facts = {"credit": credit, "why": why}
    if invoice is not None:
        facts |= {"invoice": invoice["number"], "amount": shown_amount(invoice)}
    texts = {
        "cancelled": _("Invoice %(invoice)s of %(amount)s is cancelled, by credit note %(credit)s."),
        "already": _(
            "Invoice %(invoice)s of %(amount)s was cancelled before, by credit note %(credit)s. All is done."
        ),
        "declined": _("No invoice was cancelled. %(why)s"),
    }
    ending = _("A robot wrote this. Answer the mail if something is wrong, and a person reads it.")
    return f"{texts[told] % facts}\n\n{ending}\n"


def shown_amount(invoice: Values) -> str:
    """1 234,50 SEK."""
    whole, _point, part = f"{Decimal(invoice['amount']):,.2f}".partition(".")
    return f"{whole.replace(',', ' ')},{part} {invoice['currency']}"
