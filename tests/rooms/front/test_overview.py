"""The overview: everything under way on one page, for those who work here."""

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ringar.core.actions import add_unit
from ringar.core.models import Person
from ringar.core.rules import Viewer
from ringar.needs.actions import share_need, start_need
from tests.people import People


def share(by: Viewer, title: str, visibility: str = "organisation") -> None:
    need = start_need(by=by, symptom=f"Det här ser vi: {title}", title=title)
    share_need(by=by, need=need, visibility=visibility)


def test_overview_when_cilla_looks_then_counts_by_administration_and_lists(
    people: People, viewer: Callable[[Person], Viewer], logged_in: Callable[[Person], Client]
) -> None:
    share(viewer(people.bo), "Nycklarna tar en timme", "unit")
    share(viewer(people.alva), "Ingen svarar på brev")
    page = logged_in(people.cilla).get("/oversikt/", headers={"accept-language": "sv"})
    assert page.context["total"] == 2
    assert [(row.name, row.total) for row, _parts in page.context["rows"]] == [("Stadsdelen Björkliden", 2)]
    assert "Nycklarna tar en timme" in page.content.decode()


def test_overview_when_others_look_then_counts_only_what_they_may_see(
    people: People, viewer: Callable[[Person], Viewer], logged_in: Callable[[Person], Client], client: Client
) -> None:
    share(viewer(people.bo), "Bara hemtjänsten", "unit")
    share(viewer(people.bo), "Hela kommunen")
    share(viewer(people.sam), "I grannkommunen")
    assert logged_in(people.bo).get("/oversikt/").context["total"] == 2
    sam = logged_in(people.sam).get("/oversikt/")
    assert sam.context["total"] == 1
    assert "Hela kommunen" not in sam.content.decode()
    for outsider in (people.elif_, people.farid):
        assert logged_in(outsider).get("/oversikt/").status_code == 404
        assert logged_in(outsider).get("/oversikt/tabell.csv").status_code == 404
    assert client.get("/oversikt/")["Location"].startswith("/konto/login/")
    assert client.get("/oversikt/tabell.csv").status_code == 302


def test_overview_csv_when_a_unit_is_called_like_a_formula_then_it_is_not_run(
    people: People, viewer: Callable[[Person], Viewer], logged_in: Callable[[Person], Client]
) -> None:
    add_unit(by=Viewer.of_command_line(), organisation=people.city, name="=1+1")
    by = viewer(people.alva)
    unit = people.city.units.get(name="=1+1")
    need = start_need(by=by, symptom="Något", title="Något", unit=unit)
    share_need(by=by, need=need, visibility="organisation")
    answer = logged_in(people.cilla).get("/oversikt/tabell.csv", headers={"accept-language": "sv"})
    lines = answer.getvalue().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Förvaltning;")
    assert lines[1].startswith("'=1+1;1;")


def test_overview_when_there_are_many_needs_then_the_queries_stay_few(
    people: People, viewer: Callable[[Person], Viewer], logged_in: Callable[[Person], Client]
) -> None:
    for number in range(15):
        share(viewer(people.bo), f"Behov {number}")
    client = logged_in(people.cilla)
    with CaptureQueriesContext(connection) as seen:
        client.get("/oversikt/")
    assert 0 < len(seen) <= 10
