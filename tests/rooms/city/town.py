"""A small invented network as the room holds it, and a fit of it whose figures the tests know."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from ringar.city.actions.data import Description, add_data_set
from ringar.city.actions.fits import finish_fit, start_fit, write_risks
from ringar.city.actions.lists import draw_list, open_list
from ringar.city.actions.networks import import_network
from ringar.city.models import Asset, DataSet, Fit, PipeRisk, WorkList
from ringar.city.rules.data import DataKind
from ringar.city.rules.fits import FitState
from ringar.core.actions import add_person
from ringar.core.clock import today
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Role, Viewer
from ringar_kits.leaks.model import Breaks, Network, Pipes, Report
from tests.people import People

COUNT = 40
EAST, NORTH = 674_000.0, 6_580_000.0  # SWEREF 99 TM, in the middle of the country


@dataclass(frozen=True)
class Town:
    """The network, who keeps it, and who works in its field crew."""

    pipes: DataSet
    breaks: DataSet
    keeper: Person
    crew: Person

    @property
    def by(self) -> Viewer:
        """The keeper as a viewer."""
        return viewer_of(self.keeper)

    def asset(self, number: int) -> Asset:
        """The pipe with that number, 0 to COUNT - 1."""
        return Asset.objects.get(data_set=self.pipes, external_id=f"P{number:03}")


def add_town(people: People) -> Town:
    """A network of COUNT pipes of 100 m, one laid each year from 1941, kept by the unit of water."""
    operator = Viewer.of_command_line()
    keeper, crew = (
        add_person(by=operator, email=f"{name}@ringsala.example", name=name, unit=people.water, role=role)
        for name, role in (("Karin", Role.MANAGER), ("Love", Role.STAFF))
    )
    by = viewer_of(keeper)
    pipes, breaks = (
        add_data_set(by=by, kind=kind, told=Description(name=name, owner_unit=people.water), is_invented=True)
        for kind, name in ((DataKind.PIPES, "Ledningar"), (DataKind.BREAKS, "Läckor"))
    )
    network = Network(
        some_pipes(), some_breaks([(n, f"{2015 + n % 8}-03-04") for n in range(0, COUNT, 2)]), Report()
    )
    import_network(by=by, pipes_set=pipes, breaks_set=breaks, network=network)
    return Town(pipes, breaks, keeper, crew)


def some_pipes(count: int = COUNT) -> Pipes:
    """Pipes side by side along streets, ten on each."""
    return Pipes(
        ids=tuple(f"P{n:03}" for n in range(count)),
        installed=1941.0 + np.arange(count),
        material=tuple("GJUTJÄRN" if n % 3 else "PVC" for n in range(count)),
        diameter_mm=np.full(count, 150.0),
        length_m=np.full(count, 100.0),
        lines=tuple(
            np.array(
                [
                    [EAST + 100 * (n % 10), NORTH + 80 * (n // 10)],
                    [EAST + 100 * (n % 10 + 1), NORTH + 80 * (n // 10)],
                ]
            )
            for n in range(count)
        ),
        zone=("Z1",) * count,
        area=tuple(f"A{n // 10}" for n in range(count)),
        street=tuple(f"Gata {n // 10}" for n in range(count)),
        lined=np.full(count, np.nan),
        epsg=3006,
    )


def some_breaks(told: list[tuple[int, str]]) -> Breaks:
    """Breaks of (pipe, day), each in the middle of its pipe."""
    pipe = np.array([n for n, _day in told], dtype=np.int64)
    return Breaks(
        pipe=pipe,
        day=np.array([day for _n, day in told], dtype="datetime64[D]"),
        point=np.column_stack([EAST + 100 * (pipe % 10) + 50, NORTH + 80 * (pipe // 10)]).astype(float),
        former=np.zeros(len(told), dtype=bool),
        material=("",) * len(told),
        installed=np.full(len(told), np.nan),
        diameter_mm=np.full(len(told), np.nan),
    )


def tell_breaks(town: Town, told: list[tuple[int, str]]) -> None:
    """More breaks come in by file, beside those there are."""
    network = Network(some_pipes(), some_breaks(told), Report())
    import_network(
        by=town.by,
        pipes_set=town.pipes,
        breaks_set=town.breaks,
        network=network,
        is_whole=False,
        keeps_pipes=True,
    )


def fitted(town: Town, as_of: date | None = None) -> Fit:
    """A fit that expects most of the pipes laid last: figures set by hand, so that tests know them."""
    fit = start_fit(by=town.by, pipes=town.pipes, breaks=town.breaks, as_of=as_of or today())
    assets = list(Asset.objects.filter(data_set=town.pipes).order_by("external_id"))
    write_risks(
        fit,
        iter(
            PipeRisk(
                fit=fit,
                asset=asset,
                expected=(n + 1) / 100,
                low=n / 200,
                high=(n + 2) / 50,
                within={"3": [(n + 1) / 40, n / 80, (n + 2) / 20]},
                rank=COUNT - n,
                reasons=[
                    {"kind": "age", "times": 2.0, "words": "laid in {year}", "facts": {"year": 1941 + n}}
                ],
            )
            for n, asset in enumerate(assets)
        ),
    )
    result = {
        "pipes": COUNT,
        "km": 4.0,
        "breaks": 20,
        "expected": 8.2,
        "imputed": 0,
        "notes": [],
        "look_back": {},
    }
    finish_fit(Viewer.of_robot(fit.organisation_id), fit, state=FitState.DONE, result=result)
    fit.refresh_from_db()
    return fit


def handed_out(town: Town, fit: Fit | None = None, **told: object) -> WorkList:
    """A list of ten pipes, half by lot, in the crew's hands."""
    asked = {"name": "Inspektioner", "unit": town.pipes.owner_unit, "capacity": 10, "seed": 5, **told}
    made = draw_list(by=town.by, fit=fit or fitted(town), **asked)
    return open_list(by=town.by, work_list=made)
