"""When staff are asked, who they are, and what is shown of their answers. Pure: no database, no clock."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from ringar.core.rules import Viewer
from ringar.pilots.rules import Phase, PilotState

LEAST, MOST = 1, 5
BATCH = 5
"""Answers are shown five at a time, as means: with one more answer at a time, the mean would tell what it was."""
END, ROUNDING = 1 / BATCH, 1e-9
"""A mean this close to 1 or 5 is not told: where all have answered the same, it would tell what each of them did."""
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


def mean_words(mean: float) -> str:
    """A mean of answers, with one decimal; "at least 4.8" where nearly all answered 5, and likewise at 1."""
    if mean > MOST - END - ROUNDING:
        return _("at least %(mean)s") % {"mean": number_format(MOST - END, 1)}
    if mean < LEAST + END + ROUNDING:
        return _("at most %(mean)s") % {"mean": number_format(LEAST + END, 1)}
    return number_format(mean, 1)


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
    def shown(self) -> tuple[str, ...]:
        """The means as they are written. Near the ends no closer than 1.2 and 4.8: a mean of 5 tells what each gave."""
        return tuple(mean_words(mean) for mean in self.means)

    @property
    def needed(self) -> int:
        """How many more answers there must be before anything, or anything new, is shown."""
        return BATCH - self.answered % BATCH
