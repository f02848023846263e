"""A trial robot in home care, published against its signed map."""

from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.robots.actions.cases import open_case
from ringar.robots.actions.publishing import add_robot, publish_robot
from ringar.robots.case_mail import link_token
from ringar.robots.models.cases import Case, CaseFile, Robot
from ringar.robots.models.maps import MapVersion, ProcessMap
from ringar.robots.rules.cases import CaseState
from tests.people import People
from tests.rooms.robots import trial_robots

BPMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t"><process id="p">
<startEvent id="Begin"/><serviceTask id="Find" name="Sök fakturan"/><serviceTask id="Credit" name="Kreditera"/>
<serviceTask id="Post" name="Bokför"/><userTask id="Decide" name="Avgör"/><endEvent id="Over"/>
<sequenceFlow id="a" sourceRef="Begin" targetRef="Find"/><sequenceFlow id="b" sourceRef="Find" targetRef="Credit"/>
<sequenceFlow id="c" sourceRef="Credit" targetRef="Post"/><sequenceFlow id="e" sourceRef="Post" targetRef="Over"/>
</process></definitions>"""


def signed_map(people: People, **changes: Any) -> MapVersion:
    """The trial's map, signed. The actions that draw and sign maps have tests of their own."""
    routine = {"name": "Kreditera", "slug": "trial", "decision": "robot", "owner": people.bo, **changes}
    version = {key: routine.pop(key) for key in ("bpmn", "state", "kind") if key in routine}
    row = ProcessMap.objects.create(organisation=people.city, unit=people.care, **routine)
    fields = {"kind": "to_be", "bpmn": BPMN, "state": "signed", "signed_at": timezone.now(), **version}
    return MapVersion.objects.create(process_map=row, number=1, **fields)


def bo(people: People) -> Viewer:
    return viewer(people.bo, people)


def viewer(person: Person, people: People) -> Viewer:
    return viewer_of(person, people.city.pk)


def draft_robot(people: People, name: str = trial_robots.trial_credit.name) -> Robot:
    return add_robot(by=bo(people), name=name, unit=people.care)


def published_robot(people: People) -> Robot:
    signed_map(people)
    return publish_robot(by=bo(people), robot=draft_robot(people))


def new_case(robot: Robot, number: str, **payload: Any) -> Case:
    by = Viewer.of_robot(robot.organisation_id)
    return open_case(
        by=by, robot=robot, reference=number, title=f"Faktura {number}", payload={"no": number, **payload}
    )


def add_robot_cases(args: dict[str, list[object]], people: People) -> None:
    """For the table of rights: a case that waits for an answer, with a file, and the link to its question."""
    robot = published_robot(people)
    case = new_case(robot, "HEMLIG", ask=True)
    case.state, case.question, case.asked_at = CaseState.WAITING, "FRÅGANS ord", timezone.now()
    case.save()
    file = CaseFile.objects.create(case=case, name="spår.zip", file=ContentFile(b"zip", "a.zip"))
    args |= {"robot": [robot.uuid], "robot-queue": [robot.queue.uuid], "case": [case.uuid]}
    args |= {"case-file": [case.uuid, file.pk], "case-link": [link_token(case, people.bo)]}
    args["guessed-link"] = ["gissad:1:länk"]
