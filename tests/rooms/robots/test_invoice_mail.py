"""What the invoice robot understands of mails: pure functions, and mails as somebody may send them."""

import time
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringar.robots.library.cancelling import Answered, may_ask, shown_amount
from ringar.robots.library.letters import read_letter, reference_of, write_answer
from ringar.robots.library.read_mail import DOUBTS, read_request


def mail(text: str, subject: str = "Fel faktura", **told: Any) -> dict[str, Any]:
    whole = {"invoices": [], "too_large": 0, "fault": "", "automatic": ""}
    return {"subject": subject, "text": text, **whole, **told}


@pytest.mark.parametrize(
    "text",
    [
        "Hej! Faktura 70100001 blev fel, kan du makulera den?\n/Anna",
        "Kan du kreditera 70100001?\nMvh Anna\nTel 0123-45 67 89, mobil 0701234567, org.nr 2120001234",
        "Fakturan 70100001 stämmer inte, kreditera den tack.",
        "Faktura 70100001 på 1 234,50 kr ska krediteras.",
        "Makulera (70100001).",
        "Kreditera kundnr 123456, faktura 70100001: fel kund, förfallodatum 20260131",
        "Cancel invoice 70100001 please",
        "Kreditera den här.\n\nFrån: Kalle\nSkickat: idag\nFaktura 70100001",
        "Kreditera 70100001.\n> Gäller det 70100002?",
    ],
)
def test_read_request_when_clear_then_it_is_that_invoice(text: str) -> None:
    request = read_request(mail(text))
    assert (request["number"], request["doubt"]) == ("70100001", "")


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("Faktura 70100001 ska inte krediteras", "not_to_be"),
        ("Makulera inte faktura 70100001!", "not_to_be"),
        ("Avvakta med att makulera 70100001", "not_to_be"),
        ("Har faktura 70100001 krediterats?", "no_request"),
        ("Är 70100001 makulerad?", "no_request"),
        ("Kreditera 70100001 och 70100002", "two_numbers"),
        ("Kreditera 500 kr på faktura 70100001", "in_part"),
        ("Kreditera 1\u00a0500,50 kr på faktura 70100001", "in_part"),
        ("Kreditera 70100001, men bara rad 2", "in_part"),
        ("Makulera 70100001 och skicka en ny faktura", "more"),
        ("Kreditera fakturan till 556000-1234", "no_number"),
        ("Nej, den är rätt.\n> Kreditera 70100001", "no_request"),
        ("Gäller 70100002\n> Kreditera 70100001", "no_request"),
    ],
)
def test_read_request_when_in_doubt_then_says_which(text: str, doubt: str) -> None:
    assert read_request(mail(text))["doubt"] == doubt


def test_read_request_when_a_mail_is_passed_on_then_means_it_and_when_answered_then_not() -> None:
    earlier = "Se nedan.\n\nFrån: Kalle\nSkickat: idag\nKan ni makulera 70100001?"
    assert read_request(mail(earlier, "VB: Faktura"))["doubt"] == ""
    assert read_request(mail(earlier, "SV: Kreditera faktura 70100001"))["doubt"] == "no_request"


def test_read_request_when_there_is_no_number_then_customer_and_amount_are_found_to_look_by() -> None:
    request = read_request(mail("Kreditera fakturan till 556000-1234 på 1 234,50 kr"))
    assert (request["customer"], request["amount"]) == ("5560001234", "1234.50")


def test_read_request_when_the_form_of_numbers_is_told_then_finds_those() -> None:
    request = read_request(mail("Makulera f-2026-0012, tack 70100001"), numbers=r"F-\d{4}-\d{4}")
    assert request["numbers"] == ["F-2026-0012"]


@given(st.text(max_size=400), st.text(max_size=60))
def test_read_request_when_given_any_text_then_a_number_or_a_doubt(text: str, subject: str) -> None:
    request = read_request(mail(text, subject))
    assert bool(request["number"]) or request["doubt"] in DOUBTS


@settings(max_examples=300)
@given(
    st.binary(max_size=600), st.sampled_from(["From", "Subject", "Message-ID", "Content-Type", "Reply-To"])
)
def test_read_letter_when_given_any_bytes_then_never_raises(junk: bytes, header: str) -> None:
    for data in (junk, f"{header}: ".encode() + junk + b"\n\n" + junk):
        told = read_letter(data)
        assert set(told) >= {"from", "text", "fault", "invoices"}
        read_request(told)
        assert len(reference_of(data, told)) == 64


