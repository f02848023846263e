"""Sensors are set up, hand in what they measure by their key, and are looked at."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from ringar.city.actions.sensor_readings import Result, take_readings
from ringar.city.actions.sensors import (
    MOST_SENSORS,
    About,
    Measure,
    add_series,
    edit_sensor,
    end_sensor,
    register_sensor,
    renew_sensor_key,
)
from ringar.city.models import Reading, Sensor, Series
from ringar.city.queries.sensors import Span, gathered
from ringar.city.series_chart import scale_of, series_chart, ticks_of
from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused
from tests.people import People

pytestmark = pytest.mark.django_db
WARMTH = Measure("Lufttemperatur", "°C", -40, 60)


@pytest.fixture
def made(people: People) -> tuple[Sensor, str]:
    """Bo's thermometer at the care home, and its key."""
    about = About("Termometer vid grinden", people.care, longitude=18.07109, latitude=59.32512)
    return register_sensor(by=viewer_of(people.bo), about=about, measures=[WARMTH])


def send(client: Client, key: str, body: Any) -> HttpResponse:
    answer: HttpResponse = client.post(
        "/api/sensors/Observations",
        json.dumps(body) if not isinstance(body, str) else body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    return answer


def minutes(count: int, *, ago: timedelta = timedelta(hours=1)) -> list[str]:
    start = timezone.now().replace(microsecond=0) - ago
    return [(start + timedelta(minutes=n)).isoformat() for n in range(count)]


def test_observations_when_sent_as_the_standard_writes_them_then_they_are_kept_once(
    made: tuple[Sensor, str], client: Client
) -> None:
    sensor, key = made
    first, second, third, fourth = minutes(4)
    assert send(client, key, {"phenomenonTime": first, "result": 4.2}).json() == {
        "kept": 1,
        "known": 0,
        "flagged": {},
    }
    listed = [
        {"Datastream": "Lufttemperatur", "phenomenonTime": second, "result": "4.3"},
        {"Datastream": str(sensor.series.get().uuid), "phenomenonTime": first, "result": 99},
    ]
    assert send(client, key, listed).json() == {"kept": 1, "known": 1, "flagged": {}}
    many = {"components": ["phenomenonTime", "result"], "dataArray": [[third, 4.4], [fourth, "trasig"]]}
    assert send(client, key, many).json() == {"kept": 2, "known": 0, "flagged": {"no_number": 1}}
    rows = list(Reading.objects.order_by("at").values_list("value", "flag", "told"))
    assert rows == [(4.2, "", ""), (4.3, "", ""), (4.4, "", ""), (None, "no_number", "trasig")]
    sensor.refresh_from_db()
    assert sensor.last_seen_at is not None


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ("{", 400, ""),
        ({"result": 1}, 422, "phenomenonTime"),
        ({"phenomenonTime": "2026-11-02T10:00:00", "result": 1}, 422, "timezone"),
        ({"phenomenonTime": "igår", "result": 1}, 422, "phenomenonTime"),
        (
            [{"Datastream": "Regn", "phenomenonTime": "2026-11-02T10:00:00Z", "result": 1}],
            409,
            "Lufttemperatur",
        ),
    ],
)
def test_observations_when_one_is_wrong_then_its_place_is_told_and_nothing_is_kept(
    made: tuple[Sensor, str], client: Client, body: Any, status: int, told: str
) -> None:
    good = {"phenomenonTime": minutes(1)[0], "result": 4}
    answer = send(client, made[1], [good, *body] if isinstance(body, list) else body)
    assert answer.status_code == status
    assert told in answer.content.decode()
    assert "[" not in "".join(each["field"] for each in answer.json().get("places", []))
    assert not Reading.objects.exists()


def test_observations_when_too_many_at_a_time_then_they_are_refused(made: tuple[Sensor, str]) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    results = [Result("", start + timedelta(seconds=n), 1.0) for n in range(5_001)]
    with pytest.raises(Refused, match=r"5\s?000"):
        take_readings(sensor=made[0], results=results)
    assert take_readings(sensor=made[0], results=results[:-1]).kept == 5_000


