"""The table of stages as a page for the docs: `python -m ringar.pilots.diagram` writes it anew."""

from pathlib import Path

from ringar.pilots.gate_rules import ASKS, GateFacts, missing_evidence
from ringar.pilots.rules import LIGHT_STAGES, TRANSITIONS, PilotKind, Stage, Step
from ringar.procurement.rules import Room

PAGE = Path("docs/reference/pilot-stages.md")
WHO = {"team": "those who work with the pilot", "leaders": "those who lead development"}
STEP = {Step.GATE: "gate", Step.SCALE: "decision: scale up", Step.STOP: "decision: stop"}
WORST = GateFacts(
    kind=PilotKind.SPRINT,
    buys=True,
    cost_sek=2,
    limit_sek=1,
    room=Room(bought=1, wanted=1, ceiling=1),
)
"""A pilot that lacks all there is to lack, but for what only makes sense beside something else."""


def stages_page() -> str:
    """The page as Markdown: a Mermaid diagram, the same as a table, and what each stage's gate asks for."""
    arrows = [f"    {t.stage}_{t.state} --> {t.to_stage}_{t.to_state}: {STEP[t.step]}" for t in TRANSITIONS]
    rows = [
        f"| {t.stage}, {t.state} | {t.to_stage}, {t.to_state} | {STEP[t.step]} | {WHO[t.who]} |"
        for t in TRANSITIONS
    ]
    asked = [f"| {stage} | {', '.join(asks_of(stage))} |" for stage in Stage]
    return "\n".join(
        [
            "# The stages of a pilot",
            "",
            "Written by `python -m ringar.pilots.diagram` from `TRANSITIONS` in `src/ringar/pilots/rules.py` and",
            "`missing_evidence` in `src/ringar/pilots/gate_rules.py`.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            "    [*] --> exercise_planned",
            *arrows,
            "    full_scale_done --> [*]",
            "```",
            "",
            "A pilot may also begin in a later stage, as planned; its gate is the same.",
            "",
            "| from | to | by | who |",
            "|---|---|---|---|",
            *rows,
            "",
            "What a gate asks for, by the codes of `gate_rules.ASKS`. A sprint also owes its outcome before the proof",
            "of concept. Where personal data are handled, `data_gaps` asks for the legal ground and the rest.",
            "",
            "| gate to | asks for |",
            "|---|---|",
            *asked,
            "",
        ]
    )


def asks_of(stage: Stage) -> list[str]:
    """The codes that the stage's gate asks for, in order."""
    found = [each.code for each in missing_evidence(stage, WORST)]
    if stage not in LIGHT_STAGES:
        found.insert(found.index("effect_goal") + 1, "start")
    return [code for code in ASKS if code in found and code != "sprint_outcome"]


if __name__ == "__main__":
    PAGE.write_text(stages_page(), encoding="utf-8")
