"""What a mail asks for: which invoice, and whether it is to be cancelled at all. Pure: no database, no clock.

Swedish and English as people in a municipality write it. What is in doubt is said as one of `DOUBTS`, and a person
looks at it: a robot that guesses wrong costs more than a minute of theirs.
"""

import re
from collections.abc import Iterator
from typing import Any

NUMBERS = r"[1-9]\d{5,9}"  # what an invoice's number looks like, where the robot is not told otherwise
DOUBTS = (
    "too_large", "unreadable", "bounce", "reply", "no_request", "not_to_be", "in_part", "more", "two_numbers",
    "no_number", "attachment",
)  # fmt: skip
FOLD = re.IGNORECASE
# What was done ("är den krediterad?") is no wish.
ASKS = re.compile(
    r"\b(kreditera|krediteras|kreditering|kreditfaktura|kreditnota|makulera|makuleras|makulering|annullera"
    r"|annulleras|annullering|återkalla|återkallas|stryka?|tas? bort|dra tillbaka|cancel|void"
    r"|credit (?:it|this|the|invoice|note))\b",
    FOLD,
)
NOT = re.compile(
    r"\b(?:inte|ej|not|don't)\s+(?:(?:längre|alls|behöver|behövs|be|ska|skall|ännu)\s+){0,2}"
    r"(?:kredit|makul|annull|cancel)\w*"
    r"|\b(?:kredit|makul|annull)era\w?\s+(?:(?:den|fakturan|faktura|\d+)\s+){0,3}(?:inte|ej)\b"
    r"|\b(?:avvakta|vänta med|ångrar?|bortse från|hold on|disregard)\b",
    FOLD,
)
IN_PART = re.compile(
    r"\b(delkredit\w*|delvis|halva|hälften|en del av|mellanskillnad\w*|partial\w*|part of"
    r"|(?:bara|endast|only)\s+(?:rad|rader|raden|line)|rad(?:en)? \d+"
    r"|(?:kreditera|makulera|credit)\s+\d+(?:[ \xa0]\d+)*(?:[.,]\d+)?\s*(?:kr|kronor|sek|:-))",
    FOLD,
)
MORE = re.compile(
    r"\b((?:en|skicka|skapa|gör|utfärda|ställ|ställa) (?:ut )?(?:en )?ny faktura|ny faktura (?:ska|skall|till|på|med)"
    r"|fakturera om|faktureras om|omfakturer\w*|rätt belopp (?:är|ska)|(?:send|issue|make) a new invoice)\b",
    FOLD,
)
# What stands before a number that is no invoice's.
OTHER = re.compile(
    r"(?:tel\w*|tfn|mobil\w*|fax|växel|org\w*|organisationsn\w*|bankgiro|plusgiro|bg|pg|kundn\w*|kund|\w*datum|dnr|diarie\w*"
    r"|diarienr|ärende\w*|postnr|personn\w*|konto\w*|iban|order\w*|ref\w*)[\s.:#]*(?:nr|nummer|no)?[\s.:#]*\+?$",
    FOLD,
)
ANSWERS = re.compile(r"\s*(?:sv|re|ang|aw)\s*:", FOLD)
PASSED_ON = re.compile(r"\s*(?:vb|vbf|fw|fwd|vidarebefordra\w*)\s*:", FOLD)
QUOTES = re.compile(
    r"^\s*(?:-{2,}\s*(?:ursprungligt|original|vidarebefordrat|forwarded).*|_{10,}|från:\s.*|from:\s.*"
    r"|den .{6,80}\bskrev\b.*:|on .{6,120}\bwrote:)\s*$",
    FOLD,
)
COMPANY = re.compile(r"(?<![\d-])(\d{6})-(\d{4})(?![\d-])")
AMOUNT = re.compile(
    r"(?<![\d-])(\d{1,3}(?:[ \xa0]\d{3})+|\d+)([.,]\d{2})?\s*(?:kr\b|kronor\b|sek\b|:-)", FOLD
)


def read_request(mail: dict[str, Any], *, numbers: str = NUMBERS) -> dict[str, Any]:
    """What the mail asks for.

    `number` (or ""), `numbers` (all that could be one), `doubt` (one of DOUBTS, or ""), `customer` (a company
    number) and `amount` (as text), to look by where there is no number. `numbers` is a pattern.
    """
    is_answer = bool(ANSWERS.match(mail["subject"]))  # whose subject was another's
    own, earlier = split_quotes(mail["text"] if is_answer else f"{mail['subject']}\n{mail['text']}")
    # Who only passes a mail on means what that one says; who answers one says what they mean.
    passes_on = bool(PASSED_ON.match(mail["subject"])) and not (ASKS.search(own) or NOT.search(own))
    asks = f"{own}\n{earlier}" if passes_on else own
    attached = [each["number"] for each in mail["invoices"] if "number" in each]
    found = list(dict.fromkeys([*find_numbers(asks, numbers), *attached]))
    found = found or list(dict.fromkeys(find_numbers(earlier, numbers)))
    company, amount = COMPANY.search(asks), AMOUNT.search(asks)
    return {
        "number": found[0] if len(found) == 1 else "",
        "numbers": found[:20],
        "doubt": _doubt(mail, asks, found),
        "customer": "".join(company.groups()) if company else "",
        "amount": _plain_amount(amount) if amount else "",
    }


def _doubt(mail: dict[str, Any], text: str, found: list[str]) -> str:
    faults = {
        "too_large": mail["too_large"],
        "unreadable": mail["fault"],
        "bounce": mail["automatic"] == "bounce",
        "reply": mail.get("is_reply"),  # a mail that was read before this was asked says nothing of it
        "not_to_be": NOT.search(text),
        "no_request": not ASKS.search(text),
        "in_part": IN_PART.search(text),
        "more": MORE.search(text),
        "two_numbers": len(found) > 1,
        "attachment": not found and any("fault" in each for each in mail["invoices"]),
        "no_number": not found,
    }
    return next((name for name, is_so in faults.items() if is_so), "")


def split_quotes(text: str) -> tuple[str, str]:
    """What the sender wrote, and what stands below or behind ">": the mail that is answered or passed on."""
    own: list[str] = []
    earlier: list[str] = []
    lines = text.splitlines()
    for place, line in enumerate(lines):
        if QUOTES.match(line):
            return "\n".join(own), "\n".join(earlier + lines[place:])
        (earlier if line.lstrip().startswith(">") else own).append(line)
    return "\n".join(own), "\n".join(earlier)


def find_numbers(text: str, pattern: str = NUMBERS) -> Iterator[str]:
    """What could be an invoice's number: of the right form, alone, and not said to be something else's."""
    for match in re.finditer(rf"(?<![\w/+.,-])(?:{pattern})(?![\w/-]|[.,]\d)", text, FOLD):
        before = text[max(0, match.start() - 30) : match.start()]
        if not OTHER.search(before) and not AMOUNT.match(text, match.start()):
            yield match[0].upper()


def _plain_amount(match: re.Match[str]) -> str:
    whole = re.sub(r"\D", "", match[1])
    return whole + (match[2] or ".00").replace(",", ".")
