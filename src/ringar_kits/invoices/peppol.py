"""Peppol BIS Billing 3.0: what must be there, once, from which code list."""

import re
from collections.abc import Iterator
from datetime import date

from ringar_kits.invoices import codes
from ringar_kits.invoices.rules import Check, Document, Rules, number, value
from ringar_kits.invoices.xml import Element, find, find_all, text

PEPPOL = Rules()
CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = re.compile(r"urn:fdc:peppol\.eu:2017:poacc:billing:([0-9]{2}):1\.0")
# A reason for exemption belongs to one VAT category.
EXEMPTIONS = {
    "PEPPOL-EN16931-P0104": ("VATEX-EU-G", "G"),
    "PEPPOL-EN16931-P0105": ("VATEX-EU-O", "O"),
    "PEPPOL-EN16931-P0106": ("VATEX-EU-IC", "K"),
    "PEPPOL-EN16931-P0107": ("VATEX-EU-AE", "AE"),
    "PEPPOL-EN16931-P0108": ("VATEX-EU-D", "E"),
    "PEPPOL-EN16931-P0109": ("VATEX-EU-F", "E"),
    "PEPPOL-EN16931-P0110": ("VATEX-EU-I", "E"),
    "PEPPOL-EN16931-P0111": ("VATEX-EU-J", "E"),
}
DATES = ("IssueDate", "DueDate", "TaxPointDate", "StartDate", "EndDate", "ActualDeliveryDate")


@PEPPOL.rule("PEPPOL-EN16931-CL001", "An attachment is PDF, PNG, JPEG, CSV, XLSX or ODS")
def attachment_is_of_a_known_kind(document: Document) -> Iterator[Element]:
    found = document.every("cbc:EmbeddedDocumentBinaryObject")
    yield from (each for each in found if each.get("mimeCode") not in codes.MIME)


def _reasons(document: Document, is_charge: str) -> Iterator[Element]:
    for each in document.every("cac:AllowanceCharge"):
        if text(each, "cbc:ChargeIndicator") == is_charge:
            yield from find_all(each, "cbc:AllowanceChargeReasonCode")


@PEPPOL.rule("PEPPOL-EN16931-CL002", "The reason of a discount is a code of UNCL 5189")
def discount_has_known_reason(document: Document) -> Iterator[Element]:
    yield from (each for each in _reasons(document, "false") if value(each) not in codes.ALLOWANCES)


@PEPPOL.rule("PEPPOL-EN16931-CL003", "The reason of a charge is a code of UNCL 7161")
def charge_has_known_reason(document: Document) -> Iterator[Element]:
    yield from (each for each in _reasons(document, "true") if value(each) not in codes.CHARGES)


@PEPPOL.rule("PEPPOL-EN16931-CL006", "The code of a period is 3, 35 or 432")
def period_has_known_code(document: Document) -> Iterator[Element]:
    for period in document.every("cac:InvoicePeriod"):
        found = find_all(period, "cbc:DescriptionCode")
        yield from (each for each in found if value(each) not in codes.PERIODS)


@PEPPOL.rule("PEPPOL-EN16931-CL007", "A currency is a code of ISO 4217")
def currency_is_known(document: Document) -> Iterator[Element]:
    for each in document.root.iter():
        if each.get("currencyID") is not None and each.get("currencyID") not in codes.CURRENCIES:
            yield each


@PEPPOL.rule("PEPPOL-EN16931-CL008", "An electronic address is in a scheme that Peppol delivers to")
def address_is_in_a_known_scheme(document: Document) -> Iterator[Element]:
    found = document.every("cbc:EndpointID")
    yield from (each for each in found if each.get("schemeID", "") not in codes.ADDRESSES | {""})


@PEPPOL.rule("PEPPOL-EN16931-F001", "A date is written YYYY-MM-DD, and exists")
def date_exists(document: Document) -> Iterator[Element]:
    for each in document.every(*(f"cbc:{name}" for name in DATES)):
        try:
            is_date = bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value(each)) and date.fromisoformat(value(each)))
        except ValueError:
            is_date = False
        if not is_date:
            yield each


def _in_profile_01(document: Document) -> bool:
    found = PROFILE.fullmatch(document.profile)
    return found is not None and found[1] == "01"


@PEPPOL.rule("PEPPOL-EN16931-P0100", "An invoice's type is one of profile 01: 380 for most")
def invoice_has_known_type(document: Document) -> Iterator[Element]:
    wrong = document.type_code not in codes.INVOICE_TYPES
    if document.kind == "Invoice" and _in_profile_01(document) and wrong:
        yield document.root


@PEPPOL.rule("PEPPOL-EN16931-P0101", "A credit note's type is one of profile 01: 381 for most")
def credit_note_has_known_type(document: Document) -> Iterator[Element]:
    wrong = document.type_code not in codes.CREDIT_TYPES
    if document.kind == "CreditNote" and _in_profile_01(document) and wrong:
        yield document.root


def _exemption(code: str, category: str) -> Check:
    def check(document: Document) -> Iterator[Element]:
        for tax in document.every("cac:TaxCategory"):
            if text(tax, "cbc:TaxExemptionReasonCode").upper() == code and text(tax, "cbc:ID") != category:
                yield tax

    return check


for _name, (_code, _category) in EXEMPTIONS.items():
    PEPPOL.rule(_name, f"The reason {_code} belongs to VAT category {_category}")(
        _exemption(_code, _category)
    )


