"""Credit notes: they cancel their invoice to the öre, refer to it, and break no rule."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from ringar_kits.invoices import InvoiceError, check_invoice, make_credit_note, read_invoice, write_invoice
from ringar_kits.invoices.model import Adjustment, Invoice, Reference, Tax, add_up
from tests.kits.invoices.drawn import FIXED, any_invoices, invoices

DAY = date(2026, 12, 31)
SHARES = st.decimals("0.01", "0.99", places=2)


def counted_again(note: Invoice) -> None:
    """The sums, counted by other code than the kit's: plain kronor and öre as whole numbers."""
    ore = {}
    for line in note.lines:
        ore[line.tax] = ore.get(line.tax, 0) + int(line.amount * 100)
    for change in note.adjustments:
        ore[change.tax] = ore.get(change.tax, 0) + int(change.amount * 100) * (1 if change.is_charge else -1)
    vat = {tax: (base * int(tax.rate or 0) * 2 + 100) // 200 for tax, base in ore.items()}
    assert {part.tax: int(part.amount * 100) for part in note.tax_sums} == vat
    assert int(note.totals.payable * 100) == sum(ore.values()) + sum(vat.values())


@given(invoices())
@settings(max_examples=30, deadline=None)
def test_invoice_when_drawn_then_adds_up_passes_and_survives_the_file(invoice: Invoice) -> None:
    data = write_invoice(invoice)
    assert read_invoice(data) == invoice
    assert check_invoice(data) == []
    counted_again(invoice)


@given(invoices())
@settings(max_examples=30, deadline=None)
def test_credit_note_when_whole_then_is_the_invoice_to_the_ore(invoice: Invoice) -> None:
    data = make_credit_note(invoice, number="K1", issued=DAY, reason=" Fel\n pris ")
    note = read_invoice(data)
    assert check_invoice(data) == []
    assert (note.is_credit, note.type_code, note.note) == (True, "381", "Fel pris")
    assert note.preceding == (Reference(invoice.number, invoice.issued),)
    assert (note.due, note.payments) == (None, ()), "nothing is to be paid by it"
    assert (note.totals, note.tax_sums, note.lines) == (invoice.totals, invoice.tax_sums, invoice.lines)


def booked(document: bytes) -> list[tuple[str, str, Decimal]]:
    """Every amount that the document states, where and in which currency: of a credit note, below 0."""
    root = etree.fromstring(document)
    sign = -1 if "CreditNote" in root.tag else 1
    amounts = [(place_of(each), each.get("currencyID"), sign * Decimal(each.text)) for each in root.iter("{*}*")
               if each.get("currencyID")]  # fmt: skip
    return sorted(each for each in amounts if "Price" not in each[0])


def place_of(element: etree._Element) -> str:
    names = [etree.QName(each).localname for each in (element, *element.iterancestors())][:-1]
    return "/".join(reversed(names)).replace("CreditNoteLine", "InvoiceLine")


@given(any_invoices())
@settings(max_examples=40, deadline=None)
def test_credit_note_when_of_any_invoice_then_passes_and_every_amount_of_both_sums_to_nothing(
    invoice: Invoice,
) -> None:
    assume(invoice.totals.payable > 0)
    document = write_invoice(invoice)
    assert check_invoice(document) == []
    note = make_credit_note(invoice, number="K1", issued=DAY, reason="Fel")
    assert check_invoice(note) == []
    back = [(place, currency, -amount) for place, currency, amount in booked(note)]
    assert sorted(back) == booked(document)


@given(invoices(), SHARES)
@settings(max_examples=30, deadline=None)
def test_credit_note_when_a_share_then_adds_up_and_is_near_that_share(
    invoice: Invoice, share: Decimal
) -> None:
    # An öre cannot be halved: a share of next to nothing may round to nothing, which is refused.
    assume(invoice.totals.payable * share > 1)
    data = make_credit_note(invoice, number="K1", issued=DAY, reason="Halva tiden", share=share)
    note = read_invoice(data)
    assert check_invoice(data) == []
    counted_again(note)
    roundings = (
        sum(2 + len(line.adjustments) for line in note.lines) + len(note.adjustments) + len(note.tax_sums)
    )
    assert abs(note.totals.payable - invoice.totals.payable * share) <= Decimal("0.01") * roundings


@given(invoices(), st.data())
@settings(max_examples=30, deadline=None)
def test_credit_notes_when_each_line_is_credited_then_lines_sum_to_the_invoice(
    invoice: Invoice, data: st.DataObject
) -> None:
    invoice = add_up(replace(invoice, adjustments=()))
    numbers = data.draw(st.permutations([line.number for line in invoice.lines]))
    notes = [
        read_invoice(make_credit_note(invoice, number=f"K{each}", issued=DAY, reason="Fel", lines=[each]))
        for each in numbers
    ]
    assert sum((note.totals.without_tax for note in notes), Decimal(0)) == invoice.totals.without_tax
    for note in notes:
        assert check_invoice(write_invoice(note)) == []
        counted_again(note)


def test_credit_note_when_half_then_half_of_everything() -> None:
    note = read_invoice(make_credit_note(FIXED, number="K1", issued=DAY, reason="Fel", share=Decimal("0.5")))
    assert [line.quantity for line in note.lines] == [1, 1]
    assert [(part.tax.category, part.amount) for part in note.tax_sums] == [("S", Decimal("12.50")), ("E", 0)]
    assert (note.totals.payable, note.tax_sums[1].reason) == (Decimal("112.50"), "Undantaget")


def test_credit_note_when_part_was_paid_then_whole_mirrors_it_and_share_is_of_the_sum() -> None:
    sums = replace(FIXED.totals, prepaid=Decimal("25.00"), rounding=Decimal("0.50"))
    paid = add_up(replace(FIXED, totals=sums))
    assert paid.totals.payable == Decimal("200.50")
    whole = read_invoice(make_credit_note(paid, number="K1", issued=DAY, reason="Fel"))
    assert whole.totals == paid.totals
    data = make_credit_note(paid, number="K2", issued=DAY, reason="Fel", share=Decimal("0.5"))
    half = read_invoice(data).totals
    assert (half.prepaid, half.rounding, half.payable) == (None, None, Decimal("112.50"))
    assert check_invoice(data) == []


def test_credit_note_when_one_line_then_only_its_vat() -> None:
    note = read_invoice(make_credit_note(FIXED, number="K1", issued=DAY, reason="Fel", lines={"2"}))
    assert (note.totals.payable, note.tax_total, len(note.tax_sums)) == (100, 0, 1)


def test_credit_note_when_vat_is_in_kronor_too_then_whole_keeps_it_and_share_leaves_it_out() -> None:
    both = replace(FIXED, currency="EUR", tax_currency="SEK", tax_total_own_currency=Decimal("285.50"))
    whole = read_invoice(make_credit_note(both, number="K1", issued=DAY, reason="Fel"))
    assert (whole.tax_currency, whole.tax_total_own_currency) == ("SEK", Decimal("285.50"))
    half = read_invoice(make_credit_note(both, number="K1", issued=DAY, reason="Fel", share=Decimal("0.5")))
    assert half.tax_currency == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"number": " "}, "a number of its own"),
        ({"number": FIXED.number}, "a number of its own"),
        ({"reason": "\n"}, "the reason is empty"),
        ({"issued": FIXED.issued - timedelta(days=1)}, "before the invoice"),
        ({"share": Decimal(0)}, "no share"),
        ({"share": Decimal("1.01")}, "no share"),
        ({"lines": ["9"]}, "no line 9. It has 1, 2"),
        ({"lines": []}, "no line"),
        ({"share": Decimal("0.00001")}, "comes to nothing"),
        ({"reason": "\x00"}, "a character that XML can not"),
    ],
)
def test_credit_note_when_asked_wrongly_then_says_why(changes: dict[str, object], said: str) -> None:
    asked = {"number": "K1", "issued": DAY, "reason": "Fel"} | changes
    with pytest.raises(InvoiceError, match=said):
        make_credit_note(FIXED, **asked)  # type: ignore[arg-type]  # wrong on purpose


def test_credit_note_when_of_a_credit_note_then_refused() -> None:
    note = read_invoice(make_credit_note(FIXED, number="K1", issued=DAY, reason="Fel"))
    with pytest.raises(InvoiceError, match="gives money back already"):
        make_credit_note(note, number="K2", issued=DAY, reason="Fel")


def test_credit_note_when_lines_of_an_invoice_with_discount_on_the_whole_then_refused() -> None:
    discount = Adjustment(is_charge=False, amount=Decimal(10), reason="Rabatt", tax=Tax("S", Decimal(25)))
    with pytest.raises(InvoiceError, match="Credit a share"):
        make_credit_note(
            add_up(replace(FIXED, adjustments=(discount,))),
            number="K1",
            issued=DAY,
            reason="Fel",
            lines=["1"],
        )
