"""The keyboard alone: logging in, writing a need, answering a call, the menu; and the focus can always be seen."""

import pytest
from playwright.sync_api import Page

from ringar.core.clock import now
from ringar.demo.cast import PASSWORD, email_of
from ringar.needs.models import Need
from ringar.robots.rules.cases import CaseState
from ringar.solvers.models import Answer, Call
from tests.browser.elsewhere import ELSEWHERE
from tests.browser.robot_pages import asking, mailed
from tests.chromium import PHONE, Open
from tests.city import person_of

pytestmark = pytest.mark.browser

# What the element in focus looks like: its words, whether a ring of at least 2 px is drawn, whether it is in sight.
FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const x = Math.min(Math.max(box.x + box.width / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(box.y + Math.min(box.height / 2, 20), 0), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  return {
    what: e.outerHTML.slice(0, 120),
    ringed: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inSight: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
      && (e.contains(top) || top.contains(e) || e.type === "checkbox" || e.type === "radio"),
  };
}"""


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Presses Tab until an element of that kind has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} can not be reached by Tab on {page.url}")


def test_log_in_when_only_the_keyboard_is_used_then_one_is_in(open_page: Open) -> None:
    page = open_page("/konto/login/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    tab_to(page, "main input[name=login]")
    page.keyboard.type(email_of("bo"))
    tab_to(page, "main input[name=password]")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".menu-name").inner_text() == str(person_of("bo"))


def test_need_when_only_the_keyboard_is_used_then_it_is_written(open_page: Open) -> None:
    page = open_page("/", person=person_of("bo"))
    tab_to(page, "main a[href$='/behov/nytt/']")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "textarea[name=symptom]")
    page.keyboard.type("Dörren till förrådet går i baklås varje morgon.")
    tab_to(page, "input[name=title]")
    page.keyboard.type("Dörren går i baklås")
    tab_to(page, "main form[method=post] .actions button")
    with page.expect_navigation():
        page.keyboard.press("Space")
    assert page.locator("h1").inner_text() == "Dörren går i baklås"
    assert Need.objects.filter(title="Dörren går i baklås", is_draft=True).exists()


def test_call_when_only_the_keyboard_is_used_then_it_is_answered(open_page: Open) -> None:
    call = Call.objects.filter(state="open", deadline__gt=now())[0]
    page = open_page(call.get_absolute_url())
    tab_to(page, "main a[href$='/svara/']")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "textarea[name=text]")
    page.keyboard.type("Vi har ett lås som inte fastnar.")
    tab_to(page, "input[name=email]")
    page.keyboard.type("las@dorrar.example")
    tab_to(page, "main form[method=post] .actions button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert Answer.objects.filter(call=call, email="las@dorrar.example").exists(), page.inner_text("main")


def test_menu_when_only_the_keyboard_is_used_then_it_opens_closes_and_gives_the_focus_back(
    open_page: Open,
) -> None:
    page = open_page("/behov/", person=person_of("bo"), width=PHONE)
    tab_to(page, ".menu > summary")
    page.keyboard.press("Enter")
    assert page.locator(".menu-list").is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.menu-list') !== null")
    page.keyboard.press("Escape")
    assert not page.locator(".menu-list").is_visible()
    assert page.evaluate("document.activeElement.matches('.menu > summary')")


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_main_menu_when_on_a_phone_then_it_opens_leads_on_and_closes(
    open_page: Open, javascript: bool
) -> None:
    page = open_page("/behov/", person=person_of("bo"), width=PHONE, javascript=javascript)
    menu = page.locator("#site-menu")
    assert not menu.is_visible()
    tab_to(page, "[popovertarget=site-menu]")
    page.keyboard.press("Enter")
    assert menu.is_visible()
    page.keyboard.press("Escape")
    assert not menu.is_visible()
    assert page.evaluate("document.activeElement.matches('[popovertarget=site-menu]')")
    page.keyboard.press("Space")
    tab_to(page, "#site-menu a[href='/utlysningar/']")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/utlysningar/")


def test_menu_when_there_is_no_javascript_then_one_can_still_log_out(open_page: Open) -> None:
    page = open_page("/behov/", person=person_of("bo"), javascript=False)
    page.locator(".menu > summary").click()
    with page.expect_navigation():
        page.locator(".menu-list form[action$='/logout/'] button").click()
    assert page.locator(".menu-name").count() == 0


def test_question_when_its_letters_link_is_opened_without_mouse_or_javascript_then_it_is_answered(
    open_page: Open,
) -> None:
    case, (_nobody, path) = asking(), mailed()
    page = open_page(path, width=PHONE, javascript=False)
    tab_to(page, "main input[type=radio]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "main textarea")
    page.keyboard.type("Nej, behåll den")
    tab_to(page, "main button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("main [role=status]").count() == 1, page.locator("main").inner_text()
    case.refresh_from_db()
    assert (case.state, case.answer) == (CaseState.NEW, {"approved": False, "text": "Nej, behåll den"})


def test_party_when_it_answers_by_its_link_then_it_is_not_taken_for_forged(open_page: Open) -> None:
    person, path = ELSEWHERE["party_page"]()
    page = open_page(path, person=person, width=PHONE)
    with page.expect_navigation():
        page.evaluate("document.querySelector('main form').submit()")
    assert page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus") == 200


@pytest.mark.parametrize(
    "path", ["/", "/behov/", "/behov/nytt/", "/utlysningar/", "/oversikt/", "/stil/", "/tillganglighet/"]
)
@pytest.mark.parametrize("width", [1280, PHONE])
def test_focus_when_tabbed_through_a_page_then_it_is_always_seen(
    open_page: Open, path: str, width: int
) -> None:
    page = open_page(path, person=person_of("alva"), width=width)
    unseen = []
    for stop in range(120):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None:
            break
        if not (focus["ringed"] and focus["inSight"]):
            unseen.append(f"{stop}: {focus}")
    assert stop > 5
    assert not unseen, "\n".join(unseen)


def test_motion_when_the_device_asks_for_less_then_nothing_moves(open_page: Open) -> None:
    page = open_page("/stil/")
    moving = """() => [...document.querySelectorAll("*")].filter((e) => {
      const s = getComputedStyle(e);
      return [s.transitionDuration, s.animationDuration].some((d) => d.split(",").some((t) => parseFloat(t) > 0));
    }).length"""
    assert page.evaluate(moving) > 0, "else this test would find nothing"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(moving) == 0
