"""Did the pilot work? Effects with honest uncertainty, and what a design could see before it starts."""

from ringar_kits.effects.decide import decide
from ringar_kits.effects.estimate import estimate_effect
from ringar_kits.effects.model import (
    Alternative,
    Design,
    Estimate,
    ExactTest,
    Look,
    Note,
    Observation,
    Offer,
    Placebo,
    Point,
    Posterior,
    Verdict,
)
from ringar_kits.effects.plan import plan_design

__all__ = [
    "Alternative",
    "Design",
    "Estimate",
    "ExactTest",
    "Look",
    "Note",
    "Observation",
    "Offer",
    "Placebo",
    "Point",
    "Posterior",
    "Verdict",
    "decide",
    "estimate_effect",
    "plan_design",
]
