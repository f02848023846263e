import csv
import json
from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ringar.cli import build_parser
from ringar_kits.errors import InputError
from ringar_kits.leaks.consequence import WEIGHTS, Places, add_consequence, read_places, risk_by_area, risk_of
from ringar_kits.leaks.file_commands import read_consequence
from ringar_kits.leaks.model import Pipes, Ranking
from ringar_kits.leaks.ranked_tables import write_ranking
from ringar_kits.leaks.read import read_network
from tests.kits.leaks.files import write_rows


def pipes_at(*starts):
    """Pipes of 100 m eastwards from each (x, y); None: nowhere."""
    n = len(starts)
    nan = np.full(n, np.nan)
    lines = tuple(None if at is None else np.array([at, (at[0] + 100, at[1])], dtype=float) for at in starts)
    return Pipes(
        tuple(map(str, range(n))),
        nan,
        ("",) * n,
        nan,
        np.full(n, 100.0),
        lines,
        ("",) * n,
        ("",) * n,
        ("",) * n,
        nan,
    )


def places_of(*places):
    shapes = np.empty(len(places), dtype=object)
    shapes[:] = [place[2] for place in places]
    return Places(
        tuple(place[0] for place in places),
        ("",) * len(places),
        np.array([place[1] for place in places]),
        shapes,
    )


def test_add_consequence_counts_what_is_near_and_weighs_it_by_nearness():
    places = places_of(
        ("people", 40.0, shapely.Point(50, 20)),
        ("people", 10.0, shapely.Point(50, 87.5)),
        ("hospital", 1.0, shapely.Point(50, 150)),
        ("school", 1.0, shapely.Point(50, 151)),
        ("care_home", 1.0, shapely.Point(50, -25)),
    )
    found = add_consequence(pipes_at((0, 0), (5000, 0)), places)
    assert found.near["people"].tolist() == [50, 0]
    assert found.near["hospital"].tolist() == [1, 0]
    assert found.near["school"].tolist() == [0, 0]
    assert found.score[0] == pytest.approx(WEIGHTS["pipe"] + 40 + 10 * 0.5 + 0 + WEIGHTS["care_home"])
    assert found.score[1] == WEIGHTS["pipe"]


def test_add_consequence_counts_people_of_an_area_by_the_share_that_is_near():
    square = shapely.box(-1000, 0, 1000, 2000)
    found = add_consequence(pipes_at((0, 0)), places_of(("people", 4000.0, square)), reach=100)
    # half of the 100 m around a line of 100 m: half a circle and a rectangle
    inside = (np.pi * 100**2 / 2 + 100 * 100) / 2000**2
    assert found.near["people"][0] == pytest.approx(4000 * inside, rel=0.05)
    assert found.score[0] - WEIGHTS["pipe"] == pytest.approx(found.near["people"][0] / 2)


def test_add_consequence_with_the_citys_own_weights_shows_and_uses_them():
    places = places_of(("tram", 1.0, shapely.LineString([(-500, 10), (500, 10)])))
    found = add_consequence(pipes_at((0, 0)), places, weights={"tram": 7, "pipe": 0})
    assert found.score.tolist() == [7]
    assert found.weights["tram"] == 7
    assert found.weights["hospital"] == WEIGHTS["hospital"]


@pytest.mark.parametrize("weights", [{"castle": 3}, {"school": -1}, {"school": float("nan")}])
def test_add_consequence_with_weights_that_cannot_be_refuses(weights):
    with pytest.raises(InputError, match="cannot weigh"):
        add_consequence(pipes_at((0, 0)), places_of(), weights=weights)


def test_add_consequence_of_a_pipe_that_lies_nowhere_is_the_median_of_the_others():
    places = places_of(("school", 1.0, shapely.Point(50, 0)))
    found = add_consequence(pipes_at((0, 0), None, (0, 10), (9000, 0)), places)
    assert found.score[1] == np.median(found.score[[0, 2, 3]])


def test_add_consequence_without_places_is_the_break_itself():
    assert add_consequence(pipes_at((0, 0)), places_of()).score.tolist() == [WEIGHTS["pipe"]]


COORDINATES = st.integers(-300, 300)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from(sorted(WEIGHTS)[:5]), COORDINATES, COORDINATES), max_size=6),
)
def test_add_consequence_never_falls_when_something_is_added(starts, given_places):
    pipes = pipes_at(*starts)
    places = [(kind, 1.0, shapely.Point(x, y)) for kind, x, y in given_places]
    fewer = add_consequence(pipes, places_of(*places[1:])).score
    more = add_consequence(pipes, places_of(*places)).score
    assert (more >= fewer - 1e-9).all()


