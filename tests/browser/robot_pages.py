"""Pages of robots and their cases, in the demo's city: one robot that is published, one case that asks.

ROBOT_STATES are the same pages as they look otherwise: a case in each state, a queue that has paused itself, a robot
that is a draft, and one whose changed code no longer fits its map.
"""

from collections.abc import Callable

from django.urls import reverse
from django.utils import timezone

from ringar.core.queries import viewer_of
from ringar.demo.surroundings import ROBOT
from ringar.robots.actions.cases import open_case
from ringar.robots.case_mail import link_token
from ringar.robots.library import cancel_invoice_web
from ringar.robots.models.cases import Case, CaseNote, Robot, RobotQueue, Run, Step
from ringar.robots.models.maps import MapVersion
from ringar.robots.rules.cases import CaseState, RobotState
from tests.browser.talk_pages import Place
from tests.city import person_of

NAME = "att-titta-pa"


def asking(name: str = NAME) -> Case:
    """A case of dag's that asks, made once. Its robot has no code: what only its rows tell is looked at."""
    if found := Case.objects.filter(robot__name=name).first():
        return found
    by = viewer_of(person_of("dag"))
    place = {"organisation_id": by.organisation_id, "name": name, "label": f"Att titta på {name}"}
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


def robot_of_states() -> Robot:
    """A robot whose code is at hand, changed since it was published, on a queue that has paused itself."""
    if found := Robot.objects.filter(name=cancel_invoice_web.NAME).first():
        return found
    by = viewer_of(person_of("dag"))
    paused = {
        "is_paused": True,
        "paused_reason": "5 tekniska fel i rad: " + "x" * 200,
        "paused_at": timezone.now(),
    }
    place = {"organisation_id": by.organisation_id, "label": "Alla lägen", "name": "alla-lagen"}
    queue = RobotQueue.objects.create(unit_id=by.home_unit_id, **place, **paused)
    version = MapVersion.objects.filter(process_map__organisation_id=by.organisation_id).first()
    told = {"state": RobotState.PUBLISHED, "source_hash": "another text", "published_at": timezone.now()}
    place["name"] = cancel_invoice_web.NAME
    return Robot.objects.create(queue=queue, map_version=version, **place, **told)


def in_state(state: str, *, is_dry_run: bool = False) -> Callable[[], Place]:
    """A case in that state, with a run of two steps, one of which met a fault, a line and a file's name."""

    def make() -> Place:
        robot, dag = robot_of_states(), person_of("dag")
        assert dag
        told = {"title": "Faktura " + "9" * 120, "payload": {"text": "Hej"}, "is_dry_run": is_dry_run}
        case = open_case(by=viewer_of(dag), robot=robot, reference=f"{state}-{is_dry_run}", **told)
        case.state, case.error, case.taken_by, case.is_by_hand = state, "TargetDown: " + "e" * 300, dag, True
        case.result, case.finished_at = {"ended": "declined"}, timezone.now()
        case.save()
        run = Run.objects.create(
            case=case, number=1, worker="här-1-a", source_hash="x", outcome="fault", error="Fel"
        )
        step = {"case": case, "run": run, "bpmn_id": "find_invoice"}
        Step.objects.create(number=1, name="find_invoice", kind="dry", result={"amount": "1.5"}, **step)
        Step.objects.create(number=2, name="answer", kind="effect", error="Svarar inte", **step)
        CaseNote.objects.create(case=case, run=run, text="En rad", facts={"credit": "K1"})
        return dag, reverse("case_detail", args=[case.uuid])

    return make


def robot_in(state: RobotState) -> Callable[[], Place]:
    def make() -> Place:
        robot = robot_of_states()
        Robot.objects.filter(pk=robot.pk).update(state=state)
        return person_of("dag"), reverse("robot_detail", args=[robot.uuid])

    return make


def of_paused(address: str) -> Callable[[], Place]:
    return lambda: (person_of("dag"), reverse(address) + f"?ko={robot_of_states().queue.uuid}")


ROBOT_STATES: dict[str, Callable[[], Place]] = {
    **{f"case: {state}": in_state(state) for state in CaseState.values if state != CaseState.WAITING},
    "case: tried only": in_state(CaseState.DONE, is_dry_run=True),
    "robot: changed": robot_in(RobotState.PUBLISHED),
    "robot: draft": robot_in(RobotState.DRAFT),
    "robot: withdrawn": robot_in(RobotState.WITHDRAWN),
    "queue: paused": of_paused("robot_list"),
    "queue: followed": of_paused("case_list"),
}
