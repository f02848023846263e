"""Swedish rules of Peppol BIS Billing: numbers, VAT rates and giro accounts of Swedish sellers."""

import re
from collections.abc import Iterator

from ringar_kits.invoices.rules import WARNING, Document, Rules, luhn, number_at, value
from ringar_kits.invoices.xml import Element, find, find_all, text

SWEDEN = Rules()
BANK, PLUS = "SE:BANKGIRO", "SE:PLUSGIRO"
RATES = {6, 12, 25}


def _vat_numbers(document: Document) -> list[Element]:
    """VAT numbers of a Swedish seller that begin with SE."""
    if document.seller_country != "SE":
        return []
    schemes = find_all(document.seller, "cac:PartyTaxScheme")
    found = [find(each, "cbc:CompanyID") for each in schemes if text(each, "cac:TaxScheme/cbc:ID") == "VAT"]
    return [each for each in found if each is not None and value(each).startswith("SE")]


def _company_numbers(document: Document) -> list[Element]:
    if document.seller_country != "SE":
        return []
    return find_all(document.seller, "cac:PartyLegalEntity/cbc:CompanyID")


def _accounts(document: Document, giro: str) -> list[Element]:
    """Accounts of a Swedish seller's credit transfers (code 30) by this giro."""
    if document.seller_country != "SE":
        return []
    path = "cac:PayeeFinancialAccount"
    means = [
        each
        for each in find_all(document.root, "cac:PaymentMeans")
        if text(each, "cbc:PaymentMeansCode") == "30"
        and text(each, f"{path}/cac:FinancialInstitutionBranch/cbc:ID") == giro
    ]
    return [account for each in means for account in find_all(each, f"{path}/cbc:ID")]


def _codes(document: Document, *codes: str) -> Iterator[Element]:
    """Payment codes of a Swedish seller that are among these."""
    if document.seller_country == "SE":
        found = find_all(document.root, "cac:PaymentMeans/cbc:PaymentMeansCode")
        yield from (each for each in found if value(each) in codes)


@SWEDEN.rule("SE-R-001", "A Swedish VAT number has 14 characters")
def vat_number_is_long_enough(document: Document) -> Iterator[Element]:
    yield from (each for each in _vat_numbers(document) if len(value(each)) != 14)


@SWEDEN.rule("SE-R-002", "A Swedish VAT number ends with 12 digits")
def vat_number_is_digits(document: Document) -> Iterator[Element]:
    yield from (each for each in _vat_numbers(document) if not re.fullmatch("[0-9]{12}", value(each)[2:14]))


@SWEDEN.rule("SE-R-003", "A Swedish company number is digits only")
def company_number_is_digits(document: Document) -> Iterator[Element]:
    yield from (each for each in _company_numbers(document) if not re.fullmatch("[0-9]+", value(each)))


@SWEDEN.rule("SE-R-004", "A Swedish company number has 10 digits")
def company_number_is_ten(document: Document) -> Iterator[Element]:
    yield from (each for each in _company_numbers(document) if len(value(each)) != 10)


@SWEDEN.rule("SE-R-005", "A tax registration other than VAT says 'Godkänd för F-skatt'")
def tax_note_is_known(document: Document) -> Iterator[Element]:
    if document.seller_country == "SE":
        for scheme in find_all(document.seller, "cac:PartyTaxScheme"):
            note = find(scheme, "cbc:CompanyID")
            other = text(scheme, "cac:TaxScheme/cbc:ID") != "VAT"
            if other and note is not None and value(note).upper() != "GODKÄND FÖR F-SKATT":
                yield note


@SWEDEN.rule("SE-R-006", "Swedish sellers' standard VAT is 6, 12 or 25 per cent")
def rate_is_swedish(document: Document) -> Iterator[Element]:
    if document.seller_country == "SE" and _vat_numbers(document):
        for tax in document.every("cac:TaxCategory", "cac:ClassifiedTaxCategory"):
            if text(tax, "cbc:ID") == "S" and number_at(tax, "cbc:Percent") not in RATES:
                yield tax


@SWEDEN.rule("SE-R-007", "A plusgiro number is digits only", WARNING)
def plusgiro_is_digits(document: Document) -> Iterator[Element]:
    yield from (each for each in _accounts(document, PLUS) if not re.fullmatch("[0-9]+", value(each)))


@SWEDEN.rule("SE-R-008", "A bankgiro number is digits only", WARNING)
def bankgiro_is_digits(document: Document) -> Iterator[Element]:
    yield from (each for each in _accounts(document, BANK) if not re.fullmatch("[0-9]+", value(each)))


@SWEDEN.rule("SE-R-009", "A bankgiro number has 7 or 8 digits", WARNING)
def bankgiro_has_its_length(document: Document) -> Iterator[Element]:
    yield from (each for each in _accounts(document, BANK) if len(value(each)) not in (7, 8))


@SWEDEN.rule("SE-R-010", "A plusgiro number has 2 to 8 digits", WARNING)
def plusgiro_has_its_length(document: Document) -> Iterator[Element]:
    yield from (each for each in _accounts(document, PLUS) if not 2 <= len(value(each)) <= 8)


@SWEDEN.rule(
    "SE-R-011", "Giro is stated as code 30 with SE:BANKGIRO or SE:PLUSGIRO, not as 50 or 56", WARNING
)
def giro_has_its_code(document: Document) -> Iterator[Element]:
    yield from _codes(document, "50", "56")


@SWEDEN.rule("SE-R-012", "A Swedish credit transfer has code 30, not 31", WARNING)
def transfer_has_its_code(document: Document) -> Iterator[Element]:
    yield from _codes(document, "31")


@SWEDEN.rule("SE-R-013", "The last digit of a Swedish company number is its check digit (Luhn)")
def company_number_checks(document: Document) -> Iterator[Element]:
    for each in _company_numbers(document):
        if re.fullmatch("[0-9]{10}", value(each)) and not luhn(value(each)):
            yield each
