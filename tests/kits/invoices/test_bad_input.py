"""What can not be read ends in an error that names place and remedy: never a crash, never a guess."""

import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringar_kits.invoices import InvoiceError, check_invoice, read_invoice, write_invoice
from tests.kits.invoices.drawn import FIXED

WHOLE = write_invoice(FIXED)
BOMB = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">%s]><Invoice>&z;</Invoice>"""
ENTITIES = b"".join(b'<!ENTITY %c "%s">' % (98 + place, b"&%c;" % (97 + place) * 10) for place in range(25))


def swapped(old: str, new: str) -> bytes:
    assert old.encode() in WHOLE
    return WHOLE.replace(old.encode(), new.encode(), 1)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not whole XML"),
        (b"Hej", "not whole XML"),
        (WHOLE[:-40], "not whole XML"),
        (WHOLE.replace(b"kommun", b"k\xe4\xff"), "not whole XML"),
        (b"<html/>", "root element is html, not an Invoice"),
        (WHOLE.replace(b"Invoice-2", b"Order-2"), "not an Invoice or a CreditNote"),
        (b"x" * 50_000_000, "50 MB|48 MB"),
        (BOMB % ENTITIES, "document type|not whole XML"),
        (b'<!DOCTYPE Invoice SYSTEM "http://127.0.0.1:1/x.dtd">' + WHOLE.split(b"?>", 1)[1], "document type"),
        (swapped('currencyID="SEK">200.00', 'currencyID="EUR">200.00'), "the amount is in EUR, the document in SEK"),
        (swapped("<cbc:DocumentCurrencyCode>SEK", "<cbc:DocumentCurrencyCode>kr"), "'kr' is no currency"),
        (swapped("200.00", "2 00,00"), "is no number"),
        (swapped("200.00", "NaN"), "'NaN' is no number"),
        (swapped("200.00", "1e400"), "'1e400' is no number"),
        (swapped("200.00", "٢٠٠"), "is no number"),
        (swapped("200.00", "9" * 50_000), "is no number"),
        (swapped("2026-11-02", "2026-02-30"), "'2026-02-30' is no date"),
        (swapped("2026-11-02", "20261102"), "is no date"),
        (swapped("<cbc:ID>70100001</cbc:ID>", ""), "cbc:ID is missing"),
        (swapped("<cbc:ID>70100001<", "<cbc:ID> <"), "cbc:ID is empty"),
        (WHOLE.replace(b"InvoiceLine>", b"OtherLine>"), "the document has no line"),
        (swapped("</cbc:PriceAmount>", "</cbc:PriceAmount><cbc:BaseQuantity>0</cbc:BaseQuantity>"), "for 0 units"),
    ],
)  # fmt: skip
def test_invoice_when_it_can_not_be_read_then_says_where_and_what_to_do(data: bytes, said: str) -> None:
    with pytest.raises(InvoiceError, match=said) as told:
        read_invoice(data)
    assert told.value.remedy
    assert len(str(told.value)) < 400
    if "number" in said or "date" in said or "amount is in" in said:
        assert told.value.place.startswith("line ")


def test_bomb_when_read_then_stopped_soon_and_small() -> None:
    tracemalloc.start()
    start = time.perf_counter()
    with pytest.raises(InvoiceError):
        check_invoice(BOMB % ENTITIES)
    assert time.perf_counter() - start < 2
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_entity_when_it_names_a_file_then_the_file_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hemligt", encoding="utf-8")
    data = (
        f'<!DOCTYPE Invoice [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'.encode()
        + swapped(">30 dagar netto<", ">&x;<").split(b"?>", 1)[1]
    )
    with pytest.raises(InvoiceError, match="document type") as told:
        read_invoice(data)
    assert "hemligt" not in str(told.value)


def test_invoice_when_in_another_encoding_that_it_names_then_read() -> None:
    data = WHOLE.decode().replace("UTF-8", "ISO-8859-1", 1).encode("iso-8859-1")
    assert read_invoice(data) == FIXED


def test_invoice_when_texts_are_odd_then_kept_as_they_are() -> None:
    odd = "א\u202e 😀 <&\"'>]]> å" + "x" * 50_000
    changed = read_invoice(swapped(">30 dagar netto<", ">x<"))
    kept = read_invoice(write_invoice(changed.__class__(**{**vars(changed), "terms": odd})))
    assert kept.terms == odd


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_bytes_when_any_then_an_error_of_ours(data: bytes) -> None:
    for read in (read_invoice, check_invoice):
        with pytest.raises(InvoiceError):
            read(data)


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 200), st.binary(max_size=40))
@settings(max_examples=300, deadline=None)
def test_invoice_when_a_part_is_spoilt_then_read_or_refused(start: int, length: int, put: bytes) -> None:
    data = WHOLE[:start] + put + WHOLE[start + length :]
    for read in (read_invoice, check_invoice):
        try:
            read(data)
        except InvoiceError as error:
            assert error.remedy
