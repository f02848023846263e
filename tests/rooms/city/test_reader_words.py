"""All that the kit's reader says is listed for translation, and nothing that it no longer says."""

import ast
from pathlib import Path

import pytest
from django.utils import translation

import ringar_kits.leaks
from ringar.city.one_words import ONE
from ringar.city.reader_words import WORDS
from ringar.city.report_words import ON_PAGE, fault_words, remark_words
from ringar.core.kit_words import TABLES, said
from ringar_kits.errors import InputError, Said

KIT = Path(ringar_kits.leaks.__file__).parent
READER = [
    "layers",
    "geopackage",
    "columns",
    "dates",
    "inventory",
    "lengths",
    "incidents",
    "ground",
    "systems",
    "read",
    "consequence",
]
TOLD = {"used": (1, 3), "changed": (1, 3), "dropped": (1, 3), "InputError": (0,), "_keep_but": (3,)}
NEVER_ONE = ("{count} of ", "{count} breaks have the very moment")
NEVER_ON_PAGES = {"Say dates=d/m or dates=m/d"}
"""The page offers a choice there."""


def constants(node: ast.AST) -> set[str]:
    found = {
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }
    return {words for words in found if " " in words}


def words_of(name: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse((KIT / f"{name}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            places = TOLD.get(getattr(node.func, "id", getattr(node.func, "attr", "")), ())
            told = [node.args[place] for place in places if place < len(node.args)]
            told += [each.value for each in node.keywords if places and each.arg == "remedy"]
            found = found.union(*map(constants, told))
        elif isinstance(node, ast.Assign):
            names = {
                each.id for target in node.targets for each in ast.walk(target) if isinstance(each, ast.Name)
            }
            if names & {"words", "mend", "day"}:
                found |= constants(node.value)
    return found


@pytest.mark.parametrize("name", READER)
def test_reader_words_when_the_kit_says_more_then_it_is_listed(name: str) -> None:
    names_of_systems = {"WGS 84", "SWEREF 99"}
    assert words_of(name) - {*WORDS, *TABLES} - names_of_systems == set()


def test_reader_words_when_the_kit_says_less_then_the_list_follows() -> None:
    said_there = set().union(*map(words_of, READER))
    assert [words for words in WORDS if words not in said_there] == []


def test_reader_words_when_read_in_swedish_then_facts_keep_their_places() -> None:
    with translation.override("sv"):
        told = said(Said("{count} are no breaks of a main ({words})", {"count": 3, "words": "Servis"}))
        for words in WORDS:
            swedish = said(Said(words))
            assert swedish != words
            facts = {part.split("}")[0] for part in words.split("{")[1:]}
            assert {part.split("}")[0] for part in swedish.split("{")[1:]} == facts
    assert told == "3 är inga läckor på huvudledningar (Servis)"


def test_report_words_when_a_remedy_names_options_of_the_command_then_the_page_says_it_otherwise() -> None:
    """One who picks columns in lists cannot give `id=COLUMN`."""
    tells_options = {
        words for words in WORDS if "COLUMN" in words or "dates=" in words or "with crs" in words
    }
    assert tells_options | {"Name one of them after a #, as in {name}#layer"} <= {*ON_PAGE, *NEVER_ON_PAGES}
    assert set(ON_PAGE) <= set(WORDS)
    for words in ON_PAGE.values():
        assert "COLUMN" not in words and "crs" not in words and "=" not in words


def test_report_words_when_told_in_swedish_then_fields_and_places_are_too() -> None:
    with translation.override("sv"):
        remark = {
            "words": "columns: {columns}",
            "remedy": "",
            "facts": {"columns": "day = datum, x = X, id = a"},
        }
        assert remark_words(remark) == "kolumner: dag = datum, öster = X, eget nummer = a."
        fault = fault_words(
            InputError("there is no coordinate system '{said}'", place="crs", facts={"said": "z"})
        )
        assert fault == "koordinatsystem: det finns inget koordinatsystem ”z”."


def test_remark_words_when_it_is_one_then_they_are_for_one() -> None:
    counted = {words for words in WORDS if words.startswith("{count} ")}
    assert {words for words in counted if not words.startswith(NEVER_ONE)} <= set(ONE)
    for several, one in ONE.items():
        facts = {part.split("}")[0] for part in several.split("{")[1:]}
        assert {part.split("}")[0] for part in one.split("{")[1:]} == facts - {"count"}
    remark = {"words": "{count} rows have no id: {rows}", "remedy": "", "facts": {"count": 1, "rows": "3"}}
    with translation.override("en"):
        assert remark_words(remark) == "One row has no id: 3."
    with translation.override("sv"):
        assert remark_words(remark) == "En rad saknar nummer: 3."
        assert (
            remark_words(remark | {"facts": {"count": 2, "rows": "3, 4"}}) == "2 rader saknar nummer: 3, 4."
        )
