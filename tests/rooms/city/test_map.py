"""The leak map: who sees it, what its body holds, what the filter leaves, the same as a table and as files."""

import gzip
import json
import struct
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from ringar.city.actions.fits import draw_up
from ringar.city.models import Asset, DataSet, Fit, PipeRisk
from ringar.city.queries.drawings import _kept
from ringar.city.queries.map import PAGE
from ringar.city.rules.map_body import BODY_ZOOM, encode_body, read_lines
from ringar.city.rules.map_overview import overview_of
from ringar.city.rules.worst import LOOKS, AreaShape, hull_of, look_of, share_before
from ringar.core.clock import now
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from tests.people import People
from tests.rooms.city.map_cast import add_districts
from tests.rooms.city.town import COUNT, Town, add_town, fitted

MAP_NAMES = ("leak_map_fit", "leak_map_data", "leak_map_csv", "leak_map_geojson")


@dataclass(frozen=True)
class Body:
    """A body as the browser reads it."""

    head: dict[str, object]
    columns: dict[str, np.ndarray]
    x: np.ndarray
    y: np.ndarray


def decoded(body: bytes) -> Body:
    """Reads a body the way `pipes.js` does."""
    (size,) = struct.unpack_from("<I", body)
    head = json.loads(body[4 : 4 + size])
    numbers = np.frombuffer(body, "<i4", offset=4 + size)
    columns = {}
    for name in head["columns"]:
        columns[name], numbers = numbers[: head["pipes"]], numbers[head["pipes"] :]
    assert len(numbers) == 2 * head["points"]
    x, y = np.split(numbers, 2)
    return Body(head, columns, x.cumsum(), y.cumsum())


def degrees(body: Body) -> np.ndarray:
    """The points of a body as longitude and latitude."""
    size = 256 * 2**BODY_ZOOM
    longitude = (body.x / size - 0.5) * 360
    return np.column_stack([longitude, np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * body.y / size))))])


def logged_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def address(name: str, fit: Fit, *more: object) -> str:
    return reverse(name, args=[fit.uuid, *more])


@pytest.fixture
def town(people: People) -> Town:
    return add_town(people)


@pytest.fixture
def fit(town: Town) -> Fit:
    return fitted(town)


def with_consequence(fit: Fit) -> Fit:
    """The last of the pipes by breaks matters most: the risk turns the order round."""
    for risk in fit.risks.all():
        risk.consequence, risk.risk = float(risk.rank**2), risk.expected * risk.rank**2
        risk.save()
    Fit.objects.filter(pk=fit.pk).update(finished_at=now())
    fit.refresh_from_db()
    return fit


@pytest.mark.parametrize("who", ["bo", "sam", "elif_", "farid"])
def test_map_when_the_viewer_does_not_work_with_the_pipes_then_it_is_not_there(
    people: People, fit: Fit, who: str
) -> None:
    client = logged_in(getattr(people, who))
    for name in MAP_NAMES:
        assert client.get(address(name, fit)).status_code == 404, name
    assert client.get(address("leak_map_pipe", fit, 1)).status_code == 404


def test_map_when_nobody_is_logged_in_then_log_in_is_asked_for(fit: Fit) -> None:
    for name in MAP_NAMES:
        answer = Client().get(address(name, fit))
        assert (answer.status_code, "logga-in" in answer.url or "login" in answer.url) == (302, True), name


@pytest.mark.parametrize("who", ["keeper", "crew"])
def test_map_when_the_viewer_works_with_the_pipes_then_every_form_of_it_opens(
    town: Town, fit: Fit, who: str
) -> None:
    client = logged_in(getattr(town, who))
    for name in MAP_NAMES:
        assert client.get(address(name, fit)).status_code == 200, name
    assert client.get(reverse("leak_map")).url == address("leak_map_fit", fit)


