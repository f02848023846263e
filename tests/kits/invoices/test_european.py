"""Rules of EN 16931: each finds the fault it is about, and a whole invoice has none."""

import pytest

from ringar_kits.invoices import check_invoice, write_invoice
from ringar_kits.invoices.check import RULES
from ringar_kits.invoices.european import EUROPEAN
from tests.kits.invoices.drawn import FIXED

WHOLE = write_invoice(FIXED).decode()
# What is changed in a whole invoice, by the rule that must say so.
FAULTS = {
    "BR-01": ("<cbc:CustomizationID>urn:cen.eu:en16931:2017", "<cbc:CustomizationID/><cbc:X>"),
    "BR-02": ("<cbc:ID>70100001", "<cbc:ID>"),
    "BR-03": ("2026-11-02", ""),
    "BR-04": ("<cbc:InvoiceTypeCode>380", "<cbc:InvoiceTypeCode>"),
    "BR-05": ("<cbc:DocumentCurrencyCode>SEK", "<cbc:DocumentCurrencyCode>"),
    "BR-06": ("<cbc:RegistrationName>Ringsala kommun", "<cbc:RegistrationName>"),
    "BR-07": ("<cbc:RegistrationName>Åkerlid &amp; Söner &lt;AB&gt;", "<cbc:RegistrationName>"),
    "BR-09": ("<cbc:IdentificationCode>SE", "<cbc:IdentificationCode>"),
    "BR-12": ('<cbc:LineExtensionAmount currencyID="SEK">200.00</cbc:LineExtensionAmount>', ''),
    "BR-13": ('<cbc:TaxExclusiveAmount currencyID="SEK">200.00</cbc:TaxExclusiveAmount>', ''),
    "BR-14": ('<cbc:TaxInclusiveAmount currencyID="SEK">225.00</cbc:TaxInclusiveAmount>', ''),
    "BR-15": ('<cbc:PayableAmount currencyID="SEK">225.00</cbc:PayableAmount>', ''),
    "BR-16": ("InvoiceLine>", "Line>"),
    "BR-21": ("<cbc:ID>2<", "<cbc:ID><"),
    "BR-22": ('<cbc:InvoicedQuantity unitCode="C62">2</cbc:InvoicedQuantity>', ''),
    "BR-23": ('InvoicedQuantity unitCode="C62"', "InvoicedQuantity"),
    "BR-24": ('<cbc:LineExtensionAmount currencyID="SEK">100.00</cbc:LineExtensionAmount>', ''),
    "BR-25": ("<cbc:Name>Slamtömning", "<cbc:Name>"),
    "BR-26": ('<cbc:PriceAmount currencyID="SEK">50.00</cbc:PriceAmount>', ''),
    "BR-27": ('PriceAmount currencyID="SEK">50', 'PriceAmount currencyID="SEK">-50'),
    "BR-55": (
        "<cac:AccountingSupplierParty>",
        "<cac:BillingReference><cac:InvoiceDocumentReference/></cac:BillingReference><cac:AccountingSupplierParty>",
    ),
    "BR-CL-17": ("<cbc:ID>E<", "<cbc:ID>Q<"),
    "BR-CO-04": ('<cbc:ID>E</cbc:ID>', ''),
    "BR-CO-10": ('LineExtensionAmount currencyID="SEK">200.00', 'LineExtensionAmount currencyID="SEK">200.01'),
    "BR-CO-11": (
        "<cbc:PayableAmount",
        '<cbc:AllowanceTotalAmount currencyID="SEK">1</cbc:AllowanceTotalAmount><cbc:PayableAmount',
    ),
    "BR-CO-12": (
        "<cbc:PayableAmount",
        '<cbc:ChargeTotalAmount currencyID="SEK">1</cbc:ChargeTotalAmount><cbc:PayableAmount',
    ),
    "BR-CO-13": ('TaxExclusiveAmount currencyID="SEK">200.00', 'TaxExclusiveAmount currencyID="SEK">200.01'),
    "BR-CO-14": ('TaxAmount currencyID="SEK">25.00', 'TaxAmount currencyID="SEK">25.01'),
    "BR-CO-15": ('TaxInclusiveAmount currencyID="SEK">225.00', 'TaxInclusiveAmount currencyID="SEK">225.01'),
    "BR-CO-16": ('PayableAmount currencyID="SEK">225.00', 'PayableAmount currencyID="SEK">225.01'),
    "BR-CO-17": ("<cbc:Percent>25<", "<cbc:Percent>6<"),
    "BR-CO-18": ("TaxSubtotal>", "Subtotal>"),
    "BR-S-08": ('TaxableAmount currencyID="SEK">100.00<', 'TaxableAmount currencyID="SEK">101.00<'),
    "BR-S-10": ("</cbc:Percent>", "</cbc:Percent><cbc:TaxExemptionReason>Nej</cbc:TaxExemptionReason>"),
    "BR-E-10": ("<cbc:TaxExemptionReason>Undantaget</cbc:TaxExemptionReason>", ""),
}  # fmt: skip
# The same functions as BR-E-10, BR-S-10 and BR-S-08, with another category; and the buyer's country as the seller's.
ALIKE = {
    "BR-11",
    "BR-Z-10",
    *(f"BR-{category}-{number}" for category in ("AE", "IC", "G", "O") for number in ("08", "10")),
}
ALIKE |= {"BR-E-08", "BR-Z-08"}


def test_whole_when_checked_then_breaks_nothing() -> None:
    assert check_invoice(WHOLE.encode()) == []


def spoilt(rule: str) -> bytes:
    """The whole invoice with the fault of that rule."""
    old, new = FAULTS[rule]
    assert old in WHOLE
    every = rule in ("BR-16", "BR-CO-18", "BR-CL-17", "BR-CO-04")
    data = WHOLE.replace(old, new) if every else WHOLE.replace(old, new, 1)
    return (data.replace("</cbc:CustomizationID>", "</cbc:X>") if rule == "BR-01" else data).encode()


@pytest.mark.parametrize("rule", FAULTS)
def test_rule_when_broken_then_found(rule: str) -> None:
    assert rule in {finding.rule for finding in check_invoice(spoilt(rule))}


def test_rules_when_listed_then_each_has_its_fault_here_and_one_name() -> None:
    assert {rule.name for rule in EUROPEAN} == FAULTS.keys() | ALIKE
    assert len({rule.name for rule in RULES}) == len(RULES)
