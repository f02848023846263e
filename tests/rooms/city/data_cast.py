"""Data sets for the tests: a water network as files hold it, handed in, saved; a street that everyone may see."""

import io
from dataclasses import dataclass

from ringar.city.actions.data import Description, add_data_set, add_observation, release_data_set
from ringar.city.actions.imports import ask_saving, take_in
from ringar.city.models import Asset, DataImport, DataSet
from ringar.city.queries.data import paired_breaks
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.robots.engine.running import run_waiting
from tests.people import People

WORD = "RÖRNÄTETS"
"""Stands in what is restricted: the street of the pipes."""
PIPES = f"""ledningsid;anläggningsår;material;dimension;ledningslängd;gata;wkt
L1;1952;GJJ;150;120,5;{WORD} gränd;LINESTRING (674000 6580000, 674120 6580000)
L2;1988;PVC;110;80;{WORD} gränd;LINESTRING (674120 6580000, 674200 6580000)
L3;;GJJ;;60;Storgatan;LINESTRING (674200 6580000, 674260 6580000)
L4;2004;PE;63;-5;Storgatan;LINESTRING (674260 6580000, 674300 6580000)
"""
BREAKS = """läckage-id;ledningsid;datum
1;L1;2019-03-04
2;L1;2021-11-30
3;L3;2020-02-14
4;L1;1949-06-01
"""
STREETS = """{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"id": "G1", "namn": "Öppna vägen", "fart": 40},
 "geometry": {"type": "LineString", "coordinates": [[18.05, 59.33], [18.06, 59.33]]}},
{"type": "Feature", "properties": {"id": "G2", "namn": "Torget"},
 "geometry": {"type": "Polygon",
  "coordinates": [[[18.05, 59.33], [18.06, 59.33], [18.06, 59.34], [18.05, 59.33]]]}}]}"""


def as_file(name: str, text: str) -> tuple[str, io.BytesIO]:
    return name, io.BytesIO(text.encode())


@dataclass(frozen=True)
class Data:
    """A network that the home care looks after (no other unit has people to spare), and its breaks."""

    pipes: DataSet
    breaks: DataSet

    def pipe(self, number: str) -> Asset:
        return Asset.objects.get(data_set=self.pipes, external_id=number)


def hand_in(
    by: Viewer, data_set: DataSet, *, pipes: str = PIPES, breaks: str = BREAKS, **told: object
) -> DataImport:
    """Files that a robot has read; "" where one is left out."""
    texts = {"pipes": ("ledningar.csv", pipes), "breaks": ("läckor.csv", breaks)}
    files = {part: as_file(*text) for part, text in texts.items() if text[1]}
    made = take_in(by=by, data_set=data_set, files=files, breaks_set=paired_breaks(data_set), **told)  # type: ignore[arg-type]
    run_waiting()
    made.refresh_from_db()
    return made


def saved(by: Viewer, made: DataImport) -> DataImport:
    """The same once a robot has saved it."""
    ask_saving(by=by, data_import=made)
    run_waiting()
    made.refresh_from_db()
    return made


def add_pipes(people: People, name: str = "Vattenledningar") -> DataSet:
    told = Description(
        name=name, owner_unit=people.care, allowed_use="Bara för underhåll.", source="VA-banken"
    )
    return add_data_set(by=viewer_of(people.bo), kind="pipes", told=told)


def add_network(people: People) -> Data:
    """Pipes and breaks from files, saved."""
    pipes = add_pipes(people)
    made = saved(viewer_of(people.bo), hand_in(viewer_of(people.bo), pipes))
    assert made.state == "saved", made.error
    pipes.refresh_from_db()
    assert made.breaks_set is not None
    return Data(pipes, DataSet.objects.get(pk=made.breaks_set_id))


def add_streets(people: People) -> DataSet:
    """Streets that are released as open data."""
    told = Description(name="Gator", owner_unit=people.care, licence="CC0", description="Alla gator.")
    streets = add_data_set(by=viewer_of(people.bo), kind="roads", told=told)
    by = viewer_of(people.bo)
    made = take_in(by=by, data_set=streets, files={"pipes": as_file("gator.geojson", STREETS)})
    run_waiting()
    made.refresh_from_db()
    saved(by, made)
    release_data_set(by=viewer_of(people.dag), data_set=streets, to="open_data", reason="Inget hemligt.")
    streets.refresh_from_db()
    return streets


def add_data(args: dict[str, list[object]], people: People) -> None:
    """Rows for the tables of rights."""
    data, by = add_network(people), viewer_of(people.bo)
    pipe = data.pipe("L1")
    seen = add_observation(by=by, asset=pipe, kind="wear", text=f"{WORD} rost")
    streets = add_streets(people)
    release = streets.releases.get()
    args |= {"pipes-data": [data.pipes], "breaks-data": [data.breaks], "open-data": [streets], "pipe": [pipe]}
    args |= {
        "pipe-on-map": [data.pipes, 1],
        "pipe-seen": [pipe, seen.pk],
        "open-asset": [streets.assets.earliest("pk")],
    }
    args |= {"open-release": [streets, release.pk], "read-import": [hand_in(by, data.pipes)]}
