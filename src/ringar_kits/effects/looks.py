"""When it is allowed to look: three planned times, with thresholds that keep false alarms at five per cent in all."""

from ringar_kits.effects.model import Look
from ringar_kits.errors import InputError

THRESHOLDS = (0.0005, 0.014, 0.045)
"""Two-sided p for looks at one, two and three thirds (O'Brien & Fleming, Biometrics 35, 1979)."""


def planned_looks(weeks_planned: int) -> tuple[Look, ...]:
    """Return the looks of a pilot that runs for `weeks_planned` weeks from its start (burn-in weeks counted).

    Raises `InputError` below three weeks.
    """
    if weeks_planned < len(THRESHOLDS):
        raise InputError(
            "{count} weeks cannot be looked at three times",
            remedy="Plan at least 3 weeks",
            facts={"count": weeks_planned},
        )
    count = len(THRESHOLDS)
    return tuple(
        Look(number, -(-weeks_planned * number // count), threshold)
        for number, threshold in enumerate(THRESHOLDS, 1)
    )