def test_map_when_there_is_none_then_the_page_says_how_there_will_be(people: People) -> None:
    answer = logged_in(people.bo).get(reverse("leak_map"))
    assert answer.status_code == 200
    assert reverse("fit_list") in answer.content.decode()
    assert logged_in(people.farid).get(reverse("leak_map")).status_code == 404


def test_map_when_the_fit_is_not_done_then_it_is_not_there(town: Town, fit: Fit) -> None:
    Fit.objects.filter(pk=fit.pk).update(state="running")
    assert logged_in(town.keeper).get(address("leak_map_fit", fit)).status_code == 404


def test_map_when_looked_at_and_taken_out_then_the_trail_says_who(town: Town, fit: Fit) -> None:
    client = logged_in(town.keeper)
    for _ in range(2):
        client.get(address("leak_map_fit", fit))
    client.get(address("leak_map_csv", fit))
    client.get(address("leak_map_geojson", fit))
    told = AuditEvent.objects.filter(target_id=str(town.pipes.uuid), person_id=town.keeper.pk)
    assert told.filter(action="look_into_data_set").count() == 1
    assert told.filter(action="export_data_set").count() == 2


def test_data_when_read_as_the_browser_does_then_all_pipes_lie_where_they_are(town: Town, fit: Fit) -> None:
    answer = logged_in(town.keeper).get(address("leak_map_data", fit))
    body = decoded(answer.content)
    assert body.columns["rank"].tolist() == list(range(1, COUNT + 1))
    assert body.columns["length"].tolist() == [1000] * COUNT  # tenths of a metre
    assert [body.head["areas"][n] for n in body.columns["area"][:11]] == ["A3"] * 10 + ["A2"]
    first = json.loads(town.asset(COUNT - 1).geometry)["coordinates"]
    assert np.abs(degrees(body)[:2] - first).max() < 3e-6
    west, south, east, north = body.head["bounds"]
    assert (west, south) <= tuple(first[0]) <= (east, north)


def test_data_when_the_browser_takes_gzip_then_it_is_sent_so(town: Town, fit: Fit) -> None:
    client = logged_in(town.keeper)
    plain = client.get(address("leak_map_data", fit))
    zipped = client.get(address("leak_map_data", fit), headers={"accept-encoding": "gzip, br"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.content) == plain.content
    assert "private" in zipped.headers["Cache-Control"]


def test_data_when_it_has_not_changed_then_it_is_not_sent_again(town: Town, fit: Fit, people: People) -> None:
    client = logged_in(town.keeper)
    mark = client.get(address("leak_map_data", fit)).headers["ETag"]
    same = {"if-none-match": mark}
    assert client.get(address("leak_map_data", fit), headers=same).status_code == 304
    assert logged_in(people.bo).get(address("leak_map_data", fit), headers=same).status_code == 404
    DataSet.objects.filter(pk=town.pipes.pk).update(updated_at=now())
    assert client.get(address("leak_map_data", fit), headers=same).status_code == 200


def test_data_when_pipes_are_nowhere_or_without_length_then_the_others_are_drawn(
    town: Town, fit: Fit
) -> None:
    Asset.objects.filter(external_id="P003").update(geometry="", length_m=None, area="", street="")
    body = decoded(logged_in(town.keeper).get(address("leak_map_data", fit)).content)
    place = COUNT - 1 - 3
    assert body.columns["points"][place] == body.columns["length"][place] == 0
    assert body.head["points"] == 2 * (COUNT - 1)
    assert logged_in(town.keeper).get(address("leak_map_pipe", fit, place + 1)).status_code == 200


def ranks(answer: object) -> list[int]:
    return [line["risk"].rank for line in answer.context["lines"]]


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({"share": "5"}, [1, 2]),
        ({"share": "10"}, [1, 2, 3, 4]),
        ({"share": "7"}, list(range(1, COUNT + 1))),  # nobody offers it
        ({"area": "a0"}, list(range(31, 41))),
        ({"area": "A0", "sort": "installed"}, list(range(40, 30, -1))),
        ({"area": "Nowhere"}, []),
        ({"area": " gata 0 "}, list(range(31, 41))),  # a street
        ({"area": "gata", "share": "5"}, [1, 2]),  # in the name of each street
        ({"material": "PVC", "share": "10"}, [1, 4]),
        ({"area": "\ud800", "share": "\x00", "sort": "';--", "by": "🛠"}, list(range(1, COUNT + 1))),
    ],
)
def test_filter_when_the_map_is_narrowed_then_table_and_files_hold_just_that(
    town: Town, fit: Fit, asked: dict[str, str], left: list[int]
) -> None:
    client = logged_in(town.keeper)
    asked = {name: value.encode("utf-8", "replace").decode() for name, value in asked.items()}
    if asked.get("area") == "?":
        asked["area"] = ""
    assert ranks(client.get(address("leak_map_fit", fit), asked)) == left[:PAGE]
    rows = client.get(address("leak_map_csv", fit), asked).getvalue().decode("utf-8-sig").splitlines()[1:]
    assert [int(row.split(";")[0]) for row in rows] == left
    told = json.loads(client.get(address("leak_map_geojson", fit), asked).getvalue())
    assert [feature["properties"]["rank"] for feature in told["features"]] == left


