"""What a rule is: an id, a severity, a sentence, and a function that yields the elements that break it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property

from ringar_kits.invoices.xml import CAC, CBC, Element, find, find_all, kind_of, text

ERROR, WARNING = "error", "warning"
NEAR = Decimal("0.02")  # how far the standard lets a rounded product be from what is stated


class Document:
    """An Invoice or a CreditNote, whole or in part, with what most rules ask for."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.kind = kind_of(root)
        self.currency = text(root, "cbc:DocumentCurrencyCode")
        self.tax_currency = text(root, "cbc:TaxCurrencyCode")
        self.lines = find_all(root, f"cac:{self.kind}Line")
        self.seller = find(root, "cac:AccountingSupplierParty/cac:Party")
        self.buyer = find(root, "cac:AccountingCustomerParty/cac:Party")
        self.type_code = text(root, f"cbc:{self.kind}TypeCode")
        self.profile = text(root, "cbc:ProfileID")

    @cached_property
    def seller_country(self) -> str:
        """The two letters of the seller's country."""
        return text(self.seller, "cac:PostalAddress/cac:Country/cbc:IdentificationCode")

    @cached_property
    def buyer_country(self) -> str:
        """The two letters of the buyer's country."""
        return text(self.buyer, "cac:PostalAddress/cac:Country/cbc:IdentificationCode")

    @cached_property
    def adjustments(self) -> list[Element]:
        """Discounts and charges on the document and on lines, but not inside prices."""
        of_lines = [each for line in self.lines for each in find_all(line, "cac:AllowanceCharge")]
        return find_all(self.root, "cac:AllowanceCharge") + of_lines

    def quantity(self, line: Element) -> Element | None:
        """What is invoiced or credited on a line."""
        return find(line, "cbc:InvoicedQuantity" if self.kind == "Invoice" else "cbc:CreditedQuantity")

    def every(self, *names: str) -> Iterator[Element]:
        """All elements of these names anywhere: cbc:… or cac:…."""
        spaces = {"cbc": CBC, "cac": CAC}
        tags = [f"{{{spaces[name[:3]]}}}{name[4:]}" for name in names]
        return iter(self.root.iter(*tags))


Check = Callable[[Document], Iterator[Element]]


@dataclass(frozen=True)
class Rule:
    """One rule of the standard, of Peppol or of Sweden."""

    name: str
    text: str
    check: Check
    severity: str = ERROR


class Rules(list[Rule]):
    """A list of rules that functions are put in by a decorator."""

    def rule(self, name: str, text: str, severity: str = ERROR) -> Callable[[Check], Check]:
        """Put the function below in the list."""

        def put(check: Check) -> Check:
            self.append(Rule(name, text, check, severity))
            return check

        return put


def number(element: Element | None) -> Decimal | None:
    """The number of an element; None where there is none, or none that can be read (another rule says so)."""
    try:
        found = Decimal((element.text or "").strip()) if element is not None else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def number_at(element: Element, path: str) -> Decimal | None:
    """The number at a path."""
    return number(find(element, path))


def value(element: Element) -> str:
    """The text of an element, with no space around it."""
    return (element.text or "").strip()


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (mod 10, every other doubled)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
