"""The demo's pages: no link is broken; axe-core finds nothing on any page type, and a phone is wide enough."""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from django.core import signing
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import Page

from ringar.core.actions import invite_people
from ringar.core.models import Person, Unit
from ringar.core.queries import viewer_of
from ringar.needs.actions import move_need
from ringar.needs.models import Lineage, Need
from ringar.robots.models import OutgoingMail
from ringar.robots.webhooks import add_webhook, try_webhook
from ringar.solvers.actions import begin_trial
from ringar.solvers.actions.registration import SALT
from ringar.solvers.models import Answer, Solution, Solver, SolverMember
from tests.browser.talk_pages import TALK
from tests.chromium import PHONE, Open
from tests.city import PEOPLE, Walk, person_of, walk

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def draft() -> tuple[Person | None, str]:
    need = Need.objects.filter(is_draft=True, created_by__isnull=False)[0]
    return need.created_by, reverse("need_share", args=[need.uuid])


def unlikely_match() -> tuple[Person | None, str]:
    need = Need.objects.filter(state="chosen", organisation__slug="ringsala")[0]
    solution = Solution.objects.order_by("-id")[0]
    return person_of("alva"), reverse("match_asked", args=[need.uuid, solution.uuid])


def merging() -> tuple[Person | None, str]:
    first, second = Need.objects.filter(state="shared", visibility="public", organisation__slug="ringsala")[
        :2
    ]
    return person_of("dag"), reverse("need_merge_plan", args=[first.uuid]) + f"?with={second.uuid}"


def closed() -> tuple[Person | None, str]:
    by = viewer_of(person_of("dag"))
    need = Need.objects.filter(state="shared", visibility="public", organisation__slug="ringsala").last()
    move_need(by=by, need=need, to="closed", reason="Det är lagat")
    need.refresh_from_db()
    return person_of("bo"), reverse("need_reopen_ask", args=[need.uuid])


def supplier_person(key: str) -> Person:
    return SolverMember.objects.filter(solver__external_id=key)[0].person


def address_of(name: str, **facts: str) -> str:
    solver = Solver.objects.filter(**facts).order_by("-id")[0]
    return reverse(name, args=[solver.uuid])


def confirming() -> tuple[Person | None, str]:
    told = {
        "name": "Nytt AB",
        "organisation_number": "556000-0001",
        "person": "Nora",
        "email": "n@nytt.example",
    }
    return None, reverse("solver_confirm", args=[signing.dumps(told, salt=SALT, compress=True)])


def trying() -> tuple[Person | None, str]:
    answer = Answer.objects.exclude(secrecy="")[0]
    trial = begin_trial(by=viewer_of(person_of("dag")), record=answer, wanted="Svaret")
    return person_of("dag"), trial.get_absolute_url()


def invited() -> tuple[Person | None, str]:
    """Where the link in a letter of invitation leads."""
    unit = Unit.objects.filter(organisation__slug="ringsala").order_by("id")[0]
    invite_people(by=viewer_of(person_of("hugo")), unit=unit, role="staff", emails=["nina@example.se"])
    letter = re.search(r"/inbjudan/\S+", OutgoingMail.objects.latest("id").text)
    assert letter
    return None, letter[0]


def undoing() -> tuple[Person | None, str]:
    """The merge that the demo begins with, by who made it."""
    return person_of("dag"), reverse("lineage_undo", args=[Lineage.objects.filter(kind="merge")[0].uuid])


def hooked() -> tuple[Person | None, str]:
    """A webhook that has been sent a trial."""
    by = viewer_of(person_of("dag"))
    told = {"name": "Ärendesystemet", "url": "https://arenden.example/krok", "actions": ["share_need"]}
    made, _secret = add_webhook(by=by, **told)
    try_webhook(by=by, webhook=made)
    return person_of("dag"), reverse("webhook_detail", args=[made.uuid])


def secret_solution() -> tuple[Person | None, str]:
    """A solution that was registered by, or answered to, the city."""
    for solution in Solution.objects.filter(solver__registered_in__slug="ringsala"):
        return person_of("dag"), reverse("trial_new_solution", args=[solution.uuid])
    raise LookupError


