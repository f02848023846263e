"""The same pipes from every kind of file, and systems of coordinates that are missing, wrong or swapped."""

import json
import sqlite3
import struct
import zipfile

import numpy as np
import openpyxl
import pytest
import shapefile
import shapely
from pyproj import CRS, Transformer

from ringar_kits.errors import InputError
from ringar_kits.leaks import geopackage as gpkg
from ringar_kits.leaks import layers
from ringar_kits.leaks.layers import read_table
from ringar_kits.leaks.read import read_network
from ringar_kits.leaks.report import Notes
from ringar_kits.leaks.systems import look_at, parse_system
from tests.kits.leaks.files import EAST, NORTH, break_row, network_files, pipe_row, said, write_rows

TRAITS = ("id", "anläggningsår", "material", "dimension", "längd")


def lines(epsg=3006, swapped=False):
    ends = np.array([[[EAST + 100 * n, NORTH], [EAST + 100 * n + 100, NORTH]] for n in range(6)], dtype=float)
    moved = Transformer.from_crs(3006, epsg, always_xy=True).transform(ends[..., 0], ends[..., 1])
    ends = np.stack(moved, axis=-1)
    return ends[..., ::-1] if swapped else ends


def geojson(folder, epsg=3006, said_crs=None, swapped=False):
    features = [
        {
            "type": "Feature",
            "properties": {key: pipe_row(n)[key] for key in TRAITS},
            "geometry": {"type": "LineString", "coordinates": line.tolist()},
        }
        for n, line in enumerate(lines(epsg, swapped))
    ]
    content = {"type": "FeatureCollection", "features": features}
    if said_crs:
        content["crs"] = {"type": "name", "properties": {"name": said_crs}}
    path = folder / "pipes.geojson"
    path.write_text(json.dumps(content))
    return path


def geopackage(folder, layers=("ledningar",), epsg=3006):
    path = folder / "pipes.gpkg"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as base:
        base.execute(
            "CREATE TABLE gpkg_spatial_ref_sys (srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER)"
        )
        base.execute("INSERT INTO gpkg_spatial_ref_sys VALUES (?, 'EPSG', ?)", (epsg, epsg))
        base.execute("CREATE TABLE gpkg_geometry_columns (table_name, column_name, srs_id)")
        for layer in layers:
            base.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?)", (layer, epsg))
            base.execute(f"CREATE TABLE {layer} (fid, geom BLOB, id, anläggningsår, material, längd)")
            for n, line in enumerate(lines(epsg)):
                frame = struct.pack("<4d", *line.min(axis=0), *line.max(axis=0))
                blob = (
                    b"GP\0" + bytes([0b11]) + struct.pack("<i", epsg) + frame + shapely.linestrings(line).wkb
                )
                row = (n, blob, f"P{n}", 1960 + n, None, 100)
                base.execute(f"INSERT INTO {layer} VALUES (?, ?, ?, ?, ?, ?)", row)  # noqa: S608  our own name
    return path


def shapes(folder, epsg=3006, prj=True):
    with shapefile.Writer(str(folder / "pipes.shp"), encoding="cp1252") as writer:
        writer.field("LEDNINGSID", "C", 20)
        writer.field("ANLAGGNING", "N", 8)
        writer.field("GATUNAMN", "C", 40)
        for n, line in enumerate(lines(epsg)):
            writer.line([line.tolist()])
            writer.record(f"P{n}", 1960 + n, "Ängsgatan")
    if prj:
        (folder / "pipes.prj").write_text(CRS.from_epsg(epsg).to_wkt("WKT1_ESRI"))
    return folder / "pipes.shp"


def assert_pipes(network, **fields):
    pipes = network.pipes
    assert pipes.ids == tuple(f"P{n}" for n in range(6))
    assert pipes.installed.tolist() == [1960 + n for n in range(6)]
    assert pipes.epsg == 3006
    found = np.array(pipes.lines)
    assert np.abs(found - lines()).max() < 0.01


def test_read_network_of_geojson_in_degrees_puts_it_in_metres(tmp_path):
    network = read_network(geojson(tmp_path, 4326))
    assert_pipes(network)
    assert network.pipes.length_m.tolist() == [100] * 6


def test_read_network_of_geojson_that_names_its_system_believes_it(tmp_path):
    assert_pipes(read_network(geojson(tmp_path, 3006, "urn:ogc:def:crs:EPSG::3006")))


def test_read_network_of_geojson_in_metres_that_does_not_say_so_reads_sweref(tmp_path):
    assert_pipes(read_network(geojson(tmp_path, 3006)))


