"""Cancels a customer invoice that a unit's mail says is wrong: finds it, credits it, answers, writes in the journal.

Its settings are RINGAR_ROBOT_CANCEL_INVOICE_…, as docs/howto/write-a-robot.md tells.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from ringar.core.clock import today
from ringar.robots.authoring import effect, reads, robot
from ringar.robots.engine.cases import CaseInHand
from ringar.robots.library import cancelling, read_mail
from ringar.robots.library.finance import Finance
from ringar.robots.library.mailbox import Mailbox
from ringar.robots.library.told import DECISIONS, INTERFACE, MAILBOX

NAME = "cancel-invoice"
mailbox, finance = Mailbox(NAME), Finance(NAME)


@reads(bpmn_id="read_request")
def read_request(mail: dict[str, Any], numbers: str) -> dict[str, Any]:
    return read_mail.read_request(mail, numbers=numbers)


@reads(bpmn_id="find_invoice")
def find_invoice(number: str, request: dict[str, Any]) -> dict[str, Any]:
    return finance.find(number, customer=request["customer"], amount=request["amount"])


@reads(bpmn_id="make_note")
def make_note(invoice: dict[str, Any], mark: str) -> dict[str, str]:
    return cancelling.make_note(finance.document(invoice["number"]), invoice, mark=mark, today=today())


@effect(key="credit", verify=finance.credit_known, bpmn_id="credit_invoice")
def credit_invoice(note: dict[str, str]) -> dict[str, Any]:
    return finance.credit(note)


@effect(key="answer", verify=mailbox.was_sent, bpmn_id="answer")
def answer(mail: dict[str, Any], text: str, key: str) -> dict[str, str]:
    return mailbox.answer(mail, text, key)


@effect(key="journal", verify=finance.journal_known, bpmn_id="write_journal")
def write_journal(entry: dict[str, str], key: str) -> dict[str, Any]:
    return finance.write_journal(entry, key)


@robot(
    NAME,
    label=_("Cancel an invoice"),
    queue="invoices",
    process_map="makulera-faktura",
    source=mailbox,
    settings=(*MAILBOX, *INTERFACE, *DECISIONS),
)
def cancel_invoice(mail: dict[str, Any], case: CaseInHand) -> dict[str, str]:
    answered = cancelling.Answered.to(case)
    if ended := cancelling.ended_before(mail, answered):
        if ended["why"]:
            answer(mail, cancelling.answer_text("declined", why=ended["why"]))
        return ended
    numbers = case.setting("NUMBERS", read_mail.NUMBERS)
    limit, senders = case.setting("LIMIT", "5000"), case.setting("SENDERS", mailbox.domain)
    request = read_request(mail, numbers)
    found = find_invoice(answered.chosen(numbers) or request["number"], request)
    invoice = cancelling.invoice_to_cancel(mail, request, found, answered, limit=limit, senders=senders)
    if cancelling.is_credited_by_others(invoice, case.uuid):
        told, credit = "already", invoice["credits"][-1]
    else:
        done = credit_invoice(make_note(invoice, case.uuid))
        told, credit = "cancelled" if done["is_own"] else "already", done["number"]
    answer(mail, cancelling.answer_text(told, invoice=invoice, credit=credit))
    if told == "cancelled":
        write_journal({"case": case.uuid, "invoice": invoice["number"], "credit": credit})
    case.log(
        _("Invoice %(invoice)s: credit note %(credit)s") % {"invoice": invoice["number"], "credit": credit}
    )
    return {"ended": told, "invoice": invoice["number"], "credit": credit}
