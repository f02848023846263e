"""The pages of rounds: what they say, what they take, what they refuse, and what they cost."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from ringar.core.clock import at, now, today
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.templatetags.page import sek
from ringar.matching.actions.round_plans import DAYS, end_round_plan
from ringar.matching.plan_models import RoundPlan
from ringar.matching.plan_queries import PAGE
from ringar.needs.models import Need
from ringar.needs.round_models import Round
from ringar.robots.engine.running import run_waiting
from ringar.solvers.models import Call
from ringar.talk.models import Notification
from tests.people import People
from tests.rooms.matching.cast import make_market, shared_need
from tests.rooms.matching.plan_cast import plan_of
from tests.rooms.needs.rounds import TITLES, need_of

pytestmark = pytest.mark.django_db
LogIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def dag(people: People, logged_in: LogIn) -> Client:
    return in_english(logged_in(people.dag))


def in_english(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return str(response.content.decode())


def form_of(**changes: Any) -> dict[str, Any]:
    dates = {name: f"{today() + timedelta(days=7 * place):%Y-%m-%d}" for place, name in enumerate(DAYS, 1)}
    return {"title": "Omgången", **dates, **changes}


def test_new_when_sent_then_the_round_holds_what_was_written(people: People, dag: Client) -> None:
    sent = form_of(
        units=[people.district.pk],
        budget_sek="200000",
        limit_sek="40000",
        members=[people.alva.pk],
        others=f"{people.bo.email}\n",
        may_decide="Små piloter",
    )
    assert "Make a round" in page(dag, "/omgangar/plan/")
    assert page(dag, "/omgangar/plan/ny/").count(f'value="{people.alva.pk}"')
    response = dag.post("/omgangar/plan/ny/", sent, follow=True)
    plan = RoundPlan.objects.get()
    assert set(plan.members.all()) == {people.alva, people.bo}
    told = response.content.decode()
    assert sek(200_000) in told and f"at most {sek(40_000)}" in told
    assert people.district.name in told and "Små piloter" in told and "led by Dag" in told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"title": ""}, "required"),
        ({"gather_until": "2099-01-01"}, "No step can end before"),
        ({"gather_until": "nu"}, "valid date"),
        ({"budget_sek": "mycket"}, "whole number"),
        ({"others": "ingen@example.se"}, "ingen@example.se"),
        ({"about": "x" * 50_000}, "50000"),
    ],
)
def test_new_when_wrong_then_says_what_and_keeps_what_was_written(
    dag: Client, changes: dict[str, str], told: str
) -> None:
    response = dag.post("/omgangar/plan/ny/", form_of(may_decide="Detta stod här 🚀", **changes))
    text = response.content.decode()
    assert response.status_code == 200 and told in text and "Detta stod här 🚀" in text
    assert not RoundPlan.objects.exists()


def test_new_when_needs_are_named_then_they_come_along_and_taken_ones_are_told(
    people: People, dag: Client
) -> None:
    need = shared_need(people.bo, title="Ett")
    address = f"/omgangar/plan/ny/?behov={need.uuid}&behov=strunt"
    assert "Ett" in page(dag, address)
    dag.post(address, form_of(needs=[need.pk]))
    assert RoundPlan.objects.get().entries.get().need == need
    assert "None of those needs can be gathered" in page(dag, address)


def test_need_list_when_leading_then_offers_a_round_of_what_is_shown(
    people: People, dag: Client, logged_in: LogIn
) -> None:
    need = shared_need(people.bo, title="Ett")
    shared_need(people.bo, title="Vårt", visibility="unit")
    assert f'/omgangar/plan/ny/?behov={need.uuid}"' in page(dag, "/behov/")
    assert "/omgangar/plan/ny/" not in page(in_english(logged_in(people.bo)), "/behov/")


def test_import_when_saved_then_offers_the_round_to_leaders(
    dag: Client, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    sheet = SimpleUploadedFile("Höstens behov.csv", "rubrik;text\nEtt;Bilarna är slut\n".encode())
    dag.post("/importera/", {"kind": "needs", "file": sheet})
    told = dag.post("/importera/needs/", {"save": "1"}, follow=True).content.decode()
    assert "Saved: 1 new" in told and "?kalla=H%C3%B6stens%20behov" in told
    assert "/omgangar/plan/ny/" not in page(dag, "/importera/"), "later the page is as it was"


def test_page_when_ended_then_nothing_can_be_done_any_more(people: People, dag: Client) -> None:
    plan = plan_of(people, [shared_need(people.bo)])
    address = plan.get_absolute_url()
    assert dag.post(f"{address}andra/", {"end": "1"})["Location"] == address
    told = page(dag, address)
    assert "The round has ended" in told and "Draft a call" not in told and 'aria-current="step"' not in told
    for way in ("andra/", "behov/", "prioritera/", "utlysning/", "motesdag/"):
        assert dag.get(address + way).status_code == 404
    assert dag.post(f"{address}paminn/").status_code == 302, "says why, on the round's page"
    assert "has ended: nothing" in page(dag, address)


def test_edit_when_sent_then_changed_and_shown(people: People, dag: Client) -> None:
    plan = plan_of(people)
    address = f"{plan.get_absolute_url()}andra/"
    assert 'value="100000"' in page(dag, address)
    assert dag.post(address, form_of(title="Nytt namn", limit_sek="1")).status_code == 302
    plan.refresh_from_db()
    assert (plan.title, plan.limit_sek, plan.budget_sek) == ("Nytt namn", 1, None)
    assert "before the one before it" in dag.post(address, form_of(pilots_from="2020-01-01")).content.decode()


def test_needs_when_gathered_and_taken_out_then_the_round_follows(people: People, dag: Client) -> None:
    need = shared_need(people.bo, title="Bilbrist")
    plan = plan_of(people)
    address = f"{plan.get_absolute_url()}behov/"
    assert "Bilbrist" in page(dag, address)
    dag.post(address, {"needs": [need.pk]})
    assert plan.entries.get().need == need
    assert "Take out" in page(dag, address)
    dag.post(address, {"remove": str(need.uuid)})
    assert not plan.entries.exists()
    response = dag.post(address, {"needs": ["999999"]})
    assert response.status_code == 200 and "999999" in response.content.decode()


def test_weigh_when_sent_then_the_scoring_is_a_step_of_the_round(people: People, dag: Client) -> None:
    needs = [need_of(people.bo, title) for title in TITLES]
    plan = plan_of(people, needs)
    address = f"{plan.get_absolute_url()}prioritera/"
    told = page(dag, address)
    assert all(title in told for title in TITLES) and 'value="Vårens omgång"' in told
    criteria = {
        f"{part}_{place}": value
        for place in range(2)
        for part, value in (("name", f"K{place}"), ("low", "Lite"), ("high", "Mycket"), ("weight", "1"))
    }
    sent = {
        "title": "Prio",
        "needs": [need.pk for need in needs],
        "assessors": [people.alva.pk, people.cilla.pk],
        "deadline": f"{today() + timedelta(days=5)}",
        "may_choose": "2",
        **criteria,
    }
    assert "at least 3" in dag.post(address, {**sent, "needs": [needs[0].pk]}).content.decode()
    weighing_page = dag.post(address, sent, follow=True).content.decode()
    assert Round.objects.get().plan == plan
    assert plan.get_absolute_url() in weighing_page, "the scoring leads back to its round"
    assert "To the scoring" in page(dag, plan.get_absolute_url())
    assert "/omgangar/plan/" in page(dag, "/omgangar/")


def test_call_when_nothing_is_open_to_all_then_opened_first(people: People, dag: Client) -> None:
    need = shared_need(people.bo, title="Bilbrist")
    plan = plan_of(people, [need])
    address = f"{plan.get_absolute_url()}utlysning/"
    assert "1 need is not open to everyone" in page(dag, address)
    told = dag.post(address, {"open": "1"}, follow=True).content.decode()
    assert "1 need is open to everyone" in told and 'name="deadline"' in told
    wrong = dag.post(address, {"title": "", "needs": [need.pk], "deadline": "igår"}).content.decode()
    assert "valid date" in wrong and not Call.objects.exists()
    dag.post(address, {"title": "Bilar", "needs": [need.pk], "deadline": f"{today() + timedelta(days=9)}"})
    assert Call.objects.get().title == "Bilar"
    assert "The round has a call already" in dag.get(address, follow=True).content.decode()
    assert "To the call" in page(dag, plan.get_absolute_url())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"date": "2020-01-01", "wishes_until": "2019-12-01"}, "in the past"),
        ({"starts": "13:30"}, "end before they begin"),
        ({"rooms": "Rum 1\nRum 1"}, "name of its own"),
        ({"rooms": "Rum 1 https://"}, "no web address"),
        ({"wishes_until": f"{today() + timedelta(days=400)}"}, "before the first meeting"),
    ],
)
def test_day_when_wrong_then_says_what_and_nothing_is_made(
    people: People, dag: Client, changes: dict[str, str], told: str
) -> None:
    make_market(people)
    plan = plan_of(people, [shared_need(people.bo)])
    run_waiting()
    on = today() + timedelta(days=20)
    sent = {
        **{
            "title": "Mötesdag",
            "date": f"{on}",
            "wishes_until": f"{on - timedelta(days=3)}",
            "rooms": "Rum 1",
        },
        **{"starts": "09:00", "lunch": "12:00", "after_lunch": "13:00", "ends": "16:00", "name_owners": "on"},
    }
    address = f"{plan.get_absolute_url()}motesdag/"
    assert told in dag.post(address, {**sent, **changes}).content.decode()
    plan.refresh_from_db()
    assert plan.meeting_day is None
    drafted = dag.post(
        address, {**sent, "rooms": "Rum 1 https://meet.example/1"}, follow=True
    ).content.decode()
    assert "A draft with 1 managers" in drafted and "Nobody is written to yet" in drafted
    plan.refresh_from_db()
    assert plan.meeting_day and plan.meeting_day.rooms.get().link == "https://meet.example/1"
    assert "To the meeting day" in page(dag, plan.get_absolute_url())


def test_page_when_somebody_is_late_then_names_them_and_reminds(
    people: People, dag: Client, logged_in: LogIn
) -> None:
    plan = plan_of(people, [shared_need(people.bo, title="Utan underlag")], units=[])
    address = plan.get_absolute_url()
    assert "Nobody is late" in page(dag, address)
    with at(now() + timedelta(days=18)):
        told = page(dag, address)
        late = told.partition('id="late"')[2].partition("</section>")[0]
        assert "Utan underlag" in late and "The need stands still" in late and "Bo" in late
        assert "1 day late" in told and "Remind those who are late" in told and "Late" in told
        assert "Remind those" not in page(in_english(logged_in(people.bo)), address)
        told = dag.post(f"{address}paminn/", follow=True).content.decode()
        assert "1 person is reminded" in told
        assert Notification.objects.get().person == people.bo
        assert "reminded within the last day" in dag.post(f"{address}paminn/", follow=True).content.decode()
        assert "Vårens omgång" in page(in_english(logged_in(people.bo)), "/aviseringar/")


def test_home_when_a_round_gathers_then_managers_and_leaders_see_what_waits(
    people: People, dag: Client, logged_in: LogIn
) -> None:
    plan = plan_of(people)
    assert "Write down a need for the round" in page(in_english(logged_in(people.bo)), "/")
    assert "Gather needs for the round" in page(dag, "/")
    end_round_plan(by=viewer_of(people.dag), plan=plan)
    assert "for the round" not in page(in_english(logged_in(people.bo)), "/")


def test_report_when_opened_then_tells_figures_money_and_decisions(people: People, dag: Client) -> None:
    plan = plan_of(people, [shared_need(people.bo)])
    address = f"{plan.get_absolute_url()}manad/"
    told = page(dag, address)
    assert "None this time." in told and f"Budget {sek(300_000)}" in told and f"Left: {sek(300_000)}" in told
    assert f"{today():%Y-%m}" not in page(dag, f"{address}?manad=2026-01").partition("<main")[0]
    assert dag.get(f"{address}?manad=\x00").status_code == 200
    with at(now() + timedelta(days=30)):
        told = page(dag, address)
        assert "A step is late" in told and "which was to be over by" in told


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_file_when_asked_for_then_has_a_row_each(people: People, dag: Client, kind: str) -> None:
    need = shared_need(people.bo, title="=HYPERLINK(1)")
    plan = plan_of(people, [need])
    response = dag.get(f"{plan.get_absolute_url()}behov.csv?format={kind}")
    content = response.getvalue()  # type: ignore[attr-defined]
    if kind == "csv":
        text = content.decode("utf-8-sig")
        assert "'=HYPERLINK(1)" in text and people.care.name in text and "What the choice asks for" in text
    else:
        assert content[:2] == b"PK"


def test_list_when_paged_then_each_round_stands_once(people: People, dag: Client) -> None:
    for number in range(PAGE + 2):
        plan_of(people, title=f"Omgång nummer {number:02d}")
    first = page(dag, "/omgangar/plan/")
    assert first.count("Omgång nummer") == PAGE and 'rel="next"' in first
    after = first.partition("?after=")[2].partition('"')[0]
    assert page(dag, f"/omgangar/plan/?after={after}").count("Omgång nummer") == 2
    assert "Omgång nummer" in page(dag, "/omgangar/plan/?after=strunt")


def test_pages_when_there_are_many_needs_then_no_more_queries(
    people: People, dag: Client, django_assert_max_num_queries: Any
) -> None:
    make_market(people)
    few = plan_of(people, [shared_need(people.bo, title="Ett")])
    needs = [shared_need(people.bo, f"Fel nummer {n}.", title=f"Fel {n}") for n in range(PAGE + 5)]
    many = plan_of(people, needs)
    run_waiting()
    counts = []
    for plan in (few, many):
        dag.get(plan.get_absolute_url())
        with django_assert_max_num_queries(13) as queries:
            told = page(dag, plan.get_absolute_url())
        counts.append(len(queries))
    assert abs(counts[0] - counts[1]) <= 1
    assert 'rel="next"' in told
    assert Need.objects.filter(round_plan_entries__plan=many).count() == PAGE + 5