def test_reference_when_ids_only_begin_alike_or_stand_on_all_mails_then_they_are_two() -> None:
    def of(message_id: str, date: str = "Mon, 2 Nov 2026 08:00:00 +0100", more: str = "") -> str:
        data = f"Message-ID: {message_id}\nDate: {date}\n{more}\nKreditera".encode()
        return reference_of(data, read_letter(data))

    assert of("<a@x>") == of("<a@x>", more="Received: by another way\n") == of(" <a@x>  (added by b)")
    assert of("<scan one@x>") != of("<scan two@x>")
    assert of("<scanner@x>") != of("<scanner@x>", "Mon, 2 Nov 2026 09:00:00 +0100")
    assert of("<" + "a" * 400 + "1@x>") != of("<" + "a" * 400 + "2@x>")
    assert of("") != of("", more="X: y\n")


def test_read_letter_when_a_header_never_ends_then_its_beginning_is_read_at_once() -> None:
    for header in ("Subject: ", "From: ", "Reply-To: ", "Content-Type: text/plain; ", "Message-ID: <"):
        for word in ("a ", "=?utf-8?q?a?= ", "a@b.example, ", '"', "a=b; ", "\n a@b.example,"):
            began = time.process_time()
            read_letter(f"{header}{word * 100_000}\n\nKreditera".encode())
            assert time.process_time() - began < 2, (header, word)


def test_read_request_when_white_space_never_ends_then_it_is_read_at_once() -> None:
    began = time.process_time()
    read_request(mail("kreditera 1" + " " * 20_000 + "1" * 20_000))
    assert time.process_time() - began < 2


def test_read_letter_when_parts_stand_within_parts_without_end_then_a_person_reads_it() -> None:
    data = b"Message-ID: <a@b>\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(5_000)
    )
    assert read_letter(data)["fault"]
    many = b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\nKreditera 70100001\n" * 20_000
    assert len(str(read_letter(many))) < 100_000


def test_read_letter_when_html_alone_latin_or_a_mail_within_then_its_words_are_read() -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = "=?x-none?q?=E5?=", "Anna <anna@kommun.example>"
    message.set_content("<style>x{}</style><p>Kreditera<br>70100001 å</p>", subtype="html", charset="latin-1")
    inner = EmailMessage()
    inner["Subject"] = "Inre"
    inner.set_content("Faktura 70100002")
    message.add_attachment(inner)
    told = read_letter(message.as_bytes())
    assert (
        told["text"].splitlines()[:2] == ["Kreditera", "70100001 å"] or "> Faktura 70100002" in told["text"]
    )
    assert (told["from"], told["fault"]) == ("anna@kommun.example", "")


def test_read_letter_when_a_machine_wrote_or_a_mail_came_back_then_says_so() -> None:
    assert read_letter(b"Auto-Submitted: auto-replied\n\nx")["automatic"] == "auto"
    assert read_letter(b"Content-Type: multipart/report; boundary=a\n\n--a--")["automatic"] == "bounce"
    assert read_letter(b"Auto-Submitted: no\n\nx")["automatic"] == ""


def test_write_answer_when_the_subject_or_id_is_made_to_break_headers_then_they_stay_one_line() -> None:
    letter = read_letter(
        b"From: a@b.example\nSubject: =?utf-8?q?Hej=0ABcc:_x@y.example?=\nMessage-ID: <a b>\n\nx"
    )
    answer = write_answer(letter, "Svar\n.\n", sender="r@k.example", message_id="<1@k.example>")
    assert answer["Bcc"] is None
    assert answer["In-Reply-To"] is None
    assert (answer["To"], answer["Auto-Submitted"]) == ("a@b.example", "auto-replied")
    assert b"\nBcc" not in answer.as_bytes()


def test_may_ask_when_domain_only_looks_alike_then_no() -> None:
    assert may_ask("anna@kommun.example", "@kommun.example")
    assert may_ask("bo@annan.example", "@kommun.example, bo@annan.example")
    for sender in ("", "anna@kommun.example.evil.example", "anna@xkommun.example", "x@annan.example"):
        assert not may_ask(sender, "@kommun.example, bo@annan.example")


def test_answered_when_yes_then_covers_only_what_was_asked() -> None:
    asked = {"invoice": "70100001", "amount": "10.00"}
    assert Answered(True, "", asked).covers({"invoice": "70100001", "amount": "10.00"})
    assert not Answered(True, "", asked).covers({"invoice": "70100001", "amount": "11.00"})
    assert not Answered(None, "", asked).covers({})
    assert Answered(True, "hellre 70100002", asked).chosen(r"\d{8}") == "70100002"
    assert Answered(True, "ok", asked).chosen(r"\d{8}") == "70100001"
    assert Answered(False, "70100002", asked).chosen(r"\d{8}") == ""


def test_shown_amount_when_large_then_grouped() -> None:
    assert shown_amount({"amount": "12345.5", "currency": "SEK"}) == "12 345,50 SEK"
