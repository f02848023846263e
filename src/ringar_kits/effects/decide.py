"""Says scale, stop or extend by a rule that was agreed before the start."""

from ringar_kits.effects.model import Estimate, Verdict


def decide(estimate: Estimate, *, worthwhile: float | None) -> Verdict:
    """Return what the rule says to do when `worthwhile` is the smallest effect worth having."""
    raise NotImplementedError
