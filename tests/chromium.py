"""Chromium: pages with and without JavaScript, at any width, in either language.

The tests' folder says where the pages are served, by a fixture `site` that gives the address.
"""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from ringar.core.models import Person

# Chromium must not look for updates, nor use a sandbox where we are root (as in CI).
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The shell draws no window of its own: a page costs half of what it does in the whole browser.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PHONE, DESK = 320, 1280
Open = Callable[..., Page]


def find_chromium() -> str | None:
    """The path of the first of `NAMES` that this machine has."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests. Without Chromium they are skipped, but in CI they fail."""
    path = find_chromium()
    if path is None:
        reason = "no Chromium on this machine (Debian: apt install chromium-headless-shell; Ubuntu: chromium)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, site: str) -> Iterator[Open]:
    """`open_page("/behov/", person=people.bo, language="en", width=320, javascript=False)` gives the page.

    What the browser complains of (errors of scripts, things that the content security policy stopped) fails the test,
    but not that the page itself is a refusal: its status is the test's to judge.
    """
    complaints: list[str] = []
    asked: set[str] = set()
    contexts = []

    def heard(message: ConsoleMessage) -> None:
        is_refusal = "status of 4" in message.text and message.location["url"] in asked
        if message.type == "error" and not is_refusal:
            complaints.append(f"{message.location['url']}: {message.text}")

    def opened(
        path: str,
        *,
        person: Person | None = None,
        language: str = "sv",
        width: int = DESK,
        javascript: bool = True,
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=javascript, locale=language
        )
        contexts.append(context)
        client = Client()
        client.cookies["django_language"] = language
        if person is not None:
            client.force_login(person)
        context.add_cookies([{"name": n, "value": m.value, "url": site} for n, m in client.cookies.items()])
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: complaints.append(f"{path}: {error}"))
        page.on("console", heard)
        asked.add(site + path)
        page.goto(site + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)
