"""Pages of robots and their cases, in the demo's city: one robot that is published, one case that asks."""

from collections.abc import Callable

from django.urls import reverse
from django.utils import timezone

from ringar.core.queries import viewer_of
from ringar.demo.surroundings import ROBOT
from ringar.robots.actions.cases import open_case
from ringar.robots.case_mail import link_token
from ringar.robots.models.cases import Case, Robot, RobotQueue
from ringar.robots.rules.cases import CaseState, RobotState
from tests.browser.talk_pages import Place
from tests.city import person_of

NAME = "att-titta-pa"


def asking(name: str = NAME) -> Case:
    """A case of dag's that asks, made once. Its robot has no code: what only its rows tell is looked at."""
    if found := Case.objects.filter(robot__name=name).first():
        return found
    by = viewer_of(person_of("dag"))
    place = {"organisation_id": by.organisation_id, "name": name, "label": "Att titta på"}
    queue = RobotQueue.objects.create(unit_id=by.home_unit_id, **place)
    robot = Robot.objects.create(queue=queue, state=RobotState.PUBLISHED, **place)
    case = open_case(by=by, robot=robot, reference="1", title="Faktura 1001", payload={"number": "1001"})
    case.question, case.facts = "Beloppet är över gränsen. Får fakturan krediteras?", {"amount": "12 000"}
    case.state, case.asked_at = CaseState.WAITING, timezone.now()
    case.save()
    return case


def of_case(name: str) -> Callable[[], Place]:
    return lambda: (person_of("dag"), reverse(name, args=[asking().uuid]))


def of_robot(name: str) -> Callable[[], Place]:
    return lambda: (person_of("dag"), reverse(name, args=[asking().robot.uuid]))


def mailed() -> Place:
    """Where the link in a letter about the question leads."""
    case = asking()
    return None, reverse("case_mailed", args=[link_token(case, person_of("dag"))])


def watched() -> Place:
    """The page where the demo's own robot is watched."""
    asking(ROBOT)
    return person_of("dag"), reverse("demo_robots")


ROBOT_PAGES: dict[str, Callable[[], Place]] = {
    "case_detail": of_case("case_detail"),
    "case_take": of_case("case_take"),
    "case_mailed": mailed,
    "demo_robots": watched,
    "queue_pause": lambda: (person_of("dag"), reverse("queue_pause", args=[asking().robot.queue.uuid])),
    "robot_detail": of_robot("robot_detail"),
    "robot_withdraw": of_robot("robot_withdraw"),
}
