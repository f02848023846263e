"""EN 16931: what every invoice holds, and that its sums add up: the part that a credit note rests on."""

from collections.abc import Iterator
from decimal import Decimal

from ringar_kits.invoices import codes
from ringar_kits.invoices.model import in_ore
from ringar_kits.invoices.rules import Check, Document, Rules, number, number_at
from ringar_kits.invoices.xml import Element, find, find_all, text

EUROPEAN = Rules()
SLACK = Decimal(1)  # in the document's currency: the standard is lenient where VAT was rounded line by line
TOTALS = "cac:LegalMonetaryTotal"
NO_TAX = {"BR-E-10": "E", "BR-AE-10": "AE", "BR-IC-10": "K", "BR-G-10": "G", "BR-O-10": "O"}
PLAIN = {"BR-S-10": "S", "BR-Z-10": "Z"}
BASES = {"S": "S", "Z": "Z", "E": "E", "AE": "AE", "IC": "K", "G": "G", "O": "O"}


def _missing(path: str, of: str = "document") -> Check:
    """The document, or each line, that has nothing at a path."""

    def check(document: Document) -> Iterator[Element]:
        for each in document.lines if of == "line" else [document.root]:
            if not text(each, path):
                yield each

    return check


for _name, _text, _path, _of in (
    ("BR-01", "The specification is stated", "cbc:CustomizationID", "document"),
    ("BR-02", "The document has a number", "cbc:ID", "document"),
    ("BR-03", "The day of issue is stated", "cbc:IssueDate", "document"),
    ("BR-05", "The currency is stated", "cbc:DocumentCurrencyCode", "document"),
    (
        "BR-06",
        "The seller has a name",
        "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName",
        "document",
    ),
    (
        "BR-07",
        "The buyer has a name",
        "cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName",
        "document",
    ),
    (
        "BR-09",
        "The seller's country is stated",
        "cac:AccountingSupplierParty/cac:Party/cac:PostalAddress/cac:Country/cbc:IdentificationCode",
        "document",
    ),
    (
        "BR-11",
        "The buyer's country is stated",
        "cac:AccountingCustomerParty/cac:Party/cac:PostalAddress/cac:Country/cbc:IdentificationCode",
        "document",
    ),
    ("BR-12", "The sum of lines is stated", f"{TOTALS}/cbc:LineExtensionAmount", "document"),
    ("BR-13", "The sum without VAT is stated", f"{TOTALS}/cbc:TaxExclusiveAmount", "document"),
    ("BR-14", "The sum with VAT is stated", f"{TOTALS}/cbc:TaxInclusiveAmount", "document"),
    ("BR-15", "The amount to pay is stated", f"{TOTALS}/cbc:PayableAmount", "document"),
    ("BR-21", "A line has a number", "cbc:ID", "line"),
    ("BR-24", "A line has an amount", "cbc:LineExtensionAmount", "line"),
    ("BR-25", "A line says what it is for", "cac:Item/cbc:Name", "line"),
    ("BR-26", "A line has a price", "cac:Price/cbc:PriceAmount", "line"),
    ("BR-CO-04", "A line has a VAT category", "cac:Item/cac:ClassifiedTaxCategory/cbc:ID", "line"),
):
    EUROPEAN.rule(_name, _text)(_missing(_path, _of))


@EUROPEAN.rule("BR-04", "The document's type is stated")
def type_is_stated(document: Document) -> Iterator[Element]:
    if not document.type_code:
        yield document.root


@EUROPEAN.rule("BR-16", "There is at least one line")
def line_is_there(document: Document) -> Iterator[Element]:
    if not document.lines:
        yield document.root


@EUROPEAN.rule("BR-22", "A line has a quantity")
def line_has_quantity(document: Document) -> Iterator[Element]:
    yield from (line for line in document.lines if number(document.quantity(line)) is None)


@EUROPEAN.rule("BR-23", "A line's quantity has a unit")
def quantity_has_unit(document: Document) -> Iterator[Element]:
    for line in document.lines:
        quantity = document.quantity(line)
        if quantity is not None and not quantity.get("unitCode"):
            yield quantity