def test_filter_when_worst_is_meant_by_risk_then_the_share_goes_by_it(town: Town, fit: Fit) -> None:
    with_consequence(fit)
    client = logged_in(town.keeper)
    by_risk = [row.rank for row in fit.risks.order_by("-risk")]
    shown = ranks(client.get(address("leak_map_fit", fit), {"by": "risk", "sort": "risk", "share": "10"}))
    assert shown == by_risk[:4] != [1, 2, 3, 4]
    words = client.get(address("leak_map_fit", fit), {"by": "risk", "sort": "risk"}).context["lines"][0][
        "words"
    ]
    panels = [client.get(address("leak_map_pipe", fit, by_risk[0]), asked) for asked in ({}, {"by": "risk"})]
    assert [words, *(panel.context["words"] for panel in panels)] == [LOOKS[0], LOOKS[4], LOOKS[0]]
    body = decoded(client.get(address("leak_map_data", fit)).content)
    assert (body.columns["by_risk"] + 1).tolist() == by_risk


def test_table_when_there_are_many_pipes_then_pages_lead_through_all_of_them(town: Town, fit: Fit) -> None:
    more = [Asset(**row) for row in copies(town, 70)]
    Asset.objects.bulk_create(more)
    PipeRisk.objects.bulk_create(
        PipeRisk(fit=fit, asset=asset, expected=0.001, low=0, high=1, rank=COUNT + 1 + n)
        for n, asset in enumerate(more)
    )
    client, page, seen = logged_in(town.keeper), address("leak_map_fit", fit), []
    address_now = page
    while address_now:
        answer = client.get(address_now)
        seen += ranks(answer)
        address_now = f"{page}?{answer.context['next']}" if answer.context["next"] else ""
    assert seen == list(range(1, COUNT + 71))
    assert ranks(client.get(page, {"after": "99999999"})) == []
    assert ranks(client.get(page, {"after": "-1"}))[0] == 1


def copies(town: Town, count: int) -> list[dict[str, object]]:
    asset = town.asset(0)
    facts = {name: getattr(asset, name) for name in ("kind", "geometry", "length_m", "installed", "material")}
    return [
        {**facts, "organisation": asset.organisation, "data_set": town.pipes, "external_id": f"Q{n}"}
        for n in range(count)
    ]