@PEPPOL.rule("PEPPOL-EN16931-P0112", "The types 326 and 384 are only for German sellers and buyers")
def german_type_is_german(document: Document) -> Iterator[Element]:
    countries = {document.seller_country, document.buyer_country}
    if document.type_code in ("326", "384") and countries != {"DE"}:
        yield document.root


@PEPPOL.rule("PEPPOL-EN16931-R001", "The business process (ProfileID) is stated")
def profile_is_stated(document: Document) -> Iterator[Element]:
    if find(document.root, "cbc:ProfileID") is None:
        yield document.root


@PEPPOL.rule("PEPPOL-EN16931-R002", "There is at most one note on the document")
def note_is_alone(document: Document) -> Iterator[Element]:
    if {document.seller_country, document.buyer_country} != {"DE"}:
        yield from find_all(document.root, "cbc:Note")[1:]


@PEPPOL.rule("PEPPOL-EN16931-R003", "The buyer's reference or an order's number is stated")
def buyer_can_find_it(document: Document) -> Iterator[Element]:
    paths = ("cbc:BuyerReference", "cac:OrderReference/cbc:ID")
    if all(find(document.root, path) is None for path in paths):
        yield document.root


@PEPPOL.rule("PEPPOL-EN16931-R004", f"The specification (CustomizationID) begins with {CUSTOMIZATION}")
def customization_is_peppol(document: Document) -> Iterator[Element]:
    if not text(document.root, "cbc:CustomizationID").startswith(CUSTOMIZATION):
        yield document.root


@PEPPOL.rule("PEPPOL-EN16931-R005", "VAT is stated in another currency only where it is another")
def tax_currency_is_another(document: Document) -> Iterator[Element]:
    if document.tax_currency and document.tax_currency == document.currency:
        yield find(document.root, "cbc:TaxCurrencyCode")


@PEPPOL.rule("PEPPOL-EN16931-R007", "The business process is urn:fdc:peppol.eu:2017:poacc:billing:NN:1.0")
def profile_has_its_form(document: Document) -> Iterator[Element]:
    if not PROFILE.fullmatch(document.profile):
        yield document.root


@PEPPOL.rule("PEPPOL-EN16931-R010", "The buyer has an electronic address")
def buyer_has_address(document: Document) -> Iterator[Element]:
    if find(document.buyer, "cbc:EndpointID") is None:
        yield document.root


@PEPPOL.rule("PEPPOL-EN16931-R020", "The seller has an electronic address")
def seller_has_address(document: Document) -> Iterator[Element]:
    if find(document.seller, "cbc:EndpointID") is None:
        yield document.root


@PEPPOL.rule("PEPPOL-EN16931-R061", "Direct debit (49, 59) names its mandate")
def debit_has_mandate(document: Document) -> Iterator[Element]:
    for means in find_all(document.root, "cac:PaymentMeans"):
        is_debit = text(means, "cbc:PaymentMeansCode") in ("49", "59")
        if is_debit and find(means, "cac:PaymentMandate/cbc:ID") is None:
            yield means


def _documents(parent: Element, path: str, code: str) -> list[Element]:
    return [each for each in find_all(parent, path) if text(each, "cbc:DocumentTypeCode") == code]


@PEPPOL.rule("PEPPOL-EN16931-R080", "A credit note names at most one project")
def project_is_alone(document: Document) -> Iterator[Element]:
    if document.kind == "CreditNote":
        yield from _documents(document.root, "cac:AdditionalDocumentReference", "50")[1:]


@PEPPOL.rule("PEPPOL-EN16931-R100", "A line names at most one invoiced object")
def object_is_alone(document: Document) -> Iterator[Element]:
    for line in document.lines:
        yield from find_all(line, "cac:DocumentReference")[1:]


@PEPPOL.rule("PEPPOL-EN16931-R101", "A line refers to documents only for its invoiced object (130)")
def object_has_its_code(document: Document) -> Iterator[Element]:
    for line in document.lines:
        found = find_all(line, "cac:DocumentReference")
        yield from (each for each in found if text(each, "cbc:DocumentTypeCode") != "130")


@PEPPOL.rule("PEPPOL-EN16931-R110", "A line's period does not begin before the document's")
def line_begins_within(document: Document) -> Iterator[Element]:
    start = text(document.root, "cac:InvoicePeriod/cbc:StartDate")
    for line in document.lines:
        own = find(line, "cac:InvoicePeriod/cbc:StartDate")
        if start and own is not None and value(own) < start:
            yield own


@PEPPOL.rule("PEPPOL-EN16931-R111", "A line's period does not end after the document's")
def line_ends_within(document: Document) -> Iterator[Element]:
    end = text(document.root, "cac:InvoicePeriod/cbc:EndDate")
    for line in document.lines:
        own = find(line, "cac:InvoicePeriod/cbc:EndDate")
        if end and own is not None and value(own) > end:
            yield own


@PEPPOL.rule("PEPPOL-EN16931-R121", "A price is for more than 0 units")
def price_is_for_something(document: Document) -> Iterator[Element]:
    for line in document.lines:
        units = find(line, "cac:Price/cbc:BaseQuantity")
        if units is not None and (number(units) or 0) <= 0:
            yield units


@PEPPOL.rule("PEPPOL-EN16931-R130", "A price is for the same unit as the line's quantity")
def price_has_the_same_unit(document: Document) -> Iterator[Element]:
    for line in document.lines:
        units, quantity = find(line, "cac:Price/cbc:BaseQuantity"), document.quantity(line)
        if units is not None and quantity is not None:
            unit = units.get("unitCode")
            if unit is not None and unit != quantity.get("unitCode"):
                yield units