def test_read_network_of_a_file_that_names_the_wrong_system_repairs_and_tells(tmp_path):
    network = read_network(geojson(tmp_path, 3006, "urn:ogc:def:crs:OGC:1.3:CRS84"))
    assert_pipes(network)
    assert "the file says EPSG 4326 but the coordinates look like SWEREF 99 TM: read as EPSG 3006" in said(
        network, "changed"
    )


@pytest.mark.parametrize("epsg", [3006, 4326])
def test_read_network_with_north_first_puts_it_right_and_tells(tmp_path, epsg):
    network = read_network(geojson(tmp_path, epsg, swapped=True))
    assert_pipes(network)
    assert "the coordinates have north first: put right" in said(network, "changed")


def test_read_network_of_a_geopackage_reads_its_layer(tmp_path):
    network = read_network(geopackage(tmp_path))
    assert_pipes(network)
    assert network.pipes.material == ("",) * 6


def test_read_network_of_a_geopackage_with_layers_asks_which(tmp_path):
    path = geopackage(tmp_path, ("ledningar", "brunnar"))
    with pytest.raises(InputError, match=r"has the layers ledningar, brunnar. Name one of them after a #"):
        read_network(path)
    assert_pipes(read_network(f"{path}#ledningar"))
    with pytest.raises(InputError, match=r"has the layers"):
        read_network(f"{path}#rör")


@pytest.mark.parametrize("epsg", [3006, 3010, 3016, 32633, 4326])
def test_read_network_of_a_shapefile_in_any_system_comes_out_the_same(tmp_path, epsg):
    network = read_network(shapes(tmp_path, epsg), crs=None)
    moved = Transformer.from_crs(network.pipes.epsg, 3006, always_xy=True)
    first = np.column_stack(moved.transform(*np.array(network.pipes.lines[0]).T))
    assert np.abs(first - lines()[0]).max() < 1.5
    assert network.pipes.street[0] == "Ängsgatan"
    assert network.pipes.epsg == {4326: 3006}.get(epsg, epsg)


def test_read_network_of_a_zipped_shapefile_reads_it(tmp_path):
    shapes(tmp_path)
    with zipfile.ZipFile(tmp_path / "net.zip", "w") as archive:
        for ending in ("shp", "shx", "dbf", "prj"):
            archive.write(tmp_path / f"pipes.{ending}", f"pipes.{ending}")
    assert_pipes(read_network(tmp_path / "net.zip"))


def test_read_network_of_one_part_of_a_shapefile_says_which_to_give(tmp_path):
    shapes(tmp_path)
    with pytest.raises(InputError, match=r"one part of a shapefile"):
        read_network(tmp_path / "pipes.dbf")


def test_read_network_of_a_local_zone_that_is_not_named_asks_and_takes_the_answer(tmp_path):
    path = shapes(tmp_path, 3010, prj=False)
    with pytest.raises(InputError, match=r"one of SWEREF 99's local zones.*3010 .16 30"):
        read_network(path)
    assert read_network(path, crs="SWEREF 99 16 30").pipes.epsg == 3010


def test_read_network_when_the_owner_names_a_system_that_cannot_be_refuses(tmp_path):
    with pytest.raises(InputError, match=r"look like SWEREF 99 TM, but the system is said to be 4326"):
        read_network(geojson(tmp_path), crs="WGS 84")


def test_read_network_when_breaks_lie_elsewhere_refuses(tmp_path):
    breaks = [break_row(n, n, n=NORTH + 400_000) for n in range(5)]
    with pytest.raises(InputError, match=r"5 of 5 breaks lie more than 5 km from all pipes.*crs"):
        read_network(*network_files(tmp_path, None, breaks))


def test_read_network_when_one_break_lies_elsewhere_does_not_believe_its_point(tmp_path):
    breaks = [break_row(n, n) for n in range(5)] + [break_row(9, 1, n=NORTH + 400_000)]
    network = read_network(*network_files(tmp_path, None, breaks))
    assert np.isnan(network.breaks.point[5]).all()
    assert network.breaks.pipe[5] == 1
    assert "1 breaks lie more than 5 km from all pipes" in said(network, "changed")


def test_read_network_of_breaks_in_degrees_and_pipes_in_metres_brings_them_together(tmp_path):
    pipes, _ = network_files(tmp_path)
    there = Transformer.from_crs(3006, 4326, always_xy=True)
    east, north = there.transform(EAST + 250, NORTH + 3)
    breaks = write_rows(tmp_path / "b.csv", [{"datum": "2010-01-01", "lat": north, "long": east}])
    network = read_network(pipes, breaks)
    assert network.breaks.pipe.tolist() == [2]


