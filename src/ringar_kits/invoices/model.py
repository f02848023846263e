"""What an invoice or a credit note says: amounts exact, nothing interpreted.

Amounts are `Decimal` in the document's own currency, quantities and prices `Decimal` as written. A text that is
absent is "". The names are those of EN 16931 in short; the terms of each are in the European standard.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from ringar_kits.errors import InputError

ORE = Decimal("0.01")
CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
INVOICE, CREDIT_NOTE = "Invoice", "CreditNote"


class InvoiceError(InputError):
    """A document that can not be read, or a credit note that can not be made: says where, and what to do."""


@dataclass(frozen=True)
class Tax:
    """A VAT category: S standard, Z zero, E exempt, O outside the scope, AE reverse charge, …; rate in per cent."""

    category: str
    rate: Decimal | None = None


@dataclass(frozen=True)
class Adjustment:
    """A discount or a charge, on the whole document or on one line (then without a tax of its own)."""

    is_charge: bool
    amount: Decimal
    reason: str = ""
    reason_code: str = ""
    share: Decimal | None = None
    base: Decimal | None = None
    tax: Tax | None = None


@dataclass(frozen=True)
class Line:
    """One line; `amount` is without VAT: quantity x price / price_per, with the line's adjustments."""

    number: str
    name: str
    quantity: Decimal
    unit: str
    price: Decimal
    amount: Decimal
    tax: Tax
    price_per: Decimal = Decimal(1)
    description: str = ""
    note: str = ""
    cost_centre: str = ""
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(frozen=True)
class TaxSum:
    """The VAT of one category and rate; a category without VAT says why."""

    tax: Tax
    taxable: Decimal
    amount: Decimal
    reason: str = ""
    reason_code: str = ""


@dataclass(frozen=True)
class Totals:
    """The document's sums. None: not stated."""

    lines: Decimal
    without_tax: Decimal
    with_tax: Decimal
    payable: Decimal
    allowances: Decimal | None = None
    charges: Decimal | None = None
    prepaid: Decimal | None = None
    rounding: Decimal | None = None


@dataclass(frozen=True)
class Party:
    """A seller or a buyer; `endpoint` is the electronic address, in its scheme (0007: Swedish company number)."""

    name: str
    country: str
    endpoint: str = ""
    endpoint_scheme: str = ""
    trading_name: str = ""
    number: str = ""
    number_scheme: str = ""
    vat_number: str = ""
    tax_note: str = ""
    legal_form: str = ""
    street: str = ""
    street_more: str = ""
    city: str = ""
    postcode: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Payment:
    """How to pay: the code (30 credit transfer), the payment reference and the account."""

    code: str
    reference: str = ""
    account: str = ""
    account_name: str = ""
    bank: str = ""


@dataclass(frozen=True)
class Reference:
    """An earlier invoice that this document is about."""

    number: str
    issued: date | None = None


@dataclass(frozen=True)
class Invoice:
    """An invoice or a credit note (`kind`), as UBL 2.1 in Peppol BIS Billing 3.0 carries it."""

    number: str
    issued: date
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    tax_sums: tuple[TaxSum, ...]
    tax_total: Decimal
    totals: Totals
    kind: str = INVOICE
    type_code: str = "380"
    due: date | None = None
    buyer_reference: str = ""
    order: str = ""
    cost_centre: str = ""
    note: str = ""
    terms: str = ""
    delivered: date | None = None
    tax_currency: str = ""
    tax_total_own_currency: Decimal | None = None
    preceding: tuple[Reference, ...] = ()
    payments: tuple[Payment, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    customization: str = CUSTOMIZATION
    profile: str = PROFILE

    @property
    def is_credit(self) -> bool:
        """Whether it gives money back."""
        return self.kind == CREDIT_NOTE


def in_ore(amount: Decimal) -> Decimal:
    """To two decimals, halves away from zero, as EN 16931 rounds."""
    return amount.quantize(ORE, ROUND_HALF_UP)


def line_amount(line: Line) -> Decimal:
    """Quantity x price / price_per, with the line's discounts and charges, to the öre."""
    change = sum((a.amount if a.is_charge else -a.amount for a in line.adjustments), Decimal(0))
    return in_ore(line.quantity * line.price / line.price_per) + change


def add_up(invoice: Invoice) -> Invoice:
    """The same invoice with VAT per category and all sums counted from its lines (EN 16931, BR-CO-10 to 16).

    What has been paid in advance and what was rounded stay as they are; reasons of exemption stay with their category.
    """
    taxable: dict[Tax, Decimal] = {}
    for line in invoice.lines:
        taxable[line.tax] = taxable.get(line.tax, Decimal(0)) + line.amount
    for change in invoice.adjustments:
        tax = change.tax or Tax("S")
        taxable[tax] = taxable.get(tax, Decimal(0)) + (change.amount if change.is_charge else -change.amount)
    why = {part.tax: (part.reason, part.reason_code) for part in invoice.tax_sums}
    sums = tuple(
        TaxSum(tax, base, in_ore(base * (tax.rate or 0) / 100), *why.get(tax, ("", "")))
        for tax, base in taxable.items()
    )
    return replace(
        invoice,
        tax_sums=sums,
        tax_total=sum((part.amount for part in sums), Decimal(0)),
        totals=_totals(invoice, sums),
    )


def _totals(invoice: Invoice, sums: tuple[TaxSum, ...]) -> Totals:
    lines = sum((line.amount for line in invoice.lines), Decimal(0))
    allowances = [a.amount for a in invoice.adjustments if not a.is_charge]
    charges = [a.amount for a in invoice.adjustments if a.is_charge]
    without_tax = lines - sum(allowances, Decimal(0)) + sum(charges, Decimal(0))
    with_tax = without_tax + sum((part.amount for part in sums), Decimal(0))
    prepaid, rounding = invoice.totals.prepaid, invoice.totals.rounding
    return Totals(
        lines=lines,
        without_tax=without_tax,
        with_tax=with_tax,
        payable=with_tax - (prepaid or Decimal(0)) + (rounding or Decimal(0)),
        allowances=sum(allowances, Decimal(0)) if allowances else None,
        charges=sum(charges, Decimal(0)) if charges else None,
        prepaid=prepaid,
        rounding=rounding,
    )