def test_risk_is_expected_breaks_times_consequence_and_adds_up_over_an_area():
    found = add_consequence(
        pipes_at((0, 0), (9000, 0), (18000, 0)), places_of(("school", 1.0, shapely.Point(50, 0)))
    )
    expected = np.array([0.5, 0.2, 0.1])
    risk = risk_of(expected, found)
    assert risk.tolist() == pytest.approx([0.5 * 110, 2, 1])
    areas = risk_by_area(["A", "A", "B"], expected, found)
    assert [area.name for area in areas] == ["A", "B"]
    assert areas[0].risk == pytest.approx(57)
    assert areas[0].consequence == pytest.approx(57 / 0.7)
    assert risk_by_area(["", "", ""], expected, found) == ()


def test_read_places_of_geojson_knows_swedish_kinds_and_people(tmp_path):
    kinds = ["Sjukhus", "Grundskola", "Äldreboende", "Spårväg", "Slott", None]
    features = [
        {"type": "Feature", "properties": {"typ": kind, "namn": "x", "antal": None if kind else 12},
         "geometry": {"type": "Point", "coordinates": [15.7, 58.8]}}
        for kind in kinds
    ]  # fmt: skip
    (tmp_path / "p.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    places = read_places(tmp_path / "p.geojson", epsg=3006)
    assert places.kind == ("hospital", "school", "care_home", "tram", "other", "people")
    assert places.count.tolist() == [1, 1, 1, 1, 1, 12]
    assert 200_000 < places.shapes[0].x < 900_000
    assert "1 places weigh nothing: their kind is not known (Slott)" in str(places.report.remarks[0])


def test_read_places_of_a_table_with_coordinates_reads_it(tmp_path):
    rows = [{"kategori": "skola", "e": 540_000, "n": 6_520_000}, {"kategori": "skola", "e": "", "n": ""}]
    places = read_places(write_rows(tmp_path / "p.csv", rows), epsg=3006)
    assert places.shapes[0].coords[0] == (540_000, 6_520_000)
    assert places.shapes[1] is None


def test_read_places_without_coordinates_refuses(tmp_path):
    with pytest.raises(InputError, match="the places have no coordinates"):
        read_places(write_rows(tmp_path / "p.csv", [{"typ": "skola"}]), epsg=3006)


def test_write_ranking_with_consequence_adds_what_is_near_and_risk(tmp_path, capsys):
    run("make-city", "--pipes", 40, "--years", 2, "--out", tmp_path)
    pipes = read_network(tmp_path / "pipes.csv").pipes
    args = parse("rank", *NEEDED, "--places", tmp_path / "places.geojson", "--weight", "hospital=900")
    found = read_consequence(args, pipes)
    assert "Consequence within 150 m, in people: pipe 10, people 1, hospital 900" in capsys.readouterr().err
    n = len(pipes)
    expected, texts = np.linspace(0.5, 0.1, n), ("",) * n
    ranking = Ranking(
        pipes.ids, date(2025, 1, 1), 1, 0, pipes.length_m, expected, expected, expected, np.arange(n) + 1,
        ((),) * n, ((),) * n, texts, texts,
    )  # fmt: skip
    write_ranking(ranking, tmp_path / "ranked.csv", found)
    with (tmp_path / "ranked.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:7] == ["pipe_id", "length_m", "expected_breaks", "low", "high", "rank", "reasons"]
    assert list(rows[0])[7:] == ["people", "hospital", "care_home", "school", "tram", "consequence", "risk"]
    for row in rows:
        product = float(row["expected_breaks"]) * float(row["consequence"])
        assert float(row["risk"]) == pytest.approx(product, rel=0.01)


def test_rank_with_a_weight_that_is_no_number_refuses():
    with pytest.raises(SystemExit):
        parse("rank", *NEEDED, "--weight", "hospital=many")


NEEDED = ("--pipes", "p", "--breaks", "b", "--as-of", "2025-01-01", "--out", "o")


def parse(*words):
    return build_parser(["ringar_kits.leaks.commands"]).parse_args(["leaks", *map(str, words)])


def run(*words):
    args = parse(*words)
    return args.run(args)