def test_page_when_it_is_opened_again_then_it_costs_few_queries(
    town: Town, fit: Fit, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = logged_in(town.keeper)
    client.get(address("leak_map_fit", fit))
    with django_assert_max_num_queries(10 + 5):  # five of them are the session, the person and their units
        client.get(address("leak_map_fit", fit))


def test_page_when_there_is_no_javascript_then_areas_are_drawn_and_told(town: Town, fit: Fit) -> None:
    page = logged_in(town.keeper).get(address("leak_map_fit", fit)).content.decode()
    start = page.index("<svg", page.index("data-leak-overview"))
    drawn = ElementTree.fromstring(page[start : page.index("</svg>", start) + 6])  # noqa: S314 - our own
    space = "{http://www.w3.org/2000/svg}"
    titles = [title.text or "" for title in drawn.iter() if title.tag.removeprefix(space) == "title"]
    assert [title.split(":")[0] for title in titles] == ["A0", "A1", "A2", "A3"]  # the worst on top
    assert "?area=A3" in page
    assert page.index("?area=A3") < page.index("?area=A0")


def test_page_when_the_pipes_are_invented_then_it_says_so(town: Town, fit: Fit) -> None:
    client = logged_in(town.keeper)
    for path in (address("leak_map_fit", fit), address("leak_map_pipe", fit, 1)):
        assert "någon sådan stad finns inte" in client.get(path).content.decode(), path


def test_panel_when_a_pipe_is_chosen_then_it_says_why_and_what_happened(town: Town, fit: Fit) -> None:
    client, path = logged_in(town.keeper), address("leak_map_pipe", fit, 2)  # P038, broken in 2021
    page = client.get(path).content.decode()
    part = client.get(path, headers={"hx-request": "true"}).content.decode()
    for told in ("P038", "laid in 1979", "4 mars 2021", reverse("asset_detail", args=[town.asset(38).uuid])):
        assert told in page and told in part
    assert "<html" in page and "<html" not in part
    assert client.get(address("leak_map_pipe", fit, COUNT + 1)).status_code == 404


def test_geojson_when_a_map_program_reads_it_then_it_says_from_when_and_that_it_is_invented(
    town: Town, fit: Fit
) -> None:
    told = json.loads(logged_in(town.keeper).get(address("leak_map_geojson", fit)).getvalue())
    first = told["features"][0]
    assert first["geometry"] == json.loads(town.asset(COUNT - 1).geometry)
    assert first["properties"]["as_of"] == fit.as_of.isoformat()
    assert first["properties"]["invented"] is True
    assert first["properties"]["per_km"] == pytest.approx(COUNT / 100 / 100 * 1000)
    assert (first["properties"]["years"], first["properties"]["expected_3"]) == (1, COUNT / 40)


def test_map_when_one_year_and_three_are_reckoned_then_both_are_told(town: Town, fit: Fit) -> None:
    client = logged_in(town.keeper)
    file = client.get(address("leak_map_csv", fit)).getvalue().decode("utf-8-sig").splitlines()
    told = dict(zip(file[0].split(";"), file[1].split(";"), strict=True))
    assert (told["Väntade läckor på 1 år"], told["Väntade läckor på 3 år"]) == ("0.4", "1.0")
    for name, more in (("leak_map_fit", []), ("leak_map_pipe", [1]), ("fit_detail", [])):
        page = client.get(address(name, fit, *more)).content.decode()
        assert "Väntade läckor på 1 år" in page and "Väntade läckor på 3 år" in page, name
        assert "1,000" in page, name
    fit.risks.update(within={})  # as fits were kept before
    assert "Väntade läckor på 3 år" not in client.get(address("leak_map_fit", fit)).content.decode()


def test_map_when_it_was_drawn_up_before_then_the_first_look_reads_no_pipes(town: Town, fit: Fit) -> None:
    draw_up(pipes=town.pipes)
    _kept.cache_clear()  # as another process
    client = logged_in(town.keeper)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address("leak_map_data", fit)).status_code == 200
    assert not any("city_piperisk" in query["sql"] for query in asked.captured_queries)


