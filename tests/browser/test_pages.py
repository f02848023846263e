"""The demo's pages: no link is broken; axe-core finds nothing on any page type, and a phone is wide enough."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Page

from ringar.core.models import Person
from tests.browser.elsewhere import ELSEWHERE
from tests.browser.robot_pages import ROBOT_STATES
from tests.chromium import DESK, PHONE, Open
from tests.city import PEOPLE, Walk, person_of, walk

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast"]
REFUSALS = {"socialaccount_login_error": 401}  # pages that tell why something was not done
# Pages whose form tells what is wrong when it is sent empty.
FORMS = (
    "account_login",
    "account_reset_password",
    "accessibility",
    "answer_new",
    "call_new",
    "meeting_day_new",
    "need_new",
    "solver_new",
    "solver_register",
)
# Names of addresses that are no page to read.
NOT_PAGES = {
    # they answer a form and lead on
    *("set_language", "demo_login", "work_retry", "import_check"),
    *("need_autosave", "need_similar", "need_discard", "need_move", "need_leave", "evidence_remove"),
    *("call_open", "call_close", "answer_decide", "answer_verify", "answer_withdraw", "solver_state"),
    *("solver_join", "join_answer", "member_change", "agent_answer"),
    *("match_check", "match_choose", "match_judge"),
    *("comment_take_back", "comment_react", "row_follow", "notification_read", "notification_open"),
    *("template_remove", "webhook_try", "webhook_pause", "webhook_remove"),
    *("role_give", "role_take", "person_lock", "person_protect"),
    *("token_revoke",),
    *("invitation_resend", "invitation_withdraw", "people_file", "my_data_file"),
    *("demo_kill", "demo_mails"),
    *("map_draw", "map_open", "map_sign", "map_link", "map_mark", "map_answer", "log_remove"),
    *("queue_resume", "robot_publish", "robot_time", "robot_upkeep"),
    *("case_answer", "case_retry", "case_finish", "case_try"),
    *("fit_again", "work_list_step", "work_list_untick", "pilot_list_measure"),
    # files and data
    *("fit_areas_csv", "work_list_csv", "was_it_right_csv"),
    *("leak_map_data", "leak_map_csv", "leak_map_geojson", "leak_map_ground", "network_data"),
    *("network_pipe",),
    *("map_bpmn", "log_csv", "case_file", "case_csv", "run_list"),
    *("health", "evidence_photo", "need_list_csv", "audit_csv", "overview_csv", "solver_csv", "solution_csv"),
    *("call_answers_csv", "trial_csv"),
    *("call_csv", "unit_csv", "invitation_csv", "work_csv", "moderation_log_csv", "notification_csv"),
    *("feed_atom", "feed_mine", "calendar_open", "calendar_mine"),
    *("staff_ask", "pilot_overview_csv", "pilot_history_csv", "measurement_csv", "hindrance_list_csv"),
    *("round_hand_in", "round_list_csv", "round_csv", "round_scores_csv"),
    *("meeting_day_invite", "meeting_day_plan", "meeting_party_leave", "party_cancel"),
    *("meeting_day_csv", "meeting_answer", "meeting_no_show", "party_calendar"),
    *("round_plan_remind", "round_plan_csv"),
    *("purchase_csv", "pilot_lot", "pilot_prototype"),
    *("pilot_effect_csv", "pilot_public_csv", "pilot_learned_csv", "disclosure_csv"),
    *("data_set_csv", "data_catalogue", "data_set_withdraw", "data_import_save", "data_import_drop"),
    *("asset_csv", "asset_geojson", "incident_csv", "observation_withdraw"),
    *("sensor_geojson", "sensor_step", "series_csv"),
    # of the log-in: they need a state of their own (tests/journeys/test_passkeys.py, rooms/core/test_login_pages.py)
    *("account_set_password", "account_confirm_login_code", "mfa_authenticate", "mfa_login_webauthn"),
    *("mfa_activate_totp", "mfa_deactivate_totp", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
    *("mfa_add_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn"),
    *("mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes"),
    *("log_in_service_edit", "log_in_service_try", "log_in_service_remove"),
    # of organisations' own log-in services (tests/journeys/test_log_in_services.py)
    *("socialaccount_signup", "openid_connect_login", "openid_connect_callback"),
    *("saml_acs", "saml_finish_acs", "saml_sls", "saml_metadata", "saml_login"),
}


def page_names(patterns: list[Any]) -> list[str]:
    names = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name == "ninja":
                continue  # the JSON interface
            names += page_names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and pattern.name:
            names.append(pattern.name)
    return names


@cache
def axe_source() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(page: Page, rules: list[str] = RULES) -> list[str]:
    """One line for each violation: the rule, what it asks, and the first elements at fault."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_source())
    options = json.dumps({"runOnly": rules, "resultTypes": ["violations"]})
    result = page.evaluate(f"axe.run(document, {options})")
    lines = []
    for found in result["violations"]:
        places = [f"{node['html'][:160]} {node['failureSummary']}" for node in found["nodes"][:3]]
        lines.append(f"{found['id']}: {found['help']}\n    " + "\n    ".join(places))
    return lines


