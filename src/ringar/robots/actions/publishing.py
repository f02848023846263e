"""Letting robots work: setting one up in a unit, publishing it against its signed map, withdrawing it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.models import Unit
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.robots.actions.changed_code import differences, unguarded
from ringar.robots.authoring import RobotCode
from ringar.robots.finding import robot_named
from ringar.robots.models.cases import Robot, RobotQueue
from ringar.robots.models.maps import MapVersion
from ringar.robots.rules.cases import RobotState, can_keep_robots
from ringar.robots.rules.maps import MapKind, MapState, Ruling


def refuse_unless_keeping(by: Viewer, queue: RobotQueue) -> None:
    """Raises NotAllowed for who may not publish robots and pause queues there."""
    if not can_keep_robots(by, organisation_id=queue.organisation_id, unit_id=queue.unit_id):
        raise NotAllowed


@transaction.atomic
def add_robot(*, by: Viewer, name: str, unit: Unit, queue_label: str = "") -> Robot:
    """Sets a robot up in a unit, as a draft; its queue is made where the organisation has none of that name.

    `queue_label` is what pages call that queue, else its name in code. Given twice it is the same robot. Raises
    NotAllowed; Refused where no code has that name.
    """
    if not can_keep_robots(by, organisation_id=unit.organisation_id, unit_id=unit.pk):
        raise NotAllowed
    code = _code_of(name)
    queue, _is_new = RobotQueue.objects.get_or_create(
        organisation_id=unit.organisation_id,
        name=code.queue,
        defaults={"unit": unit, "label": queue_label[:200] or code.queue},
    )
    refuse_unless_keeping(by, queue)
    robot, is_new = Robot.objects.get_or_create(
        organisation_id=unit.organisation_id,
        name=name,
        defaults={"queue": queue, "label": str(code.label), "max_per_hour": code.max_per_hour},
    )
    if is_new:
        record_audit(by=by, action="add_robot", target=robot, changes={"queue": queue.name})
    return robot


def _code_of(name: str) -> RobotCode:
    code = robot_named(name)
    if code is None:
        raise Refused(
            _("No robot called “%(name)s” is at hand. Name its module in RINGAR_ROBOTS.") % {"name": name}
        )
    return code


@transaction.atomic
def publish_robot(*, by: Viewer, robot: Robot) -> Robot:
    """Lets the robot work. Raises NotAllowed; Refused, with all that is missing, one thing a line.

    What it asks for: each effect can not happen twice; its map version is signed; the map and its steps name the
    same. Where the routine decides about somebody and nothing is delegated it only prepares (`require_yes`).
    """
    row = Robot.objects.select_for_update(of=("self",)).select_related("queue").get(pk=robot.pk)
    refuse_unless_keeping(by, row.queue)
    code = _code_of(row.name)
    version = find_version(code, row.organisation_id)
    if faults := what_is_missing(code, version):
        raise Refused("\n".join(faults))
    before, row.state, row.map_version = row.state, RobotState.PUBLISHED, version
    row.source_hash, row.label, row.max_per_hour = code.source_hash, str(code.label), code.max_per_hour
    row.published_at, row.published_by_id = timezone.now(), by.person_id
    row.save()
    changes: dict[str, object] = {"state": [before, row.state], "map": str(version), "code": row.source_hash}
    record_audit(by=by, action="publish_robot", target=row, changes=changes)
    return row


def find_version(code: RobotCode, organisation_id: int) -> MapVersion | None:
    """The map version that the robot's code names, in that organisation.

    "slug@number" is that version, "slug" the newest of how it is to be: the signed one, where one is signed.
    """
    slug, _at, number = code.process_map.partition("@")
    rows = MapVersion.objects.select_related("process_map").filter(
        process_map__organisation_id=organisation_id, process_map__slug=slug
    )
    if number:
        return rows.filter(number=int(number)).first() if number.isdecimal() else None
    to_be = rows.filter(kind=MapKind.TO_BE).order_by("-number")
    return to_be.filter(state=MapState.SIGNED).first() or to_be.first() or rows.order_by("-number").first()


def what_is_missing(code: RobotCode, version: MapVersion | None) -> list[str]:
    """What stands between the robot and being published, as sentences; nothing where it may be."""
    faults = unguarded(code)
    if version is None:
        return [*faults, _("There is no map “%(map)s”. Draw and sign it first.") % {"map": code.process_map}]
    if version.state != MapState.SIGNED:
        faults.append(_("The map “%(map)s” is not signed.") % {"map": code.process_map})
    routine = version.process_map
    if version.kind != MapKind.TO_BE:
        faults.append(
            _("The map “%(map)s” shows how it is today: sign one of how it is to be.")
            % {"map": code.process_map}
        )
    if routine.decision != Ruling.ROBOT:
        faults.append(_("It is not decided that a robot is to do this routine."))
    return faults + differences(code, version)


@transaction.atomic
def withdraw_robot(*, by: Viewer, robot: Robot, reason: str = "") -> Robot:
    """The robot begins nothing more; what it is at comes to its end. Raises NotAllowed; Refused if not published."""
    row = Robot.objects.select_for_update(of=("self",)).select_related("queue").get(pk=robot.pk)
    refuse_unless_keeping(by, row.queue)
    if row.state != RobotState.PUBLISHED:
        raise Refused(_("Only a robot that is published can be withdrawn."))
    row.state = RobotState.WITHDRAWN
    row.save()
    changes: dict[str, object] = {"state": [RobotState.PUBLISHED, row.state], "reason": reason[:500]}
    record_audit(by=by, action="withdraw_robot", target=row, changes=changes)
    return row