def test_map_when_the_pipes_have_changed_since_then_it_says_so(town: Town, fit: Fit) -> None:
    client, words = logged_in(town.keeper), "har ändrats sedan"
    pages = [address("leak_map_fit", fit), address("fit_detail", fit)]
    Fit.objects.filter(pk=fit.pk).update(started_at=now())
    assert not any(words in client.get(page).content.decode() for page in pages)
    DataSet.objects.filter(pk=town.breaks.pk).update(updated_at=now())
    assert all(words in client.get(page).content.decode() for page in pages)
    assert f"?ledningar={town.pipes.uuid}" in client.get(pages[1]).content.decode()


def test_ground_when_the_city_has_districts_then_they_lie_below_the_pipes(town: Town, fit: Fit) -> None:
    districts, client = add_districts(town, is_restricted=True), logged_in(town.keeper)
    path = reverse("leak_map_ground", args=[districts.uuid])
    assert path in client.get(address("leak_map_fit", fit)).content.decode()
    told = client.get(path).json()
    assert [feature["properties"]["name"] for feature in told["features"]] == ["Hamnen <b>"]


@pytest.mark.parametrize(
    ("who", "is_restricted", "status"),
    [("bo", True, 404), ("bo", False, 200), ("sam", False, 404), ("farid", False, 404)],
)
def test_ground_when_asked_for_by_others_then_rights_are_those_of_the_data(
    people: People, town: Town, who: str, is_restricted: bool, status: int
) -> None:
    districts = add_districts(town, is_restricted=is_restricted)
    answer = logged_in(getattr(people, who)).get(reverse("leak_map_ground", args=[districts.uuid]))
    assert answer.status_code == status


def test_ground_when_it_is_a_network_of_pipes_then_it_is_not_given_so(town: Town) -> None:
    answer = logged_in(town.keeper).get(reverse("leak_map_ground", args=[town.pipes.uuid]))
    assert answer.status_code == 404


LINE = st.lists(
    st.tuples(st.floats(-180, 180, allow_nan=False), st.floats(-85, 85, allow_nan=False)),
    min_size=2,
    max_size=5,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(st.none(), LINE), max_size=8))
def test_body_when_encoded_and_read_then_points_are_within_a_pixel(
    lines: list[list[tuple[float, float]] | None],
) -> None:
    texts = [
        "" if line is None else json.dumps({"type": "LineString", "coordinates": line}) for line in lines
    ]
    ranks = np.arange(1, len(lines) + 1, dtype=np.int32)
    body = decoded(gzip.decompress(encode_body(read_lines(texts), {"rank": ranks}, {"areas": ["Å"]})))
    assert body.columns["points"].tolist() == [len(line or []) for line in lines]
    assert body.head["areas"] == ["Å"]
    points = [point for line in lines if line for point in line]
    assert np.abs(degrees(body) - np.array(points).reshape(-1, 2)).max(initial=0) < 3e-6


def test_lines_when_in_parts_with_heights_or_no_lines_then_they_are_joined_flattened_or_nowhere() -> None:
    found = read_lines(
        [
            '{"type": "MultiLineString", "coordinates": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]}',
            '{"type": "LineString", "coordinates": [[1, 2, 30], [3, 4, 31]]}',
            '{"type": "Point", "coordinates": [1, 2]}',
            "",
        ]
    )
    assert found.points.tolist() == [4, 2, 0, 0]
    assert found.degrees.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8], [1, 2], [3, 4]]


@settings(deadline=None)
@given(st.lists(st.floats(0, 1000), min_size=1, max_size=60))
def test_look_when_pipes_are_in_order_then_each_look_holds_its_share(lengths: list[float]) -> None:
    metres = np.array(lengths)
    before = share_before(metres)
    looks = [look_of(share) for share in before]
    assert looks[0] == 0
    assert all(one <= two for one, two in pairwise(looks))
    assert set(looks) <= set(range(len(LOOKS)))
    if metres.sum() > 0:
        worst = metres[[share < 0.2 for share in before]]
        assert worst[:-1].sum() <= 0.2 * metres.sum() + 1e-9


POINTS = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=3, max_size=25)