# Pages that no link of the demo leads to: who can open them, and where.
ELSEWHERE: dict[str, Callable[[], tuple[Person | None, str]]] = {
    **TALK,
    "account_email_verification_sent": lambda: (None, "/konto/confirm-email/"),
    "account_inactive": lambda: (None, "/konto/inactive/"),
    "account_reset_password_done": lambda: (None, "/konto/password/reset/done/"),
    "account_reset_password_from_key": lambda: (None, "/konto/password/reset/key/1-wrong/"),
    "account_reset_password_from_key_done": lambda: (None, "/konto/password/reset/key/done/"),
    "account_confirm_email": lambda: (None, "/konto/confirm-email/wrong/"),
    "account_signup": lambda: (None, "/konto/signup/"),
    "socialaccount_login_error": lambda: (None, "/konto/3rdparty/login/error/"),
    "socialaccount_login_cancelled": lambda: (None, "/konto/3rdparty/login/cancelled/"),
    "socialaccount_connections": lambda: (person_of("bo"), "/konto/3rdparty/"),
    "account_logout": lambda: (person_of("bo"), "/konto/logout/"),
    "invitation_answer": invited,
    # these ask for the password first
    "my_erasure": lambda: (person_of("bo"), "/mina-uppgifter/radera/"),
    "person_erase": lambda: (
        person_of("dag"),
        reverse("person_erase", args=[Person.objects.get(email="bo@ringsala.example").uuid]),
    ),
    "account_reauthenticate": lambda: (person_of("bo"), "/konto/reauthenticate/"),
    "answer_status": lambda: (None, reverse("answer_status", args=[Answer.objects.all()[0].token])),
    "call_from_needs": lambda: (person_of("alva"), "/utlysningar/fran-behov/"),
    "import_start": lambda: (person_of("alva"), "/importera/"),
    "agent_ask": lambda: (supplier_person("inkubatorn-slipen"), address_of("agent_ask", state="registered")),
    "lineage_undo": undoing,
    "match_asked": unlikely_match,
    "need_merge_plan": merging,
    "need_reopen_ask": closed,
    "need_share": draft,
    "solver_confirm": confirming,
    "trial_detail": trying,
    "webhook_detail": hooked,
    "trial_new_solution": secret_solution,
}
REFUSALS = {"socialaccount_login_error": 401}  # pages that tell why something was not done
# Pages whose form tells what is wrong when it is sent empty.
FORMS = (
    "account_login",
    "account_reset_password",
    "accessibility",
    "answer_new",
    "call_new",
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
    # files and data
    *("health", "evidence_photo", "need_list_csv", "audit_csv", "overview_csv", "solver_csv", "solution_csv"),
    *("call_answers_csv", "trial_csv"),
    *("call_csv", "unit_csv", "invitation_csv", "work_csv", "moderation_log_csv", "notification_csv"),
    *("feed_atom", "feed_mine", "calendar_open", "calendar_mine"),
    *("round_hand_in", "round_list_csv", "round_csv", "round_scores_csv"),
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


def violations(page: Page) -> list[str]:
    """One line for each violation: the rule, what it asks, and the first elements at fault."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_source())
    options = json.dumps({"runOnly": RULES, "resultTypes": ["violations"]})
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
@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("name", sorted(set(page_names(get_resolver().url_patterns)) - NOT_PAGES))
def test_page_when_read_then_axe_finds_nothing_and_a_phone_is_wide_enough(
    open_page: Open, walks: dict[str, Walk], name: str, language: str
) -> None:
    found = example(walks, name)
    assert found, f"no link leads to the page {name}: link to it, or name it in ELSEWHERE or NOT_PAGES"
    person, path = found
    page = open_page(path, person=person, language=language)
    assert page.locator("html").get_attribute("lang") == language
    status = page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus")
    assert status == REFUSALS.get(name, 200), path
    # Light and wide, dark on a phone; and in the other language the other way round.
    schemes: list[Literal["light", "dark"]] = ["light", "dark"] if language == "sv" else ["dark", "light"]
    page.emulate_media(color_scheme=schemes[0], reduced_motion="reduce")
    faults = violations(page)
    page.emulate_media(color_scheme=schemes[1], reduced_motion="reduce")
    page.set_viewport_size({"width": PHONE, "height": 800})
    faults += [f"{schemes[1]}, on a phone: {fault}" for fault in violations(page)]
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > PHONE:
        faults.append(f"{width} px wide on a phone of {PHONE} px")
    assert not faults, f"{path} as {person}:\n" + "\n".join(faults)


SEND_EMPTY = """() => {
  const form = [...document.querySelectorAll("main form")].find((each) => each.method === "post");
  form.noValidate = true;
  for (const field of form.querySelectorAll("textarea, input:is([type=text], [type=email], [type=password])"))
    field.value = "";
  form.querySelector("button:not([type=button])").click();
}"""


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", FORMS)
def test_form_when_sent_empty_then_its_errors_are_told_and_axe_finds_nothing(
    open_page: Open, walks: dict[str, Walk], name: str, scheme: Literal["light", "dark"]
) -> None:
    found = example(walks, name)
    assert found
    person, path = found
    page = open_page(path, person=person, width=PHONE)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    with page.expect_navigation():
        page.evaluate(SEND_EMPTY)
    assert page.locator("[role=alert]").count() >= 1
    wrong = page.locator("[aria-invalid=true]")
    assert wrong.count() >= 1 and wrong.first.get_attribute("aria-describedby")
    assert not (faults := violations(page)), f"{path} as {person}:\n" + "\n".join(faults)


def test_not_pages_when_the_addresses_change_then_the_lists_here_follow() -> None:
    known = set(page_names(get_resolver().url_patterns))
    assert not (NOT_PAGES | ELSEWHERE.keys()) - known
