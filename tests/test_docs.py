"""The documents tell the truth: every room, table, setting and command is where a reader looks for it."""

import argparse
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

import ringar
import ringar_kits
from ringar.cli import build_parser, commands_of
from ringar.needs.rules import NeedState

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAP = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
WORDS = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md")), ROOT / "CONTRIBUTING.md"]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
MODELS = [model.__name__ for model in apps.get_models() if model.__module__.startswith("ringar.")]


def table_rows(text: str) -> list[list[str]]:
    """The cells of all table rows below the headings."""
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows if not set("".join(row)) <= set("- |")]


def command_words(parser: argparse.ArgumentParser, before: str = "ringar") -> list[str]:
    """All commands, as they are typed: "ringar match rank"."""
    found = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, below in action.choices.items():
                found += command_words(below, f"{before} {word}") or [f"{before} {word}"]
    return found


def settings_read() -> set[str]:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    return set(re.findall(r'(?:environ(?:\.get)?[\[(]|from_environment\()\s*"([A-Z_]+)"', code))


def test_map_when_a_room_is_added_then_it_is_on_the_map() -> None:
    assert not [room for room in [*settings.ROOMS, "config", "cli"] if f"| `{room}` |" not in MAP]


@pytest.mark.parametrize("model", MODELS)
def test_words_when_a_table_is_added_then_it_has_a_word_and_a_place(model: str) -> None:
    assert model in {row[0] for row in table_rows(WORDS)}, f"{model} is not in docs/words.md"
    assert re.search(rf"\b{model}\b", MAP), f"{model} is not in docs/map.md"


def test_words_when_read_then_each_has_its_swedish() -> None:
    assert not [row[0] for row in table_rows(WORDS) if not row[1]]
    assert not [state for state in NeedState.values if not re.search(rf"\b{state}\b", WORDS)]


def test_map_when_a_setting_is_read_then_it_is_told() -> None:
    assert len(settings_read()) > 5
    hidden = {"DJANGO_SETTINGS_MODULE", "XDG_CACHE_HOME"}  # of others, not ours
    assert not sorted(name for name in settings_read() - hidden if f"`{name}`" not in MAP)


def test_map_when_a_command_is_added_then_it_is_told() -> None:
    modules = commands_of("ringar_kits", ringar_kits.__path__) + commands_of("ringar", ringar.__path__)
    commands = command_words(build_parser(modules))
    assert {"ringar match rank", "ringar import needs", "ringar run"} <= set(commands)
    lines = [line for line in MAP.splitlines() if line.startswith("| `ringar ")]
    told = [command for command in commands if any(all(w in line for w in command.split()) for line in lines)]
    assert told == commands


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_decision_when_read_then_is_short_and_numbered(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.split()) <= 300
    assert text.startswith(f"# {path.name[:4]}. ")
    assert DECISIONS.index(path) + 1 == int(path.name[:4])
    assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequences"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_when_followed_then_the_file_is_there(path: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    assert not [link for link in links if "://" not in link and not (path.parent / link).exists()]


def test_readme_when_read_then_shows_the_two_commands() -> None:
    assert "make run" in README and "make test" in README
    assert len(README.split()) <= 500, "two minutes is about 500 words"


def test_dependencies_when_added_then_each_says_why() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    asked = text[text.index("dependencies = [") : text.index("[project.scripts]")].splitlines()
    pinned = [line for line in asked if line.startswith('  "')]
    assert len(pinned) > 20
    assert not [line for line in pinned if not re.search(r'", +# .{3}', line)]
