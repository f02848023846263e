"""Invents a municipality's customer invoices from a seed: the same seed, the same invoices."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from ringar_kits.invoices import Invoice, write_invoice
from ringar_kits.invoices.model import ORE, Line, Party, Payment, Tax, TaxSum, Totals, add_up, line_amount

FIRST_NUMBER = 70_100_001
LEAST, MOST = Decimal(150), Decimal(45_000)
NOTHING = Totals(Decimal(0), Decimal(0), Decimal(0), Decimal(0))
VAT, REDUCED, EXEMPT = Tax("S", Decimal(25)), Tax("S", Decimal(6)), Tax("E", Decimal(0))
# What is sold, its VAT, unit, and the lowest and highest price in kronor.
SOLD = (
    ("Hyra av idrottshall", EXEMPT, "HUR", 150, 900),
    ("Slamtömning, enskilt avlopp", VAT, "C62", 900, 2400),
    ("Tillsynsavgift livsmedel", EXEMPT, "HUR", 1100, 1450),
    ("Hämtning av verksamhetsavfall", VAT, "C62", 200, 1800),
    ("Bygglovsavgift", EXEMPT, "C62", 4500, 21000),
    ("Sotning och brandskyddskontroll", VAT, "C62", 620, 1900),
    ("Markupplåtelse, torgplats", EXEMPT, "MON", 150, 3200),
    ("Museets årskort för företag", REDUCED, "C62", 350, 900),
    ("Va-avgift, fast del", VAT, "MON", 410, 3900),
    ("Interkommunal ersättning, skolplats", EXEMPT, "C62", 9000, 15000),
)
STREETS = ("Bruksvägen", "Kvarngatan", "Norra Hamngatan", "Skolgatan", "Tegelvägen", "Ängsvägen")
PLACES = (("Ringsala", "812 30"), ("Ytterbyn", "812 41"), ("Fjärdinge", "812 52"))
NAMES = (
    "Granlund",
    "Sjöholm",
    "Björkdal",
    "Hedmark",
    "Åkerlid",
    "Öberga",
    "Tallnäs",
    "Vikstrand",
    "Ekvall",
    "Norrby",
)
TRADES = ("Bygg", "Café", "Måleri", "Fastigheter", "Redovisning", "Åkeri", "Idrottsförening", "Livsmedel")


def company_number(rng: random.Random) -> str:
    """Ten digits that start as no real company's do (00), the last a check digit by Luhn."""
    digits = [0, 0, *(rng.randrange(10) for _ in range(7))]
    doubled = [digit * 2 if place % 2 == 0 else digit for place, digit in enumerate(digits)]
    check = -sum(number - 9 if number > 9 else number for number in doubled) % 10
    return "".join(map(str, digits)) + str(check)


def invent_party(rng: random.Random, name: str) -> Party:
    """A Swedish company or association with an address."""
    number, (city, postcode) = company_number(rng), rng.choice(PLACES)
    return Party(
        name=name,
        country="SE",
        endpoint=number,
        endpoint_scheme="0007",
        number=number,
        number_scheme="0007",
        vat_number=f"SE{number}01",
        street=f"{rng.choice(STREETS)} {rng.randint(1, 80)}",
        city=city,
        postcode=postcode,
    )


def invent_invoices(*, seed: int, count: int, issued: date) -> list[Invoice]:
    """`count` invoices of the last 60 days before `issued`, 150 to 45 000 kr; every fortieth in EUR.

    Numbers run from 70100001. There are eighty customers, whose names differ by one word.
    """
    rng = random.Random(seed)  # noqa: S311 (invented data, not secrets)
    names = [f"{name} {trade}" for name in NAMES for trade in TRADES]
    customers = [invent_party(rng, f"{name} {rng.choice(('AB', 'HB', 'ek. för.'))}") for name in names]
    seller = replace(invent_party(rng, "Ringsala kommun"), tax_note="Godkänd för F-skatt")
    return [
        _invoice(rng, seller, rng.choice(customers), FIRST_NUMBER + place, issued) for place in range(count)
    ]


def _invoice(rng: random.Random, seller: Party, buyer: Party, number: int, today: date) -> Invoice:
    issued = today - timedelta(days=rng.randint(1, 60))
    drawn = Invoice(
        number=str(number),
        issued=issued,
        due=issued + timedelta(days=30),
        currency="EUR" if number % 40 == 0 else "SEK",
        seller=seller,
        buyer=buyer,
        buyer_reference=f"REF{rng.randint(1000, 9999)}",
        lines=(),
        tax_sums=(TaxSum(EXEMPT, Decimal(0), Decimal(0), "Undantaget från mervärdesskatt"),),
        tax_total=Decimal(0),
        totals=NOTHING,
        payments=(Payment("30", reference=str(number), account="50501055", bank="SE:BANKGIRO"),),
        terms="30 dagar netto",
    )
    while True:  # until the sum is one that such invoices have
        lines = tuple(_line(rng, place) for place in range(1, 1 + rng.choice((1, 1, 1, 2, 3))))
        invoice = add_up(replace(drawn, lines=lines))
        if LEAST <= invoice.totals.payable <= MOST:
            return invoice


def _line(rng: random.Random, place: int) -> Line:
    name, tax, unit, low, high = rng.choice(SOLD)
    price = (Decimal(rng.randint(low * 4, high * 4)) / 4).quantize(ORE)
    quantity = Decimal(rng.choice((1, 1, 1, 2, 3, 4, 12)))
    line = Line(str(place), name, quantity, unit, price, Decimal(0), tax)
    return replace(line, amount=line_amount(line))


def as_rows(invoices: list[Invoice]) -> list[tuple[object, ...]]:
    """Rows for the finance system's table."""
    return [
        (
            invoice.number,
            invoice.buyer.name,
            invoice.buyer.number,
            invoice.issued.isoformat(),
            str(invoice.due),
            invoice.currency,
            str(invoice.totals.payable),
            write_invoice(invoice),
        )
        for invoice in invoices
    ]
