"""Every write of this room."""

from ringar.matching.actions.days import (
    DayFacts,
    cancel_day,
    change_meeting_day,
    create_meeting_day,
    publish_day,
)
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
from ringar.matching.actions.meetings import ask_for_answers, mark_held, mark_no_show, save_answer
from ringar.matching.actions.parties import (
    add_managers,
    add_party,
    add_startups,
    change_party,
    invite_parties,
    remind_late_parties,
    remind_parties,
    remove_party,
)
from ringar.matching.actions.placing import (
    add_meeting,
    move_meeting,
    plan_day,
    queue_plan,
    release_meeting,
    remove_meeting,
)
from ringar.matching.actions.wishes import cancel_party, save_wishes

__all__ = [
    "DayFacts",
    "add_managers",
    "add_meeting",
    "add_party",
    "add_startups",
    "ask_for_answers",
    "ask_match",
    "cancel_day",
    "cancel_party",
    "change_meeting_day",
    "change_party",
    "check_criterion",
    "choose_solution",
    "create_meeting_day",
    "invite_parties",
    "judge_match",
    "mark_held",
    "mark_no_show",
    "move_meeting",
    "plan_day",
    "publish_day",
    "queue_learning",
    "queue_plan",
    "release_meeting",
    "remind_late_parties",
    "remind_parties",
    "remove_meeting",
    "remove_party",
    "save_answer",
    "save_wishes",
    "start_call_for",
    "take_back_judgement",
    "unchoose_solution",
]
