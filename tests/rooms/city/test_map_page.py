"""The leak map in a real browser: pipes are drawn, one is chosen by pointer, by keyboard and from the table."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.chromium import Open
from tests.people import People
from tests.rooms.city.map_cast import add_districts
from tests.rooms.city.town import COUNT, Town, add_town, fitted

pytestmark = pytest.mark.browser
PATIENCE = 15_000  # ms
# How many of the map's dots are not white, over all tiles.
INK = """() => [...document.querySelectorAll("[data-leak-map] canvas")].reduce((sum, tile) => {
  const { data } = tile.getContext("2d").getImageData(0, 0, tile.width, tile.height);
  for (let at = 3; at < data.length; at += 4) if (data[at]) sum += 1;
  return sum;
}, 0)"""


@pytest.fixture
def site(live_server: LiveServer) -> str:
    """Where the pages are served."""
    return live_server.url


@pytest.fixture
def town(people: People) -> Town:
    return add_town(people)


@pytest.fixture
def path(town: Town) -> str:
    """The address of the map."""
    add_districts(town, is_restricted=True)
    return f"/staden/karta/{fitted(town).uuid}/"


def drawn(page: Page) -> Page:
    """The page, when its map is drawn."""
    expect(page.locator("[data-leak-map]")).to_have_attribute("data-drawn", "yes", timeout=PATIENCE)
    return page


def test_map_when_a_pipe_is_clicked_then_the_panel_says_why(town: Town, path: str, open_page: Open) -> None:
    page = drawn(open_page(path, person=town.crew))
    expect(page.locator("[data-leak-overview]")).to_be_hidden()
    assert page.evaluate(INK) > 1_000
    # Streets lie from west to east, 80 m apart; the clicks go up the middle until one meets a street.
    box = page.locator("[data-leak-map]").bounding_box()
    panel = page.locator("[data-leak-panel]")
    for up in range(int(box["height"]) - 40, 0, -18):
        page.locator("[data-leak-map]").click(position={"x": box["width"] / 2 + 9, "y": up})
        if "laid in" in panel.inner_text():
            break
        page.wait_for_timeout(40)
    expect(panel).to_contain_text(re.compile(r"P0\d\d"), timeout=PATIENCE)
    expect(panel).to_contain_text("laid in 19")
    assert page.locator("[data-leak-map] .leaflet-overlay-pane path").count() == 3


def test_map_when_only_the_keyboard_is_used_then_a_pipe_is_chosen_and_read(
    town: Town, path: str, open_page: Open
) -> None:
    page = drawn(open_page(path, person=town.crew))
    page.locator("[data-leak-map]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-leak-panel] h2")).to_contain_text("P0", timeout=PATIENCE)
    expect(page.locator("[data-leak-panel]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Allt vi vet om ledningen")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-leak-map]")).to_be_focused()
    page.locator("#area").fill("gata 3")
    page.keyboard.press("Tab")
    expect(page.locator("#pipes [role=status]")).to_contain_text("10 ledningar", timeout=PATIENCE)
    assert page.locator("#areas-known option").count() == 8  # areas and streets


def test_table_when_a_pipe_is_pressed_then_the_map_shows_it(town: Town, path: str, open_page: Open) -> None:
    page = drawn(open_page(path, person=town.crew))
    page.get_by_role("link", name="P037").click()
    expect(page.locator("[data-leak-panel] h2")).to_have_text("P037", timeout=PATIENCE)
    expect(page.locator("[data-leak-map]")).to_be_in_viewport()
    assert path in page.url


def test_filter_when_changed_then_map_table_and_address_follow(
    town: Town, path: str, open_page: Open
) -> None:
    page = drawn(open_page(path, person=town.crew))
    before = page.evaluate(INK)
    page.select_option("#share", "10")
    expect(page.locator("#pipes tbody tr")).to_have_count(4, timeout=PATIENCE)
    page.wait_for_timeout(500)
    assert 0 < page.evaluate(INK) < before / 2
    assert "share=10" in page.url
    page.reload()
    assert drawn(page).evaluate(INK) < before / 2


def test_map_when_there_is_no_javascript_then_areas_and_pipes_are_told(
    town: Town, path: str, open_page: Open
) -> None:
    page = open_page(path, person=town.crew, javascript=False)
    expect(page.get_by_role("img", name="Områdena på sina platser")).to_be_visible()
    expect(page.locator("[data-leak-map]")).to_be_hidden()
    page.select_option("#material", "PVC")
    page.get_by_role("button", name="Visa").click()
    expect(page.locator("#pipes tbody tr")).to_have_count(len([n for n in range(COUNT) if n % 3 == 0]))
    page.get_by_role("link", name="P039").click()
    expect(page.get_by_role("heading", name="P039", level=1)).to_be_visible()


def test_map_when_its_data_can_not_be_fetched_then_areas_and_tables_stay(
    town: Town, path: str, open_page: Open
) -> None:
    page = open_page("/staden/karta/", person=town.crew)
    page.route("**/ledningar?*", lambda route: route.fulfill(status=204, body=""))
    page.goto(page.url)
    expect(page.locator("[data-leak-failed]")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[data-leak-overview]")).to_be_visible()
    expect(page.locator("#pipes tbody tr").first).to_be_visible()
