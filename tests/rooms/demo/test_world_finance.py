"""The finance system of the demo: what it says it did is what stands in its ground truth."""

import http.client
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from ringar.demo.world.invent import invent_invoices
from ringar_kits.invoices import Invoice, make_credit_note, read_invoice, write_invoice
from tests.world import PASSWORD, Server, ask, credits_of, facts, serving, start, switch

TODAY = date(2026, 11, 2)
OPEN, BEFORE, EURO = "70100001", "70100025", "70100040"


@pytest.fixture(scope="module")
def finance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(
        "finance", tmp_path_factory.mktemp("world"), "--invoices", "60", "--today", "2026-11-02"
    ) as server:
        yield server


def invoice(server: Server, number: str) -> Invoice:
    return read_invoice(ask(server, f"/api/invoices/{number}")[1]["ubl"].encode())


def note(server: Server, number: str, own_number: str = "K1") -> bytes:
    return make_credit_note(invoice(server, number), number=own_number, issued=TODAY, reason="Fel pris")


def test_invoices_when_invented_then_same_seed_same_ledger() -> None:
    first, again = (invent_invoices(seed=1, count=300, issued=TODAY) for _ in range(2))
    assert first == again != invent_invoices(seed=2, count=300, issued=TODAY)
    assert all(150 <= each.totals.payable <= 45_000 for each in first)
    assert {each.currency for each in first} == {"SEK", "EUR"}
    assert len({each.buyer.name for each in first}) > 50
    assert all(read_invoice(write_invoice(each)) == each for each in first)


def test_invoice_when_asked_for_then_told_with_its_ubl(finance: Server) -> None:
    status, told = ask(finance, f"/api/invoices/{EURO}")
    assert (status, told["currency"], told["status"]) == (200, "EUR", "open")
    assert read_invoice(told["ubl"].encode()).totals.payable == Decimal(told["amount"])
    before = ask(finance, f"/api/invoices/{BEFORE}")[1]
    assert (before["status"], before["credits"][0]["reason"]) == ("credited", "Krediterad för hand")
    assert ask(finance, "/api/invoices/1")[0] == 404


def test_invoices_when_searched_then_found_by_customer_and_amount(finance: Server) -> None:
    told = ask(finance, f"/api/invoices/{OPEN}")[1]
    asked = urllib.parse.urlencode({"customer": told["customer"], "amount": told["amount"]})
    found = ask(finance, f"/api/invoices?{asked}")[1]["invoices"]
    assert OPEN in [each["number"] for each in found]
    assert {each["customer"] for each in found} == {told["customer"]}
    assert ask(finance, "/api/invoices")[0] == 400


def test_interface_when_token_is_wrong_then_tells_nothing(finance: Server) -> None:
    assert ask(finance, f"/api/invoices/{OPEN}", password="fel")[0] == 401


def test_credit_when_posted_twice_with_key_then_done_once(finance: Server) -> None:
    first = ask(finance, "/api/credits", note(finance, "70100002"), key="case-1:credit")
    again = ask(finance, "/api/credits", note(finance, "70100002"), key="case-1:credit")
    assert first[0] == again[0] == 201
    assert first[1]["id"] == again[1]["id"]
    assert len(credits_of(finance, "70100002")) == 1
    status, known = ask(finance, "/api/credits/by-key/case-1:credit")
    assert (status, known["invoice"]) == (200, "70100002")
    assert ask(finance, "/api/credits/by-key/case-2:credit")[0] == 404
    assert ask(finance, "/api/invoices/70100002")[1]["status"] == "credited"


def test_credit_when_posted_twice_without_key_then_done_twice(finance: Server) -> None:
    for _ in range(2):
        assert ask(finance, "/api/credits", note(finance, "70100003"))[0] == 201
    assert len(credits_of(finance, "70100003")) == 2


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (lambda s: b"<oj", "not whole XML"),
        (lambda s: write_invoice(invoice(s, OPEN)), "Send a CreditNote"),
        (lambda s: note(s, OPEN).replace(OPEN.encode(), b"70999999"), "names no invoice"),
        (lambda s: note(s, OPEN).replace(b"SEK", b"EUR"), "in SEK"),
        (lambda s: note(s, OPEN).replace(b">381<", b">380<"), "PEPPOL-EN16931-P0101"),
    ],
)
def test_credit_when_it_can_not_be_booked_then_refused(finance: Server, body, said: str) -> None:  # type: ignore[no-untyped-def]  # a lambda of the table above
    before = facts(finance.data, "credit")
    status, told = ask(finance, "/api/credits", body(finance))
    assert status == 422
    assert said in told["error"]
    assert facts(finance.data, "credit") == before


