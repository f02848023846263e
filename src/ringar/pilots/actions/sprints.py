"""A sprint: its agenda, the prototype, what users made of it, and what came out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.pilots.actions.parts import changed
from ringar.pilots.actions.pilots import locked
from ringar.pilots.actions.texts import tidied
from ringar.pilots.models import Pilot, Sprint, UserTest
from ringar.pilots.rules import PilotKind, PilotState, Stage, can_edit_pilot
from ringar.pilots.sprint_texts import DAYS, TESTS

LONGEST_DAY = 2_000
LONGEST_OUTCOME = 10_000
MOST_BYTES = 20 * 1024 * 1024
SIGNATURES: dict[str, tuple[bytes, ...]] = {
    ".pdf": (b"%PDF-",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".pptx": (b"PK\x03\x04",),
    ".docx": (b"PK\x03\x04",),
    ".xlsx": (b"PK\x03\x04",),
    ".odp": (b"PK\x03\x04",),
    ".zip": (b"PK\x03\x04",),
}
"""What files begin with, by the end of their name: a file is what it holds, not what it is called."""


def to_sprint(by: Viewer, pilot: Pilot) -> tuple[Pilot, Sprint]:
    """The pilot, locked, and its sprint, while it is an exercise that goes on. Raises NotAllowed, Refused."""
    pilot = locked(pilot)
    if not can_edit_pilot(by, pilot.facts):
        raise NotAllowed
    sprint = Sprint.objects.filter(pilot=pilot).first()
    if sprint is None or pilot.kind != PilotKind.SPRINT:
        raise NotAllowed
    if pilot.stage != Stage.EXERCISE or pilot.state in {PilotState.STOPPED, PilotState.DONE}:
        raise Refused(_("The sprint is over; what came out of it stands."))
    return pilot, sprint


@transaction.atomic
def save_sprint(
    *, by: Viewer, pilot: Pilot, agenda: Sequence[str], prototype_link: str = "", outcome: str = ""
) -> Sprint:
    """Saves the five days, the link to the prototype and what came out. Raises NotAllowed, Refused."""
    pilot, sprint = to_sprint(by, pilot)
    days = [tidied(day, LONGEST_DAY) for day in agenda]
    if len(days) != DAYS:
        raise Refused(_("A sprint has five days."))
    link = tidied(prototype_link, 500)
    if link and not re.match(r"https?://[^\s/]+", link):
        raise Refused(_("A link begins with https://"))
    outcome = tidied(outcome, LONGEST_OUTCOME)
    told: dict[str, object] = {"outcome": [len(sprint.outcome), len(outcome)]}
    if link != sprint.prototype_link:
        told["prototype_link"] = [sprint.prototype_link, link]
    sprint.agenda, sprint.prototype_link, sprint.outcome = days, link, outcome
    sprint.save()
    changed(pilot, by=by, action="save_sprint", changes=told)
    return sprint


@transaction.atomic
def add_prototype(*, by: Viewer, pilot: Pilot, file: BinaryIO, name: str) -> Sprint:
    """Keeps a file as the prototype, judged by what it holds; the one before goes. Raises NotAllowed, Refused."""
    pilot, sprint = to_sprint(by, pilot)
    suffix, content = PurePath(name).suffix.lower(), file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Refused(_("The file is larger than 20 MB. Hand in a smaller one, or a link."))
    if not any(content.startswith(start) for start in SIGNATURES.get(suffix, ())):
        raise Refused(_("Choose a PDF, a picture (PNG, JPEG), slides, a document or a zip file."))
    before = sprint.prototype_file.name if sprint.prototype_file else ""
    sprint.prototype_file.save(f"{pilot.uuid}{suffix}", ContentFile(content), save=False)
    sprint.save()
    if before:
        storage = sprint.prototype_file.storage
        transaction.on_commit(lambda: storage.delete(before))
    changed(pilot, by=by, action="add_prototype", changes={"bytes": len(content), "type": suffix})
    return sprint


@dataclass(frozen=True)
class Tried:
    """What one user made of the prototype; `who` is what kind of user, never a name."""

    who: str
    seen: str
    worked: bool | None


@transaction.atomic
def save_tests(*, by: Viewer, pilot: Pilot, tests: Sequence[Tried]) -> list[UserTest]:
    """Saves the user tests, in order; empty ones are left out. Raises NotAllowed, Refused."""
    pilot, sprint = to_sprint(by, pilot)
    if len(tests) > TESTS:
        raise Refused(_("Five tests are enough; more say the same."))
    told = [Tried(tidied(each.who, 120), tidied(each.seen, 5_000), each.worked) for each in tests]
    told = [each for each in told if each.who or each.seen]
    if any(not each.who for each in told):
        raise Refused(
            _("Say of each test what kind of user it was, for instance “home care worker, 2 years”.")
        )
    before = sprint.tests.count()
    sprint.tests.all().delete()
    rows = [
        UserTest(sprint=sprint, order=place, who=each.who, seen=each.seen, worked=each.worked)
        for place, each in enumerate(told, start=1)
    ]
    UserTest.objects.bulk_create(rows)
    changed(pilot, by=by, action="save_user_tests", changes={"tests": [before, len(rows)]})
    return rows
