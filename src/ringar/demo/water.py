"""The invented town's water network: its data, what was foreseen two Januaries, and the crew's lists by it.

The town and its breaks come from the kit's generator, so the truth is known; nothing of it describes a real place. The
breaks of each year come in after that year's list was drawn, as they would. What the crew found is made up from the
truth. The reckoning itself is done by the robots' own code.
"""

import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from ringar.city.actions.data import Description, add_data_set
from ringar.city.actions.features import import_features, read_features
from ringar.city.actions.fits import start_fit
from ringar.city.actions.lists import close_list, draw_list, open_list
from ringar.city.actions.networks import import_network
from ringar.city.actions.ticks import tick_item
from ringar.city.models import DataSet, Fit, WorkList
from ringar.city.rules.fits import CapacityIn, Found
from ringar.core.clock import at, now
from ringar.core.models import Person, Unit
from ringar.core.queries import viewer_of
from ringar.demo.cast import email_of
from ringar.robots.engine.running import run_waiting
from ringar_kits.leaks import make_city
from ringar_kits.leaks.handed_in import write_city
from ringar_kits.leaks.model import Breaks, Network, Report
from ringar_kits.leaks.report import Notes

DATA = Path(__file__).parent / "data" / "water.toml"
UNIT, LEADER, ENGINEER = "VA-nät", "dag", "ylva"
FIT = "city.fit"
DRAWN_ON, CLOSED_ON = (1, 7), (12, 20)
FREQUENT = 0.9
"""Of the pipes on a list, those above this share of the odds are found worn."""


@cache
def told() -> dict[str, Any]:
    """What the data tells of the network."""
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


def moment(year: int, day: tuple[int, int], hour: int = 8) -> datetime:
    """That day at that hour."""
    return datetime(year, *day, hour, tzinfo=UTC)


def is_there() -> bool:
    """Whether the network has been made."""
    return DataSet.objects.filter(name=told()["data_set"][0]["name"]).exists()


def build_network(tell: Callable[[str], object] = lambda _: None) -> None:
    """Makes the network, once; what was foreseen at the start of last year and of this; and the lists by it."""
    if is_there():
        return
    tell("an invented water network, where it will leak, and the crew's lists (half a minute)")
    Waterworks(timezone.now()).build()


class Waterworks:
    """What is made, by whom, and when."""

    def __init__(self, start: datetime) -> None:
        self.start, self.year = start, start.year
        row = told()["town"]
        self.city = make_city(row["pipes"], row["years"], row["seed"], last=self.year)
        self.unit = Unit.objects.get(organisation__slug="ringsala", name=UNIT)
        self.engineer = Person.objects.get(email=email_of(ENGINEER))
        self.leader = viewer_of(Person.objects.get(email=email_of(LEADER)))
        self.by = viewer_of(self.engineer)
        self.sets: dict[str, DataSet] = {}

    def build(self) -> None:
        """Everything, in the order it happened."""
        last = self.year - 1
        with at(moment(last, (1, 3))):
            self.add_sets()
            self.import_known()
        lists = [self.foresee(last)]
        self.tick(lists[0], last, until=moment(last, CLOSED_ON))
        with at(moment(last, CLOSED_ON, 14)):
            close_list(by=self.by, work_list=lists[0])
        with at(min(self.start, moment(self.year, (1, 3)))):
            self.import_known()
        lists.append(self.foresee(self.year))
        self.tick(lists[1], self.year, until=self.start)
        with at(self.start - timedelta(hours=20)):
            self.import_known()

    def add_sets(self) -> None:
        """The data sets, empty, kept by the engineer."""
        for row in told()["data_set"]:
            facts = {name: row[name] for name in ("name", "description", "source", "licence", "allowed_use")}
            about = Description(owner_unit=self.unit, keeper=self.engineer, **facts)
            self.sets[row["key"]] = add_data_set(
                by=self.leader, kind=row["kind"], told=about, is_invented=True
            )
        with tempfile.TemporaryDirectory() as folder:
            for path in write_city(self.city, folder):
                if (held := self.sets.get(path.stem)) and path.suffix == ".geojson":
                    wanted = read_features(str(path), "", Notes())
                    for values in wanted.values():
                        values["label"] = values["label"] or values["extra"].get("district", "")
                    import_features(by=self.by, data_set=held, wanted=wanted)

    def import_known(self) -> None:
        """The pipes, and the breaks that were known on that day."""
        today = np.datetime64(now().date())
        network = Network(self.city.pipes, some_of(self.city.breaks, self.city.breaks.day <= today), Report())
        import_network(
            by=self.by, pipes_set=self.sets["pipes"], breaks_set=self.sets["breaks"], network=network
        )

    def foresee(self, year: int) -> WorkList:
        """What the robots make of it as known when the year began, and the crew's list by that."""
        with at(min(self.start, moment(year, (1, 3)))):
            asked: dict[str, Any] = {
                "pipes": self.sets["pipes"],
                "breaks": self.sets["breaks"],
                "places": self.sets["places"],
            }
            fit = start_fit(by=self.by, as_of=date(year, 1, 1), **asked)
            run_waiting(only=FIT)
            done = {name: now() for name in ("started_at", "finished_at")}
        Fit.objects.filter(pk=fit.pk).update(**done)
        fit.refresh_from_db()
        row = told()["list"]
        facts: dict[str, Any] = {
            "name": f"{row['name']} {year}",
            "unit": self.unit,
            "year": year,
            "seed": year,
        }
        with at(min(self.start, moment(year, DRAWN_ON))):
            made = draw_list(
                by=self.by, fit=fit, capacity=row["capacity"], capacity_in=CapacityIn.PIPES, **facts
            )
            return open_list(by=self.by, work_list=made)

    def tick(self, work_list: WorkList, year: int, *, until: datetime) -> None:
        """What the crew found, a few pipes a week from January to December, as far as that day."""
        items = list(work_list.items.select_related("asset").order_by("place"))
        begins, ends = moment(year, DRAWN_ON), moment(year, CLOSED_ON)
        for number, item in enumerate(items, 1):
            day = begins + (ends - begins) * number / (len(items) + 1)
            if day > until:
                return
            found = self.found(item.asset.external_id, day, year)
            with at(day):
                note = told()["list"]["worn"] if found == Found.WORN else ""
                tick_item(by=self.by, item=item, found=found, note=note)

    def found(self, pipe: str, day: datetime, year: int) -> Found:
        """A leak where the pipe breaks within a month; wear where the odds are high; else nothing."""
        place = self.city.pipes.ids.index(pipe)
        breaks = self.city.breaks
        ahead = (breaks.day - np.datetime64(day.date())).astype(int)[breaks.pipe == place]
        if ((ahead >= 0) & (ahead < 30)).any():
            return Found.LEAK
        odds = self.city.expected(year)
        return Found.WORN if odds[place] > np.quantile(odds, FREQUENT) else Found.NOTHING


def some_of(breaks: Breaks, kept: NDArray[np.bool_]) -> Breaks:
    """Those of the breaks."""
    places = np.flatnonzero(kept)
    parts = {each.name: getattr(breaks, each.name) for each in fields(breaks)}
    chosen: dict[str, Any] = {
        name: tuple(part[n] for n in places) if isinstance(part, tuple) else part[places]
        for name, part in parts.items()
        if len(part)
    }
    return replace(breaks, **chosen)
