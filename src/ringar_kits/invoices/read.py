"""From UBL to an `Invoice`; refuses what it can not take at its word."""

import re
from datetime import date
from decimal import Decimal

from ringar_kits.invoices.model import (
    Adjustment,
    Invoice,
    InvoiceError,
    Line,
    Party,
    Payment,
    Reference,
    Tax,
    TaxSum,
    Totals,
)
from ringar_kits.invoices.xml import Element, find, find_all, kind_of, parse, place, text

NUMBER = re.compile(r"[+-]?(\d{1,20}(\.\d{0,12})?|\.\d{1,12})")  # xs:decimal, as long as any invoice needs


def read_invoice(data: bytes) -> Invoice:
    """Read an invoice or a credit note in UBL 2.1.

    Raises InvoiceError, naming the line in the file, where XML is broken, a part that no invoice can lack is
    missing, a number or a date is none, or an amount is in another currency than the document.
    """
    root = parse(data)
    kind = kind_of(root)
    reader = _Reader(_currency(root))
    totals = reader.totals(_required(root, "cac:LegalMonetaryTotal"))
    tax_total, own = reader.tax_totals(root)
    return Invoice(
        kind=kind,
        number=_text(root, "cbc:ID"),
        issued=_date(_required(root, "cbc:IssueDate")),
        due=_date_at(root, "cbc:DueDate") or _date_at(root, "cac:PaymentMeans/cbc:PaymentDueDate"),
        type_code=_text(root, f"cbc:{kind}TypeCode"),
        currency=reader.currency,
        tax_currency=text(root, "cbc:TaxCurrencyCode"),
        customization=text(root, "cbc:CustomizationID"),
        profile=text(root, "cbc:ProfileID"),
        note=text(root, "cbc:Note"),
        buyer_reference=text(root, "cbc:BuyerReference"),
        order=text(root, "cac:OrderReference/cbc:ID"),
        cost_centre=text(root, "cbc:AccountingCost"),
        terms=text(root, "cac:PaymentTerms/cbc:Note"),
        delivered=_date_at(root, "cac:Delivery/cbc:ActualDeliveryDate"),
        preceding=tuple(
            Reference(_text(each, "cbc:ID"), _date_at(each, "cbc:IssueDate"))
            for each in find_all(root, "cac:BillingReference/cac:InvoiceDocumentReference")
        ),
        seller=_party(_required(root, "cac:AccountingSupplierParty/cac:Party")),
        buyer=_party(_required(root, "cac:AccountingCustomerParty/cac:Party")),
        payments=tuple(_payment(each) for each in find_all(root, "cac:PaymentMeans")),
        adjustments=tuple(reader.adjustment(each) for each in find_all(root, "cac:AllowanceCharge")),
        tax_sums=tuple(reader.tax_sum(each) for each in find_all(root, "cac:TaxTotal/cac:TaxSubtotal")),
        tax_total=tax_total,
        tax_total_own_currency=own,
        totals=totals,
        lines=tuple(reader.line(each, kind) for each in _lines(root, kind)),
    )


def _lines(root: Element, kind: str) -> list[Element]:
    lines = find_all(root, f"cac:{kind}Line")
    if not lines:
        raise InvoiceError(
            "the document has no line", place=f"cac:{kind}Line", remedy="An invoice needs one or more"
        )
    return lines