def test_observations_when_a_value_can_not_be_then_it_is_flagged_and_kept(
    made: tuple[Sensor, str], client: Client
) -> None:
    moments = minutes(22)
    values = [4.0 + n % 3 / 10 for n in range(20)]
    send(client, made[1], {"dataArray": list(zip(moments[:20], values, strict=True))})
    answer = send(client, made[1], {"dataArray": [[moments[20], 31], [moments[21], 61]]}).json()
    assert answer == {"kept": 2, "known": 0, "flagged": {"jump": 1, "range": 1}}
    series = Series.objects.get()
    drawn = gathered(series, Span.DAY, timezone.now())
    assert sum(each.count for each in drawn) == 20 and max(each.high for each in drawn) < 5
    assert Reading.objects.count() == 22


def test_key_when_renewed_or_ended_then_the_old_opens_nothing(
    made: tuple[Sensor, str], people: People, client: Client
) -> None:
    sensor, key = made
    by = viewer_of(people.bo)
    reading = {"phenomenonTime": minutes(1)[0], "result": 4}
    new = renew_sensor_key(by=by, sensor=sensor)
    assert send(client, key, reading).status_code == 401
    assert send(client, new, reading).status_code == 200
    end_sensor(by=by, sensor=sensor)
    assert send(client, new, reading).status_code == 401
    assert send(client, "", reading).status_code == 401 == send(client, "sensor_", reading).status_code
    assert Reading.objects.count() == 1
    with pytest.raises(Refused):
        renew_sensor_key(by=by, sensor=sensor)
    assert key not in str(list(AuditEvent.objects.values_list("changes", flat=True)))
    assert Sensor.objects.get().token_hash == ""


def test_register_when_a_resident_does_then_it_is_their_own_and_its_place_is_blurred(
    people: People, client: Client
) -> None:
    by = viewer_of(people.farid)
    about = About("Regnmätare", longitude=18.07109, latitude=59.32512, is_public=True)
    sensor, _key = register_sensor(by=by, about=about, measures=[Measure("Regn", "mm", 0)])
    assert sensor.unit is None and sensor.owner == people.farid
    with pytest.raises(NotAllowed):
        register_sensor(by=by, about=About("Annan", people.care), measures=[WARMTH])
    told = client.get(f"/api/sensors/Things/{sensor.uuid}").json()
    assert told["location"] == [18.071, 59.325]
    assert told["datastreams"][0]["unitOfMeasurement"] == "mm"
    page = client.get(sensor.get_absolute_url()).content.decode()
    assert "59,3250" in page and "59,3251" not in page
    client.force_login(people.farid)
    assert "59,3251" in client.get(sensor.get_absolute_url()).content.decode()


def test_register_when_it_does_not_hold_then_nothing_is_kept(people: People) -> None:
    by = viewer_of(people.bo)
    wrong = [
        (About("", people.care), [WARMTH]),
        (About("Namn", people.care), []),
        (About("Namn", people.care, longitude=18.0), [WARMTH]),
        (About("Namn", people.care, longitude=59.3, latitude=118.0), [WARMTH]),
        (About("Namn", people.care), [Measure("Regn", lowest=5, highest=5)]),
        (About("Namn", people.care), [WARMTH, WARMTH]),
        (About("Namn", people.care), [Measure(" ")]),
    ]
    for about, measures in wrong:
        with pytest.raises(Refused):
            register_sensor(by=by, about=about, measures=measures)
    assert not Sensor.objects.exists() and not Series.objects.exists()


def test_register_when_one_has_many_already_then_it_is_refused(people: People) -> None:
    by = viewer_of(people.farid)
    for n in range(MOST_SENSORS):
        register_sensor(by=by, about=About(f"Mätare {n}"), measures=[WARMTH])
    with pytest.raises(Refused, match=str(MOST_SENSORS)):
        register_sensor(by=by, about=About("En till"), measures=[WARMTH])


