"""The message catalogues: what is found in code and templates, and what counts as wrong."""

import ast
import gettext
from pathlib import Path

import pytest

from ringar.core import messages

CODE = """
from django.utils.translation import gettext_lazy as _, ngettext
title = _("Hello %(name)s")
count = ngettext("%(n)s need", "%(n)s needs", 3)
long = _(
    "said in "
    "two parts"
)
"""
PAGE = """{% load i18n %}
<div>
    {# {% translate "not this" %} #}
      <p title="{% translate "Close" %}">it's 50 % off (</p>
  {% blocktranslate trimmed count n=rows|length with unit=need.unit %}
    One need in {{ unit }}
  {% plural %}
    {{ n }} needs in {{ unit }}
  {% endblocktranslate %}
    {{ row.name|default:_("nameless") }}
{% partialdef rows %}{% translate "Open" context "a door" %}{% endpartialdef %}
</div>
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "needs" / "templates").mkdir(parents=True)
    (tmp_path / "needs" / "apps.py").touch()
    (tmp_path / "needs" / "views.py").write_text(CODE)
    (tmp_path / "needs" / "templates" / "page.html").write_text(PAGE)
    return tmp_path


def write_catalogue(source: Path, room: str, body: str) -> Path:
    path = messages.catalogue_path(source, room)
    path.parent.mkdir(parents=True, exist_ok=True)
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    path.write_text(head + '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n' + body, encoding="utf-8")
    return path


def translated(source: Path) -> Path:
    """The room's catalogue with every text translated by a copy of the English."""
    messages.update_room(source, "needs")
    path = messages.catalogue_path(source, "needs")
    catalogue = messages.read_catalogue(path)
    for message in messages.messages_in(catalogue):
        message.string = message.id
    with path.open("wb") as file:
        messages.write_po(file, catalogue)
    return path


def test_extract_when_code_and_template_have_messages_then_finds_each_once(source: Path) -> None:
    found = {
        (message.id, message.context)
        for message in messages.messages_in(messages.extract_messages(source, "needs"))
    }
    assert found == {
        ("Hello %(name)s", None),
        (("%(n)s need", "%(n)s needs"), None),
        ("said in two parts", None),
        ("Close", None),
        (("One need in %(unit)s", "%(n)s needs in %(unit)s"), None),
        ("nameless", None),
        ("Open", "a door"),
    }


def test_update_when_run_twice_then_keeps_translations_and_drops_what_is_gone(source: Path) -> None:
    path = translated(source)
    (source / "needs" / "views.py").write_text(CODE.replace("Hello", "Welcome"))
    assert messages.update_room(source, "needs") == 1
    text = path.read_text(encoding="utf-8")
    assert "Hello" not in text and 'msgstr "said in two parts"' in text
    messages.update_room(source, "needs")
    assert path.read_text(encoding="utf-8") == text


def test_check_when_all_is_translated_then_finds_nothing(source: Path) -> None:
    translated(source)
    assert messages.check_room(source, "needs") == []


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('msgstr "Close"', 'msgstr ""', "is not translated"),
        ('msgid "Close"', '#, fuzzy\nmsgid "Close"', "fuzzy"),
        ('msgid "Close"', 'msgid "Closed"', "is missing"),
        ('msgid "Close"', 'msgid "Closed"', "is not in use"),
        ('msgstr "Hello %(name)s"', 'msgstr "Hello %(namn)s"', "other placeholders: %(name)s, %(namn)s"),
        ('msgstr[1] "%(n)s needs"', 'msgstr[1] ""', "is not translated"),
    ],
)
def test_check_when_a_translation_is_wrong_then_names_it(
    source: Path, before: str, after: str, fault: str
) -> None:
    path = translated(source)
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    assert any(fault in line for line in messages.check_room(source, "needs"))


def test_check_when_two_rooms_differ_then_names_both(source: Path) -> None:
    write_catalogue(source, "needs", 'msgid "Open"\nmsgstr "Öppna"\n')
    write_catalogue(source, "solvers", 'msgid "Open"\nmsgstr "Öppen"\n')
    assert messages.check_conflicts(source, ["needs", "solvers"]) == [
        "solvers: 'Open' is 'Öppna' in needs but 'Öppen' here"
    ]


def test_compile_when_done_then_python_reads_the_catalogue(source: Path) -> None:
    path = write_catalogue(source, "needs", 'msgid "need"\nmsgstr "behov"\n')
    messages.compile_room(source, "needs")
    with path.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("need") == "behov"


def test_extract_when_a_module_calls_gettext_by_another_name_then_knows_the_name() -> None:
    """Else its texts would be in no catalogue, and be English on Swedish pages without anyone being told."""
    names = {
        alias.asname or alias.name
        for path in messages.SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if "gettext" in alias.name
    }
    assert "_now" in names and names <= set(messages.KEYWORDS)
