"""Invented mails to the robot that cancels invoices: what units of the city write, about invoices of the ledger.

Pure: the same batch of the same ledger gives the same mails, with the same Message-IDs, so that a batch that is sent
twice is taken in once.
"""

import random
from collections.abc import Mapping, Sequence
from decimal import Decimal
from email.headerregistry import Address
from email.message import EmailMessage

ADDRESS = "faktura@ringsala.example"
LIMIT = 5000
"""Kronor: above it the demo's robot asks a person."""
IN_BATCH = 10
CREDITED_BEFORE = 25  # the finance system: every so many invoices was credited before anyone asked
NOTE = "Det här mejlet är påhittat, liksom fakturan och alla som nämns. Det visar hur roboten arbetar."
SENDERS = (
    ("Kassan på Idrott och bad", "kassan.idrott@ringsala.example"),
    ("Livsmedelskontrollen", "livsmedel@ringsala.example"),
    ("Torghandeln, Gatudrift", "torg@ringsala.example"),
    ("VA-nät, kundfrågor", "va.kund@ringsala.example"),
    ("Biblioteken i Ringsala", "biblioteken@ringsala.example"),
    ("Bygglov, Miljöförvaltningen", "bygglov@ringsala.example"),
)
ASKS = (
    ("Fel faktura {number}", "Faktura {number} till {customer} blev fel. Kan ni kreditera den?"),
    ("Makulera {number}", "Vi vill makulera faktura {number}. {customer} har fått den två gånger."),
    (
        "Kreditera faktura {number}, tack",
        "Tiden ställdes in, så {customer} ska inte betala. Kreditera hela fakturan.",
    ),
    (
        "Faktura till fel mottagare",
        "Faktura {number} skulle ha gått till ett annat bolag än {customer}. Makulera den.",
    ),
    ("Fakturan ska bort", "Hej igen. Faktura {number} gäller något som aldrig blev av. Den ska krediteras."),
)
NO_NUMBER = (
    "En faktura är fel",
    "Fakturan till {customer} är fel. Kan ni kreditera den? Jag hittar inte numret.",
)
QUESTION = ("Fråga om faktura {number}", "När ska {customer} betala faktura {number}? De undrar hos oss.")

Invoice = Mapping[str, str]


def is_ordinary(invoice: Invoice) -> bool:
    """The robot may cancel it by itself."""
    return invoice["currency"] == "SEK" and Decimal(invoice["amount"]) <= LIMIT and not was_credited(invoice)


def was_credited(invoice: Invoice) -> bool:
    """Somebody had credited it before the demo began."""
    return int(invoice["number"]) % CREDITED_BEFORE == 0


def is_above(invoice: Invoice) -> bool:
    """The amount alone makes it a person's to decide."""
    return invoice["currency"] == "SEK" and Decimal(invoice["amount"]) > LIMIT and not was_credited(invoice)


def invent_mails(ledger: Sequence[Invoice], *, batch: int, count: int = IN_BATCH) -> list[EmailMessage]:
    """So many mails about invoices that no other batch of that size is about, until the ledger is used up.

    The last two are of other kinds than the rest: one above the limit, and in turn one credited before, one in another
    currency, one without a number, one that asks something else.
    """
    chance = random.Random(batch)  # noqa: S311 (invented, no secret)
    ordinary = [each for each in ledger if is_ordinary(each)]
    plain = [ordinary[(batch * count + place) % len(ordinary)] for place in range(count - 2)]
    above = [each for each in ledger if is_above(each)]
    mails = [(invoice, chance.choice(ASKS)) for invoice in plain]
    mails.append((above[batch % len(above)], chance.choice(ASKS)))
    mails.append(odd_one(ledger, ordinary[(batch * count + count - 1) % len(ordinary)], batch))
    return [
        write_mail(invoice, words, chance.choice(SENDERS), f"<demo-{batch}-{place}@ringsala.example>")
        for place, (invoice, words) in enumerate(mails)
    ]


def odd_one(ledger: Sequence[Invoice], invoice: Invoice, batch: int) -> tuple[Invoice, tuple[str, str]]:
    """What the robot has to think about, another kind in each batch."""
    before = [each for each in ledger if was_credited(each)]
    foreign = [each for each in ledger if each["currency"] != "SEK"]
    kinds = (
        (before[batch % len(before)], ASKS[0]),
        (invoice, NO_NUMBER),
        (foreign[batch % len(foreign)], ASKS[1]),
        (invoice, QUESTION),
    )
    return kinds[batch % len(kinds)]


def write_mail(
    invoice: Invoice, words: tuple[str, str], sender: tuple[str, str], message_id: str
) -> EmailMessage:
    """One mail, which says at its end that it is invented."""
    name, address = sender
    subject, text = (each.format(number=invoice["number"], customer=invoice["customer"]) for each in words)
    mail = EmailMessage()
    mail["From"], mail["To"] = Address(name, addr_spec=address), ADDRESS
    mail["Subject"], mail["Message-ID"] = subject, message_id
    named = (
        "" if invoice["number"] in subject + text or words == NO_NUMBER else f" Nummer {invoice['number']}."
    )
    mail.set_content(f"Hej!\n\n{text}{named}\n\nHälsningar\n{name}\n\n{NOTE}\n")
    return mail
