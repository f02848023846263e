"""Files in: read with a report, saved whole or not at all, twice the same; bad ones told with place and remedy."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ringar.city.actions.data import Description, add_data_set
from ringar.city.actions.imports import ask_saving, drop_import, prune_imports, read_again, take_in
from ringar.city.actions.network_rows import pipe_values
from ringar.city.actions.networks import Moved, ready_assets, write_network
from ringar.city.models import Asset, AssetChange, DataImport, DataSet, Incident
from ringar.city.queries.network import network_of
from ringar.core import clock
from ringar.core.clock import now
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused
from ringar.robots.engine.running import run_waiting
from tests.people import People
from tests.rooms.city.data_cast import (
    BREAKS,
    PIPES,
    add_network,
    add_pipes,
    add_streets,
    as_file,
    hand_in,
    saved,
)

LoggedIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: object) -> Path:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    return tmp_path


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_import_when_read_then_nothing_is_saved_before_somebody_says_so(people: People, folder: Path) -> None:
    pipes = add_pipes(people)
    made = hand_in(viewer_of(people.bo), pipes)
    assert made.state == "read" and made.counts["pipes"]["new"] == 4 and made.counts["breaks"]["new"] == 4
    assert not Asset.objects.exists() and not Incident.objects.exists()
    words = " ".join(each["words"] for each in made.report["remarks"])
    assert "negative" in words and "dated before" in words
    assert len(files_in(folder)) == 2


def test_import_when_saved_then_pipes_lie_where_they_lie_and_breaks_on_them(
    people: People, folder: Path, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        data = add_network(people)
    pipe = data.pipe("L1")
    assert (pipe.material, pipe.installed, pipe.length_m, pipe.diameter_mm) == ("GJJ", 1952.0, 120.5, 150.0)
    first = pipe.shape()["coordinates"][0]  # type: ignore[index]
    assert first == pytest.approx([18.0538, 59.3258], abs=0.01)
    assert pipe.west <= first[0] <= pipe.east  # type: ignore[operator]
    days = {(str(each.day), each.former) for each in pipe.incidents.all()}
    assert days == {("2019-03-04", False), ("2021-11-30", False), ("1949-06-01", True)}
    assert data.pipe("L4").imputed == ["length_m"] and data.pipe("L4").length_m == pytest.approx(40, abs=1)
    assert data.pipe("L3").installed is None and data.pipes.size == 4 and data.breaks.size == 4
    assert data.breaks.is_restricted and data.breaks.owner_unit == people.care
    assert not files_in(folder), "files go once they are saved"


def test_import_when_the_same_files_come_twice_then_nothing_changes(people: People) -> None:
    data = add_network(people)
    before = data.pipes.updated_at
    events = AuditEvent.objects.filter(action="import_pipes").count()
    again = saved(viewer_of(people.bo), hand_in(viewer_of(people.bo), data.pipes))
    assert again.counts["pipes"] == {"new": 0, "changed": 0, "unchanged": 4, "gone": 0, "back": 0}
    assert again.counts["breaks"] == {"new": 0, "changed": 0, "unchanged": 4, "gone": 0, "back": 0}
    data.pipes.refresh_from_db()
    assert data.pipes.updated_at == before and not AssetChange.objects.exists()
    assert AuditEvent.objects.filter(action="import_pipes").count() == events


def test_import_when_a_pipe_changes_and_one_is_gone_then_its_history_tells(
    people: People, logged_in: LoggedIn
) -> None:
    data = add_network(people)
    kept = data.pipe("L2").uuid
    text = "\n".join(line for line in PIPES.replace("PVC", "PE").splitlines() if not line.startswith("L3"))
    made = saved(viewer_of(people.bo), hand_in(viewer_of(people.bo), data.pipes, pipes=text))
    assert made.counts["pipes"] == {"new": 0, "changed": 1, "unchanged": 2, "gone": 1, "back": 0}
    pipe = data.pipe("L2")
    assert pipe.uuid == kept and pipe.material == "PE" and data.pipe("L3").retired_at is not None
    page = logged_in(people.bo).get(reverse("asset_detail", args=[pipe.uuid])).content.decode()
    assert "<del" in page and "PVC" in page and "<ins" in page
    data.pipes.refresh_from_db()
    assert data.pipes.size == 3
    back = saved(viewer_of(people.bo), hand_in(viewer_of(people.bo), data.pipes))
    assert back.counts["pipes"]["back"] == 1 and data.pipe("L3").retired_at is None


def test_import_when_the_files_are_a_part_then_the_rest_stays(people: People) -> None:
    data = add_network(people)
    text = "\n".join(PIPES.splitlines()[:2])
    bo = viewer_of(people.bo)
    made = saved(bo, hand_in(bo, data.pipes, pipes=text, breaks="", is_whole=False))
    assert made.counts["pipes"]["gone"] == 0 and Asset.objects.filter(retired_at=None).count() == 4
    assert Incident.objects.count() == 4


def test_import_when_only_breaks_come_then_they_lie_on_the_pipes_that_are_there(people: People) -> None:
    data = add_network(people)
    bo = viewer_of(people.bo)
    text = BREAKS + "5;L2;2022-05-05\n6;;2022-06-06\n"
    made = saved(bo, hand_in(bo, data.pipes, pipes="", breaks=text))
    assert "pipes" not in made.counts or not made.counts["pipes"].get("gone")
    assert made.counts["breaks"]["new"] == 2 and data.pipe("L2").incidents.count() == 1
    assert Incident.objects.filter(asset=None).count() == 1
    assert Asset.objects.filter(retired_at=None).count() == 4 and not AssetChange.objects.exists()


def test_import_when_breaks_are_numbered_then_two_of_one_pipe_and_day_are_two(people: People) -> None:
    data, bo = add_network(people), viewer_of(people.bo)
    text = BREAKS + "5;L1;2019-03-04\n"
    made = saved(bo, hand_in(bo, data.pipes, breaks=text))
    assert made.counts["breaks"] == {"new": 1, "changed": 0, "unchanged": 4, "gone": 0, "back": 0}
    assert data.pipe("L1").incidents.filter(day="2019-03-04").count() == 2
    moved = saved(bo, hand_in(bo, data.pipes, breaks=text.replace("5;L1;2019-03-04", "5;L2;2019-03-05")))
    assert moved.counts["breaks"]["changed"] == 1 and moved.counts["breaks"]["gone"] == 0
    assert data.pipe("L2").incidents.get().day.isoformat() == "2019-03-05"


def test_import_when_a_break_lies_on_a_pipe_that_is_gone_then_its_area_is_kept_and_reckoned_with(
    people: People,
) -> None:
    data, bo = add_network(people), viewer_of(people.bo)
    pipes = "\n".join(
        f"{line};{area}" for line, area in zip(PIPES.splitlines(), ["område", *"AABB"], strict=True)
    )
    breaks = "\n".join(
        f"{line};{area}" for line, area in zip(BREAKS.splitlines(), ["område", *"AABA"], strict=True)
    )
    saved(bo, hand_in(bo, data.pipes, pipes=pipes, breaks=breaks + "\n9;GONE;2021-01-01;B\n"))
    network = network_of(data.pipes, data.breaks)
    told = dict(zip(network.breaks.day.astype(str).tolist(), network.breaks.area, strict=True))
    assert (
        told["2021-01-01"] == "B"
        and network.breaks.pipe[network.breaks.day.astype(str) == "2021-01-01"] == -1
    )
    Incident.objects.update(
        area=""
    )  # the record says nothing: the pipe's own area holds, also of one out of use
    Asset.objects.filter(external_id="L1").update(retired_at=now())
    network = network_of(data.pipes, data.breaks)
    assert set(network.breaks.area) == {"A", "B", ""}


def test_import_when_a_crew_has_found_leaks_then_files_leave_them_alone(people: People) -> None:
    data = add_network(people)
    own = {"organisation": people.city, "data_set": data.breaks, "asset": data.pipe("L2"), "kind": "field"}
    Incident.objects.create(external_id="list:1", day="2026-05-05", **own)
    saved(viewer_of(people.bo), hand_in(viewer_of(people.bo), data.pipes))
    assert Incident.objects.filter(external_id="list:1").exists()


def test_import_when_saving_fails_on_the_way_then_all_is_as_before(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = add_network(people)
    made = hand_in(
        viewer_of(people.bo),
        data.pipes,
        pipes=PIPES.replace("PVC", "PE"),
        breaks=BREAKS + "9;L2;2024-01-01\n",
    )

    def broken(*args: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("ringar.city.actions.networks.write_incidents", broken)
    ask_saving(by=viewer_of(people.bo), data_import=made)
    run_waiting()
    assert (
        data.pipe("L2").material == "PVC"
        and Incident.objects.count() == 4
        and not AssetChange.objects.exists()
    )


def test_page_when_files_are_larger_than_it_takes_then_it_tells_the_most_and_the_command(
    people: People, logged_in: LoggedIn, settings: Any
) -> None:
    settings.RINGAR_UPLOAD_MB = 1
    pipes, client = add_pipes(people), logged_in(people.bo)
    large = SimpleUploadedFile("ledningar.csv", b"x" * 1_100_000)
    page = client.post(reverse("data_import_new", args=[pipes.uuid]), {"pipes": large}).content.decode()
    assert "1 MB" in page and f"--organisation {people.city.slug}" in page
    assert not DataImport.objects.exists()


def test_import_when_another_came_first_then_it_is_held_against_the_rows_anew(people: People) -> None:
    """Rows are made ready outside the transaction; what they were held against must still be there."""
    data, by = add_network(people), viewer_of(people.bo)
    wanted = pipe_values(network_of(data.pipes, data.breaks).pipes)
    ready = ready_assets(data.pipes, wanted, now())
    saved(by, hand_in(by, data.pipes, pipes=PIPES.replace("PVC", "PE"), breaks=""))
    with pytest.raises(Moved):
        write_network(by, data.pipes, None, ready, None, now())
    assert data.pipe("L2").material == "PE"


def test_import_when_no_column_is_known_then_told_and_mended_on_the_page(
    people: People, logged_in: LoggedIn
) -> None:
    pipes, client = add_pipes(people), logged_in(people.bo)
    text = PIPES.replace("ledningsid", "beteckn").replace("ledningslängd", "mått")
    made = hand_in(viewer_of(people.bo), pipes, pipes=text, breaks="")
    assert made.state == "failed"
    address = reverse("data_import", args=[made.uuid])
    page = client.get(address).content.decode()
    assert "ledningar.csv" in page and 'role="alert"' in page and "beteckn" in page
    client.post(address, {"pipes.id": "beteckn", "pipes.length": "mått", "pipes.installed": "anläggningsår"})
    run_waiting()
    made.refresh_from_db()
    assert made.state == "read" and made.counts["pipes"]["new"] == 4
    saved(viewer_of(people.bo), made)
    assert Asset.objects.get(external_id="L1").length_m == 120.5


@pytest.mark.parametrize(
    ("pipes", "breaks"),
    [
        ("", ""),
        ("ledningsid;längd\n", ""),
        ("ledningsid;längd\nL1;-4\n", ""),
        (PIPES, "id;ledningsid;datum\n"),
        (PIPES, "ledningsid;datum\nL1;03/04/2019\nL2;05/06/2020\n"),
        ("PK\x03\x04 trasig", ""),
        (PIPES.replace("674000 6580000", "18.05 91.4"), ""),
    ],
)
def test_import_when_files_can_not_be_used_then_told_with_a_remedy_and_nothing_kept(
    people: People, pipes: str, breaks: str
) -> None:
    data_set, bo = add_pipes(people), viewer_of(people.bo)
    if not pipes:
        with pytest.raises(Refused):
            take_in(by=bo, data_set=data_set, files={})
        return
    made = hand_in(bo, data_set, pipes=pipes, breaks=breaks)
    assert made.state in {"failed", "read"} and (made.error or made.report["remarks"])
    if made.state == "failed":
        with pytest.raises(Refused):
            ask_saving(by=bo, data_import=made)
    assert not Asset.objects.exists()


def test_take_in_when_the_kind_of_file_is_unknown_then_refused_with_those_known(people: People) -> None:
    with pytest.raises(Refused, match="nät"):
        files = {"pipes": as_file("nät.exe", "x")}
        take_in(by=viewer_of(people.bo), data_set=add_pipes(people), files=files)
    assert not DataImport.objects.exists()


def test_take_in_when_by_somebody_else_then_not_allowed(people: People) -> None:
    pipes = add_pipes(people)
    for who in (people.sam, people.elif_, people.farid):
        with pytest.raises(NotAllowed):
            take_in(by=viewer_of(who), data_set=pipes, files={"pipes": as_file("a.csv", PIPES)})


def test_drop_import_when_read_then_the_files_go(people: People, folder: Path) -> None:
    made = hand_in(viewer_of(people.bo), add_pipes(people))
    drop_import(by=viewer_of(people.bo), data_import=made)
    assert not DataImport.objects.exists()


def test_read_again_when_saved_then_refused(people: People) -> None:
    bo = viewer_of(people.bo)
    made = saved(bo, hand_in(bo, add_pipes(people)))
    for act in (
        lambda: read_again(by=bo, data_import=made, mapping={}),
        lambda: ask_saving(by=bo, data_import=made),
        lambda: drop_import(by=bo, data_import=made),
    ):
        with pytest.raises(Refused):
            act()


def test_prune_when_nobody_saved_within_two_weeks_then_thrown_away(people: People) -> None:
    made = hand_in(viewer_of(people.bo), add_pipes(people))
    assert prune_imports() == 0
    later = made.at + timedelta(days=15)
    with clock.at(later):
        assert prune_imports() == 1
    assert not DataImport.objects.exists()


def test_features_when_a_map_layer_comes_then_each_is_an_asset_with_its_shape(people: People) -> None:
    streets = add_streets(people)
    road, square = streets.assets.order_by("pk")
    assert (road.external_id, road.label, road.extra) == ("G1", "Öppna vägen", {"fart": 40})
    assert square.shape()["type"] == "Polygon" and square.north == pytest.approx(59.34)  # type: ignore[index]
    assert streets.size == 2 and not streets.is_restricted


def test_features_when_metres_in_an_unknown_system_then_told(people: People) -> None:
    told = Description(name="Hus", owner_unit=people.care)
    houses = add_data_set(by=viewer_of(people.bo), kind="buildings", told=told)
    point = {"type": "Point", "coordinates": [1200, 800]}
    feature = {"type": "Feature", "properties": {"id": 1}, "geometry": point}
    bad = json.dumps({"type": "FeatureCollection", "features": [feature]})
    made = take_in(by=viewer_of(people.bo), data_set=houses, files={"pipes": as_file("hus.geojson", bad)})
    run_waiting()
    made.refresh_from_db()
    assert made.state == "failed" and "crs" in made.error


def test_pages_when_files_are_handed_in_then_followed_to_the_saved_network(
    people: People, logged_in: LoggedIn
) -> None:
    client, pipes = logged_in(people.bo), add_pipes(people)
    answer = client.post(
        reverse("data_import_new", args=[pipes.uuid]),
        {
            "pipes": SimpleUploadedFile("ledningar.csv", PIPES.encode()),
            "breaks": SimpleUploadedFile("läckor.csv", BREAKS.encode()),
            "is_whole": "on",
            "crs": "",
        },
    )
    address = answer["Location"]
    waiting = client.get(address).content.decode()
    assert "<progress" in waiting and "hx-get" in waiting
    run_waiting()
    page = client.get(address).content.decode()
    assert "läckor.csv" in page and "<progress" not in page
    client.post(f"{address}spara/")
    run_waiting()
    assert DataImport.objects.get().state == "saved" and Asset.objects.count() == 4
    detail = client.get(reverse("data_set_detail", args=[pipes.uuid])).content.decode()
    assert "ledningar.csv" in detail
    (breaks,) = DataSet.objects.filter(kind="breaks")
    assert "L1" in client.get(reverse("incident_list", args=[breaks.uuid])).content.decode()
    text = client.get(reverse("asset_csv", args=[pipes.uuid])).getvalue().decode("utf-8-sig")
    assert text.splitlines()[1].startswith("L1;;1952")


def test_pages_when_nothing_is_handed_in_then_the_form_says_so(people: People, logged_in: LoggedIn) -> None:
    address = reverse("data_import_new", args=[add_pipes(people).uuid])
    page = logged_in(people.bo).post(address, {"is_whole": "on"}).content.decode()
    assert 'role="alert"' in page and not DataImport.objects.exists()


def test_asset_list_when_long_then_a_page_at_a_time_with_few_queries(
    people: People,
    logged_in: LoggedIn,
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    pipes = add_pipes(people)
    line = "A{n};1970;PVC;110;50;Gata;LINESTRING ({x} 6580000, {y} 6580000)"
    rows = [line.format(n=n, x=674_000 + n, y=674_001 + n) for n in range(130)]
    text = "\n".join([PIPES.splitlines()[0], *rows])
    saved(viewer_of(people.bo), hand_in(viewer_of(people.bo), pipes, pipes=text, breaks=""))
    client, address = logged_in(people.bo), reverse("asset_list", args=[pipes.uuid])
    client.get(address)
    with django_assert_max_num_queries(10):  # type: ignore[attr-defined]
        page = client.get(address)
    assert len(page.context["assets"]) == 50
    second = client.get(address, {"after": page.context["more"]})
    assert second.context["assets"][0][0].external_id == "A50"
    assert len(client.get(address, {"q": "A12"}).context["assets"]) == 11
    for odd in ("\x00", "😀" * 40, "%_", "x" * 50_000):
        assert client.get(address, {"q": odd, "after": "9" * 40}).status_code == 200
