"""Pages of what is foreseen of pipes, in the demo's city: a small network beside the demo's, with a fit and a list."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

from django.urls import reverse

from ringar.city.models import Fit, WorkList
from ringar.core.models import Unit
from tests.browser.talk_pages import Place
from tests.city import person_of
from tests.people import People
from tests.rooms.city.town import add_town, fitted, handed_out

LIST = "Att titta på: inspektioner"


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


CITY_PAGES: dict[str, Callable[[], Place]] = {
    "leak_map": lambda: (person_of("bo"), reverse("leak_map")),  # for whom there is none; others are led on
    "leak_map_fit": of_fit("leak_map_fit"),
    "leak_map_pipe": of_fit("leak_map_pipe", 2),
    "fit_new": of_dag("fit_new"),
    "fit_detail": of_fit("fit_detail"),
    "work_list_new": of_dag("work_list_new"),
    "work_list_detail": of_list("work_list_detail"),
    "work_list_tick": of_list("work_list_tick", 1),
    "was_it_right_list": of_list("was_it_right_list"),
    "pilot_from_list": of_list("pilot_from_list"),
}
