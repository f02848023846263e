"""Every write of this room."""

from ringar.matching.actions.matches import (
    ask_match,
    check_criterion,
    choose_solution,
    judge_match,
    queue_learning,
    start_call_for,
    take_back_judgement,
    unchoose_solution,
)

__all__ = [
    "ask_match",
    "check_criterion",
    "choose_solution",
    "judge_match",
    "queue_learning",
    "start_call_for",
    "take_back_judgement",
    "unchoose_solution",
]
