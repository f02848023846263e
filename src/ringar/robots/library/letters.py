"""Mails in and out as plain values: what a robot keeps of one, and the answer to it.

A mail may be anything: headers that are none, unknown character sets, files without end. Nothing here raises for what
somebody has sent; what can not be read is said in the payload, for a person.
"""

import hashlib
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import formatdate, parseaddr
from html.parser import HTMLParser
from typing import Any

from ringar.core.kit_words import reason
from ringar_kits.invoices import InvoiceError, read_invoice

MOST_TEXT = 20_000  # characters
MOST_PARTS = 50
MOST_LINE = 300
MOST_HEADER = 4_000
TEXTS = ("message_id", "date", "from", "to_answer", "subject", "text", "automatic", "fault")
OWN_ID = re.compile(r"<[0-9a-f-]{36}\.[\w-]+@[^@>]+>")  # as `Mailbox.message_id_of` makes them


class _Cut(policy.EmailPolicy):
    """Reads the beginning of each header: the library takes hours for one of some megabytes."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:MOST_HEADER]


CUT = _Cut()


def reference_of(data: bytes, letter: dict[str, Any]) -> str:
    """What makes two deliveries the same mail: its Message-ID and date, or all of its bytes where it has no ID.

    The date too, since there are machines that give all their mails one ID.
    """
    named = f"{letter['message_id']}\n{letter['date']}".encode("utf-8", "replace")
    return hashlib.sha256(named if letter["message_id"] else data).hexdigest()


def read_letter(data: bytes, *, size: int | None = None) -> dict[str, Any]:
    """The mail as a case's payload, at most about 100,000 characters; `size` where only its head was fetched.

    Keys: message_id, date (as it stands), from, to_answer (an address), subject, text, automatic ("", "auto",
    "bounce"), is_reply (to a robot's mail), files (names), invoices (what attached UBL says, or its fault), too_large
    (bytes, 0 where it was read), fault.
    """
    told: dict[str, Any] = dict.fromkeys(TEXTS, "") | {"is_reply": False, "too_large": size or 0}
    told |= {"files": [], "invoices": []}
    try:
        letter = message_from_bytes(data, policy=CUT)
        told |= _head(letter)
        told |= _content(letter) if size is None else {}
    except Exception as error:  # the library meets what nobody thought of: a person reads this mail
        told["fault"] = f"{type(error).__name__}: {str(error)[:MOST_LINE]}"
    return told


def _head(letter: Message) -> dict[str, Any]:
    sender = _address(_header(letter, "From"))
    ids = _raw(letter, "Message-ID")
    before = f"{_raw(letter, 'In-Reply-To')} {_raw(letter, 'References')}"
    return {
        "message_id": (re.findall("<[^<>]*>", ids) or [ids])[0],
        "date": _header(letter, "Date"),
        "from": sender.lower(),
        "to_answer": _address(_header(letter, "Reply-To")) or sender,
        "subject": _header(letter, "Subject"),
        "automatic": _automatic(letter),
        "is_reply": bool(OWN_ID.search(before)),
    }


def _header(letter: Message, name: str) -> str:
    try:
        value = str(letter.get(name, ""))
    except Exception:  # faults of the library's parser for headers that are none
        return _raw(letter, name)[:MOST_LINE]
    return " ".join(value.split())[:MOST_LINE]


def _raw(letter: Message, name: str) -> str:
    """The header as it stands: the library takes "<a b@c>" for "<a"."""
    value = next((str(raw) for key, raw in letter.raw_items() if key.lower() == name.lower()), "")
    return " ".join(value.split())


def _address(header: str) -> str:
    """The address in a header; "" where it is none that mail can be sent to."""
    address = parseaddr(header)[1]
    return address if re.fullmatch(r"[!-;=?A-~]+@[!-;=?A-~]+", address) and address.count("@") == 1 else ""


def _automatic(letter: Message) -> str:
    """Whether a machine wrote it: RFC 3834, and what those who do not follow it say."""
    if letter.get_content_type() == "multipart/report" or _header(letter, "Return-Path") == "<>":
        return "bounce"
    said = _header(letter, "Auto-Submitted").lower() or "no"
    is_bulk = _header(letter, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply")
    return "auto" if said != "no" or is_bulk or _header(letter, "X-Autoreply") else ""


def _content(letter: Message) -> dict[str, Any]:
    """Text, names of files and attached invoices. What another mail within it says counts as quoted."""
    texts: dict[str, list[str]] = {"plain": [], "html": []}
    files, invoices = [], []
    for part, is_within in _parts(letter):
        name = str(part.get_filename() or "")[:MOST_LINE]
        kind = part.get_content_type()
        if name:
            files.append(name)
        if kind.endswith("xml") or name.lower().endswith(".xml"):
            invoices.append({"file": name} | _invoice(part.get_payload(decode=True) or b""))
        elif kind in ("text/plain", "text/html") and not name:
            text = _text(part)
            text = plain_text(text) if kind == "text/html" else text
            texts[kind[5:]].append(quoted(text) if is_within else text)
    text = "\n".join(texts["plain"] if "".join(texts["plain"]).strip() else texts["html"])
    return {"text": text[:MOST_TEXT], "files": files, "invoices": invoices}


def _parts(letter: Message) -> Iterator[tuple[Message, bool]]:
    """The leaves of the mail, the first fifty, and whether each stands in a mail that was attached."""
    waiting, count = [(letter, False)], 0
    while waiting and count < MOST_PARTS:
        part, is_within = waiting.pop(0)
        count += 1
        if part.is_multipart():
            inside = is_within or part.get_content_type() == "message/rfc822"
            waiting[:0] = [(each, inside) for each in part.get_payload() if isinstance(each, Message)]
        else:
            yield part, is_within


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        return data[: 4 * MOST_TEXT].decode(part.get_content_charset() or "utf-8")
    except (LookupError, UnicodeError):
        return data[: 4 * MOST_TEXT].decode("utf-8" if b"\xc3" in data else "latin-1", "replace")


def quoted(text: str) -> str:
    """The text as mail programs quote it."""
    return "\n".join(f"> {line}" for line in text.splitlines())


def _invoice(data: Any) -> dict[str, str]:
    try:
        invoice = read_invoice(data if isinstance(data, bytes) else b"")
    except InvoiceError as error:
        return {"fault": reason(error)[:MOST_LINE]}
    return {
        "number": invoice.number[:MOST_LINE],
        "customer": invoice.buyer.name[:MOST_LINE],
        "amount": str(invoice.totals.payable),
        "currency": invoice.currency,
    }


class _Plain(HTMLParser):
    """Gathers what a reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in ("style", "script", "title")
        if tag in ("br", "p", "div", "tr", "li", "blockquote"):
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("style", "script", "title")

    def handle_data(self, data: str) -> None:
        if self.hidden <= 0:
            self.words.append(data)


def plain_text(html: str) -> str:
    """What a page of HTML says, its lines as they break."""
    reader = _Plain()
    reader.feed(html)
    lines = (" ".join(line.split()) for line in "".join(reader.words).splitlines())
    return "\n".join(line for line in lines if line)


def write_answer(letter: dict[str, Any], text: str, *, sender: str, message_id: str) -> EmailMessage:
    """The answer to a mail: in its thread, marked as a machine's."""
    answer = EmailMessage(policy=policy.SMTP)
    subject = re.sub(r"^((re|sv|aw)\s*:\s*)+", "", letter["subject"], flags=re.IGNORECASE)
    answer["From"], answer["To"] = sender, letter["to_answer"]
    answer["Subject"] = one_line(f"SV: {subject}")
    answer["Date"], answer["Message-ID"] = formatdate(localtime=True), message_id
    answer["Auto-Submitted"] = "auto-replied"
    if re.fullmatch(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>", letter["message_id"]):
        answer["In-Reply-To"] = letter["message_id"]
        answer["References"] = letter["message_id"]
    answer.set_content(text, cte="quoted-printable")
    return answer


def one_line(text: str) -> str:
    """The text as a header can hold it."""
    return " ".join(text.encode("utf-8", "replace").decode().split())
