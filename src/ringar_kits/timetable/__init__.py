"""Chooses who meets whom on a meeting day, and when: no clash, as much value as can be, and why a wish was not met.

>>> from ringar_kits.timetable import Wish, check_plan, plan_meetings
>>> wishes = [Wish("Bo", "Vattenkoll", 3), Wish("Bo", "Seniorhus", 2), Wish("Alva", "Vattenkoll", 2)]
>>> plan = plan_meetings(wishes, slots=2, unavailable=[("Alva", 0)])
>>> [(meeting.slot, meeting.manager, meeting.startup) for meeting in plan.meetings]
[(0, 'Bo', 'Vattenkoll'), (1, 'Alva', 'Vattenkoll'), (1, 'Bo', 'Seniorhus')]
>>> plan.value, plan.bound, check_plan(plan.meetings, wishes, slots=2, unavailable=[("Alva", 0)])
(7.0, 7.0, [])
"""

from ringar_kits.timetable.check import check_plan
from ringar_kits.timetable.explain import explain
from ringar_kits.timetable.model import OBSTACLES, WHY, Meeting, Obstacle, Plan, Repair, Unmet, Wish
from ringar_kits.timetable.obstacles import find_obstacles
from ringar_kits.timetable.plan import plan_meetings
from ringar_kits.timetable.repair import repair_plan

__all__ = [
    "OBSTACLES",
    "WHY",
    "Meeting",
    "Obstacle",
    "Plan",
    "Repair",
    "Unmet",
    "Wish",
    "check_plan",
    "explain",
    "find_obstacles",
    "plan_meetings",
    "repair_plan",
]
