"""Every page type: no violation that axe-core finds, nothing wider than a phone, in both languages."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Page

from tests.chromium import PHONE, Open
from tests.city import Walk, person_of

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Address names that are not a page of ours to read: files, answers to forms, one-time links, parts of log-in not used.
NOT_PAGES: set[str] = set()
pytestmark = pytest.mark.browser


def page_names(patterns: list[Any]) -> list[str]:
    names = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            names += page_names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and pattern.name:
            names.append(pattern.name)
    return names


@cache
def axe_source() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """One line for each violation: the rule, what it asks, and the first elements at fault."""
    page.evaluate(axe_source())
    options = json.dumps({"runOnly": RULES, "resultTypes": ["violations"]})
    result = page.evaluate(f"axe.run(document, {options})")
    lines = []
    for found in result["violations"]:
        places = [f"{node['html'][:160]} {node['failureSummary']}" for node in found["nodes"][:3]]
        lines.append(f"{found['id']}: {found['help']}\n    " + "\n    ".join(places))
    return lines


def example(walks: dict[str, Walk], name: str) -> tuple[str, str] | None:
    """A person and an address where they see the page of that name."""
    return next(((who, found.examples[name]) for who, found in walks.items() if name in found.examples), None)


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("name", sorted(set(page_names(get_resolver().url_patterns)) - NOT_PAGES))
def test_page_when_read_then_axe_finds_nothing_and_a_phone_is_wide_enough(
    open_page: Open, walks: dict[str, Walk], name: str, language: str
) -> None:
    found = example(walks, name)
    assert found, f"no link leads to the page {name}: link to it, or name it in NOT_PAGES with the reason"
    person, path = found
    page = open_page(path, person=person_of(person), language=language)
    assert page.locator("html").get_attribute("lang") == language
    faults = violations(page)
    page.set_viewport_size({"width": PHONE, "height": 800})
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > PHONE:
        faults.append(f"{width} px wide on a phone of {PHONE} px")
    assert not faults, f"{path} as {person}:\n" + "\n".join(faults)