def test_read_network_of_excel_with_date_cells_reads_them(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Ledningsnr", "Anläggningsår", "Ledningslängd"])
    for n in range(4):
        book.active.append([n, 1960 + n, 12.5])
    book.save(tmp_path / "pipes.xlsx")
    network = read_network(tmp_path / "pipes.xlsx")
    assert network.pipes.ids == ("0", "1", "2", "3")
    assert network.pipes.installed.tolist() == [1960, 1961, 1962, 1963]


def test_read_table_of_json_lines_with_names_that_come_and_go_fills_the_gaps(tmp_path):
    path = tmp_path / "pipes.jsonl"
    path.write_text('{"id": 1, "a": 2}\n{"id": 2, "b": 3}\n')
    table = read_table(path, Notes())
    assert table.cells == {"id": [1, 2], "a": [2, ""], "b": ["", 3]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"type": "FeatureCollection"}',
        b'{"type": "FeatureCollection", "features": []}',
        b"[" * 5000,
        b"\xff\xfe\x00",
    ],
)
def test_read_table_of_bad_geojson_says_so(tmp_path, content):
    (tmp_path / "x.geojson").write_bytes(content)
    with pytest.raises(InputError, match=r"x\.geojson"):
        read_table(tmp_path / "x.geojson", Notes())


@pytest.mark.parametrize(
    ("system", "epsg"),
    [
        ("EPSG:3006", 3006),
        ({"name": "EPSG:3011"}, 3011),
        ({"properties": ["x"]}, None),
        ([3006], None),
        ({}, None),
    ],
)
def test_read_table_of_geojson_with_any_way_to_name_the_system_reads_on(tmp_path, system, epsg):
    path = geojson(tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"crs": system}))
    assert read_table(path, Notes()).epsg == epsg


def test_read_table_of_a_header_that_stands_there_again_keeps_it_out_and_tells(tmp_path):
    (tmp_path / "x.csv").write_text("id,a\n1,2\nid,a\n3,4\n")
    notes = Notes()
    table = read_table(tmp_path / "x.csv", notes)
    assert (table.cells["id"], table.rows) == (["1", "3"], [2, 4])
    assert "the header stands there again, rows 3" in str(notes.remarks[0])


def test_read_table_of_many_broken_rows_names_some_and_counts_the_rest(tmp_path):
    rows = [f"{n},1,2,3" if n % 30 == 0 else f"{n},1" for n in range(600)]
    (tmp_path / "x.csv").write_text("\n".join(["id,a", *rows]))
    notes = Notes()
    assert len(read_table(tmp_path / "x.csv", notes)) == 580
    assert len(notes.remarks) == 9
    assert "12 more rows cannot be read" in str(notes.remarks[8])


def test_read_table_of_a_zip_without_or_with_many_shapefiles_says_what_to_give(tmp_path):
    for names, words in ((["a.csv"], "no shapefile in the .zip"), (["a.shp", "b.shp"], "2 shapefiles")):
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
            for name in names:
                archive.writestr(name, "id\n1\n")
        with pytest.raises(InputError, match=words):
            read_table(tmp_path / "x.zip", Notes())


def test_read_table_of_a_feature_that_cannot_be_read_keeps_it_out_and_tells(tmp_path):
    path = geojson(tmp_path)
    content = json.loads(path.read_text())
    content["features"][2]["geometry"] = {"type": "LineString", "coordinates": "nowhere"}
    path.write_text(json.dumps(content))
    notes = Notes()
    table = read_table(path, notes)
    assert list(table.rows) == [1, 2, 4, 5, 6]
    assert "rows whose shape cannot be read: 3" in str(notes.remarks[0])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.gpkg", b"<OGRVRTDataSource/>"),
        ("x.gpkg", b"SQLite format 3\0" * 9),
        ("x.shp", b"no shapes"),
        ("x.zip", b"PK\x03\x04"),
    ],
)
def test_read_table_of_what_is_not_what_it_is_called_says_so(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=name.replace(".", r"\.")):
        read_table(tmp_path / name, Notes())


@pytest.mark.parametrize(
    ("said_name", "epsg"),
    [
        ("3006", 3006),
        ("EPSG:3011", 3011),
        ("SWEREF 99 TM", 3006),
        ("SWEREF99 TM", 3006),
        ("SWEREF 99 18 00", 3011),
        ("WGS 84", 4326),
        ("wgs84", 4326),
        ("UTM 33N", 32633),
    ],
)
def test_parse_system_knows_what_people_call_them(said_name, epsg):
    assert parse_system(said_name) == epsg


@pytest.mark.parametrize("name", ["", "Mars", "999999", "SWEREF 99 99 99"])
def test_parse_system_of_what_no_system_is_called_refuses(name):
    with pytest.raises(InputError, match=r"there is no coordinate system"):
        parse_system(name)


