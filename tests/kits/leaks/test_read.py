"""Networks as they are handed in, bad ones too: each fault is repaired and told, kept out and told, or refused."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringar_kits.errors import InputError
from ringar_kits.leaks.read import read_network
from ringar_kits.leaks.report import Notes
from tests.kits.leaks.files import EAST, NORTH, break_row, network_files, pipe_row, said, write_rows

KITCHENER_MAINS = (
    "WATMAINID,STATUS,ROADSEGMENTID,PIPE_SIZE,MATERIAL,INSTALLATION_DATE,CONDITION_SCORE,Shape__Length"
)


def test_read_network_when_all_is_well_then_pipes_and_breaks_are_there(tmp_path):
    network = read_network(*network_files(tmp_path))
    pipes, breaks = network.pipes, network.breaks
    assert pipes.ids == tuple(f"P{number}" for number in range(10))
    assert pipes.installed.tolist() == [1960 + number for number in range(10)]
    assert set(pipes.material) == {"GJJ"}
    assert pipes.diameter_mm.tolist() == [150] * 10
    assert pipes.length_m.tolist() == [100] * 10
    assert pipes.epsg == 3006
    assert pipes.lines[1].tolist() == [[EAST + 100, NORTH], [EAST + 200, NORTH]]
    assert breaks.pipe.tolist() == [0, 1, 2, 3, 4, 0, 1, 2]
    assert breaks.day[0] == np.datetime64("2010-02-03")
    assert not breaks.former.any()
    assert said(network, "changed") + said(network, "dropped") == ""


def test_read_network_without_breaks_has_none(tmp_path):
    pipes, _ = network_files(tmp_path)
    network = read_network(pipes)
    assert len(network.breaks) == 0
    assert network.breaks.point.shape == (0, 2)


def test_read_network_of_kitcheners_columns_as_they_are_needs_no_arguments(tmp_path):
    mains = tmp_path / "mains.csv"
    mains.write_text(
        f"{KITCHENER_MAINS}\n"
        "10080,ACTIVE,5457,450,DI,1979/01/01 00:00:00+00,8.5,34.2\n"
        "76299,ACTIVE,6390,0,CI,1968/07/01 00:00:00+00,9.5,0.36\n",
        encoding="utf-8-sig",
    )
    breaks = tmp_path / "breaks.csv"
    breaks.write_text(
        "X,Y,WATBREAKINCIDENTID,INCIDENT_DATE,BREAK_TYPE,STATUS,ROADSEGMENTID,ASSETID,ASSET_YEAR_INSTALLED\n"
        "-80.484,43.462,1,2017/12/01 15:15:00+00,MAIN,REPAIR COMPLETED,5457,10080,1979\n"
        "-80.484,43.462,2,1961/12/01 15:15:00+00,MAIN,REPAIR COMPLETED,6390,76299,1937\n"
        "-80.515,43.422,3,2001/03/26 00:00:00+00,SERVICE,REPAIR COMPLETED,5457,4101,1965\n"
        "-80.515,43.422,4,2001/03/26 00:00:00+00,MAIN,CANCELLED,5457,4101,1965\n"
        "-80.484,43.462,5,2005/03/26 00:00:00+00,MAIN,REPAIR COMPLETED,5457,999,1951\n"
    )
    roads = tmp_path / "roads.csv"
    roads.write_text(
        "ROADSEGMENTID,STREET,STARTX,STARTY,ENDX,ENDY,Aadt\n"
        "5457,HILL DR,541720,4812350,541750,4812360,1500\n"
        "6390,LOW RD,541750,4812360,541790,4812370,\n"
    )
    network = read_network(mains, breaks, roads)
    pipes = network.pipes
    assert pipes.ids == ("10080", "76299")
    assert pipes.epsg == 26917
    assert pipes.street == ("HILL DR", "LOW RD")
    assert pipes.area == ("5457", "6390")
    assert pipes.lines[0].tolist() == [[541720, 4812350], [541750, 4812360]]
    assert "CONDITION_SCORE" not in pipes.extra
    assert pipes.extra["traffic"][0] == 1500
    assert network.breaks.pipe.tolist() == [0, 1, -1]
    assert network.breaks.former.tolist() == [False, True, False]
    assert network.breaks.installed.tolist() == [1979, 1937, 1951]
    assert network.breaks.area == ("5457", "6390", "5457")
    assert np.hypot(*(network.breaks.point[0] - pipes.lines[0][0])) < 200
    told = said(network)
    assert "1 are no breaks of a main (SERVICE)" in told
    assert "1 were called off (CANCELLED)" in told
    assert "would tell of the breaks: CONDITION_SCORE" in told
    assert "1 breaks name a pipe that is not in the inventory" in told


def test_read_network_with_unknown_columns_uses_them_as_traits_and_says_so(tmp_path):
    pipes = [
        pipe_row(n, jordart="lera" if n % 2 else "sand", djup=1.5 + n, tomt="", löpnummer=n)
        for n in range(10)
    ]
    network = read_network(*network_files(tmp_path, pipes))
    assert network.pipes.extra["jordart"][:2] == ("sand", "lera")
    assert network.pipes.extra["djup"].tolist() == [1.5 + n for n in range(10)]
    assert "tomt" not in network.pipes.extra
    assert "used as further traits: jordart, djup" in said(network, "used")
    assert "empty or say the same of all: tomt" in said(network, "dropped")


def test_read_network_without_a_known_id_asks_for_it_and_takes_the_answer(tmp_path):
    pipes = [
        {("nyckel" if key == "id" else key): value for key, value in pipe_row(n).items()} for n in range(4)
    ]
    files = network_files(tmp_path, pipes, [break_row(1, 2)])
    with pytest.raises(
        InputError, match=r"pipes.csv: no column .* the pipe's id. Name it: id=COLUMN.*nyckel"
    ):
        read_network(*files)
    network = read_network(*files, mapping={"pipes.id": "nyckel"})
    assert network.breaks.pipe.tolist() == [2]


def test_read_network_with_an_empty_list_of_breaks_refuses(tmp_path):
    pipes, breaks = network_files(tmp_path)
    breaks.write_text("ärendenr,datum,ledningsid\n")
    with pytest.raises(InputError, match=r"breaks.csv: there are no rows below the header"):
        read_network(pipes, breaks)
    breaks.write_text("")
    with pytest.raises(InputError, match=r"the file is empty"):
        read_network(pipes, breaks)
    with pytest.raises(InputError, match=r"there is no such file"):
        read_network(pipes, tmp_path / "none.csv")


def test_read_network_when_no_break_of_a_main_is_left_refuses(tmp_path):
    files = network_files(tmp_path, None, [break_row(1, 1, typ="Servis")])
    notes = Notes()
    with pytest.raises(InputError, match=r"no break of a main with a date is left"):
        read_network(*files, notes=notes)
    assert "1 are no breaks of a main (Servis)" in str(notes.report().remarks[-1])


def test_read_network_with_dates_in_three_ways_reads_them_and_with_unreadable_ones_tells(tmp_path):
    days = ["2010-02-03", "2011/02/03 10:00", "03.02.2012", "03.02.13", "nyss"]
    network = read_network(
        *network_files(tmp_path, None, [break_row(n, n, day) for n, day in enumerate(days)])
    )
    assert [str(day) for day in network.breaks.day] == ["2010-02-03", "2011-02-03", "2012-02-03"]
    assert "2 breaks have no date that can be read, rows 5, 6" in said(network, "dropped")


def test_read_network_with_dates_that_can_be_two_days_asks_and_takes_the_answer(tmp_path):
    files = network_files(tmp_path, None, [break_row(1, 1, "3/4/2010")])
    with pytest.raises(InputError, match=r"breaks.csv, column datum: it cannot be told"):
        read_network(*files)
    network = read_network(*files, mapping={"dates": "d/m"})
    assert network.breaks.day[0] == np.datetime64("2010-04-03")
    with pytest.raises(InputError, match=r"'y/m' is no order"):
        read_network(*files, mapping={"dates": "y/m"})


def test_read_network_with_days_to_come_keeps_them_out(tmp_path):
    breaks = [break_row(1, 1), break_row(2, 2, "2031-01-01")]
    pipes = [pipe_row(n) for n in range(3)] + [pipe_row(3, anläggningsår=2050)]
    network = read_network(*network_files(tmp_path, pipes, breaks), today=date(2026, 1, 1))
    assert len(network.breaks) == 1
    assert "1 breaks are yet to come, rows 3" in said(network, "dropped")
    assert np.isnan(network.pipes.installed[3])


def test_read_network_with_lengths_that_cannot_be_takes_the_line_or_the_median(tmp_path):
    pipes = [pipe_row(n) for n in range(6)]
    pipes[1]["längd"], pipes[2]["längd"], pipes[3]["längd"] = -100, 1e9, "lång"
    pipes[3]["wkt"] = ""
    network = read_network(*network_files(tmp_path, pipes))
    assert network.pipes.length_m.tolist() == [100] * 6
    assert network.pipes.filled["length_m"].tolist() == [False, True, True, True, False, False]
    told = said(network, "changed")
    assert "2 lengths are 0, negative or beyond 100 km: taken as not known, rows 3, 4" in told
    assert "2 lengths are taken from the pipe's line" in told
    assert "1 cells are no numbers: taken as not known, rows 5" in told
    assert "1 lengths are not known: the median of the others, 100.0 m" in told


def test_read_network_with_lengths_in_kilometres_sees_it_by_the_lines(tmp_path):
    pipes = [pipe_row(n, längd=0.1) for n in range(12)]
    network = read_network(*network_files(tmp_path, pipes))
    assert network.pipes.length_m == pytest.approx([100] * 12)
    assert "the lengths are read as km, which the lines show" in said(network, "changed")


def test_read_network_with_neither_lengths_nor_lines_refuses(tmp_path):
    pipes = write_rows(tmp_path / "p.csv", [{"id": n, "material": "PE"} for n in range(5)])
    with pytest.raises(InputError, match=r"no column is known to hold the pipes' lengths"):
        read_network(pipes)


def test_read_network_with_sizes_that_cannot_be_takes_them_as_not_known(tmp_path):
    pipes = [pipe_row(n) for n in range(5)]
    pipes[0]["dimension"], pipes[1]["dimension"], pipes[2]["dimension"] = 0, -5, 15000
    network = read_network(*network_files(tmp_path, pipes))
    assert np.isnan(network.pipes.diameter_mm).tolist() == [True, True, True, False, False]
    assert "3 diameters are 0, negative or wider than 4 m" in said(network, "changed")


def test_read_network_with_sizes_in_metres_reads_millimetres(tmp_path):
    network = read_network(*network_files(tmp_path, [pipe_row(n, dimension="0,15") for n in range(4)]))
    assert network.pipes.diameter_mm.tolist() == [150] * 4


def test_read_network_with_one_broken_row_in_a_hundred_keeps_the_others(tmp_path):
    pipes, breaks = network_files(tmp_path, [pipe_row(n) for n in range(200)])
    lines = pipes.read_text().splitlines()
    lines[50] += ",one,too,many"
    lines[90] = 'P89,"1969,GJJ,150,100,x'
    pipes.write_text("\n".join(lines))
    network = read_network(pipes, breaks)
    assert len(network.pipes) == 198
    assert set(network.pipes.ids) == {f"P{n}" for n in range(200)} - {"P49", "P89"}
    told = said(network, "dropped")
    assert "pipes.csv, row 51: there are 9 cells but 6 columns" in told
    assert "pipes.csv, row 91: the row cannot be read" in told


def test_read_network_with_many_broken_rows_refuses(tmp_path):
    pipes, breaks = network_files(tmp_path)
    lines = pipes.read_text().splitlines()
    pipes.write_text("\n".join([lines[0], *(line + ",1,2,3" for line in lines[1:])]))
    with pytest.raises(InputError, match=r"pipes.csv, row 2: there are 9 cells"):
        read_network(pipes, breaks)


def test_read_network_with_rows_twice_uses_the_first(tmp_path):
    pipes = [pipe_row(0), pipe_row(1), pipe_row(1, material="PE"), pipe_row(2, id="")]
    network = read_network(
        *network_files(tmp_path, pipes, [break_row(1, 1), break_row(1, 0), break_row(2, 1)])
    )
    assert network.pipes.ids == ("P0", "P1")
    assert network.pipes.material == ("GJJ", "GJJ")
    assert network.breaks.pipe.tolist() == [1, 1]
    told = said(network, "dropped")
    assert "1 rows have an id that an earlier row has: 4" in told
    assert "1 rows have no id: 5" in told
    assert "1 rows stand there already: 3" in told


def test_read_network_with_pipes_out_of_use_keeps_them_out(tmp_path):
    pipes = [pipe_row(n, status="I drift") for n in range(4)] + [pipe_row(4, status="Ur drift")]
    network = read_network(*network_files(tmp_path, pipes, [break_row(1, 4)]))
    assert network.pipes.ids == ("P0", "P1", "P2", "P3")
    assert network.breaks.pipe.tolist() == [-1]
    assert "1 pipes are not in use (ur drift)" in said(network, "dropped")


def test_read_network_with_breaks_without_ids_puts_them_on_the_nearest_pipe(tmp_path):
    far = {"n": NORTH + 300, "e": EAST + 250}
    breaks = [break_row(1, 3, ledningsid=""), break_row(2, 3, ledningsid="0", **far), break_row(3, 99, **far)]
    network = read_network(*network_files(tmp_path, None, breaks))
    assert network.breaks.pipe.tolist() == [3, -1, -1]
    assert network.breaks.point[1].tolist() == [EAST + 250, NORTH + 300]
    told = said(network, "changed")
    assert "1 breaks without a pipe's id lie on the nearest pipe" in told
    assert "1 breaks lie on no pipe: no id, and no pipe within 25 m, rows 3" in told
    assert "1 breaks name a pipe that is not in the inventory" in told


def test_read_network_with_ids_that_differ_by_zeros_in_front_still_finds_the_pipe(tmp_path):
    pipes = [pipe_row(n, id=f"{n:06d}") for n in range(1, 4)]
    network = read_network(
        *network_files(tmp_path, pipes, [break_row(n, n, ledningsid=n) for n in (1, 2, 3)])
    )
    assert network.breaks.pipe.tolist() == [0, 1, 2]
    assert "3 ids fit when blanks, zeros in front, .0 at the end" in said(network, "changed")


def test_read_network_with_ids_that_could_be_two_pipes_takes_neither(tmp_path):
    pipes = [pipe_row(1, id="01"), pipe_row(2, id="001"), pipe_row(3, id="V 3")]
    named = ["1,0", "1,0", "v3", "V3"]
    breaks = [break_row(n, 3, ledningsid=name, n="", e="") for n, name in enumerate(named)]
    assert read_network(*network_files(tmp_path, pipes, breaks)).breaks.pipe.tolist() == [-1, -1, 2, 2]


def test_read_network_with_breaks_before_the_pipe_was_laid_gives_them_to_its_predecessor(tmp_path):
    pipes = [pipe_row(0, anläggningsår=1990), pipe_row(1, anläggningsår="1990-09-01")]
    days = [(0, "1989-12-31"), (0, "1990-01-01"), (1, "1990-08-31"), (1, "1990-09-02"), (1, "1990")]
    breaks = [break_row(n, pipe, day) for n, (pipe, day) in enumerate(days)]
    network = read_network(*network_files(tmp_path, pipes, breaks))
    assert network.breaks.former.tolist() == [True, False, True, False, False]
    assert "2 breaks are dated before their pipe was laid" in said(network, "changed")


def test_read_network_with_many_breaks_at_one_moment_warns(tmp_path):
    breaks = [break_row(n, n % 9, "2011/12/15 15:38:26+00") for n in range(12)]
    assert "12 breaks have the very moment 2011/12/15 15:38:26+00" in said(
        read_network(*network_files(tmp_path, None, breaks))
    )


def test_read_network_with_a_point_that_stands_in_for_unknown_places_does_not_believe_it(tmp_path):
    breaks = [break_row(n, 3, ledningsid="0") for n in range(6)] + [break_row(9, 3)]
    network = read_network(*network_files(tmp_path, None, breaks))
    assert network.breaks.pipe.tolist() == [-1] * 6 + [3]
    assert "6 breaks without a pipe share one point" in said(network, "changed")


def test_read_network_with_roads_puts_pipes_on_their_segment(tmp_path):
    pipes = write_rows(
        tmp_path / "p.csv",
        [{"id": n, "längd": 50, "gatuid": n % 3, "adt": 100 * n} for n in range(6)],
    )
    roads = write_rows(
        tmp_path / "r.csv",
        [
            {
                "vagid": n,
                "gata": f"Gata {n}",
                "startx": EAST + n,
                "starty": NORTH,
                "endx": EAST + n + 80,
                "endy": NORTH,
            }
            for n in range(2)
        ],
    )
    network = read_network(pipes, None, roads)
    assert network.pipes.street == ("Gata 0", "Gata 1", "", "Gata 0", "Gata 1", "")
    assert network.pipes.lines[2] is None
    assert network.pipes.lines[1].tolist() == [[EAST + 1, NORTH], [EAST + 81, NORTH]]
    assert "2 pipes lie nowhere" in said(network, "changed")


WORDS = (
    "",
    "0",
    "-1",
    "P1",
    "1999",
    "2031-02-30",
    "3/4/1999",
    "x" * 300,
    '"',
    "\u202e",
    "🙂",
    "NaN",
    "1e999",
)
PLACES = ("LINESTRING (0 0, 1 1)", "LINESTRING (", "540000", "6520000", "18.1", "59.3")
CELLS = st.sampled_from((*WORDS, *PLACES))
PIPE_ROWS = st.fixed_dictionaries(dict.fromkeys(("id", "år", "längd", "wkt", "material"), CELLS))
BREAK_ROWS = st.fixed_dictionaries(dict.fromkeys(("datum", "ledningsid", "x", "y"), CELLS))


@settings(max_examples=60)
@given(st.lists(PIPE_ROWS, min_size=1, max_size=6), st.lists(BREAK_ROWS, max_size=6))
def test_read_network_of_anything_gives_columns_of_one_length_or_says_what_is_wrong(
    tmp_path_factory, pipes, breaks
):
    folder = tmp_path_factory.mktemp("net")
    given_pipes = write_rows(folder / "p.csv", pipes)
    given_breaks = write_rows(folder / "b.csv", breaks) if breaks else None
    try:
        network = read_network(given_pipes, given_breaks)
    except InputError:
        return
    n, m = len(network.pipes), len(network.breaks)
    assert n == len(network.pipes.lines) == len(network.pipes.installed) == len(network.pipes.area)
    assert (network.pipes.length_m > 0).all()
    assert network.breaks.point.shape == (m, 2)
    assert ((network.breaks.pipe >= -1) & (network.breaks.pipe < n)).all()
    kept_out = sum(
        each.count
        for each in network.report.remarks
        if each.kind == "dropped" and "p.csv" in each.place and "id" in str(each.what)
    )
    assert n + kept_out == len(pipes)


def test_read_network_of_breaks_with_neither_pipe_nor_place_refuses(tmp_path):
    pipes, _ = network_files(tmp_path)
    breaks = write_rows(tmp_path / "b.csv", [{"datum": "2010-01-01"}])
    with pytest.raises(InputError, match=r"neither a pipe's id nor coordinates"):
        read_network(pipes, breaks)


def test_read_network_with_half_a_coordinate_says_so(tmp_path):
    pipes, _ = network_files(tmp_path)
    breaks = write_rows(
        tmp_path / "b.csv", [{"datum": "2010-01-01", "ledningsid": "P1", "lat": 59.3, "lo": 18.1}]
    )
    network = read_network(pipes, breaks)
    assert "coordinates are not used: only lat are known" in said(network, "changed")


def test_read_network_of_files_that_do_not_belong_together_refuses(tmp_path):
    breaks = [break_row(n, n, ledningsid=f"X{n}") for n in range(6)]
    with pytest.raises(InputError, match=r"no break names a pipe that is in the file of pipes: 'X0' is none"):
        read_network(*network_files(tmp_path, None, breaks))


def test_read_network_with_a_pipe_called_0_knows_it(tmp_path):
    network = read_network(
        *network_files(tmp_path, [pipe_row(n, id=n) for n in range(3)], [break_row(1, 1, ledningsid=0)])
    )
    assert network.breaks.pipe.tolist() == [0]


def test_read_network_with_a_row_of_sums_keeps_it_out(tmp_path):
    pipes = [*(pipe_row(n) for n in range(3)), {"id": "Summa", "längd": 300}]
    network = read_network(*network_files(tmp_path, pipes, [break_row(1, 1)]))
    assert len(network.pipes) == 3
    assert "1 rows hold a sum, not a pipe" in said(network, "dropped")


def test_read_network_without_a_day_of_its_own_takes_no_day_to_come(tmp_path):
    network = read_network(
        *network_files(tmp_path, [pipe_row(1, anläggningsår=2150), pipe_row(2)], [break_row(1, 2)])
    )
    assert np.isnan(network.pipes.installed[0])
    assert "1 dates are yet to come" in said(network, "changed")


def test_read_network_with_linings_on_a_computers_zero_does_not_know_when(tmp_path):
    days = ["", "1970/01/02 05:00:00+00", "1981/01/01 00:00:00+00", "1970-01-01 00:00", "1/2/1970 5:00:00 AM"]
    pipes = [pipe_row(n, lined="YES" if day else "NO", lined_date=day) for n, day in enumerate(days)]
    network = read_network(*network_files(tmp_path, pipes, [break_row(1, 1)]))
    assert np.isnan(network.pipes.lined).tolist() == [True, True, False, True, True]
    assert "3 dates are a computer's zero" in said(network, "changed")
    assert "lined" not in network.pipes.extra


def test_read_network_with_pipes_lined_but_not_when_says_so(tmp_path):
    pipes = [pipe_row(n, infodrad="Ja" if n < 2 else "Nej") for n in range(5)]
    network = read_network(*network_files(tmp_path, pipes, [break_row(1, 1)]))
    assert np.isnan(network.pipes.lined).all()
    assert "2 pipes are lined, but not when" in said(network, "changed")


def test_read_network_with_a_point_far_from_the_pipe_that_is_named_believes_the_pipe(tmp_path):
    breaks = [break_row(1, 1, n=NORTH + 490), break_row(2, 2, n=NORTH + 510)]
    network = read_network(*network_files(tmp_path, None, breaks))
    assert network.breaks.pipe.tolist() == [1, 2]
    assert network.breaks.point[0].tolist() == [EAST + 150, NORTH + 490]
    assert np.isnan(network.breaks.point[1]).all()
    assert "1 breaks lie more than 500 m from the pipe that their record names, rows 3" in said(
        network, "changed"
    )


def test_read_network_of_kitcheners_later_export_needs_no_arguments_either(tmp_path):
    mains = tmp_path / "mains.csv"
    mains.write_text(f"{KITCHENER_MAINS}\n10080,ACTIVE,5457,450,DI,6/21/1979 12:00:00 AM,8.5,34.2\n")
    breaks = tmp_path / "breaks.csv"
    breaks.write_text(
        "OBJECTID,Incident Date,Break Type,Related Asset ID,Road Segment ID,Asset Year Installed,x,y\n"
        "1,12/1/2017 3:15:00 PM,MAIN,10080,5457,1979,541741.9,4812250.5\n"
    )
    network = read_network(mains, breaks)
    assert network.pipes.epsg == 26917
    assert network.pipes.installed[0] == pytest.approx(1979.466, abs=0.01)
    assert network.breaks.pipe.tolist() == [0]
    assert str(network.breaks.day[0]) == "2017-12-01"
    assert network.breaks.area == ("5457",)
    assert network.breaks.point.tolist() == [[541741.9, 4812250.5]]