@EUROPEAN.rule("BR-27", "A price is not below 0")
def price_is_not_negative(document: Document) -> Iterator[Element]:
    for line in document.lines:
        if (number_at(line, "cac:Price/cbc:PriceAmount") or 0) < 0:
            yield line


@EUROPEAN.rule("BR-55", "A preceding invoice is named by its number")
def preceding_has_number(document: Document) -> Iterator[Element]:
    for each in find_all(document.root, "cac:BillingReference/cac:InvoiceDocumentReference"):
        if not text(each, "cbc:ID"):
            yield each


@EUROPEAN.rule("BR-CL-17", "A VAT category is one of UNCL 5305")
def category_is_known(document: Document) -> Iterator[Element]:
    for tax in document.every("cac:TaxCategory", "cac:ClassifiedTaxCategory"):
        if text(tax, "cbc:ID") not in codes.TAX_CATEGORIES:
            yield tax


class _Sums:
    """The totals that are stated; what is not stated counts as 0."""

    def __init__(self, document: Document) -> None:
        self.element = find(document.root, TOTALS)
        self.document = document

    def __getitem__(self, name: str) -> Decimal:
        return number_at(self.element, f"cbc:{name}") or Decimal(0)

    def changes(self, indicator: str) -> Decimal:
        found = find_all(self.document.root, "cac:AllowanceCharge")
        chosen = [each for each in found if text(each, "cbc:ChargeIndicator") == indicator]
        return sum((number_at(each, "cbc:Amount") or Decimal(0) for each in chosen), Decimal(0))

    def tax(self) -> Decimal:
        found = find_all(self.document.root, "cac:TaxTotal/cbc:TaxAmount")
        amounts = [number(each) for each in found if each.get("currencyID") == self.document.currency]
        return amounts[0] or Decimal(0) if amounts else Decimal(0)


def _unequal(document: Document, stated: Decimal, counted: Decimal) -> Iterator[Element]:
    totals = find(document.root, TOTALS)
    if totals is not None and stated != counted:
        yield totals


@EUROPEAN.rule("BR-CO-10", "The sum of lines is the sum of their amounts")
def lines_add_up(document: Document) -> Iterator[Element]:
    amounts = [number_at(line, "cbc:LineExtensionAmount") or Decimal(0) for line in document.lines]
    yield from _unequal(document, _Sums(document)["LineExtensionAmount"], sum(amounts, Decimal(0)))


@EUROPEAN.rule("BR-CO-11", "The sum of discounts is the sum of those on the document")
def discounts_add_up(document: Document) -> Iterator[Element]:
    sums = _Sums(document)
    yield from _unequal(document, sums["AllowanceTotalAmount"], sums.changes("false"))


@EUROPEAN.rule("BR-CO-12", "The sum of charges is the sum of those on the document")
def charges_add_up(document: Document) -> Iterator[Element]:
    sums = _Sums(document)
    yield from _unequal(document, sums["ChargeTotalAmount"], sums.changes("true"))


@EUROPEAN.rule("BR-CO-13", "The sum without VAT is lines - discounts + charges")
def without_tax_adds_up(document: Document) -> Iterator[Element]:
    sums = _Sums(document)
    counted = sums["LineExtensionAmount"] - sums["AllowanceTotalAmount"] + sums["ChargeTotalAmount"]
    yield from _unequal(document, sums["TaxExclusiveAmount"], counted)


@EUROPEAN.rule("BR-CO-14", "The total of VAT is the sum of its parts")
def tax_adds_up(document: Document) -> Iterator[Element]:
    for total in find_all(document.root, "cac:TaxTotal"):
        parts = find_all(total, "cac:TaxSubtotal/cbc:TaxAmount")
        counted = sum((number(part) or Decimal(0) for part in parts), Decimal(0))
        if parts and number_at(total, "cbc:TaxAmount") != counted:
            yield total