@pytest.mark.parametrize(
    ("x", "y", "kind", "swapped"),
    [
        (540_000, 6_520_000, "sweref", False),
        (6_520_000, 540_000, "sweref", True),
        (150_000, 6_580_000, "local", False),
        (6_580_000, 150_000, "local", True),
        (1_628_000, 6_580_000, "rt90", False),
        (18.1, 59.3, "degrees", False),
        (59.3, 18.1, "degrees", True),
        (-80.5, 43.4, "degrees", False),
        (43.4, -100.5, "degrees", True),
        (541_000, 4_810_000, "metres", False),
        (np.nan, 1, "nothing", False),
    ],
)
def test_look_at_sees_what_numbers_are(x, y, kind, swapped):
    looks = look_at(np.array([x]), np.array([y], dtype=float))
    assert (looks.kind, looks.swapped) == (kind, swapped)


def test_read_table_of_a_geopackage_made_to_run_on_and_on_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(gpkg, "MAX_ROWS", 50_000)
    monkeypatch.setattr(gpkg, "MOST_WORK", 20)
    views = {
        "many": ("SELECT n AS id, x'00' AS geom FROM c", "there are more than 50,000 rows"),
        "long": ("SELECT sum(n) AS id, x'00' AS geom FROM c", "cannot be read .interrupted"),
        "wide": ("SELECT zeroblob(30000000) AS id, x'00' AS geom", "cannot be read .string or blob too big"),
    }
    for name, (query, message) in views.items():
        path = geopackage(tmp_path)
        with sqlite3.connect(path) as base:
            count = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"
            base.execute(f"CREATE VIEW {name} AS {count} {query}")
            base.execute("UPDATE gpkg_geometry_columns SET table_name = ?", (name,))
        with pytest.raises(InputError, match=message):
            read_table(path, Notes())


def test_read_table_of_a_zip_that_unpacks_to_more_than_fits_refuses(tmp_path, monkeypatch):
    monkeypatch.setattr(layers, "MAX_BYTES", 1_000)
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pipes.shp", b"\0" * 100_000)
    with pytest.raises(InputError, match="unpacked it would take"):
        read_table(tmp_path / "x.zip", Notes())


def utm_pipes(folder):
    rows = [
        pipe_row(n, wkt=f"LINESTRING ({560_000 + 100 * n} 5930000, {560_100 + 100 * n} 5930000)")
        for n in range(6)
    ]
    return write_rows(folder / "p.csv", rows)


def degrees_breaks(folder, away=0):
    longitude, latitude = Transformer.from_crs(32632, 4326, always_xy=True).transform(
        560_250, 5_930_005 + away
    )
    return write_rows(folder / "b.csv", [{"datum": "2010-01-01", "lat": latitude, "long": longitude}])


def test_read_network_of_metres_in_a_zone_that_is_not_named_finds_it_by_the_breaks(tmp_path):
    network = read_network(utm_pipes(tmp_path), degrees_breaks(tmp_path))
    assert network.pipes.epsg == 32632
    assert network.breaks.pipe.tolist() == [2]
    assert "the system is not named: EPSG 32632 fits where b.csv lies" in said(network, "changed")


def test_read_network_of_metres_whose_zone_the_breaks_contradict_refuses(tmp_path):
    with pytest.raises(InputError, match="the coordinates are metres, but in which system cannot be told"):
        read_network(utm_pipes(tmp_path), degrees_breaks(tmp_path, 300_000))
    assert read_network(utm_pipes(tmp_path)).pipes.epsg is None


def test_read_network_of_points_that_are_0_or_elsewhere_does_not_believe_them(tmp_path):
    breaks = [break_row(n, n) for n in range(4)]
    breaks += [break_row(8, 99, n=0, e=0), break_row(9, 99, n=NORTH + 6_000)]
    network = read_network(*network_files(tmp_path, None, breaks))
    assert np.isfinite(network.breaks.point).all(axis=1).tolist() == [True] * 4 + [False] * 2
    told = said(network, "changed")
    assert "1 points are 0, 0" in told
    assert "1 breaks lie more than 5 km from all pipes" in told


def test_read_network_of_a_file_that_names_a_local_zone_for_what_is_none_repairs_and_tells(tmp_path):
    network = read_network(geojson(tmp_path, 3006, "EPSG:3010"))
    assert_pipes(network)
    assert "says EPSG 3010 but the coordinates look like SWEREF 99 TM" in said(network, "changed")


def test_read_table_of_many_features_that_cannot_be_read_refuses(tmp_path):
    path = geojson(tmp_path)
    content = json.loads(path.read_text())
    for feature in content["features"][1:4]:
        feature["geometry"] = {"type": "LineString", "coordinates": "nowhere"}
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match="3 of 6 rows cannot be read, the first is 2"):
        read_table(path, Notes())
