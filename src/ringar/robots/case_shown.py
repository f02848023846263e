"""How a case is told on its pages: its runs with their steps, notes and files."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ringar.core.audit_words import action_word
from ringar.core.models import AuditEvent
from ringar.core.queries import with_shown_labels
from ringar.core.rules import Viewer
from ringar.robots.fact_words import facts_of
from ringar.robots.models.cases import Case, CaseFile, CaseNote, Robot, Run, Step
from ringar.robots.rules.cases import StepKind
from ringar.robots.step_words import StepWords

MOST_EVENTS = 20


@dataclass(frozen=True)
class StepLine:
    """A step of a run: its words, what came of it, and how long it took (seconds; None where it has not ended)."""

    step: Step
    words: str
    seconds: float | None
    facts: list[tuple[str, str]]

    @property
    def is_pretended(self) -> bool:
        """What it would have done; it did nothing."""
        return self.step.kind == StepKind.DRY


@dataclass(frozen=True)
class RunLine:
    """A run with its steps in order, and what was noted and kept in it."""

    run: Run
    steps: list[StepLine]
    notes: list[tuple[CaseNote, list[tuple[str, str]]]]
    files: list[CaseFile]


def step_line(step: Step, words: StepWords) -> StepLine:
    """The step in words; one that was done in an earlier run took no time in this."""
    seconds = (step.done_at - step.intended_at).total_seconds() if step.done_at else None
    return StepLine(step, words.of(step.name, step.bpmn_id), seconds, facts_of(step.result))


def run_line(run: Run, words: StepWords) -> RunLine:
    """The run in words. No query, where its rows were read along."""
    steps = sorted(run.steps.all(), key=lambda step: step.number)
    notes = sorted(run.notes.all(), key=lambda note: (note.at, note.pk))
    return RunLine(
        run,
        [step_line(step, words) for step in steps],
        [(note, facts_of(note.facts)) for note in notes],
        list(run.files.all()),
    )


def history_of(row: Case | Robot, viewer: Viewer, words: StepWords) -> list[tuple[datetime, str, str, str]]:
    """What was done to the row: when, by whom as the viewer may read it, what, and why. 2–3 queries."""
    events = AuditEvent.objects.filter(target_kind=row._meta.label_lower, target_id=str(row.uuid))
    rows = with_shown_labels(events.order_by("-at", "-id")[:MOST_EVENTS], viewer)
    return [(each.at, each.label, action_word(each.action), reason_in(each.changes, words)) for each in rows]


def reason_in(changes: Any, words: StepWords) -> str:
    """What an audit row says besides what was done: its reason, or the step."""
    told = changes if isinstance(changes, dict) else {}
    if told.get("step"):
        return words.of(str(told["step"]))
    return next((str(told[name]) for name in ("reason", "what", "error") if told.get(name)), "")
