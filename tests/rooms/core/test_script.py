"""Our own script in a real browser: drafts are saved while typing, unsaved text is guarded; the keyboard suffices."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from ringar.core.models import Person
from ringar.core.rules import Viewer
from ringar.needs.actions import share_need, start_need
from ringar.needs.models import Need
from tests.chromium import PHONE, Open
from tests.people import People

pytestmark = pytest.mark.browser
PATIENCE = 15_000  # ms


@pytest.fixture
def site(live_server: LiveServer) -> str:
    """Where the pages are served."""
    return live_server.url


def asked_to_stay(page: Page, away: Callable[[], object]) -> bool:
    """Whether the browser asks before the page is left; the answer is to leave."""
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    away()
    return asked == ["beforeunload"]


def test_writing_when_paused_then_the_draft_is_kept_and_others_are_shown(
    site: str, people: People, viewer: Callable[[Person], Viewer], open_page: Open
) -> None:
    theirs = start_need(by=viewer(people.alva), symptom="Nycklarna till de gamla tar en timme varje morgon")
    share_need(by=viewer(people.alva), need=theirs)
    page = open_page("/behov/nytt/", person=people.bo, width=PHONE)
    page.locator("textarea").press_sequentially("Vi hämtar nycklarna till de gamla varje morgon")
    expect(page.locator("[data-autosave-status]")).to_contain_text("utkast", timeout=PATIENCE)
    expect(page.locator("#similar")).to_contain_text("Nycklarna till de gamla", timeout=PATIENCE)
    draft = Need.objects.get(created_by=people.bo)
    assert draft.is_draft
    assert draft.symptom == "Vi hämtar nycklarna till de gamla varje morgon"
    # What is saved may be left; pressing Save afterwards makes no second draft.
    page.locator("main form button", has_text="Spara").click()
    page.wait_for_url(f"**{draft.get_absolute_url()}**")
    assert Need.objects.filter(created_by=people.bo).count() == 1


def test_leaving_when_text_is_not_sent_then_the_browser_asks(site: str, db: None, open_page: Open) -> None:
    page = open_page("/tillganglighet/")
    page.locator("textarea").press_sequentially("Knappen")
    assert asked_to_stay(page, lambda: page.goto(site + "/stil/"))


def test_leaving_when_nothing_is_written_then_it_does_not_ask(site: str, db: None, open_page: Open) -> None:
    page = open_page("/tillganglighet/")
    page.locator("textarea").focus()
    assert not asked_to_stay(page, lambda: page.goto(site + "/stil/"))


def test_keyboard_when_tab_is_pressed_first_then_the_content_is_one_step_away(
    site: str, db: None, open_page: Open
) -> None:
    page = open_page("/")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_focus_when_any_control_has_it_then_it_is_seen(site: str, db: None, open_page: Open) -> None:
    page = open_page("/stil/")
    unseen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        unseen.append(
            page.evaluate(
                "(() => { const now = document.activeElement, style = getComputedStyle(now);"
                " return style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2"
                " ? now.outerHTML.slice(0, 80) : '' })()"
            )
        )
    assert not [element for element in unseen if element]
