"""What a robot's steps are called on pages: as its map calls them, else as its author describes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ringar.robots.finding import robot_named
from ringar.robots.models.cases import Robot
from ringar_kits.errors import InputError
from ringar_kits.processes import read_bpmn

LONGEST = 120


@dataclass(frozen=True)
class StepWords:
    """The words for steps, by their BPMN ids and by their names in code."""

    on_map: Mapping[str, str]
    in_code: Mapping[str, str]

    def of(self, name: str, bpmn_id: str = "") -> str:
        """What the step is called; `find_invoice`, which nobody has put into words, is "Find invoice"."""
        return self.on_map.get(bpmn_id) or self.in_code.get(name) or said_plainly(name)


def said_plainly(name: str) -> str:
    """A name in code as one would write it."""
    return name.replace("_", " ").strip().capitalize() or name


@lru_cache(maxsize=64)
def names_on(bpmn: str) -> Mapping[str, str]:
    """The names of a map's elements by their ids; none where it can not be read."""
    try:
        drawn = read_bpmn(bpmn)
    except InputError:
        return {}
    return {step.id: " ".join(step.name.split())[:LONGEST] for step in drawn.steps if step.name.strip()}


def words_of(robot: Robot) -> StepWords:
    """The words for the robot's steps. No query, where its map version was read along."""
    on_map = names_on(robot.map_version.bpmn) if robot.map_version else {}
    code, in_code = robot_named(robot.name), dict[str, str]()
    for step in code.steps if code else ():
        first_line = (step.function.__doc__ or "").strip().partition("\n")[0].rstrip(".")
        in_code[step.name] = on_map.get(step.bpmn_id) or first_line[:LONGEST] or said_plainly(step.name)
    return StepWords(on_map, in_code)