def test_register_when_the_form_is_sent_twice_then_there_is_one_sensor(
    people: People, client: Client
) -> None:
    """Loading the page of the key again sends the form again."""
    client.force_login(people.farid)
    told = {"name": "Balkongen ", "series_name": "Regn"}
    assert "sensor_" in client.post(reverse("sensor_new"), told).content.decode()
    again = client.post(reverse("sensor_new"), told).content.decode()
    assert "by that name already" in again or "med det namnet" in again
    assert Sensor.objects.filter(name="Balkongen").count() == 1


def test_edit_when_others_try_then_only_its_keepers_may(made: tuple[Sensor, str], people: People) -> None:
    sensor = made[0]
    for who in (people.farid, people.sam, people.elif_):
        with pytest.raises(NotAllowed):
            edit_sensor(by=viewer_of(who), sensor=sensor, about=About("Min nu"))
        with pytest.raises(NotAllowed):
            end_sensor(by=viewer_of(who), sensor=sensor)
    edit_sensor(by=viewer_of(people.alva), sensor=sensor, about=About("Vid porten", is_public=True))
    add_series(by=viewer_of(people.alva), sensor=sensor, measure=Measure("Fukt", "%", 0, 100))
    sensor.refresh_from_db()
    assert (sensor.name, sensor.is_public, sensor.unit, sensor.series.count()) == (
        "Vid porten",
        True,
        people.care,
        2,
    )


def test_observations_when_there_are_two_series_then_one_must_be_named(
    made: tuple[Sensor, str], people: People, client: Client
) -> None:
    add_series(by=viewer_of(people.bo), sensor=made[0], measure=Measure("Fukt", "%"))
    answer = send(client, made[1], {"phenomenonTime": minutes(1)[0], "result": 4})
    assert answer.status_code == 409 and "Fukt, Lufttemperatur" in answer.content.decode()


def test_pages_when_walked_then_a_sensor_is_set_up_and_seen(people: People, client: Client) -> None:
    client.force_login(people.bo)
    form = {"name": "Bullermätare", "unit": people.care.pk, "series_name": "Buller", "unit_of_measure": "dB"}
    page = client.post(reverse("sensor_new"), form | {"lowest": "0", "highest": "140"}).content.decode()
    key = page.split("<code>sensor_")[1].split("<")[0]
    sensor = Sensor.objects.get()
    send(Client(), f"sensor_{key}", {"dataArray": [[at, 50 + n % 4] for n, at in enumerate(minutes(30))]})
    page = client.get(sensor.get_absolute_url()).content.decode()
    assert "polyline" in page and "polygon" in page and "sensor_" not in page
    for span in (*Span, "annat"):
        assert client.get(sensor.get_absolute_url(), {"tid": span, "till": "x" * 50}).status_code == 200
    file = b"".join(
        client.get(reverse("series_csv", args=[sensor.series.get().uuid])).streaming_content
    ).decode("utf-8-sig")
    assert len(file.strip().splitlines()) == 31
    assert "Bullermätare" in client.get(reverse("sensor_list")).content.decode()
    assert "Bullermätare" not in Client().get(reverse("sensor_list")).content.decode()
    again = client.post(reverse("sensor_step", args=[sensor.uuid]), {"step": "key"}).content.decode()
    assert "<code>sensor_" in again and key not in again


def test_list_when_there_are_many_then_the_queries_stay(
    people: People, client: Client, django_assert_max_num_queries: Any
) -> None:
    by = viewer_of(people.bo)
    for n in range(30):
        register_sensor(by=by, about=About(f"Mätare {n}", people.care), measures=[WARMTH])
    client.force_login(people.bo)
    with django_assert_max_num_queries(10):
        page = client.get(reverse("sensor_list")).content.decode()
    assert "after=" in page


