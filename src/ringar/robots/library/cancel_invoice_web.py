"""The same as `cancel_invoice`, in a finance system that has web pages and nothing else; it has no journal.

Its settings are RINGAR_ROBOT_CANCEL_INVOICE_WEB_…; it needs Playwright (`pip install ringar[browser]`) and Chromium.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from ringar.robots.authoring import effect, reads, robot
from ringar.robots.engine.cases import CaseInHand
from ringar.robots.library import cancelling, read_mail
from ringar.robots.library.finance_pages import FinancePages, keeping_evidence
from ringar.robots.library.mailbox import Mailbox
from ringar.robots.library.told import DECISIONS, MAILBOX, PAGES

NAME = "cancel-invoice-web"
mailbox, finance = Mailbox(NAME), FinancePages(NAME)


@reads(bpmn_id="read_request")
def read_request(mail: dict[str, Any], numbers: str) -> dict[str, Any]:
    return read_mail.read_request(mail, numbers=numbers)


@reads(bpmn_id="find_invoice")
def find_invoice(number: str, request: dict[str, Any]) -> dict[str, Any]:
    return finance.find(number, customer=request["customer"], amount=request["amount"])


@effect(key="credit", verify=finance.credit_known, bpmn_id="credit_invoice")
def credit_invoice(number: str, mark: str) -> dict[str, Any]:
    return finance.credit(number, mark)


@effect(key="answer", verify=mailbox.was_sent, bpmn_id="answer")
def answer(mail: dict[str, Any], text: str, key: str) -> dict[str, str]:
    return mailbox.answer(mail, text, key)


@robot(
    NAME,
    label=_("Cancel an invoice on web pages"),
    queue="invoices",
    process_map="makulera-faktura-pa-webbsidor",
    source=mailbox,
    settings=(*MAILBOX, *PAGES, *DECISIONS),
)
def cancel_invoice_web(mail: dict[str, Any], case: CaseInHand) -> dict[str, str]:
    answered = cancelling.Answered.to(case)
    if ended := cancelling.ended_before(mail, answered):
        if ended["why"]:
            answer(mail, cancelling.answer_text("declined", why=ended["why"]))
        return ended
    numbers = case.setting("NUMBERS", read_mail.NUMBERS)
    limit, senders = case.setting("LIMIT", "5000"), case.setting("SENDERS", mailbox.domain)
    request = read_request(mail, numbers)
    with keeping_evidence(case):
        found = find_invoice(answered.chosen(numbers) or request["number"], request)
        invoice = cancelling.invoice_to_cancel(mail, request, found, answered, limit=limit, senders=senders)
        is_done = invoice["status"] == cancelling.CREDITED and case.uuid not in "".join(invoice["reasons"])
        done = {} if is_done else credit_invoice(invoice["number"], case.uuid)
    told = "already" if is_done or not done["is_own"] else "cancelled"
    credit = invoice["credits"][-1] if is_done else done["number"]
    answer(mail, cancelling.answer_text(told, invoice=invoice, credit=credit))
    case.log(
        _("Invoice %(invoice)s: credit note %(credit)s") % {"invoice": invoice["number"], "credit": credit}
    )
    return {"ended": told, "invoice": invoice["number"], "credit": credit}