class _Reader:
    """Reads amounts in one currency."""

    def __init__(self, currency: str) -> None:
        self.currency = currency

    def amount(self, element: Element, currency: str = "") -> Decimal:
        stated, expected = element.get("currencyID"), currency or self.currency
        if stated != expected:
            raise _wrong(
                "the amount is in {stated}, the document in {expected}",
                element,
                "All amounts of an invoice are in its own currency (cbc:DocumentCurrencyCode)",
                stated=stated or "no currency",
                expected=expected,
            )
        return _number(element)

    def amount_at(self, element: Element, path: str) -> Decimal | None:
        found = find(element, path)
        return None if found is None else self.amount(found)

    def needed(self, element: Element, path: str) -> Decimal:
        return self.amount(_required(element, path))

    def adjustment(self, element: Element) -> Adjustment:
        tax = find(element, "cac:TaxCategory")
        return Adjustment(
            is_charge=_is_true(_required(element, "cbc:ChargeIndicator")),
            amount=self.needed(element, "cbc:Amount"),
            reason=text(element, "cbc:AllowanceChargeReason"),
            reason_code=text(element, "cbc:AllowanceChargeReasonCode"),
            share=_number_at(element, "cbc:MultiplierFactorNumeric"),
            base=self.amount_at(element, "cbc:BaseAmount"),
            tax=None if tax is None else _tax(tax),
        )

    def tax_sum(self, element: Element) -> TaxSum:
        category = _required(element, "cac:TaxCategory")
        return TaxSum(
            tax=_tax(category),
            taxable=self.needed(element, "cbc:TaxableAmount"),
            amount=self.needed(element, "cbc:TaxAmount"),
            reason=text(category, "cbc:TaxExemptionReason"),
            reason_code=text(category, "cbc:TaxExemptionReasonCode"),
        )

    def tax_totals(self, root: Element) -> tuple[Decimal, Decimal | None]:
        """The VAT in the document's currency, and in the seller's accounting currency where that is another."""
        totals: dict[str, Decimal] = {}
        other = text(root, "cbc:TaxCurrencyCode")
        for element in find_all(root, "cac:TaxTotal/cbc:TaxAmount"):
            currency = other if element.get("currencyID") == other else self.currency
            totals[currency] = self.amount(element, currency)
        if self.currency not in totals:
            raise InvoiceError(
                "the total of VAT is missing", place="cac:TaxTotal", remedy="State cbc:TaxAmount, if only 0"
            )
        return totals[self.currency], totals.get(other) if other != self.currency else None

    def totals(self, element: Element) -> Totals:
        return Totals(
            lines=self.needed(element, "cbc:LineExtensionAmount"),
            without_tax=self.needed(element, "cbc:TaxExclusiveAmount"),
            with_tax=self.needed(element, "cbc:TaxInclusiveAmount"),
            payable=self.needed(element, "cbc:PayableAmount"),
            allowances=self.amount_at(element, "cbc:AllowanceTotalAmount"),
            charges=self.amount_at(element, "cbc:ChargeTotalAmount"),
            prepaid=self.amount_at(element, "cbc:PrepaidAmount"),
            rounding=self.amount_at(element, "cbc:PayableRoundingAmount"),
        )

    def line(self, element: Element, kind: str) -> Line:
        quantity = _required(element, "cbc:InvoicedQuantity" if kind == "Invoice" else "cbc:CreditedQuantity")
        return Line(
            number=_text(element, "cbc:ID"),
            name=_text(element, "cac:Item/cbc:Name"),
            description=text(element, "cac:Item/cbc:Description"),
            note=text(element, "cbc:Note"),
            cost_centre=text(element, "cbc:AccountingCost"),
            quantity=_number(quantity),
            unit=quantity.get("unitCode") or "",
            price=self.needed(element, "cac:Price/cbc:PriceAmount"),
            price_per=_price_per(element),
            amount=self.needed(element, "cbc:LineExtensionAmount"),
            tax=_tax(_required(element, "cac:Item/cac:ClassifiedTaxCategory")),
            adjustments=tuple(self.adjustment(each) for each in find_all(element, "cac:AllowanceCharge")),
        )


def _price_per(line: Element) -> Decimal:
    number = _number_at(line, "cac:Price/cbc:BaseQuantity")
    if number is not None and number <= 0:
        raise _wrong(
            "the price is for {number} units",
            _required(line, "cac:Price/cbc:BaseQuantity"),
            "State a quantity above 0, or none",
            number=str(number),
        )
    return Decimal(1) if number is None else number


