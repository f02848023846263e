"""The first page: what a stranger learns, and what waits for each of those who work here."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ringar.core.models import Person
from ringar.core.rules import Viewer
from ringar.needs.actions import add_evidence, join_need, move_need, share_need, start_need
from ringar.needs.models import Need
from ringar.needs.queries import need_for
from ringar.talk.actions import report_row, write_comment
from tests.people import People
from tests.rooms.needs.rounds import need_of, round_of

ViewerOf = Callable[[Person], Viewer]
LoggedIn = Callable[[Person], Client]


@pytest.fixture
def shared(viewer: ViewerOf) -> Callable[..., Need]:
    """`shared(people.bo, "title", visibility)`: a need that the person has shared."""

    def make(by: Person, title: str, visibility: str = "organisation") -> Need:
        need = start_need(by=viewer(by), symptom=f"Det här ser vi: {title}", title=title)
        return share_need(by=viewer(by), need=need, visibility=visibility)

    return make


def page_of(client: Client, path: str = "/") -> str:
    return client.get(path, headers={"accept-language": "sv"}).content.decode()


def lines(page: str) -> list[str]:
    """The lines of what waits, in order, as markup."""
    return re.findall(r'<span class="picker-name">(.*?)</span>', page)


def test_home_when_a_stranger_comes_then_tells_the_ring_and_the_public_needs(
    people: People, shared: Callable[..., Need], client: Client
) -> None:
    shared(people.bo, "Nycklarna tar en timme", "public")
    shared(people.bo, "Bara för oss som arbetar här", "organisation")
    page = page_of(client)
    assert "Så går ett behov runt" in page
    assert "Nycklarna tar en timme" in page
    assert "Bara för oss" not in page
    # What the demo lends is not there outside it.
    assert "/demo/logga-in/" not in page


def test_home_when_in_the_demo_then_offers_the_cast(client: Client, db: None, settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    page = page_of(client)
    for name in ("Alva", "Bo", "Cilla", "Dag", "Elif"):
        assert f"Logga in som {name}" in page
    assert "Allt här är påhittat." in page


def test_home_when_bo_logs_in_then_sees_drafts_next_steps_and_who_has_it_too(
    people: People, shared: Callable[..., Need], logged_in: LoggedIn, viewer: ViewerOf
) -> None:
    start_need(by=viewer(people.bo), symptom="Halvfärdigt", title="Mitt utkast")
    need = shared(people.bo, "Nycklarna tar en timme")
    join_need(by=viewer(people.alva), need=need, unit=people.preschool, note="Hos oss är det passerkorten")
    page = page_of(logged_in(people.bo))
    assert "Mitt utkast" in page
    assert "Bara du ser det" in page
    assert "Härnäst:" in page
    assert "Inget underlag än" in page
    assert "Hos oss är det passerkorten" in page
    assert 'href="/behov/nytt/"' in page
    assert "Behov att välja" not in page


def test_home_when_others_draft_or_keep_to_their_unit_then_nothing_of_it_shows(
    people: People, shared: Callable[..., Need], logged_in: LoggedIn, viewer: ViewerOf
) -> None:
    start_need(by=viewer(people.bo), symptom="Halvfärdigt", title="Bos utkast")
    shared(people.bo, "Bara hemtjänsten", "unit")
    shared(people.bo, "Hela kommunen", "organisation")
    dag = page_of(logged_in(people.dag))
    assert "Hela kommunen" in dag
    assert "Bos utkast" not in dag
    for outsider in (people.sam, people.elif_, people.farid):
        page = page_of(logged_in(outsider))
        assert not [title for title in ("Hela kommunen", "Bos utkast", "Bara hemtjänsten") if title in page]


def test_home_when_owner_may_no_longer_see_the_need_then_it_is_not_shown(
    people: People, shared: Callable[..., Need], logged_in: LoggedIn
) -> None:
    need = shared(people.bo, "Bara hemtjänsten", "unit")
    Need.objects.filter(pk=need.pk).update(owner_id=people.sam.pk)
    assert "Bara hemtjänsten" not in page_of(logged_in(people.sam))


def test_home_when_there_are_many_needs_then_the_queries_stay_few(
    people: People, shared: Callable[..., Need], logged_in: LoggedIn
) -> None:
    client = logged_in(people.alva)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            page_of(client)
        return len(seen)

    shared(people.bo, "Ett")
    few = queries()
    for number in range(12):
        shared(people.alva if number % 2 else people.bo, f"Behov {number}")
    assert 0 < few == queries() <= 10, (
        "what waits is asked in one query; each kind that is there takes one more"
    )


def test_home_when_nothing_waits_then_says_so_below_the_button(people: People, logged_in: LoggedIn) -> None:
    page = page_of(logged_in(people.alva))
    assert page.index('href="/behov/nytt/"') < page.index("Väntar på dig")
    assert "Inget väntar på dig just nu." in page


def test_home_when_needs_wait_then_one_line_each_for_those_who_may_choose_and_no_others(
    people: People, logged_in: LoggedIn, viewer: ViewerOf
) -> None:
    need = need_of(people.bo, "Långa köer")
    lacking = start_need(by=viewer(people.bo), symptom="Det drar.", title="Kalla rum")
    lacking = share_need(by=viewer(people.bo), need=lacking, visibility="organisation")
    for each in (need, lacking):
        if each is lacking:
            add_evidence(by=viewer(people.bo), need=each, kind="interview", summary="Ja.", met="en boende")
        move_need(by=viewer(people.bo), need=need_for(viewer(people.bo), each.uuid), to="explored")
    leader, staff = page_of(logged_in(people.dag)), page_of(logged_in(people.bo))
    assert lines(leader) == [f'Behov att välja: <a href="/behov/{need.uuid}/" lang="sv">Långa köer</a>']
    assert leader.index("Väntar på dig") < leader.index('href="/behov/nytt/"')
    assert "Behov att välja" not in staff
    others = [need_of(people.bo, title) for title in ("Ett", "Två")]
    weighed = [need_for(viewer(people.dag), need.uuid), *others]
    round_of(people, needs=weighed, assessors=[people.cilla, people.dag])
    leader = page_of(logged_in(people.dag))
    assert "Behov att välja" not in leader
    assert "Poängsätt behov" in leader and "senast" in leader


def test_home_when_more_than_eight_wait_then_the_rest_unfolds_and_last_days_come_first(
    people: People, logged_in: LoggedIn, viewer: ViewerOf
) -> None:
    for number in range(9):
        need = need_of(people.bo, f"Kö {number}")
        move_need(by=viewer(people.bo), need=need, to="explored")
    round_of(people, assessors=[people.dag, people.cilla])
    page = page_of(logged_in(people.dag))
    told = lines(page)
    assert len(told) == 10
    assert told[0].startswith("Poängsätt behov") and "Kö 0" in told[1] and "Kö 8" in told[9]
    assert "Visa alla: 2 till" in page
    assert page.index("Kö 6") < page.index("Visa alla") < page.index("Kö 7")


def test_home_when_somebody_is_mentioned_or_reports_then_waits_until_read_and_decided(
    people: People, logged_in: LoggedIn, shared: Callable[..., Need], viewer: ViewerOf
) -> None:
    need = shared(people.bo, "Nycklarna")
    comment = write_comment(by=viewer(people.cilla), row=need, text="Vad säger @Bo om det?")
    report_row(by=viewer(people.cilla), row=need, why="Namnger en boende")
    assert comment is not None
    client = logged_in(people.bo)
    told = [line for line in lines(page_of(client)) if "Du är nämnd" in line]
    assert len(told) == 1 and "Nycklarna" in told[0]
    client.get(told[0].split('"')[1])
    assert "Du är nämnd" not in page_of(client)
    assert "Ta ställning till anmälningar" in page_of(logged_in(people.alva))
    assert "Ta ställning till anmälningar" not in page_of(logged_in(people.bo))


def test_search_when_words_fit_then_shows_needs_and_says_so_when_none_do(
    people: People, shared: Callable[..., Need], logged_in: LoggedIn, client: Client
) -> None:
    shared(people.bo, "Nycklarna tar en timme")
    assert "Nycklarna tar en timme" in page_of(logged_in(people.alva), "/sok/?q=nycklar")
    assert "Nycklarna tar en timme" not in page_of(client, "/sok/?q=nycklar")
    assert "Inget här har de orden" in page_of(client, "/sok/?q=zebra")


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "%00", "🙁" * 400, "\u202eלום", '"; DROP', "x" * 5000, "NEAR(", "%ED%A0%80"]
)
def test_search_when_the_words_are_odd_then_still_a_page(client: Client, db: None, text: str) -> None:
    assert client.get("/sok/", {"q": text}).status_code == 200
