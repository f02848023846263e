"""When staff are asked, who they are, and what is shown of their answers. Pure: no database, no clock."""

from dataclasses import dataclass
from datetime import date, timedelta

from ringar.core.rules import Viewer
from ringar.pilots.rules import Phase, PilotState

LEAST, MOST = 1, 5
BATCH = 5
"""Answers are shown five at a time, as means: with one more answer at a time, the mean would tell what it was."""
STILL_BEFORE = timedelta(days=7)
NEAR_END = timedelta(weeks=4)
QUESTIONS = ("possible", "joy", "go_on")
OVER = frozenset({PilotState.DONE, PilotState.STOPPED})


def open_phase(state: str, *, starts_on: date | None, ends_on: date | None, today: date) -> Phase | None:
    """Which of the two askings is open: before, until a week into the pilot; after, from four weeks before its end.

    None in between. Without a last day the second opens four weeks after the start.
    """
    if state in OVER:
        return Phase.AFTER
    if state == PilotState.PLANNED or starts_on is None or today < starts_on + STILL_BEFORE:
        return Phase.BEFORE
    opens = ends_on - NEAR_END if ends_on else starts_on + NEAR_END
    return Phase.AFTER if today >= max(opens, starts_on + STILL_BEFORE) else None


def can_answer(viewer: Viewer, *, organisation_id: int, unit_ids: frozenset[int]) -> bool:
    """Whether the viewer is one of those asked: works in a unit that tries, or in one below it."""
    is_here = viewer.person_id is not None and viewer.organisation_id == organisation_id
    return is_here and viewer.may_write and bool(viewer.own_unit_ids & unit_ids)


def shown_batches(answers: int) -> int:
    """How many batches of answers are full, and so are shown."""
    return answers // BATCH


@dataclass(frozen=True)
class Told:
    """What is shown of one phase: how many have answered, how many answers the means are of, and the means.

    `means` holds one for each of QUESTIONS, from 1 to 5; it is empty under five answers.
    """

    phase: Phase
    answered: int
    counted: int = 0
    means: tuple[float, ...] = ()

    @property
    def needed(self) -> int:
        """How many more answers there must be before anything, or anything new, is shown."""
        return BATCH - self.answered % BATCH
