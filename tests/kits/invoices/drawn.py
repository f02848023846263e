"""Invoices drawn by chance, as Hypothesis strategies: whole, correct, Swedish."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from ringar_kits.invoices.model import (
    Adjustment,
    Invoice,
    Line,
    Party,
    Payment,
    Tax,
    TaxSum,
    Totals,
    add_up,
    in_ore,
    line_amount,
)

SELLER = Party(
    name="Ringsala kommun",
    country="SE",
    endpoint="2021005489",
    endpoint_scheme="0007",
    number="2021005489",
    number_scheme="0007",
    vat_number="SE202100548901",
    tax_note="Godkänd för F-skatt",
    city="Ringsala",
)
BUYER = Party(name="Åkerlid & Söner <AB>", country="SE", endpoint="0055912349", endpoint_scheme="0007")
TAXES = [Tax("S", Decimal(25)), Tax("S", Decimal(12)), Tax("S", Decimal(6)), Tax("E", Decimal(0))]
EXEMPT = TaxSum(TAXES[3], Decimal(0), Decimal(0), "Undantaget")
NOTHING = Totals(Decimal(0), Decimal(0), Decimal(0), Decimal(0))

# One fixed invoice: 100 kronor with 25 % VAT, 100 kronor without.
LINE = Line("1", "Slamtömning", Decimal(2), "C62", Decimal("50.00"), Decimal("100.00"), TAXES[0])
FIXED = add_up(
    Invoice(
        number="70100001",
        issued=date(2026, 11, 2),
        currency="SEK",
        seller=SELLER,
        buyer=BUYER,
        buyer_reference="REF1",
        terms="30 dagar netto",
        lines=(LINE, replace(LINE, number="2", tax=TAXES[3])),
        tax_sums=(EXEMPT,),
        tax_total=Decimal(0),
        totals=NOTHING,
    )
)


texts = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30)
amounts = st.decimals("0.01", "9999", places=2)


@st.composite
def lines(draw: st.DrawFn, number: int) -> Line:
    """A line whose amount is its quantity x price, less a discount that leaves something."""
    line = Line(
        number=str(number),
        name=draw(texts),
        quantity=draw(st.decimals("1", "200", places=3)),
        unit=draw(st.sampled_from(["C62", "HUR", "KGM"])),
        price=draw(st.decimals("1", "5000", places=draw(st.integers(2, 4)))),
        price_per=Decimal(draw(st.sampled_from([1, 1, 1, 10, 100]))),
        amount=Decimal(0),
        tax=draw(st.sampled_from(TAXES)),
        adjustments=tuple(
            Adjustment(is_charge=True, amount=amount, reason="Frakt")
            for amount in draw(st.lists(amounts, max_size=2))
        ),
    )
    return Line(**{**vars(line), "amount": line_amount(line)})


@st.composite
def invoices(draw: st.DrawFn) -> Invoice:
    """An invoice of one to six lines that adds up."""
    count = draw(st.integers(1, 6))
    drawn = Invoice(
        number=draw(st.from_regex("[0-9]{1,10}", fullmatch=True)),
        issued=draw(st.dates(date(2020, 1, 1), date(2026, 12, 31))),
        currency=draw(st.sampled_from(["SEK", "EUR"])),
        seller=SELLER,
        buyer=BUYER,
        buyer_reference="REF1",
        terms="30 dagar netto",
        note=draw(st.one_of(st.just(""), texts)),
        payments=(Payment("30", account="5050105", bank="SE:BANKGIRO"),),
        lines=tuple(draw(lines(place)) for place in range(1, count + 1)),
        adjustments=tuple(
            Adjustment(is_charge=True, amount=amount, reason="Avgift", tax=TAXES[0])
            for amount in draw(st.lists(amounts, max_size=2))
        ),
        tax_sums=(EXEMPT,),
        tax_total=Decimal(0),
        totals=NOTHING,
    )
    return add_up(drawn)


@st.composite
def any_invoices(draw: st.DrawFn) -> Invoice:
    """The same with what is rarer: discounts, goods that came back, an advance, rounding, VAT in kronor beside."""
    drawn = draw(invoices())
    advance, rounding = draw(st.none() | amounts), draw(st.none() | st.decimals("-0.99", "0.99", places=2))
    discounts = tuple(
        Adjustment(is_charge=False, amount=amount, reason="Rabatt", tax=draw(st.sampled_from(TAXES[:3])))
        for amount in draw(st.lists(amounts, max_size=2))
    )
    own = drawn.currency != "SEK" and draw(st.booleans())
    counted = add_up(
        replace(
            drawn,
            lines=tuple(varied(draw, line) for line in drawn.lines),
            adjustments=drawn.adjustments + discounts,
            totals=replace(NOTHING, prepaid=advance, rounding=rounding),
            due=draw(st.none() | st.just(drawn.issued)),
            delivered=draw(st.none() | st.just(drawn.issued)),
            order=draw(st.just("") | texts),
            type_code=draw(st.sampled_from(["380", "383"])),
        )
    )
    if not own:
        return counted
    return replace(counted, tax_currency="SEK", tax_total_own_currency=in_ore(counted.tax_total * 11))


def varied(draw: st.DrawFn, line: Line) -> Line:
    """The line, or what of it came back; its charges, or the same as discounts."""
    sign, is_charge = draw(st.sampled_from([1, 1, 1, -1])), draw(st.booleans())
    changes = tuple(replace(each, is_charge=is_charge) for each in line.adjustments)
    changed = replace(line, quantity=line.quantity * sign, adjustments=changes)
    return replace(changed, amount=line_amount(changed))
