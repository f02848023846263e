"""Did the pilot work? Effects with honest uncertainty, and what a design could see before it starts.

>>> from datetime import date, timedelta
>>> from ringar_kits.effects import Observation, estimate_effect, explain, plan_design
>>> weeks = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(20)]
>>> noise = [0.3, -0.8, 0.5, 1.1, -0.4, -0.9, 0.2, 0.7, -0.6, 0.1] * 2
>>> measured = [
...     Observation("Linden", week, 20 + noise[n] + (6 if n >= 12 else 0)) for n, week in enumerate(weeks)
... ] + [Observation("Aspen", week, 17 - noise[n] / 2) for n, week in enumerate(weeks)]
>>> found = estimate_effect(
...     measured, treated=["Linden"], controls=["Aspen"], start=weeks[12], worthwhile=3
... )
>>> found.verdict, round(found.effect), found.low < 6 < found.high
('scale', 6, True)
>>> [note.code for note in found.notes]
['one_comparison']
>>> history = [each for each in measured if each.week < weeks[12]]
>>> design = plan_design(history, treated=["Linden"], controls=["Aspen"], weeks_after=8, worthwhile=3)
>>> 0 < design.smallest < 3
True
"""

from ringar_kits.effects.decide import decide
from ringar_kits.effects.draw import draw_alternate_weeks, draw_start_weeks
from ringar_kits.effects.estimate import estimate_effect
from ringar_kits.effects.explain import explain, explain_design, explain_estimate
from ringar_kits.effects.looks import planned_looks
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
from ringar_kits.effects.randomise import randomisation_test
from ringar_kits.effects.read import read_observations

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
    "draw_alternate_weeks",
    "draw_start_weeks",
    "estimate_effect",
    "explain",
    "explain_design",
    "explain_estimate",
    "plan_design",
    "planned_looks",
    "randomisation_test",
    "read_observations",
]
