"""Pages of what is foreseen of pipes, in the demo's city: a small network beside the demo's, with a fit and a list."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

from django.urls import reverse

from ringar.city.actions.data import Description, add_data_set
from ringar.city.actions.networks import import_network
from ringar.city.models import DataSet, Fit, WorkList
from ringar.city.rules.data import DataKind
from ringar.core.models import Unit
from ringar.core.queries import viewer_of
from ringar_kits.leaks.model import Network, Report
from tests.browser.talk_pages import Place
from tests.city import person_of
from tests.people import People
from tests.rooms.city.town import add_town, fitted, handed_out, some_breaks, some_pipes

LIST = "Att titta på: inspektioner"
BARE = "Att titta på: ledningar"


def foreseen() -> tuple[Fit, WorkList]:
    """The fit and its list in the crew's hands, made once."""
    if found := WorkList.objects.filter(name=LIST).first():
        return found.fit, found
    water = Unit.objects.get(organisation__slug="ringsala", name="VA-nät")
    town = add_town(cast(People, SimpleNamespace(water=water)))
    fit = fitted(town)
    return fit, handed_out(town, fit, name=LIST)


def of_fit(name: str, *more: object) -> Callable[[], Place]:
    return lambda: (person_of("dag"), reverse(name, args=[foreseen()[0].uuid, *more]))


def of_list(name: str, *more: object) -> Callable[[], Place]:
    return lambda: (person_of("dag"), reverse(name, args=[foreseen()[1].uuid, *more]))


def of_dag(name: str) -> Callable[[], Place]:
    def place() -> Place:
        foreseen()
        return person_of("dag"), reverse(name)

    return place


def unforeseen() -> Place:
    """A network of which nothing is reckoned."""
    about = Description(name=BARE, owner_unit=Unit.objects.get(organisation__slug="ringsala", name="VA-nät"))
    by = viewer_of(person_of("dag"))
    if not (bare := DataSet.objects.filter(name=BARE).first()):
        bare = add_data_set(by=by, kind=DataKind.PIPES, told=about)
        network = Network(some_pipes(), some_breaks([]), Report())
        import_network(by=by, pipes_set=bare, breaks_set=None, network=network)
    return person_of("dag"), reverse("network_map", args=[bare.uuid])


CITY_PAGES: dict[str, Callable[[], Place]] = {
    "leak_map": lambda: (person_of("bo"), reverse("leak_map")),  # for whom there is none; others are led on
    "leak_map_fit": of_fit("leak_map_fit"),
    "leak_map_pipe": of_fit("leak_map_pipe", 2),
    "network_map": unforeseen,
    "fit_new": of_dag("fit_new"),
    "fit_detail": of_fit("fit_detail"),
    "work_list_new": of_dag("work_list_new"),
    "work_list_detail": of_list("work_list_detail"),
    "work_list_tick": of_list("work_list_tick", 1),
    "was_it_right_list": of_list("was_it_right_list"),
    "pilot_from_list": of_list("pilot_from_list"),
}
