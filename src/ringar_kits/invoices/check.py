"""Checks a document by EN 16931, Peppol BIS Billing 3.0 and the Swedish rules, as far as they are written here."""

from dataclasses import dataclass

from ringar_kits.invoices.european import EUROPEAN
from ringar_kits.invoices.identifiers import IDENTIFIERS
from ringar_kits.invoices.peppol import PEPPOL
from ringar_kits.invoices.rules import ERROR, WARNING, Document
from ringar_kits.invoices.sums import SUMS
from ringar_kits.invoices.sweden import SWEDEN
from ringar_kits.invoices.xml import parse, place

RULES = (*EUROPEAN, *PEPPOL, *SUMS, *IDENTIFIERS, *SWEDEN)
OTHER_COUNTRIES = "national rules of countries other than Sweden"
NOT_CHECKED = (
    "the XML schema of UBL 2.1",
    f"EN 16931 rules other than {', '.join(rule.name for rule in EUROPEAN)}",
    "the code lists of EN 16931 (BR-CL) other than VAT categories",
    OTHER_COUNTRIES,
)


@dataclass(frozen=True)
class Finding:
    """A rule that a document breaks: which, whether it stops the document, what it says, and where."""

    rule: str
    severity: str
    text: str
    place: str

    @property
    def is_error(self) -> bool:
        """Whether Peppol would refuse the document for it; a warning it would let through."""
        return self.severity == ERROR


def check_invoice(data: bytes) -> list[Finding]:
    """Every rule that an Invoice or a CreditNote breaks, errors first; empty where none is broken.

    Raises InvoiceError where it is no such document. `NOT_CHECKED` says what this does not look at: no finding
    means that none was found, not that every receiver takes it.
    """
    document = Document(parse(data))
    found = [
        Finding(rule.name, rule.severity, rule.text, place(element))
        for rule in RULES
        for element in rule.check(document)
    ]
    return sorted(found, key=lambda finding: finding.severity == WARNING)
