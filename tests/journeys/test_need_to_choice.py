"""A need's way through a round, through the pages: opened, scored blind, chosen by a person, the writer answered."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import translation

from ringar.core.clock import now
from ringar.core.models import Person
from ringar.needs.models import Need
from ringar.needs.round_models import Round
from ringar.robots.engine.running import run_waiting
from tests.people import People
from tests.rooms.needs.rounds import TITLES, need_of

LogIn = Callable[[Person], Client]
REASONS = {
    TITLES[0]: "Kvällarna kostar mest, både i oro och i pengar.",
    TITLES[1]: "Vi väntar på den nya bilpoolen.",
    TITLES[2]: "Fastighet byter fönster redan i vår.",
    TITLES[3]: "Köerna följer vi till hösten.",
}


@pytest.fixture(autouse=True)
def swedish() -> Iterator[None]:
    with translation.override("sv"):
        yield


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return str(response.content.decode())


def opened_by(dag: Client, needs: list[Need], people: People) -> str:
    """Dag opens a round: the address of its page."""
    form = {
        "title": "Vårens val",
        "needs": [need.pk for need in needs],
        "assessors": [people.alva.pk, people.cilla.pk],
        "deadline": f"{(now() + timedelta(days=14)).date()}",
        "may_choose": 1,
        **{"name_0": "Nytta", "low_0": "Märks knappt", "high_0": "Förändrar dagen", "weight_0": 2},
        **{"name_1": "Enkelhet", "low_1": "Tar år", "high_1": "I morgon", "weight_1": 1},
    }
    response = dag.post("/omgangar/ny/", form)
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def score_all(client: Client, address: str, values: dict[str, int], reason: str) -> None:
    """Scores each need, led on from one to the next, and hands in."""
    link = re.search(r'class="button" href="([^"]+/poang/[^"]+)"', page(client, address))
    assert link
    following = link[1]
    while "/poang/" in following:
        title = next(title for title in values if f">{title}</h1>" in page(client, following))
        given = {"value_0": str(values[title]), "value_1": "3", "reason": f"{reason}: {title}"}
        following = client.post(following, given)["Location"]
    assert following == address
    assert client.post(f"{address}lamna-in/")["Location"] == address


@pytest.mark.django_db
def test_need_when_weighed_in_a_round_then_chosen_by_a_person_and_the_writer_answered(
    people: People, logged_in: LogIn
) -> None:
    needs = [need_of(people.bo, title) for title in TITLES]
    run_waiting()
    mail.outbox.clear()
    bo, alva, cilla, dag = (logged_in(each) for each in (people.bo, people.alva, people.cilla, people.dag))

    # Opened: those who score are told, and see it on their first page.
    address = opened_by(dag, needs, people)
    run_waiting()
    assert "Vårens val" in page(alva, "/") and "Vårens val" in page(cilla, "/")
    assert bo.get(address).status_code == 404, "the writer takes no part"

    # Scored blind: neither the leader nor the other assessor reads anything.
    score_all(cilla, address, dict(zip(TITLES, (5, 3, 2, 1), strict=True)), "Cillas skäl")
    for client in (dag, alva):
        hidden = page(client, f"{address}resultat/")
        assert "Poängen är dolda" in hidden and "Cillas skäl" not in hidden
        assert client.get(f"{address}resultat.csv").status_code == 404
    assert dag.get(f"{address}valj/").status_code == 302, "nothing to choose by yet"
    score_all(alva, address, dict(zip(TITLES, (4, 5, 1, 1), strict=True)), "Alvas skäl")
    assert "Cillas skäl" in page(alva, f"{address}resultat/{needs[0].uuid}/"), "she has handed in"

    # Closed, ranked, chosen: by Dag, with a reason for each.
    dag.post(f"{address}stang/")
    result = page(dag, f"{address}resultat/")
    assert result.index(f">{TITLES[0]}</a>") < result.index(f">{TITLES[3]}</a>")
    choices = {"decide": "1"}
    for entry in Round.objects.get().entries.select_related("need"):
        title = entry.need.title
        choices |= {f"choice_{entry.pk}": "yes" if title == TITLES[0] else "no"}
        choices |= {f"reason_{entry.pk}": REASONS[title]}
    response = dag.post(f"{address}valj/", choices)
    assert response.status_code == 302, response.content.decode()
    assert Need.objects.get(title=TITLES[0]).state == "chosen"

    # Answered: the writer has every reason by mail, and on the page of each need.
    run_waiting()
    sent = "\n".join(f"{each.subject}\n{each.body}" for each in mail.outbox if people.bo.email in each.to)
    for need in needs:
        assert REASONS[need.title] in sent and need.title in sent
        assert REASONS[need.title] in page(bo, need.get_absolute_url())
