"""Says before the start what a pilot could see, and what more weeks or units would buy."""

from collections.abc import Collection, Iterable

from ringar_kits.effects.model import Design, Observation


def plan_design(
    observations: Iterable[Observation],
    *,
    treated: Collection[str],
    controls: Collection[str] = (),
    weeks_after: int,
    worthwhile: float | None = None,
    better: str = "higher",
    scale: str = "identity",
    power: float = 0.8,
) -> Design:
    """Return the smallest effect that the design could see, from what was measured before the start."""
    raise NotImplementedError