def _party(element: Element) -> Party:
    address, contact = find(element, "cac:PostalAddress"), find(element, "cac:Contact")
    legal = find(element, "cac:PartyLegalEntity")
    endpoint, endpoint_scheme = _identifier(element, "cbc:EndpointID")
    number, number_scheme = _identifier(legal, "cbc:CompanyID")
    schemes = find_all(element, "cac:PartyTaxScheme")
    numbers = {text(each, "cac:TaxScheme/cbc:ID"): text(each, "cbc:CompanyID") for each in schemes}
    return Party(
        name=text(legal, "cbc:RegistrationName") or _text(element, "cac:PartyName/cbc:Name"),
        trading_name=text(element, "cac:PartyName/cbc:Name"),
        endpoint=endpoint,
        endpoint_scheme=endpoint_scheme,
        number=number,
        number_scheme=number_scheme,
        legal_form=text(legal, "cbc:CompanyLegalForm"),
        vat_number=numbers.pop("VAT", ""),
        tax_note=next(iter(numbers.values()), ""),
        street=text(address, "cbc:StreetName"),
        street_more=text(address, "cbc:AdditionalStreetName"),
        city=text(address, "cbc:CityName"),
        postcode=text(address, "cbc:PostalZone"),
        country=_text(element, "cac:PostalAddress/cac:Country/cbc:IdentificationCode"),
        contact=text(contact, "cbc:Name"),
        phone=text(contact, "cbc:Telephone"),
        email=text(contact, "cbc:ElectronicMail"),
    )


def _identifier(element: Element, path: str) -> tuple[str, str]:
    """What stands at the path, and the scheme that it is a number of; two empty texts where nothing does."""
    found = find(element, path)
    return ("", "") if found is None else (text(element, path), found.get("schemeID", ""))


def _payment(element: Element) -> Payment:
    account = find(element, "cac:PayeeFinancialAccount")
    return Payment(
        code=_text(element, "cbc:PaymentMeansCode"),
        reference=text(element, "cbc:PaymentID"),
        account=text(account, "cbc:ID"),
        account_name=text(account, "cbc:Name"),
        bank=text(account, "cac:FinancialInstitutionBranch/cbc:ID"),
    )


def _tax(element: Element) -> Tax:
    return Tax(_text(element, "cbc:ID"), _number_at(element, "cbc:Percent"))


def _currency(root: Element) -> str:
    element = _required(root, "cbc:DocumentCurrencyCode")
    currency = (element.text or "").strip()
    if not re.fullmatch("[A-Z]{3}", currency):
        raise _wrong("'{text}' is no currency", element, "Write three letters: SEK", text=currency[:20])
    return currency


def _wrong(problem: str, element: Element, remedy: str, **facts: str) -> InvoiceError:
    return InvoiceError(problem, place=place(element), remedy=remedy, facts=facts)


def _required(element: Element, path: str) -> Element:
    found = find(element, path)
    if found is None:
        raise _wrong("{path} is missing", element, "Ask the sender to complete it", path=path)
    return found


def _text(element: Element, path: str) -> str:
    found = _required(element, path)
    if not (found.text or "").strip():
        raise _wrong("{path} is empty", found, "Ask the sender to complete it", path=path)
    return text(element, path)


def _number(element: Element) -> Decimal:
    written = (element.text or "").strip()
    if not written.isascii() or not NUMBER.fullmatch(written):
        raise _wrong("'{text}' is no number", element, "Write it as 1234.50", text=written[:40])
    return Decimal(written)


def _number_at(element: Element, path: str) -> Decimal | None:
    found = find(element, path)
    return None if found is None else _number(found)


def _date(element: Element) -> date:
    written = (element.text or "").strip()
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", written):
            raise ValueError
        return date.fromisoformat(written)
    except ValueError:
        raise _wrong("'{text}' is no date", element, "Write it as 2026-01-31", text=written[:40]) from None


def _date_at(element: Element, path: str) -> date | None:
    found = find(element, path)
    return None if found is None else _date(found)


def _is_true(element: Element) -> bool:
    written = (element.text or "").strip()
    if written not in ("true", "false", "1", "0"):
        raise _wrong(
            "'{text}' is neither true nor false",
            element,
            "Write true for a charge, false for a discount",
            text=written[:20],
        )
    return written in ("true", "1")
