"""Peppol's rules on numbers of companies and places: length, form and check digits, by the scheme they are given in."""

import re
from collections.abc import Callable, Iterator

from ringar_kits.invoices.rules import ERROR, WARNING, Check, Document, Rules, luhn, value
from ringar_kits.invoices.xml import Element

IDENTIFIERS = Rules()


def _gln(text: str) -> bool:
    """Mod 10 with weights 3 and 1 from the right."""
    if not re.fullmatch("[0-9]{2,}", text):
        return False
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(text[:-1])))
    return -total % 10 == int(text[-1])


def _norwegian(text: str) -> bool:
    """Mod 11 over eight digits."""
    if not re.fullmatch("[0-9]{9}", text):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, (3, 2, 7, 6, 5, 4, 3, 2), strict=False))
    return -total % 11 == int(text[-1])


def _danish(text: str) -> bool:
    return bool(re.fullmatch("(DK)?[0-9]{8}", text))


def _belgian(text: str) -> bool:
    """Mod 97 over eight digits."""
    return bool(re.fullmatch("[0-9]{10}", text)) and 97 - int(text[:8]) % 97 == int(text[8:])


def _italian_office(text: str) -> bool:
    return bool(re.fullmatch("[A-Za-z0-9]{6}", text))


def _italian_person(text: str) -> bool:
    return bool(re.fullmatch("[0-9]{11}|[A-Za-z0-9]{16}", text))


def _italian_vat(text: str) -> bool:
    return bool(re.fullmatch("IT[0-9]{11}", text)) and luhn(text[2:])


def _swedish(text: str) -> bool:
    return bool(re.fullmatch("[0-9]{10}", text)) and luhn(text)


def _australian(text: str) -> bool:
    """Mod 89, after 1 is taken from the first digit."""
    if not re.fullmatch("[0-9]{11}", text):
        return False
    weights = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)
    digits = [int(digit) for digit in text]
    digits[0] -= 1
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 89 == 0


def _wrong(scheme: str, is_right: Callable[[str], bool]) -> Check:
    """All numbers given in this scheme that are not right."""

    def check(document: Document) -> Iterator[Element]:
        for each in document.every("cbc:EndpointID", "cbc:ID", "cbc:CompanyID"):
            if each.get("schemeID") == scheme and not is_right(value(each)):
                yield each

    return check


for _name, _scheme, _text, _is_right, _severity in (
    ("PEPPOL-COMMON-R040", "0088", "A GLN is digits and ends with its check digit", _gln, ERROR),
    ("PEPPOL-COMMON-R041", "0192", "A Norwegian company number ends with its check digit", _norwegian, ERROR),
    ("PEPPOL-COMMON-R042", "0184", "A Danish company number has 8 digits", _danish, ERROR),
    ("PEPPOL-COMMON-R043", "0208", "A Belgian company number ends with its check digits", _belgian, ERROR),
    ("PEPPOL-COMMON-R044", "0201", "An Italian office code has 6 characters", _italian_office, WARNING),
    (
        "PEPPOL-COMMON-R045",
        "0210",
        "An Italian tax code has 11 digits or 16 characters",
        _italian_person,
        WARNING,
    ),
    (
        "PEPPOL-COMMON-R046",
        "9907",
        "An Italian tax code has 11 digits or 16 characters",
        _italian_person,
        WARNING,
    ),
    ("PEPPOL-COMMON-R047", "0211", "An Italian VAT number ends with its check digit", _italian_vat, WARNING),
    (
        "PEPPOL-COMMON-R049",
        "0007",
        "A Swedish company number is 10 digits with a check digit",
        _swedish,
        ERROR,
    ),
    ("PEPPOL-COMMON-R050", "0151", "An Australian business number has its check digits", _australian, ERROR),
):
    IDENTIFIERS.rule(_name, _text, _severity)(_wrong(_scheme, _is_right))
