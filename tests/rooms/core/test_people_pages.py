"""The pages on people: who reads what, in how many queries; the first steps; switching organisation."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils.translation import override

from ringar.core.actions import give_role, protect_person
from ringar.core.models import AuditEvent, Person, Unit
from ringar.core.queries import viewer_of
from ringar.core.registry import guide_steps
from ringar.core.rules import Role, Viewer
from tests.people import People
from tests.rooms.core.keepers import OPERATOR, administrator, gerd, newcomer
from tests.rooms.needs.cast import shared_by

LogIn = Callable[[Person], Client]


def text_of(client: Client, address: str) -> str:
    client.cookies["django_language"] = "en"
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def test_people_list_when_a_manager_looks_then_only_the_own_unit_is_there(
    people: People, logged_in: LogIn
) -> None:
    newcomer(people, people.care)
    page = text_of(logged_in(people.bo), "/personer/")
    assert "Hanna" in page and people.bo.email in page
    assert people.alva.email not in page and people.sam.email not in page


def test_people_list_when_an_administrator_looks_then_everyone_here_is_there(
    people: People, logged_in: LogIn
) -> None:
    page = text_of(logged_in(administrator(people)), "/personer/")
    assert all(person.email in page for person in people.all() if person != people.sam)
    assert people.sam.email not in page


def test_people_list_when_roles_are_in_two_cities_then_the_other_is_not_told(
    people: People, logged_in: LogIn
) -> None:
    give_role(by=OPERATOR, person=people.bo, unit=people.other_care, role=Role.BUYER)
    assert people.other_care.name not in text_of(logged_in(administrator(people)), "/personer/")
    page = text_of(logged_in(administrator(people, "Ines")), f"/personer/{people.bo.uuid}/")
    assert people.other_care.name not in page
    assert "works in other places too" in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=zzz", set()),
        ("q=ALVA", {"Alva"}),
        ("q=bo@ringsala", {"Bo"}),
        ("role=development_manager", {"Alva", "Dag"}),
        (
            "role=nonsense&unit=nonsense&after=nonsense",
            {"Alva", "Bo", "Cilla", "Dag", "Elif", "Farid", "Gerd"},
        ),
    ],
)
def test_people_list_when_narrowed_then_shows_those(
    people: People, logged_in: LogIn, asked: str, found: set[str]
) -> None:
    page = text_of(logged_in(administrator(people)), f"/personer/?{asked}")
    names = {"Alva", "Bo", "Cilla", "Dag", "Elif", "Farid", "Gerd"}
    assert {name for name in names if f'/">{name}</a></th>' in page or f'/">{name}</a><br>' in page} == found


def test_people_list_when_long_then_pages_hold_everyone_once_in_few_queries(
    people: People, logged_in: LogIn, django_assert_max_num_queries: object
) -> None:
    client = logged_in(administrator(people))
    for number in range(60):
        person = newcomer(people, people.care, f"Kim{number % 7}{number:02}")
        Person.objects.filter(pk=person.pk).update(name=f"Kim {number % 7}")
    protect = newcomer(people, people.care, "Kim99")
    Person.objects.filter(pk=protect.pk).update(is_protected=True)
    seen: list[str] = []
    address = "/personer/?role=staff"
    while address:
        with django_assert_max_num_queries(10):  # type: ignore[operator]
            page = client.get(address)
        seen += [str(person.uuid) for person, _roles, _named in page.context["rows"]]
        address = f"/personer/?{page.context['more']}" if page.context["more"] else ""
    assert len(seen) == len(set(seen)) == 61


def test_people_list_when_many_are_protected_then_still_few_queries(
    people: People, logged_in: LogIn, django_assert_max_num_queries: object
) -> None:
    for number in range(20):
        newcomer(people, people.preschool, f"Lo{number:02}")
    Person.objects.filter(name__startswith="Lo").update(is_protected=True)
    client = logged_in(people.dag)
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        page = client.get("/personer/").content.decode()
    assert "Lo0" not in page and "lo00@" not in page


def test_people_list_when_protected_then_neither_list_search_nor_file_names(
    people: People, logged_in: LogIn
) -> None:
    protect_person(by=gerd(people), person=people.bo, is_protected=True)
    dag = logged_in(people.dag)
    name, email = "Bo<", people.bo.email
    for address in ("/personer/", "/personer/?q=bo", f"/personer/{people.bo.uuid}/"):
        page = text_of(dag, address)
        assert f">{name}" not in page and email not in page, address
    assert str(people.bo.uuid) not in text_of(dag, "/personer/?q=bo@")
    file = b"".join(dag.get("/personer/fil/").streaming_content).decode()  # type: ignore[attr-defined]
    assert email not in file and "Bo;" not in file
    file = b"".join(logged_in(people.bo).get("/personer/fil/").streaming_content).decode()  # type: ignore[attr-defined]
    assert "Bo;" in file


def test_pages_when_the_writer_is_protected_then_none_names_for_others(
    people: People, logged_in: LogIn
) -> None:
    Person.objects.filter(pk=people.bo.pk).update(name="Bodil Hemligsson")
    people.bo.refresh_from_db()
    need = shared_by(people.bo, "Nycklarna räcker inte till alla.", "Nycklar", "public")
    protect_person(by=gerd(people), person=people.bo, is_protected=True)
    for person in (people.dag, people.sam, people.farid):
        client = logged_in(person)
        for address in ("", "historik/", "jamfor/"):
            page = client.get(f"/behov/{need.uuid}/{address}").content.decode()
            assert "Bodil" not in page, (person, address)
        for address in ("/", "/behov/", "/oversikt/", "/personer/", "/sok/?q=nycklar", "/sok/?q=bodil"):
            assert "Hemligsson" not in client.get(address).content.decode(), (person, address)
    assert "Bodil" in logged_in(people.bo).get(f"/behov/{need.uuid}/").content.decode()


def test_person_page_when_an_administrator_acts_then_each_press_does_it(
    people: People, logged_in: LogIn
) -> None:
    client, address = logged_in(administrator(people)), f"/personer/{people.bo.uuid}/"
    assert client.post(f"{address}roll/", {"unit": people.water.uuid, "role": "buyer"})["Location"] == address
    membership = people.bo.memberships.get(role="buyer")
    assert client.post(f"{address}ta-roll/", {"membership": membership.pk})["Location"] == address
    client.post(f"{address}skydd/", {"protected": "yes"})
    client.post(f"{address}sparr/", {"do": "lock"})
    bo = Person.objects.get(pk=people.bo.pk)
    assert (bo.is_protected, bo.is_active) == (True, False)
    assert "Let in again" in text_of(client, address)
    client.post(f"{address}sparr/", {"do": "let-in"})
    client.post(f"{address}skydd/", {"protected": "no"})
    assert Person.objects.get(pk=people.bo.pk).is_active
    done = AuditEvent.objects.filter(label="Gerd").order_by("id").values_list("action", flat=True)
    wanted = ["give_role", "take_role", "protect_person", "lock_out", "let_in_again", "protect_person"]
    assert list(done) == wanted


def test_person_page_when_the_role_is_not_theirs_to_give_then_says_so(
    people: People, logged_in: LogIn
) -> None:
    client = logged_in(people.bo)
    page = client.post(
        f"/personer/{people.bo.uuid}/roll/", {"unit": people.care.uuid, "role": "administrator"}
    )
    assert page.status_code == 200
    assert not people.bo.memberships.filter(role="administrator").exists()


@pytest.mark.parametrize("sent", [{}, {"membership": "x"}, {"membership": "9" * 30}, {"membership": "-1"}])
def test_role_take_when_the_role_is_none_of_theirs_then_is_not_found(
    people: People, logged_in: LogIn, sent: dict[str, str]
) -> None:
    client = logged_in(administrator(people))
    assert client.post(f"/personer/{people.bo.uuid}/ta-roll/", sent).status_code == 404
    other = people.alva.memberships.get()
    assert client.post(f"/personer/{people.bo.uuid}/ta-roll/", {"membership": other.pk}).status_code == 404


def test_unit_page_when_an_administrator_acts_then_the_tree_changes(people: People, logged_in: LogIn) -> None:
    client, address = logged_in(administrator(people)), f"/enheter/{people.care.uuid}/"
    client.post(address, {"do": "grow", "grow-name": "Nattpatrullen"})
    client.post(address, {"do": "rename", "rename-name": "Hemtjänst Norr"})
    client.post(address, {"do": "move", "unit": people.water.uuid})
    people.care.refresh_from_db()
    assert (people.care.name, people.care.parent) == ("Hemtjänst Norr", people.water)
    night = Unit.objects.get(name="Nattpatrullen")
    client.post(f"/enheter/{night.uuid}/", {"do": "merge", "unit": people.care.uuid})
    assert not Unit.objects.filter(pk=night.pk).exists()


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "grow", "grow-name": ""},
        {"do": "grow", "grow-name": "x" * 50_000},
        {"do": "move", "unit": "nonsense"},
        {"do": "nonsense"},
        {},
    ],
)
def test_unit_page_when_what_is_sent_is_odd_then_nothing_changes(
    people: People, logged_in: LogIn, sent: dict[str, str]
) -> None:
    before = list(Unit.objects.order_by("id").values())
    answer = logged_in(administrator(people)).post(f"/enheter/{people.care.uuid}/", sent)
    assert answer.status_code in {200, 404}
    assert list(Unit.objects.order_by("id").values()) == before


def test_my_organisations_when_switched_then_the_pages_are_about_that_one(
    people: People, logged_in: LogIn
) -> None:
    give_role(by=OPERATOR, person=people.bo, unit=people.other_care, role=Role.STAFF)
    client = logged_in(people.bo)
    assert viewer_of(people.bo).organisation_id == people.city.pk
    assert "Fjärdinge" in text_of(client, "/mina-organisationer/")
    client.post("/mina-organisationer/", {"organisation": str(people.other_city.uuid)})
    assert client.session["organisation_id"] == people.other_city.pk
    assert people.other_care.name in text_of(client, "/enheter/")
    assert client.get("/personer/").status_code == 404, "manager in the other city only"


def test_my_organisations_when_no_role_there_then_nothing_is_switched(
    people: People, logged_in: LogIn
) -> None:
    client = logged_in(people.bo)
    for wanted in (str(people.other_city.uuid), "nonsense", ""):
        client.post("/mina-organisationer/", {"organisation": wanted})
        assert "organisation_id" not in client.session


@pytest.mark.parametrize("stale", [999_999, "nonsense", None, [1], {"a": 1}])
def test_viewer_when_the_session_names_what_is_not_theirs_then_it_is_ignored(
    people: People, logged_in: LogIn, stale: object
) -> None:
    client = logged_in(people.bo)
    session = client.session
    session["organisation_id"] = stale
    session.save()
    assert people.care.name in text_of(client, "/enheter/")


@pytest.mark.parametrize("role", Role.values)
def test_guide_when_someone_new_comes_then_has_steps_that_lead_somewhere(
    people: People, logged_in: LogIn, role: str
) -> None:
    person = newcomer(people, people.water, "Ny", role)
    client = logged_in(person)
    steps = client.get("/kom-igang/").context["steps"]
    assert 1 <= len(steps) <= 4
    page = text_of(client, "/kom-igang/")
    for step, _is_done in steps:
        with override("en"):
            assert str(step.title) in page.replace("&#x27;", "'")
    links = {
        line.split('"')[0] for line in page.partition("<ol")[2].partition("</ol>")[0].split('href="')[1:]
    }
    assert links
    assert {client.get(link).status_code for link in links} == {200}


def test_guide_when_something_is_done_then_it_is_marked(people: People, logged_in: LogIn) -> None:
    client = logged_in(people.bo)
    done = {step.url: is_done for step, is_done in client.get("/kom-igang/").context["steps"]}
    assert done["need_new"] is False
    shared_by(people.bo, "Nycklarna räcker inte till alla.", "Nycklar")
    done = {step.url: is_done for step, is_done in client.get("/kom-igang/").context["steps"]}
    assert done["need_new"] is True


def test_guide_when_roles_differ_then_steps_do(people: People) -> None:
    of = {role: tuple(step.title for step in guide_steps(viewer)) for role, viewer in viewers().items()}
    assert len({of[role] for role in ("staff", "manager", "administrator", "auditor", "resident")}) == 5


def viewers() -> dict[str, Viewer]:
    return {role: Viewer(person_id=1, organisation_id=1, roles=frozenset({role})) for role in Role.values}


def test_guide_when_put_away_then_stays_in_the_menu(people: People, logged_in: LogIn) -> None:
    client = logged_in(people.bo)
    client.post("/kom-igang/")
    people.bo.refresh_from_db()
    assert people.bo.guided_at is not None
    page = text_of(client, "/kom-igang/")
    assert "Put this away" not in page
    assert 'href="/kom-igang/"' in text_of(client, "/")


def test_log_in_when_the_guide_is_not_put_away_then_leads_there(people: People) -> None:
    sent = {"login": people.bo.email, "password": "ett långt lösenord"}
    assert Client().post("/konto/login/", sent)["Location"] == "/kom-igang/"
    Client().post("/konto/login/", sent)
    Person.objects.filter(pk=people.bo.pk).update(guided_at="2026-01-01T00:00Z")
    assert Client().post("/konto/login/", sent)["Location"] == "/"
    assert Client().post("/konto/login/?next=/behov/", {**sent, "next": "/behov/"})["Location"] == "/behov/"
