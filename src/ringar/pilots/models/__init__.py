"""The room's tables."""

from ringar.pilots.models.evidence import (
    Correction,
    Decision,
    Gap,
    Hindrance,
    Measurement,
    PilotNote,
    StaffAnswer,
    StaffAnswered,
)
from ringar.pilots.models.pilots import (
    CostLine,
    DataCheck,
    EffectGoal,
    Gate,
    Pilot,
    PilotUnit,
    Sprint,
    UserTest,
)

__all__ = [
    "Correction",
    "CostLine",
    "DataCheck",
    "Decision",
    "EffectGoal",
    "Gap",
    "Gate",
    "Hindrance",
    "Measurement",
    "Pilot",
    "PilotNote",
    "PilotUnit",
    "Sprint",
    "StaffAnswer",
    "StaffAnswered",
    "UserTest",
]