@EUROPEAN.rule("BR-CO-15", "The sum with VAT is the sum without VAT + VAT")
def with_tax_adds_up(document: Document) -> Iterator[Element]:
    sums = _Sums(document)
    yield from _unequal(document, sums["TaxInclusiveAmount"], sums["TaxExclusiveAmount"] + sums.tax())


@EUROPEAN.rule("BR-CO-16", "The amount to pay is the sum with VAT - paid in advance + rounding")
def payable_adds_up(document: Document) -> Iterator[Element]:
    sums = _Sums(document)
    counted = sums["TaxInclusiveAmount"] - sums["PrepaidAmount"] + sums["PayableRoundingAmount"]
    yield from _unequal(document, sums["PayableAmount"], counted)


@EUROPEAN.rule("BR-CO-17", "The VAT of a category is its base x its rate, within 1")
def part_of_tax_is_its_rate(document: Document) -> Iterator[Element]:
    for part in find_all(document.root, "cac:TaxTotal/cac:TaxSubtotal"):
        base, amount = number_at(part, "cbc:TaxableAmount"), number_at(part, "cbc:TaxAmount")
        rate = number_at(part, "cac:TaxCategory/cbc:Percent") or Decimal(0)
        if base is not None and amount is not None and abs(amount - in_ore(base * rate / 100)) >= SLACK:
            yield part


@EUROPEAN.rule("BR-CO-18", "VAT is stated by category")
def tax_has_parts(document: Document) -> Iterator[Element]:
    if find(document.root, "cac:TaxTotal/cac:TaxSubtotal") is None:
        yield document.root


def _taxed(document: Document) -> dict[tuple[str, Decimal], Decimal]:
    """What lines, discounts and charges put in each category and rate."""
    counted: dict[tuple[str, Decimal], Decimal] = {}
    for line in document.lines:
        key = _tax(find(line, "cac:Item/cac:ClassifiedTaxCategory"))
        counted[key] = counted.get(key, Decimal(0)) + (number_at(line, "cbc:LineExtensionAmount") or 0)
    for change in find_all(document.root, "cac:AllowanceCharge"):
        key, amount = _tax(find(change, "cac:TaxCategory")), number_at(change, "cbc:Amount") or Decimal(0)
        is_charge = text(change, "cbc:ChargeIndicator") == "true"
        counted[key] = counted.get(key, Decimal(0)) + (amount if is_charge else -amount)
    return counted


def _base(category: str) -> Check:
    """The standard lets standard-rated bases differ by less than 1, and the others not at all."""

    def check(document: Document) -> Iterator[Element]:
        counted = _taxed(document)
        for part in find_all(document.root, "cac:TaxTotal/cac:TaxSubtotal"):
            key = _tax(find(part, "cac:TaxCategory"))
            off = abs((number_at(part, "cbc:TaxableAmount") or Decimal(0)) - counted.get(key, Decimal(0)))
            if key[0] == category and (off >= SLACK if category == "S" else off > 0):
                yield part

    return check


def _tax(element: Element) -> tuple[str, Decimal]:
    return text(element, "cbc:ID"), number_at(element, "cbc:Percent") or Decimal(0)


def _reason(category: str, *, needed: bool) -> Check:
    def check(document: Document) -> Iterator[Element]:
        for tax in find_all(document.root, "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory"):
            paths = ("cbc:TaxExemptionReason", "cbc:TaxExemptionReasonCode")
            has_reason = any(text(tax, path) for path in paths)
            if text(tax, "cbc:ID") == category and has_reason != needed:
                yield tax

    return check


for _name, _category in NO_TAX.items():
    EUROPEAN.rule(_name, f"VAT category {_category} says why there is no VAT")(
        _reason(_category, needed=True)
    )
for _name, _category in PLAIN.items():
    EUROPEAN.rule(_name, f"VAT category {_category} has no reason for exemption")(
        _reason(_category, needed=False)
    )
for _name, _category in BASES.items():
    EUROPEAN.rule(
        f"BR-{_name}-08", f"The taxable amount of VAT category {_category} is the sum of what is in it"
    )(_base(_category))
