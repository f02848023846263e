"""Hindrances: told on needs and pilots, gone with how, and what holds the organisation back most."""

from datetime import timedelta

import pytest

from ringar.core import clock
from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.registry import waiting_for
from ringar.core.rules import NotAllowed, Refused
from ringar.pilots.actions.hindrances import add_hindrance, remove_hindrance
from ringar.pilots.models import Hindrance
from ringar.pilots.queries.hindrances import visible_hindrances, weights
from ringar.talk.models import Notification
from tests.people import People
from tests.rooms.needs.cast import shared_by
from tests.rooms.pilots.measuring import client_of, followed, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def told_on(
    people: People, row, kind: str = "time", what: str = "Ingen har tid att lära sig", **more
) -> Hindrance:
    return add_hindrance(by=viewer_of(people.bo), row=row, kind=kind, what=what, **more)


def test_add_hindrance_when_told_then_kept_and_its_owner_is_told_and_reminded(people: People) -> None:
    need, due = shared_by(people.bo), clock.today() + timedelta(days=30)
    hindrance = told_on(people, need, owner=people.dag, due=due)
    assert (hindrance.row, hindrance.row_kind, hindrance.language) == (need.uuid, "need", "sv")
    assert Notification.objects.get(event="pilots.hindrance").person == people.dag
    assert [each.title for each in waiting_for(viewer_of(people.dag)) if "hinder" in each.url] == [
        hindrance.what
    ]
    assert AuditEvent.objects.get(action="add_hindrance").changes["kind"] == [None, "time"]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"what": "  "}, "A sentence is enough"),
        ({"what": "x" * 50_000}, "at most 2000 fit"),
        ({"what": "Hon med 19900101-0017 vill inte"}, "personal number"),
        ({"kind": "väder"}, "what kind"),
    ],
)
def test_add_hindrance_when_something_is_wrong_then_refused_and_nothing_is_kept(
    people: People, told: dict[str, str], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        told_on(people, shared_by(people.bo), **told)
    assert not Hindrance.objects.exists()


def test_add_hindrance_when_the_owner_works_elsewhere_then_refused(people: People) -> None:
    with pytest.raises(Refused, match="works here"):
        told_on(people, shared_by(people.bo), owner=people.sam)


@pytest.mark.parametrize("who", ["sam", "farid", "elif_"])
def test_add_hindrance_when_from_outside_then_not_allowed(people: People, who: str) -> None:
    need = shared_by(people.bo, visibility="public")
    with pytest.raises(NotAllowed):
        add_hindrance(by=viewer_of(getattr(people, who)), row=need, kind="time", what="Tid")


def test_remove_hindrance_when_gone_then_how_is_kept_and_twice_is_once(people: People) -> None:
    need = shared_by(people.bo)
    hindrance = told_on(people, need, owner=people.dag)
    for how in ("Vi lade en timme i schemat", "Något annat"):
        remove_hindrance(by=viewer_of(people.dag), hindrance=hindrance, row=need, how=how)
    hindrance.refresh_from_db()
    assert hindrance.gone_at and hindrance.how_gone == "Vi lade en timme i schemat"
    assert Notification.objects.filter(event="pilots.hindrance_gone", person=people.bo).count() == 1


def test_remove_hindrance_when_not_theirs_then_not_allowed(people: People) -> None:
    need = shared_by(people.alva)
    hindrance = add_hindrance(by=viewer_of(people.alva), row=need, kind="law", what="Lagen säger nej")
    for person in (people.sam, people.farid):
        with pytest.raises(NotAllowed):
            remove_hindrance(by=viewer_of(person), hindrance=hindrance, row=need, how="Borta")
    other = shared_by(people.sam)
    with pytest.raises(NotAllowed):  # another row that the viewer may write is no way in
        remove_hindrance(by=viewer_of(people.sam), hindrance=hindrance, row=other, how="Borta")


def test_weights_when_many_then_the_kind_in_the_way_of_most_rows_is_first(people: People) -> None:
    first, second, pilot = shared_by(people.bo), shared_by(people.bo, title="Andra"), followed(people)
    for what in ("a", "b", "c"):
        told_on(people, first, "money", what)
    told_on(people, second, "culture")
    told_on(people, pilot, "culture", due=clock.today() - timedelta(days=1))
    gone = told_on(people, pilot, "law")
    remove_hindrance(by=viewer_of(people.bo), hindrance=gone, row=pilot, how="Juristen hjälpte")
    found = weights(viewer_of(people.dag))
    assert [(str(each.kind), each.rows, each.standing) for each in found[:2]] == [
        ("culture", 2, 2),
        ("money", 1, 3),
    ]
    assert (found[0].overdue, found[0].ownerless) == (1, 2) and not any(each.standing for each in found[2:])


def test_visible_hindrances_when_the_need_is_only_its_units_then_others_neither_see_nor_count_it(
    people: People, logged_in
) -> None:
    told_on(people, shared_by(people.bo, visibility="unit"), what="Chefen vill inte")
    assert visible_hindrances(viewer_of(people.bo)).count() == 1
    for person in (people.sam, people.farid):
        assert not visible_hindrances(viewer_of(person)).exists()
    water = people.cilla  # leads the whole city, and so sees it
    assert visible_hindrances(viewer_of(water)).count() == 1
    told_on(people, shared_by(people.bo), what="Syns för alla här")
    preschool = client_of(logged_in, people.alva)
    assert "Syns för alla här" in text_of(preschool.get("/hinder/"))


def test_hindrance_pages_when_told_and_removed_then_it_goes_from_the_list(people: People, logged_in) -> None:
    need, client = shared_by(people.bo), client_of(logged_in, people.bo)
    new = f"/hinder/need/{need.uuid}/nytt/"
    assert f'href="{new}"' in text_of(client.get(need.get_absolute_url()))
    assert "This field is required" in text_of(client.post(new, {"what": ""}))
    assert not Hindrance.objects.exists()
    client.post(new, {"kind": "skills", "what": "Ingen kan systemet 🙂", "owner": people.dag.pk})
    page = text_of(client.get("/hinder/?kind=skills"))
    assert "Ingen kan systemet 🙂" in page and "What holds us back most" in page and need.title in page
    gone = f"/hinder/{Hindrance.objects.get().uuid}/borta/"
    assert f'href="{gone}"' in page
    client.post(gone, {"how": "En kurs på två timmar"})
    assert "Ingen kan systemet" not in text_of(client.get("/hinder/"))
    assert "En kurs på två timmar" in text_of(client.get("/hinder/?show=gone"))


def test_hindrance_list_when_there_are_many_then_pages_with_few_queries(
    people: People, logged_in, django_assert_max_num_queries
) -> None:
    need, pilot = shared_by(people.bo), followed(people)
    for number in range(15):
        told_on(people, need, what=f"Behov {number}")
        told_on(people, pilot, "law", what=f"Pilot {number}")
    client = client_of(logged_in, people.dag)
    with django_assert_max_num_queries(10):
        page = text_of(client.get("/hinder/"))
    assert page.count('class="card"') == 25 and "Older" in page
    after = page.split("after=")[1].split('"')[0]
    assert text_of(client.get(f"/hinder/?after={after}")).count('class="card"') == 5


def test_hindrance_list_csv_when_exported_then_a_formula_is_harmless(people: People, logged_in) -> None:
    told_on(people, shared_by(people.bo), what="=1+1")
    body = client_of(logged_in, people.dag).get("/hinder/lista.csv").getvalue().decode("utf-8-sig")
    assert "'=1+1" in body and "Time" in body


def test_hindrance_pages_when_from_outside_then_not_found(people: People, logged_in) -> None:
    need = shared_by(people.bo, visibility="public")
    hindrance = told_on(people, need)
    for person in (people.sam, people.farid, people.elif_):
        client = client_of(logged_in, person)
        for address in (f"/hinder/need/{need.uuid}/nytt/", f"/hinder/{hindrance.uuid}/borta/"):
            assert client.get(address).status_code == 404, (person, address)
        assert hindrance.what not in text_of(client.get(need.get_absolute_url()))
    assert client_of(logged_in, people.bo).get(f"/hinder/nonsense/{need.uuid}/nytt/").status_code == 404
