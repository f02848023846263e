"""Fits, work lists and the pilot of one, for the tables of rights and of pages."""

from datetime import timedelta

from ringar.city.actions.fits import finish_fit, start_fit
from ringar.city.actions.lists import draw_list
from ringar.city.models import Fit
from ringar.city.rules.fits import FitState
from ringar.core.clock import today
from ringar.core.kit_words import kept
from ringar.pilots.actions.work_lists import start_list_pilot
from ringar_kits.errors import InputError
from tests.people import People
from tests.rooms.city.map_cast import add_districts
from tests.rooms.city.town import Town, add_town, fitted, handed_out

TOLD = {"baseline": 1.0, "baseline_source": "Fjolåret", "target": 2.0, "worthwhile": 0.5}


def failed(town: Town) -> Fit:
    """A fit that could not be worked out."""
    fit = start_fit(by=town.by, pipes=town.pipes, breaks=town.breaks, as_of=today(), seed=9)
    finish_fit(
        town.by, fit, state=FitState.FAILED, error=kept(InputError("too few breaks", remedy="Add more"))
    )
    return fit


def add_lists(args: dict[str, list[object]], people: People) -> None:
    """A fit done, one waiting and one failed; a draft, a list in the field, and one that a pilot tries."""
    town = add_town(people)
    fit = fitted(town)
    args["fit"], args["failed-fit"] = [fit], [failed(town)]
    args["fit-pipe"], args["districts"] = [fit, 1], [add_districts(town, is_restricted=True)]
    args["waiting-fit"] = [start_fit(by=town.by, pipes=town.pipes, breaks=town.breaks, as_of=today(), seed=3)]
    asked = {"fit": fit, "unit": people.water, "capacity": 8}
    args["draft-list"] = [draw_list(by=town.by, name="Nästa års rör", **asked)]
    made, tried = handed_out(town, fit, name="LISTANS rör"), handed_out(town, fit, name="PILOTENS rör")
    args["list"], args["tried-list"] = [made], [tried]
    args["list-item"] = [made, 1]
    first = today() + timedelta(days=7)
    args["list-pilot"] = [
        start_list_pilot(
            by=town.by,
            work_list=tried,
            title="Rätt rör först",
            goal="Färre läckor",
            told=TOLD,
            first_day=first,
            weeks=8,
        )
    ]