def test_journal_when_posted_twice_with_key_then_written_once(finance: Server) -> None:
    ids = {
        ask(finance, "/api/journal", b'{"text": "krediterad"}', key="case-9:log")[1]["id"] for _ in range(3)
    }
    assert len(ids) == 1
    assert [row["key"] for row in facts(finance.data, "journal")].count("case-9:log") == 1
    assert ask(finance, "/api/journal/by-key/case-9:log")[1]["body"] == {"text": "krediterad"}
    assert ask(finance, "/api/journal", b"[]")[0] == 422


def test_pages_when_credited_by_hand_then_confirmed_first_and_done_at_each_press(finance: Server) -> None:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def press(path: str, **form: str) -> str:
        data = urllib.parse.urlencode(form).encode() if form else None
        return browser.open(finance.url + path, data).read().decode()

    assert "Lösenord" in press("/faktura/70100004")
    assert "Sök faktura" in press("/logga-in", anvandare="robot", losenord=PASSWORD)
    told = ask(finance, "/api/invoices/70100004")[1]
    assert "70100004" in press(
        f"/sok?kund={urllib.parse.quote(told['customer'][:6])}&belopp={told['amount']}"
    )
    assert "Orsak" in press("/faktura/70100004/kreditera")
    asked = press("/faktura/70100004/kreditera", orsak="Fel <pris>")
    assert "Bekräfta" in asked and "Fel &lt;pris&gt;" in asked
    assert not credits_of(finance, "70100004")
    for _ in range(2):
        assert re.search('id="status">Krediterad', press("/faktura/70100004/bekrafta", orsak="Fel pris"))
    assert press("/faktura/70100004").count("<td>Fel pris") == 2  # by its reason a robot knows its own again
    assert [each["reason"] for each in ask(finance, "/api/invoices/70100004")[1]["credits"]] == [
        "Fel pris"
    ] * 2
    done = credits_of(finance, "70100004")
    assert [(row["way"], row["key"]) for row in done] == [("pages", None)] * 2
    assert read_invoice(done[0]["body"]).preceding[0].number == "70100004"


def test_pages_when_password_is_wrong_then_stay_closed(finance: Server) -> None:
    browser = urllib.request.build_opener()
    data = urllib.parse.urlencode({"anvandare": "robot", "losenord": "fel"}).encode()
    with pytest.raises(urllib.error.HTTPError, match="403"):
        browser.open(finance.url + "/logga-in", data)


def test_finance_when_down_then_no_answer_and_nothing_done(finance: Server) -> None:
    body = note(finance, "70100005")
    switch(finance.data, down=1)
    try:
        with pytest.raises((http.client.HTTPException, OSError)):
            ask(finance, "/api/credits", body, key="down")
    finally:
        switch(finance.data, down=0)
    assert not credits_of(finance, "70100005")
    assert ask(finance, "/api/credits", body, key="down")[0] == 201


def test_finance_when_faulty_then_half_the_faults_come_after_the_deed(finance: Server) -> None:
    switch(finance.data, error_rate=1)
    try:
        for place in range(20):
            assert ask(finance, "/api/journal", b"{}", key=f"fault-{place}")[0] == 500
    finally:
        switch(finance.data, error_rate=0)
    done = [row for row in facts(finance.data, "journal") if str(row["key"]).startswith("fault-")]
    assert 0 < len(done) < 20


def test_finance_when_killed_after_the_answer_then_still_holds_it(tmp_path: Path) -> None:
    server = start("finance", tmp_path / "f.sqlite3", "--invoices", "30", "--delay-ms", "0")
    assert ask(server, "/api/journal", b"{}", key="kept")[0] == 201
    server.process.kill()
    server.stop()
    assert [row["key"] for row in facts(server.data, "journal")] == ["kept"]
    with serving("finance", tmp_path, "--invoices", "5") as other:
        assert len(facts(other.data, "invoice")) == 5


def test_switch_when_unknown_then_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such switch: sleepy"):
        switch(tmp_path / "f.sqlite3", sleepy=1)
