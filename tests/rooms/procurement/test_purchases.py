"""Ceilings, sums of the same kind, purchases and choices of suppliers."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as some

from ringar.core.importing import read_import
from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.procurement.actions import (
    Other,
    add_purchase,
    document_choice,
    import_purchases,
    plan_purchase,
    set_ceiling,
)
from ringar.procurement.imports import IMPORTERS
from ringar.procurement.models import Ceiling, Purchase, PurchaseKind, SupplierChoice
from ringar.procurement.queries import (
    bought_besides,
    ceiling_on,
    listed_purchases,
    sums_by_kind,
    years_of,
)
from ringar.procurement.rules import Room, financial_year, still_planned, valid_on
from tests.people import People
from tests.rooms.pilots.prepared import CHOICE, exercise

pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


def bought(people: People, sek: int = 100, day: date = date(2026, 3, 2), **facts: Any) -> Purchase:
    told = {"kind": "Möbler", "what": "Stolar", "supplier": "Stolbolaget", "unit": people.water, **facts}
    return add_purchase(by=viewer_of(people.dag), sek=sek, date=day, **told)


def test_financial_year_is_the_calendar_year() -> None:
    assert financial_year(date(2026, 7, 1)) == (date(2026, 1, 1), date(2026, 12, 31))


@given(some.integers(0, 10**9), some.integers(0, 10**9), some.integers(1, 10**9))
def test_room_is_over_or_has_something_left_never_both(bought: int, wanted: int, ceiling: int) -> None:
    room = Room(bought=bought, wanted=wanted, ceiling=ceiling)
    assert not (room.over and room.left)
    assert room.left - room.over == ceiling - bought - wanted


def test_still_planned_never_below_nothing() -> None:
    assert (still_planned(80, 30), still_planned(80, 90)) == (50, 0)


def test_ceiling_when_the_house_is_new_is_700_000_since_february_2022() -> None:
    ceiling = ceiling_on(date(2022, 2, 1))
    assert ceiling is not None
    assert (ceiling.sek, ceiling.valid_from) == (700_000, date(2022, 2, 1))
    assert ceiling_on(date(2022, 1, 31)) is None


def test_set_ceiling_by_the_cio_then_holds_from_its_day(people: People) -> None:
    set_ceiling(by=viewer_of(people.cilla), sek=800_000, valid_from=date(2027, 1, 1), source="Lag (2026:1)")
    days = (date(2026, 12, 31), date(2027, 1, 1))
    assert [valid_on(Ceiling.objects.all(), day).sek for day in days] == [700_000, 800_000]  # type: ignore[union-attr]
    set_ceiling(by=viewer_of(people.cilla), sek=810_000, valid_from=date(2027, 1, 1), source="Rättelse")
    told = AuditEvent.objects.filter(action="set_ceiling").latest("id").changes
    assert told["sek"] == [800_000, 810_000]
    assert Ceiling.objects.count() == 2


def test_set_ceiling_by_others_or_without_source_then_not(people: People) -> None:
    told: dict[str, Any] = {"valid_from": date(2027, 1, 1), "source": "Lagen"}
    for person in (people.bo, people.dag, people.farid):
        with pytest.raises(NotAllowed):
            set_ceiling(by=viewer_of(person), sek=1, **told)
    for wrong in ({"source": " ", "sek": 1}, {"sek": 0}):
        with pytest.raises(Refused):
            set_ceiling(by=Viewer.of_command_line(), **{**told, **wrong})


def test_add_purchase_of_a_kind_in_other_capitals_then_the_same_kind(people: People) -> None:
    assert bought(people).kind == bought(people, kind="  möbler ").kind
    assert PurchaseKind.objects.count() == 1


def test_add_purchase_by_a_manager_only_for_the_own_unit(people: People) -> None:
    told: dict[str, Any] = {
        "kind": "Möbler",
        "what": "Stol",
        "supplier": "X",
        "sek": 1,
        "date": date(2026, 1, 1),
    }
    add_purchase(by=viewer_of(people.bo), unit=people.care, **told)
    for by, unit in ((people.bo, people.water), (people.farid, people.care), (people.sam, people.care)):
        with pytest.raises(NotAllowed):
            add_purchase(by=viewer_of(by), unit=unit, **told)


@pytest.mark.parametrize(
    "facts", [{"kind": " "}, {"what": ""}, {"supplier": "\x00"}, {"sek": -1}, {"what": "x" * 301}]
)
def test_add_purchase_that_is_not_whole_then_refused(people: People, facts: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        bought(people, **facts)
    assert not Purchase.objects.exists()


def test_sums_by_kind_across_units_and_years(people: People) -> None:
    bought(people, 300)
    bought(people, 200, unit=people.care)
    bought(people, 900, date(2025, 12, 31))
    bought(people, 50, kind="Larm")
    viewer = viewer_of(people.dag)
    sums = [(each.kind, each.total, each.purchases) for each in sums_by_kind(viewer, 2026)]
    assert sums == [("Möbler", 500, 2), ("Larm", 50, 1)]
    assert years_of(viewer) == [2026, 2025]


def test_listed_purchases_for_those_elsewhere_are_none_of_ours(people: People) -> None:
    bought(people)
    assert not listed_purchases(viewer_of(people.sam)).exists()
    with pytest.raises(NotAllowed):
        listed_purchases(viewer_of(people.farid))


def test_bought_besides_leaves_out_the_rows_own(people: People) -> None:
    pilot, other = exercise(people), exercise(people, title="En annan")
    own = bought(people, 100, row=pilot.uuid)
    bought(people, 30, row=other.uuid)
    bought(people, 7)
    bought(people, 1_000, date(2025, 5, 5))
    wanted = [(own.kind_id, 2026, pilot.uuid), (own.kind_id, 2026, other.uuid)]
    assert bought_besides(wanted) == {pilot.uuid: 37, other.uuid: 107}
    assert bought_besides([]) == {}


def planned(people: People) -> tuple[Any, Purchase | None]:
    pilot, by = exercise(people), viewer_of(people.bo)
    document_choice(by=by, row=pilot, **CHOICE)
    told: dict[str, Any] = {"unit": people.care, "what": "Larm", "date": date(2026, 9, 7)}
    return pilot, plan_purchase(by=by, row=pilot.uuid, sek=80_000, **told)


def test_add_purchase_for_what_was_planned_then_it_is_not_counted_twice(people: People) -> None:
    pilot, plan = planned(people)
    assert plan is not None
    bought(people, 30_000, kind="Välfärdsteknik", row=pilot.uuid)
    assert Purchase.objects.get(row=pilot.uuid, is_planned=True).sek == 50_000
    bought(people, 60_000, kind="Välfärdsteknik", row=pilot.uuid)
    assert not Purchase.objects.filter(is_planned=True).exists()


def test_plan_purchase_without_a_choice_then_nothing(people: People) -> None:
    told: dict[str, Any] = {"unit": people.care, "what": "Larm", "date": date(2026, 9, 7), "sek": 1}
    assert plan_purchase(by=viewer_of(people.bo), row=exercise(people).uuid, **told) is None


def test_document_choice_again_then_the_others_are_those_of_now(people: People) -> None:
    pilot, by = exercise(people), viewer_of(people.bo)
    document_choice(by=by, row=pilot, **CHOICE)
    changed = {**CHOICE, "alternatives": [Other("A", "Dyr"), Other("B", "Sen"), Other("", "")]}
    choice = document_choice(by=by, row=pilot, **changed)
    assert [(each.order, each.supplier) for each in choice.alternatives.all()] == [(1, "A"), (2, "B")]
    assert SupplierChoice.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"supplier": ""}, "which supplier"),
        ({"reason": " "}, "and why"),
        ({"kind": ""}, "what kind"),
        ({"alternatives": []}, "at least one other"),
        ({"alternatives": [Other("A", "")]}, "who it is"),
        ({"alternatives": [Other("", "Dyr")]}, "who it is"),
        ({"alternatives": [Other("A", "Dyr")] * 6}, "At most 5"),
    ],
)
def test_document_choice_that_is_not_whole_then_says_why(
    people: People, facts: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        document_choice(by=viewer_of(people.bo), row=exercise(people), **{**CHOICE, **facts})
    assert not SupplierChoice.objects.exists()


def test_document_choice_when_nobody_else_was_asked_then_a_reason_is_enough(people: People) -> None:
    told = {**CHOICE, "alternatives": (), "no_alternatives": "Ingen annan gör det."}
    assert document_choice(by=viewer_of(people.bo), row=exercise(people), **told).pk


def read(people: People, path: Path, text: str) -> Any:
    path.write_text(text, encoding="utf-8")
    return read_import(IMPORTERS[0], path, organisation=people.city)


LEDGER = """Verifikationsnummer;Förvaltning;Kategori;Beskrivning;Leverantör;Belopp;Bokföringsdatum
V1;Vattennätet;Möbler;Stolar;Stolbolaget;12 500 kr;2026-03-02
V2;;Möbler;Bord;Bordbolaget;8000;20260303
"""


def test_import_purchases_twice_then_the_second_changes_nothing(people: People, tmp_path: Path) -> None:
    reading = read(people, tmp_path / "huvudbok.csv", LEDGER)
    assert not reading.errors
    by, told = viewer_of(people.dag), {"organisation": people.city, "source": "huvudbok"}
    first = import_purchases(by=by, rows=reading.rows, progress=lambda n: None, **told)  # type: ignore[arg-type]
    again = import_purchases(by=by, rows=reading.rows, progress=lambda n: None, **told)  # type: ignore[arg-type]
    assert (first.new, again.new, again.changed, again.unchanged) == (2, 0, 0, 2)
    assert [each.total for each in sums_by_kind(by, 2026)] == [20_500]
    altered = read(people, tmp_path / "huvudbok.csv", LEDGER.replace("8000", "9000"))
    third = import_purchases(by=by, rows=altered.rows, progress=lambda n: None, **told)  # type: ignore[arg-type]
    assert (third.changed, third.unchanged) == (1, 1)


@pytest.mark.parametrize(
    ("right", "wrong", "field", "said"),
    [
        ("12 500 kr", "många", "sek", "not a whole number"),
        ("2026-03-02", "i mars", "date", "not a date"),
        ("Vattennätet", "Månbasen", "unit", "no unit"),
        ("Stolbolaget", "", "supplier", "empty"),
    ],
)
def test_import_purchases_with_a_fault_then_names_row_field_and_remedy(
    people: People, tmp_path: Path, right: str, wrong: str, field: str, said: str
) -> None:
    [problem] = read(people, tmp_path / "fel.csv", LEDGER.replace(right, wrong)).errors
    assert (problem.row, problem.field) == (2, field)
    assert said in problem.text
    assert problem.remedy


def test_import_purchases_by_staff_then_not_allowed(people: People) -> None:
    with pytest.raises(NotAllowed):
        import_purchases(
            by=viewer_of(people.bo), organisation=people.city, source="x", rows=[], progress=lambda n: None
        )
