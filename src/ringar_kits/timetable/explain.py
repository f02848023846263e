"""Puts into words why a wish was not met, or why a meeting cannot stand where it is wanted."""

from ringar_kits.timetable.model import OBSTACLES, WHY, Obstacle, Unmet


def explain(reason: Unmet | Obstacle) -> str:
    """Return one plain English sentence."""
    if isinstance(reason, Unmet):
        return WHY[reason.why].format_map(dict(reason.facts))
    return OBSTACLES[reason.code].format_map(dict(reason.facts))