@settings(deadline=None)
@given(POINTS)
def test_hull_when_drawn_then_no_point_lies_outside(points: list[tuple[int, int]]) -> None:
    corners = hull_of(np.array(points, float)).tolist()
    if len(corners) < 3:
        return
    for (ax, ay), (bx, by) in pairwise([*corners, corners[0]]):
        assert all((bx - ax) * (y - ay) - (by - ay) * (x - ax) >= -1e-9 for x, y in points)


def test_overview_when_an_area_has_a_shape_then_it_is_drawn_in_the_box() -> None:
    square = np.array([[0, 0], [10, 0], [10, 20], [0, 20]], float)
    areas = [AreaShape("A", 3, 90.0, 0.5, 0, square + 5), AreaShape("B", 1, 0.0, 0.0, 4, square[:1])]
    found = overview_of(areas)
    assert (found.box, [name.name for name, _ in found.shapes]) == ("-4 -4 508 1008", ["A"])
    assert found.shapes[0][1] == "0,0 500,0 500,1000 0,1000"
    assert overview_of(areas[1:]) is None
    assert areas[1].per_km == 0 and areas[0].per_km == pytest.approx(5.56, abs=0.01)


def test_map_when_the_fit_has_no_pipes_left_then_the_page_says_so(town: Town, fit: Fit) -> None:
    fit.risks.all().delete()
    Fit.objects.filter(pk=fit.pk).update(finished_at=now())
    client = logged_in(town.keeper)
    page = client.get(address("leak_map_fit", fit))
    assert page.status_code == 200 and page.context["found"] == 0
    assert decoded(client.get(address("leak_map_data", fit)).content).head["pipes"] == 0


def test_visible_when_the_viewer_is_the_keeper_then_the_map_is_found(town: Town, fit: Fit) -> None:
    assert viewer_of(town.crew).is_inside
    other = fitted(town)
    page = logged_in(town.crew).get(address("leak_map_fit", other)).content.decode()
    assert address("leak_map_fit", fit) in page


def test_network_when_nothing_is_reckoned_then_its_map_says_so_and_leads_to_it(town: Town) -> None:
    client, path = logged_in(town.keeper), reverse("network_map", args=[town.pipes.uuid])
    assert client.get(reverse("leak_map")).url == path
    page = client.get(path, {"area": "Gata 1"})
    assert page.context["found"] == 10
    for told in (
        "Ingen beräkning än",
        f"{reverse('fit_new')}?ledningar={town.pipes.uuid}",
        'aria-current="true"',
    ):
        assert told in page.content.decode()
    body = decoded(client.get(reverse("network_data", args=[town.pipes.uuid])).content)
    assert body.head["plain"] and body.columns["rank"].tolist() == list(range(1, COUNT + 1))
    pipe = reverse("network_pipe", args=[town.pipes.uuid, 3])
    part = client.get(pipe, headers={"hx-request": "true"}).content.decode()
    assert "P002" in part and "4 mars 2017" in part and "inget är beräknat än" in part
    assert client.get(pipe).url == town.asset(2).get_absolute_url()
    assert client.get(reverse("network_pipe", args=[town.pipes.uuid, COUNT + 1])).status_code == 404


def test_network_when_it_is_reckoned_then_its_map_leads_to_that(town: Town, fit: Fit) -> None:
    answer = logged_in(town.keeper).get(reverse("network_map", args=[town.pipes.uuid]))
    assert answer.url == address("leak_map_fit", fit)


@pytest.mark.parametrize("who", ["bo", "sam", "farid"])
def test_network_when_the_viewer_does_not_work_with_it_then_it_is_not_there(
    people: People, town: Town, who: str
) -> None:
    for name, more in (("network_map", []), ("network_data", []), ("network_pipe", [1])):
        path = reverse(name, args=[town.pipes.uuid, *more])
        assert logged_in(getattr(people, who)).get(path).status_code == 404, name
