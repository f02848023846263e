"""The invented city builds through the rooms' actions, and only where the demo is switched on."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from ringar.core import clock
from ringar.core.actions import add_person
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.demo.actions import move_clock
from ringar.demo.cast import CAST, email_of
from ringar.demo.seed import log_ins, seed
from ringar.matching.day_models import Meeting, MeetingDay
from ringar.matching.meeting_queries import days_to_go_on, figures_by_day
from ringar.needs.models import Need
from ringar.needs.rules import NeedState
from ringar.solvers.models import Answer, Call, Solution, Solver
from tests.rooms.matching.days import faults

THEMES = ("ensam", "språk", "dialog", "arbetsplats", "läck", "faktur", "nyanländ", "bil")


@pytest.fixture
def demo(settings):
    settings.DEMO = True
    return settings


@pytest.mark.django_db
def test_seed_when_run_makes_the_city_that_the_first_page_promises(demo) -> None:
    seed(lambda what: None)
    assert Need.objects.count() >= 40
    assert Solver.objects.count() >= 120
    assert Solution.objects.count() >= 120
    assert Call.objects.filter(state="open").count() >= 3
    assert not Answer.objects.filter(created_at__gt=timezone.now()).exists(), "an answer from the future"
    told = "\n".join(need.match_text for need in Need.objects.all()).casefold()
    assert [theme for theme in THEMES if theme not in told] == []
    assert set(NeedState.values[:4]) <= set(Need.objects.values_list("state", flat=True))
    assert AuditEvent.objects.filter(action="share_need").count() >= 40
    held, coming, waiting = MeetingDay.objects.order_by("id")
    assert list(days_to_go_on(viewer_of(Person.objects.get(email=email_of("alva"))))) == [waiting]
    assert waiting.planned_at is None and waiting.parties.filter(answered_at=None).exists()
    assert faults(coming) == [] and coming.plan_value == coming.plan_bound and coming.unmet
    assert coming.published_at < timezone.now(), "sent out in the future"
    assert coming.hours.first().date > clock.today() and coming.round_plans.count() == 1
    figures, _by_day = figures_by_day([held])
    assert figures.both.count > 5 and figures.missed and figures.pilots.count == 3
    assert not Meeting.objects.filter(need=None).exists(), "each is about something"
    emails = {email for _, email, _ in log_ins()}
    assert emails == {email_of(member.key) for member in CAST}
    assert all(Person.objects.get(email=email).has_usable_password() for email in emails)


@pytest.mark.django_db
def test_demo_login_outside_the_demo_is_not_there(people, client: Client) -> None:
    assert client.post("/demo/logga-in/", {"person": "bo"}).status_code == 404
    assert client.get("/demo/klocka/").status_code == 404


@pytest.mark.django_db
def test_demo_login_as_someone_who_is_not_of_the_cast_is_not_there(people, client: Client, demo) -> None:
    assert client.post("/demo/logga-in/", {"person": "rektor"}).status_code == 404
    bo = add_person(by=Viewer.of_command_line(), email=email_of("bo"), name="Bo", unit=people.care)
    response = client.post("/demo/logga-in/", {"person": "bo"})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(bo.pk)


@pytest.mark.django_db
def test_move_clock_by_weeks_moves_now_and_never_back(demo) -> None:
    by = Viewer()
    move_clock(by=by, weeks=4)
    assert clock.now() - timezone.now() > timedelta(days=27)
    for weeks in (0, -1, 53):
        with pytest.raises(Refused):
            move_clock(by=by, weeks=weeks)


@pytest.mark.django_db
def test_move_clock_outside_the_demo_is_not_allowed() -> None:
    with pytest.raises(NotAllowed):
        move_clock(by=Viewer(), weeks=1)


@pytest.mark.django_db
def test_clock_when_read_in_a_page_then_is_read_once_until_it_is_moved(demo, client) -> None:
    with clock.read_once():
        before = clock.today()
        client.post("/demo/klocka/", {"weeks": "4"})
        assert clock.today() == before
        move_clock(by=Viewer.of_command_line(), weeks=1)
        assert clock.today() - before == timedelta(weeks=5)
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/demo/klocka/").content.decode()
    assert date_format(clock.today(), "j F Y") in page
    assert sum("core_democlock" in query["sql"] for query in queries) == 1