def example(walks: dict[str, Walk], name: str) -> tuple[Person | None, str] | None:
    """Someone who sees the page of that name, and its address."""
    for who, found in walks.items():
        if name in found.examples:
            return person_of(who), found.examples[name]
    return ELSEWHERE[name]() if name in ELSEWHERE else None


@pytest.mark.parametrize("person", PEOPLE)
def test_links_when_all_are_followed_then_none_is_broken(
    db: None, walks: dict[str, Walk], person: str
) -> None:
    assert walks[person].visited > 5
    assert not walks[person].broken, "\n".join(walks[person].broken)


def test_links_when_followed_in_english_then_none_is_broken(db: None) -> None:
    found = walk("alva", "en")
    assert not found.broken, "\n".join(found.broken)


@pytest.mark.browser
@pytest.mark.parametrize("name", sorted(set(page_names(get_resolver().url_patterns)) - NOT_PAGES))
def test_page_when_read_then_axe_finds_nothing_and_a_phone_is_wide_enough(
    open_page: Open, site: str, walks: dict[str, Walk], name: str
) -> None:
    found = example(walks, name)
    assert found, f"no link leads to the page {name}: link to it, or name it in ELSEWHERE or NOT_PAGES"
    person, path = found
    page = open_page(path, person=person, language="sv")
    # axe takes half a second for each look. It reads the page whole once, and its colours once in the dark, which is
    # the light page in other colours; which of them is on a phone changes from page to page.
    whole, colours = (PHONE, DESK) if crc32(name.encode()) % 2 else (DESK, PHONE)
    faults = read(page, name, "sv", "light", whole)
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": site}])
    page.goto(site + path)
    faults += read(page, name, "en", "dark", colours, COLOURS)
    assert not faults, f"{path} as {person}:\n" + "\n".join(faults)


def read(
    page: Page,
    name: str,
    language: str,
    scheme: Literal["light", "dark"],
    width: int,
    rules: list[str] = RULES,
) -> list[str]:
    """What is wrong with the page in that language, look and width; and whether it is wider than a phone."""
    assert page.locator("html").get_attribute("lang") == language
    status = page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus")
    assert status == REFUSALS.get(name, 200), page.url
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 800})
    faults = [f"{language}, {scheme}, {width} px: {fault}" for fault in violations(page, rules)]
    page.set_viewport_size({"width": PHONE, "height": 800})
    needed = page.evaluate("document.documentElement.scrollWidth")
    return faults if needed <= PHONE else [*faults, f"{language}: {needed} px wide in a window of {PHONE} px"]


@pytest.mark.browser
def test_robot_pages_when_in_other_states_then_axe_finds_nothing_and_a_phone_is_wide_enough(
    open_page: Open, site: str
) -> None:
    page = open_page("/robotar/", person=person_of("dag"), language="sv")
    faults = []
    for name, make in ROBOT_STATES.items():
        page.goto(site + make()[1])
        faults += [f"{name}: {fault}" for fault in read(page, name, "sv", "light", PHONE)]
    assert not faults, "\n".join(faults)


SEND_EMPTY = """() => {
  const form = [...document.querySelectorAll("main form")].find((each) => each.method === "post");
  form.noValidate = true;
  for (const field of form.querySelectorAll("textarea, input:is([type=text], [type=email], [type=password])"))
    field.value = "";
  form.querySelector("button:not([type=button])").click();
}"""


@pytest.mark.browser
@pytest.mark.parametrize("name", FORMS)
def test_form_when_sent_empty_then_its_errors_are_told_and_axe_finds_nothing(
    open_page: Open, walks: dict[str, Walk], name: str
) -> None:
    found = example(walks, name)
    assert found
    person, path = found
    page = open_page(path, person=person, width=PHONE)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    with page.expect_navigation():
        page.evaluate(SEND_EMPTY)
    assert page.locator("[role=alert]").count() >= 1
    wrong = page.locator("[aria-invalid=true]")
    assert wrong.count() >= 1 and wrong.first.get_attribute("aria-describedby")
    faults = violations(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    faults += [f"dark: {fault}" for fault in violations(page, COLOURS)]
    assert not faults, f"{path} as {person}:\n" + "\n".join(faults)


def test_not_pages_when_the_addresses_change_then_the_lists_here_follow() -> None:
    known = set(page_names(get_resolver().url_patterns))
    assert not (NOT_PAGES | ELSEWHERE.keys()) - known