def test_chart_when_there_is_a_gap_then_the_line_is_broken(made: tuple[Sensor, str]) -> None:
    end = timezone.now()
    moments = [end - timedelta(minutes=90 - n) for n in range(30)] + [
        end - timedelta(minutes=20 - n) for n in range(20)
    ]
    take_readings(sensor=made[0], results=[Result("", at, 4 + n % 5) for n, at in enumerate(moments)])
    chart = series_chart(gathered(made[0].series.get(), Span.DAY, end), Span.DAY, end)
    assert len(chart.lines) == len(chart.bands) == 2
    assert [text for _at, text in chart.ticks] == sorted(
        (text for _at, text in chart.ticks), key=lambda text: float(text.replace(",", ".").replace("−", "-"))
    )


def test_chart_when_a_value_stands_alone_then_it_is_seen(made: tuple[Sensor, str]) -> None:
    """A line through one point has no length, and would not be drawn."""
    at = timezone.now() - timedelta(hours=2)
    series = made[0].series.get()
    take_readings(sensor=made[0], results=[Result("", at, 4.0)])
    chart = series_chart(gathered(series, Span.DAY, timezone.now()), Span.DAY, timezone.now())
    (line,) = chart.lines
    first, last = (float(point.split(",")[0]) for point in line.split())
    assert first < last


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (0, 1.25, ["0.0", "0.5", "1.0", "1.5"]),
        (3.4, 15.6, ["0", "5", "10", "15", "20"]),
        (5, 5, ["4", "6"]),
        (0, 0, ["0.0", "0.5"]),
    ],
)
def test_scale_when_drawn_then_its_numbers_are_round(low: float, high: float, told: list[str]) -> None:
    with translation.override("en"):
        assert [text for _at, text in ticks_of(scale_of(low, high))] == told
    for span in ((-1e100, 1e100), (0, 1e-200), (1e15, 1e15 + 0.125), (-3, -3)):
        scale = scale_of(*span)
        assert scale[0] <= span[0] and scale[-1] >= span[1] and len(scale) < 8


def test_page_when_a_sensor_is_silent_then_it_says_so_and_leads_to_what_was_measured_last(
    made: tuple[Sensor, str], people: People, client: Client
) -> None:
    sensor, _key = made
    client.force_login(people.bo)
    assert 'class="notice notice-warn"' in client.get(sensor.get_absolute_url()).content.decode()
    take_readings(
        sensor=sensor,
        results=[
            Result("", timezone.now() - timedelta(days=30), 4.0),
            Result("", timezone.now() - timedelta(days=31), 1e300),
        ],
    )
    Sensor.objects.update(last_seen_at=timezone.now() - timedelta(days=30))
    page = client.get(sensor.get_absolute_url()).content.decode()
    assert 'class="notice notice-warn"' in page and "polyline" not in page
    (last,) = re.findall(r'href="(\?tid=day&amp;till=[^"]+)">\w+ \w+ \w+ ', page)
    assert "polyline" in client.get(sensor.get_absolute_url() + last.replace("&amp;", "&")).content.decode()
    assert Reading.objects.filter(flag="range").count() == 1


def test_map_when_asked_then_each_sees_the_points_that_they_may_and_no_exact_place_of_others(
    made: tuple[Sensor, str], people: People, client: Client
) -> None:
    about = About("Regnmätare", longitude=18.07109, latitude=59.32512, is_public=True)
    register_sensor(by=viewer_of(people.farid), about=about, measures=[Measure("Regn")])
    register_sensor(by=viewer_of(people.bo), about=About("Utan plats", people.care), measures=[WARMTH])
    (point,) = client.get(reverse("sensor_geojson")).json()["features"]
    assert point["properties"]["name"] == "Regnmätare"
    assert point["geometry"]["coordinates"] == [18.071, 59.325]
    client.force_login(people.bo)
    places = {
        each["properties"]["name"]: each["geometry"]["coordinates"]
        for each in client.get(reverse("sensor_geojson")).json()["features"]
    }
    assert places == {"Regnmätare": [18.071, 59.325], "Termometer vid grinden": [18.07109, 59.32512]}
