"""What the kit of effects refuses is told in the reader's language, with the units' own names."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import override

from ringar.pilots import effect_words
from ringar.pilots.effect_words import fault_words
from ringar.pilots.standing import standing_of
from ringar.pilots.wording import verdict_words
from ringar_kits import effects
from ringar_kits.errors import InputError
from tests.people import People
from tests.rooms.pilots.measured import measured

KIT = Path(effects.__file__).parent
ONLY_FILES = {"read.py", "commands.py"}
NEVER_ASKED = {
    "rho",
    "power",
    "scale",
    "better",
    "unit to draw for",
    "pairs",
    "week to draw from",
    "draw is empty",
}
"""What pilots never hand to the kit: told by the command line only."""


def said_by_the_kit() -> Iterator[str]:
    """The words of each InputError in the kit, but for those about files."""
    for path in sorted(KIT.glob("*.py")):
        if path.name in ONLY_FILES:
            continue
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "InputError":
                told = [*call.args[:1], *(each.value for each in call.keywords if each.arg == "remedy")]
                problem = ast.unparse(told[0])
                if not any(word in problem for word in NEVER_ASKED):
                    assert all(isinstance(each, ast.Constant | ast.Subscript) for each in told), problem
                    yield from (str(each.value) for each in told if isinstance(each, ast.Constant))


def test_lists_when_the_kit_says_something_then_it_is_there() -> None:
    listed = {*effect_words.NUMBERS, *effect_words.DESIGNS, *effect_words.LOTS}
    source = "\n".join(path.read_text(encoding="utf-8") for path in KIT.glob("*.py"))
    assert [words for words in said_by_the_kit() if words not in listed] == []
    assert [words for words in listed if words not in source] == []


def test_fault_words_when_units_are_named_then_by_their_names_and_values_are_left() -> None:
    names = {"12": "Norra", "13": "Södra"}
    at = InputError(
        "the value {value} has no logarithm", place="unit 12, week 2026-03-02", facts={"value": "12"}
    )
    both = InputError("{units} cannot both try and be compared with", facts={"units": "12, 13"})
    with override("sv"):
        assert fault_words(at, names) == "Norra, vecka 2026-03-02: värdet 12 har ingen logaritm."
        assert fault_words(both, names) == "Norra, Södra kan inte både pröva och jämföras med."


def test_standing_when_a_value_can_not_be_then_the_page_says_so_in_swedish(people: People) -> None:
    pilot = measured(people, goal={"scale": "log"})
    row = pilot.units.first().measurements.first()  # type: ignore[union-attr]
    type(row).objects.filter(pk=row.pk).update(value=-1)
    with override("sv"):
        told = verdict_words(standing_of(pilot).figures)
        assert f"Grupp 0, vecka {row.week}: värdet -1 har ingen logaritm" in told
        standing_of(pilot)
    with override("en"):
        assert "the value -1 has no logarithm" in verdict_words(standing_of(pilot).figures), "not remembered"
