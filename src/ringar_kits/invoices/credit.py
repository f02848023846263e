"""A credit note for an invoice: all of it, a share, or some lines."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from decimal import Decimal

from ringar_kits.invoices.model import (
    CREDIT_NOTE,
    Adjustment,
    Invoice,
    InvoiceError,
    Line,
    Reference,
    add_up,
    in_ore,
    line_amount,
)
from ringar_kits.invoices.write import write_invoice

ONE = Decimal(1)


def make_credit_note(
    invoice: Invoice,
    *,
    number: str,
    issued: date,
    reason: str,
    share: Decimal = ONE,
    lines: Collection[str] | None = None,
    terms: str = "",
) -> bytes:
    """A credit note (UBL, type 381) that refers to the invoice; its amounts are above 0, as credit notes state them.

    The whole invoice is credited with the very sums it had, so that the two cancel out to the öre. A `share` (above
    0, at most 1) credits that part of every line's quantity; `lines` credits only the lines of those numbers. In both
    VAT is counted anew per category. Raises InvoiceError where the invoice can not be credited so.
    """
    _check(invoice, number, issued, reason, share, lines)
    note = replace(
        invoice,
        kind=CREDIT_NOTE,
        type_code="381",
        number=number.strip(),
        issued=issued,
        note=" ".join(reason.split()),
        terms=terms or f"Avräknas mot faktura {invoice.number}",
        preceding=(Reference(invoice.number, invoice.issued),),
        payments=(),
    )
    if share == ONE and lines is None:
        return write_invoice(note)
    part = replace(
        note,
        lines=tuple(_part(line, share) for line in note.lines if lines is None or line.number in lines),
        adjustments=tuple(_scaled(change, share) for change in note.adjustments),
        totals=replace(note.totals, prepaid=None, rounding=None),
        tax_currency="",
        tax_total_own_currency=None,
    )
    counted = add_up(part)
    if counted.totals.payable <= 0:
        raise InvoiceError(
            "the part to credit comes to nothing", place="the credit note", remedy="Credit a larger part"
        )
    return write_invoice(counted)


def _part(line: Line, share: Decimal) -> Line:
    """That share of a line; the whole of it keeps the amount it had."""
    if share == ONE:
        return line
    quantity = line.quantity * share
    scaled = replace(
        line,
        quantity=quantity,
        adjustments=tuple(_scaled(change, share) for change in line.adjustments),
    )
    return replace(scaled, amount=line_amount(scaled))


def _scaled(change: Adjustment, share: Decimal) -> Adjustment:
    if share == ONE:
        return change
    # A percentage of a base that was rounded twice may differ by an öre; the amount alone can not.
    return replace(change, amount=in_ore(change.amount * share), share=None, base=None)


def _check(
    invoice: Invoice,
    number: str,
    issued: date,
    reason: str,
    share: Decimal,
    lines: Collection[str] | None,
) -> None:
    place = f"invoice {invoice.number}"
    if invoice.is_credit or invoice.totals.payable <= 0:
        raise InvoiceError(
            "it gives money back already", place=place, remedy="Send a new invoice instead of a credit note"
        )
    if issued < invoice.issued:
        raise InvoiceError(
            "the credit note is of {issued}, before the invoice ({invoice})",
            place=place,
            remedy="Give it a later day",
            facts={"issued": str(issued), "invoice": str(invoice.issued)},
        )
    if not number.strip() or number.strip() == invoice.number:
        raise InvoiceError(
            "the credit note needs a number of its own", place=place, remedy="Give it another number"
        )
    if not reason.strip():
        raise InvoiceError("the reason is empty", place=place, remedy="Say why it is credited")
    if not share.is_finite() or not 0 < share <= 1:
        raise InvoiceError(
            "{share} is no share of it",
            place=place,
            remedy="Choose a share above 0 and at most 1",
            facts={"share": str(share)},
        )
    if lines is not None:
        _check_lines(invoice, lines, place)


def _check_lines(invoice: Invoice, lines: Collection[str], place: str) -> None:
    unknown = set(lines) - {line.number for line in invoice.lines}
    if unknown or not lines:
        raise InvoiceError(
            "it has no line {unknown}",
            place=place,
            remedy="It has {lines}",
            facts={
                "unknown": ", ".join(sorted(unknown)) or "of none",
                "lines": ", ".join(line.number for line in invoice.lines),
            },
        )
    if invoice.adjustments:
        raise InvoiceError(
            "it has a discount or charge on the whole, which belongs to no line",
            place=place,
            remedy="Credit a share of it instead of lines",
        )
