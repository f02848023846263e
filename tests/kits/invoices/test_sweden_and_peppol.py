"""Swedish and Peppol's rules on an invoice of our own, for machines without the official test sets."""

from dataclasses import replace

import pytest

from ringar_kits.invoices import check_invoice, write_invoice
from ringar_kits.invoices.model import Payment
from tests.kits.invoices.drawn import FIXED

BANK = Payment("30", reference="70100001", account="5050105", bank="SE:BANKGIRO")
WHOLE = write_invoice(replace(FIXED, payments=(BANK,))).decode()
SELLER = '<cbc:CompanyID schemeID="0007">2021005489<'
PLUS = WHOLE.replace("SE:BANKGIRO", "SE:PLUSGIRO")
FAULTS = {
    "SE-R-001": ("SE202100548901", "SE20210054890199"),
    "SE-R-002": ("SE202100548901", "SE2021005489XY"),
    "SE-R-003": (SELLER, SELLER.replace("2021005489", "SE21005489")),
    "SE-R-004": (SELLER, SELLER.replace("2021005489", "162021005489")),
    "SE-R-005": ("Godkänd för F-skatt", "Godkänd för A-skatt"),
    "SE-R-006": ("<cbc:Percent>25<", "<cbc:Percent>24<"),
    "SE-R-008": ("5050105", "505-0105"),
    "SE-R-009": ("5050105", "505010"),
    "SE-R-011": ("<cbc:PaymentMeansCode>30", "<cbc:PaymentMeansCode>50"),
    "SE-R-012": ("<cbc:PaymentMeansCode>30", "<cbc:PaymentMeansCode>31"),
    "SE-R-013": (SELLER, SELLER.replace("2021005489", "2021005480")),
    "PEPPOL-COMMON-R049": ('EndpointID schemeID="0007">2021005489', 'EndpointID schemeID="0007">202100-5489'),
    "PEPPOL-EN16931-CL007": ('currencyID="SEK">225.00', 'currencyID="SKR">225.00'),
    "PEPPOL-EN16931-CL008": ('EndpointID schemeID="0007"', 'EndpointID schemeID="1234"'),
    "PEPPOL-EN16931-F001": ("2026-11-02", "2026-11-31"),
    "PEPPOL-EN16931-P0100": (">380<", ">381<"),
    "PEPPOL-EN16931-R001": ("cbc:ProfileID>", "cbc:Profile>"),
    "PEPPOL-EN16931-R003": ("<cbc:BuyerReference>REF1</cbc:BuyerReference>", ""),
    "PEPPOL-EN16931-R004": ("billing:3.0<", "billing:2.0<"),
    "PEPPOL-EN16931-R007": ("billing:01:1.0", "billing:1"),
    "PEPPOL-EN16931-R051": ('currencyID="SEK">225.00', 'currencyID="EUR">225.00'),
    "PEPPOL-EN16931-R053": ("cac:TaxTotal>", "cac:Total>"),
    "PEPPOL-EN16931-R120": ('unitCode="C62">2<', 'unitCode="C62">3<'),
}


def rules(document: str) -> set[str]:
    return {finding.rule for finding in check_invoice(document.encode())}


def test_whole_when_checked_then_breaks_nothing() -> None:
    assert rules(WHOLE) == rules(PLUS) == set()


@pytest.mark.parametrize("rule", FAULTS)
def test_rule_when_broken_then_found(rule: str) -> None:
    old, new = FAULTS[rule]
    assert old in WHOLE
    assert rule in rules(WHOLE.replace(old, new))


def test_plusgiro_when_wrong_then_found() -> None:
    assert rules(PLUS.replace("5050105", "PG50501")) == {"SE-R-007"}
    assert rules(PLUS.replace("5050105", "505010555")) == {"SE-R-010"}


def test_swedish_rules_when_the_seller_is_foreign_then_do_not_bind() -> None:
    foreign = WHOLE.replace("<cbc:IdentificationCode>SE", "<cbc:IdentificationCode>NO", 1).replace(
        "5050105", "x"
    )
    assert not {rule for rule in rules(foreign) if rule.startswith("SE-")}


def test_warnings_when_found_then_stand_last_and_stop_nothing() -> None:
    found = check_invoice(WHOLE.replace("5050105", "505010").replace(">380<", ">1<").encode())
    assert [(each.rule, each.is_error) for each in found] == [
        ("PEPPOL-EN16931-P0100", True),
        ("SE-R-009", False),
    ]
    assert found[1].place.startswith("line ") and "PayeeFinancialAccount" in found[1].place
