"""The rules of EN 16931 as published, and UBL's schema, look at what is written here: a second opinion."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ringar.demo.world.invent import invent_invoices
from ringar_kits.invoices import InvoiceError, check_invoice, make_credit_note, write_invoice
from ringar_kits.invoices.european import EUROPEAN
from ringar_kits.invoices.official import check_officially, is_at_hand, official_folder
from tests.kits.invoices.drawn import FIXED
from tests.kits.invoices.test_european import FAULTS, spoilt

DAY = date(2026, 11, 2)
KNOWN = {rule.name for rule in EUROPEAN}
official = pytest.mark.skipif(not is_at_hand(), reason="the extra `invoices` is not installed")


@official
def test_documents_when_written_here_then_published_rules_find_nothing() -> None:
    for invoice in [FIXED, *invent_invoices(seed=5, count=25, issued=DAY)]:
        half = {"reason": "Fel", "issued": DAY, "share": Decimal("0.37")}
        for data in (
            write_invoice(invoice),
            make_credit_note(invoice, number="K1", issued=DAY, reason="Fel"),
            make_credit_note(invoice, number="K2", **half),  # type: ignore[arg-type]  # named above
        ):
            assert check_officially(data) == []


@official
@pytest.mark.parametrize("rule", FAULTS)
def test_rule_when_broken_then_published_rules_say_so_too(rule: str) -> None:
    assert rule in {finding.rule for finding in check_officially(spoilt(rule))}


@official
def test_rules_when_named_then_all_are_among_the_published() -> None:
    published = (official_folder() / "EN16931-UBL-validation.xslt").read_text(encoding="utf-8")
    assert not {name for name in KNOWN if f"[{name}]" not in published}


@official
def test_examples_when_checked_then_we_agree_on_the_rules_that_are_here(data: Path) -> None:
    paths = sorted((data / "invoices_peppol").glob("*examples/**/*.xml"))
    for path in paths:
        ours = {finding.rule for finding in check_invoice(path.read_bytes())} & KNOWN
        assert ours == {finding.rule for finding in check_officially(path.read_bytes())} & KNOWN, path.name


def test_check_when_the_extra_is_absent_then_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringar_kits.invoices.official.find_spec", lambda name: None)
    with pytest.raises(InvoiceError, match=r"ringar\[invoices\]"):
        check_officially(write_invoice(FIXED))
