"""A town written as a utility hands it in must come back as it is, but for the faults that were put in."""

import json

import numpy as np
import pytest
import shapely

from ringar.cli import build_parser
from ringar_kits.errors import InputError
from ringar_kits.leaks.consequence import add_consequence, read_places
from ringar_kits.leaks.handed_in import district_shapes, make_places, write_city
from ringar_kits.leaks.read import read_network
from ringar_kits.leaks.synthetic import make_city
from tests.kits.leaks.files import said


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    city = make_city(3000, 20, 4)
    return city, write_city(city, folder, 4)


def test_write_city_and_read_network_give_the_same_pipes(town):
    city, paths = town
    network = read_network(paths[0], paths[1])
    pipes = network.pipes
    assert pipes.ids == city.pipes.ids
    assert np.array_equal(pipes.installed, city.pipes.installed, equal_nan=True)
    assert pipes.material == city.pipes.material
    assert (pipes.area, pipes.street, pipes.zone) == (city.pipes.area, city.pipes.street, city.pipes.zone)
    assert pipes.length_m == pytest.approx(city.pipes.length_m, abs=0.02)
    assert pipes.epsg == 3006
    assert "0, negative or beyond 100 km" in said(network)
    assert "would tell of the breaks: Senast ändrad" in said(network)


def test_write_city_and_read_network_give_the_same_breaks_but_for_services(town):
    city, paths = town
    breaks = read_network(paths[0], paths[1]).breaks
    share = len(breaks) / len(city.breaks)
    assert 0.93 < share < 1
    gone = (breaks.pipe < 0).sum()
    assert gone == pytest.approx((city.breaks.pipe < 0).sum() * share, abs=8)
    counts = [np.bincount(each.pipe[each.pipe >= 0], minlength=3000) for each in (breaks, city.breaks)]
    assert np.corrcoef(*counts)[0, 1] > 0.9


def test_write_city_gives_places_that_weigh(town):
    city, paths = town
    places = read_places(paths[2], epsg=3006)
    own = make_places(city, 4)
    assert places.kind == own.kind
    assert places.count.tolist() == own.count.tolist()
    assert max(a.distance(b) for a, b in zip(places.shapes, own.shapes, strict=True)) < 0.2
    found = add_consequence(city.pipes, places)
    assert found.near["people"].mean() > 50
    assert 0 < (found.near["hospital"] > 0).mean() < 0.1


def test_write_city_gives_streets_and_districts_in_degrees(town):
    city, paths = town
    streets, districts = (json.loads(path.read_text())["features"] for path in paths[3:])
    assert {feature["properties"]["street"] for feature in streets} == set(city.pipes.street)
    longitude, latitude = streets[0]["geometry"]["coordinates"][0][0]
    assert 13 < longitude < 13.5
    assert 58.7 < latitude < 59.1
    assert {feature["properties"]["district"] for feature in districts} == set(city.pipes.extra["district"])


def test_district_shapes_cover_the_pipes_without_overlap(town):
    city, _ = town
    shapes = [shape for _, shape in district_shapes(city)]
    assert sum(shape.area for shape in shapes) == pytest.approx(shapely.union_all(shapes).area)
    middles = shapely.points(city.plan.ends.mean(axis=1))
    assert shapely.contains_xy(shapely.union_all(shapes), shapely.get_coordinates(middles)).mean() > 0.99


def test_write_city_where_it_may_not_refuses(town, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="Choose a folder that you may write to"):
        write_city(town[0], tmp_path / "file" / "below")


def run(*words):
    args = build_parser(["ringar_kits.leaks.commands"]).parse_args(["leaks", *map(str, words)])
    return args.run(args)


def test_make_city_and_check_from_the_command_line(tmp_path, capsys):
    assert run("make-city", "--pipes", 200, "--years", 10, "--out", tmp_path) == 0
    assert capsys.readouterr().out.split() == [
        str(tmp_path / f"{name}")
        for name in ("pipes.csv", "breaks.csv", "places.geojson", "streets.geojson", "districts.geojson")
    ]
    files = ("--pipes", tmp_path / "pipes.csv", "--breaks", tmp_path / "breaks.csv")
    assert run("check", *files) == 0
    told = capsys.readouterr().out
    assert told.startswith("200 pipes and ")
    assert "Used: pipes.csv: columns: id = Lednings-ID" in told
    assert run("check", *files, "--json") == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["pipes"] == 200
    assert {"kind", "place", "what", "count", "remedy"} == set(found["remarks"][0])


def test_check_with_a_column_named_by_hand_uses_it(tmp_path, capsys):
    run("make-city", "--pipes", 50, "--out", tmp_path)
    files = ("--pipes", tmp_path / "pipes.csv", "--breaks", tmp_path / "breaks.csv")
    assert run("check", *files, "--map", "area=Stadsdel", "--map", "breaks.day=Läckdatum") == 0
    assert "area = Stadsdel" in capsys.readouterr().out
    with pytest.raises(InputError, match="no column 'Nej'"):
        run("check", *files, "--map", "area=Nej")


@pytest.mark.parametrize(
    "words",
    [
        ("make-city", "--pipes", "0", "--out", "x"),
        ("make-city", "--pipes", "9e9", "--out", "x"),
        ("check", "--pipes", "p", "--breaks", "b", "--map", "id"),
    ],
)
def test_commands_with_words_that_cannot_be_refuse(words):
    with pytest.raises(SystemExit):
        run(*words)


def test_make_city_with_a_year_that_cannot_be_refuses():
    with pytest.raises(InputError, match="the last year cannot be"):
        run("make-city", "--last", 30, "--out", "x")
