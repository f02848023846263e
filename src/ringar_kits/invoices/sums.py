"""Peppol's rules on amounts: discounts, prices, lines, currencies and totals of VAT."""

from collections.abc import Iterator
from decimal import Decimal

from ringar_kits.invoices.rules import NEAR, Document, Rules, number, number_at, value
from ringar_kits.invoices.xml import CAC, CBC, Element, find, find_all, text

SUMS = Rules()
SHARE, BASE = "cbc:MultiplierFactorNumeric", "cbc:BaseAmount"
TAX_TOTAL, TAX_AMOUNT = f"{{{CAC}}}TaxTotal", f"{{{CBC}}}TaxAmount"


@SUMS.rule("PEPPOL-EN16931-R040", "A discount or charge is its share of its base")
def adjustment_is_its_share(document: Document) -> Iterator[Element]:
    for change in document.adjustments:
        share, base = number_at(change, SHARE), number_at(change, BASE)
        amount = number_at(change, "cbc:Amount")
        if share is None or base is None:
            continue
        if abs((amount or Decimal(0)) - base * share / 100) > NEAR:
            yield change


@SUMS.rule("PEPPOL-EN16931-R041", "A discount or charge in per cent states of what")
def share_has_base(document: Document) -> Iterator[Element]:
    for change in document.adjustments:
        if find(change, SHARE) is not None and find(change, BASE) is None:
            yield change


@SUMS.rule("PEPPOL-EN16931-R042", "A discount or charge with a base states how many per cent of it")
def base_has_share(document: Document) -> Iterator[Element]:
    for change in document.adjustments:
        if find(change, BASE) is not None and find(change, SHARE) is None:
            yield change


@SUMS.rule("PEPPOL-EN16931-R043", "The indicator of a charge is 'true' or 'false'")
def indicator_is_a_word(document: Document) -> Iterator[Element]:
    for indicator in document.every("cbc:ChargeIndicator"):
        if value(indicator) not in ("true", "false"):
            yield indicator


@SUMS.rule("PEPPOL-EN16931-R044", "A price has a discount, never a charge")
def price_has_no_charge(document: Document) -> Iterator[Element]:
    for line in document.lines:
        for indicator in find_all(line, "cac:Price/cac:AllowanceCharge/cbc:ChargeIndicator"):
            if value(indicator) != "false":
                yield indicator


@SUMS.rule("PEPPOL-EN16931-R046", "A price is its gross price less its discount")
def price_is_gross_less_discount(document: Document) -> Iterator[Element]:
    for line in document.lines:
        price = find(line, "cac:Price")
        gross = number_at(price, "cac:AllowanceCharge/cbc:BaseAmount")
        if gross is not None:
            off = number_at(price, "cac:AllowanceCharge/cbc:Amount") or Decimal(0)
            if number_at(price, "cbc:PriceAmount") != gross - off:
                yield price


@SUMS.rule(
    "PEPPOL-EN16931-R051", "All amounts are in the document's currency, but for VAT in the seller's own"
)
def currency_is_one(document: Document) -> Iterator[Element]:
    for each in document.root.iter():
        currency = each.get("currencyID")
        if currency is None or currency == document.currency:
            continue
        parent = each.getparent()
        in_own = parent.tag == TAX_TOTAL and each.tag == TAX_AMOUNT and currency == document.tax_currency
        if not in_own:
            yield each


def _tax_totals(document: Document, *, parted: bool) -> list[Element]:
    found = find_all(document.root, "cac:TaxTotal")
    return [each for each in found if (find(each, "cac:TaxSubtotal") is not None) == parted]


@SUMS.rule("PEPPOL-EN16931-R053", "There is one total of VAT with its parts")
def tax_total_is_one(document: Document) -> Iterator[Element]:
    if len(_tax_totals(document, parted=True)) != 1:
        yield document.root


@SUMS.rule(
    "PEPPOL-EN16931-R054",
    "There is one total of VAT without parts where VAT has a currency of its own, else none",
)
def own_tax_total_is_one(document: Document) -> Iterator[Element]:
    expected = 0 if find(document.root, "cbc:TaxCurrencyCode") is None else 1
    if len(_tax_totals(document, parted=False)) != expected:
        yield document.root


@SUMS.rule("PEPPOL-EN16931-R055", "VAT in the seller's own currency has the same sign as in the document's")
def tax_totals_have_one_sign(document: Document) -> Iterator[Element]:
    amounts = {each.get("currencyID"): each for each in find_all(document.root, "cac:TaxTotal/cbc:TaxAmount")}
    own = amounts.get(document.tax_currency)
    here, there = number(amounts.get(document.currency)), number(own)
    if document.tax_currency and here is not None and there is not None and (here < 0) != (there < 0):
        yield own


@SUMS.rule("PEPPOL-EN16931-R120", "A line's amount is quantity x price, with its discounts and charges")
def line_is_quantity_times_price(document: Document) -> Iterator[Element]:
    for line in document.lines:
        amount = number_at(line, "cbc:LineExtensionAmount") or Decimal(0)
        quantity = number(document.quantity(line))
        price = number_at(line, "cac:Price/cbc:PriceAmount") or Decimal(0)
        per = number_at(line, "cac:Price/cbc:BaseQuantity") or Decimal(1)
        change = sum((_signed(each) for each in find_all(line, "cac:AllowanceCharge")), Decimal(0))
        product = (Decimal(1) if quantity is None else quantity) * price / per
        if abs(amount - product - change) > NEAR:
            yield line


def _signed(change: Element) -> Decimal:
    amount = number_at(change, "cbc:Amount") or Decimal(0)
    return amount if text(change, "cbc:ChargeIndicator") == "true" else -amount
