"""Pages of the demo's city that no link leads to: who can open them, and where; some are made as they are asked for."""

import re
from collections.abc import Callable
from datetime import timedelta

from django.core import signing
from django.urls import reverse

from ringar.core.actions import invite_people
from ringar.core.clock import today
from ringar.core.models import Person, Unit
from ringar.core.queries import viewer_of
from ringar.matching.actions.round_plans import PlanFacts, create_round_plan
from ringar.matching.plan_gathering import gatherable_needs
from ringar.matching.plan_models import RoundPlan
from ringar.matching.plan_rules import Dates
from ringar.needs.actions import move_need
from ringar.needs.models import Lineage, Need
from ringar.robots.models.work import OutgoingMail
from ringar.robots.webhooks import add_webhook, try_webhook
from ringar.solvers.actions import begin_trial
from ringar.solvers.actions.registration import SALT
from ringar.solvers.models import Answer, Solution, Solver, SolverMember
from tests.browser.city_pages import CITY_PAGES
from tests.browser.data_pages import DATA_PAGES
from tests.browser.day_pages import DAY_PAGES
from tests.browser.map_pages import MAP_PAGES
from tests.browser.pilot_pages import PILOT_PAGES
from tests.browser.robot_pages import ROBOT_PAGES
from tests.browser.talk_pages import TALK, Place
from tests.city import person_of


def draft() -> Place:
    need = Need.objects.filter(is_draft=True, created_by__isnull=False)[0]
    return need.created_by, reverse("need_share", args=[need.uuid])


def unlikely_match() -> Place:
    need = Need.objects.filter(state="chosen", organisation__slug="ringsala")[0]
    solution = Solution.objects.order_by("-id")[0]
    return person_of("alva"), reverse("match_asked", args=[need.uuid, solution.uuid])


def merging() -> Place:
    first, second = Need.objects.filter(state="shared", visibility="public", organisation__slug="ringsala")[
        :2
    ]
    return person_of("dag"), reverse("need_merge_plan", args=[first.uuid]) + f"?with={second.uuid}"


def closed() -> Place:
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


def confirming() -> Place:
    told = {
        "name": "Nytt AB",
        "organisation_number": "556000-0001",
        "person": "Nora",
        "email": "n@nytt.example",
    }
    return None, reverse("solver_confirm", args=[signing.dumps(told, salt=SALT, compress=True)])


def trying() -> Place:
    answer = Answer.objects.exclude(secrecy="")[0]
    trial = begin_trial(by=viewer_of(person_of("dag")), record=answer, wanted="Svaret")
    return person_of("dag"), trial.get_absolute_url()


def invited() -> Place:
    """Where the link in a letter of invitation leads."""
    unit = Unit.objects.filter(organisation__slug="ringsala").order_by("id")[0]
    invite_people(by=viewer_of(person_of("hugo")), unit=unit, role="staff", emails=["nina@example.se"])
    letter = re.search(r"/inbjudan/\S+", OutgoingMail.objects.latest("id").text)
    assert letter
    return None, letter[0]


def undoing() -> Place:
    """The merge that the demo begins with, by who made it."""
    return person_of("dag"), reverse("lineage_undo", args=[Lineage.objects.filter(kind="merge")[0].uuid])


def hooked() -> Place:
    """A webhook that has been sent a trial."""
    by = viewer_of(person_of("dag"))
    told = {"name": "Ärendesystemet", "url": "https://arenden.example/krok", "actions": ["share_need"]}
    made, _secret = add_webhook(by=by, **told)
    try_webhook(by=by, webhook=made)
    return person_of("dag"), reverse("webhook_detail", args=[made.uuid])


def secret_solution() -> Place:
    """A solution that was registered by, or answered to, the city."""
    for solution in Solution.objects.filter(solver__registered_in__slug="ringsala"):
        return person_of("dag"), reverse("trial_new_solution", args=[solution.uuid])
    raise LookupError


def planned(name: str) -> Callable[[], Place]:
    """A page of a round that is made of needs of the city."""

    def place() -> Place:
        by = viewer_of(person_of("dag"))
        days = Dates(*(today() + timedelta(days=10 * step) for step in range(1, 6)))
        needs = gatherable_needs(by)[:4]
        plan = RoundPlan.objects.filter(organisation_id=by.organisation_id, ended_at=None).last()
        plan = plan or create_round_plan(by=by, facts=PlanFacts("Omgången", days), needs=needs)
        return person_of("dag"), reverse(name, args=[plan.uuid])

    return place


PLAN_PAGES = (
    *("round_plan", "round_plan_edit", "round_plan_needs", "round_plan_report"),
    *("round_plan_weigh", "round_plan_call", "round_plan_day"),
)


ELSEWHERE: dict[str, Callable[[], Place]] = {
    **TALK,
    **DAY_PAGES,
    **CITY_PAGES,
    **DATA_PAGES,
    **PILOT_PAGES,
    **MAP_PAGES,
    **ROBOT_PAGES,
    **{name: planned(name) for name in PLAN_PAGES},
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
