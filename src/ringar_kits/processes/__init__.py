"""Maps how work is really done, from the log of a system: paths, volumes, waiting and rework, beside the agreed map.

>>> from datetime import datetime
>>> from ringar_kits.processes import Event, make_log, map_log
>>> def on(day: int) -> datetime:
...     return datetime(2026, 3, day)
>>> log = make_log([Event("1", "Ask", on(2)), Event("1", "Answer", on(5)), Event("2", "Ask", on(3))])
>>> graph = map_log(log)
>>> graph.cases, graph.events, [(edge.before, edge.after, edge.wait.median / 86400) for edge in graph.edges]
(2, 3, [('Ask', 'Answer', 3.0)])
"""

from ringar_kits.processes.bpmn import (
    BpmnFlow,
    BpmnLane,
    BpmnMap,
    BpmnStep,
    StepCheck,
    check_steps,
    read_bpmn,
)
from ringar_kits.processes.drawing import write_bpmn
from ringar_kits.processes.graph import map_log
from ringar_kits.processes.log import make_log
from ringar_kits.processes.model import DAY, Edge, Event, EventLog, ProcessGraph, Spread, Step, Variant
from ringar_kits.processes.read import read_log
from ringar_kits.processes.replay import Conformance, check_graph
from ringar_kits.processes.rows import EdgeRow, edge_rows
from ringar_kits.processes.svg import graph_svg

__all__ = [
    "DAY",
    "BpmnFlow",
    "BpmnLane",
    "BpmnMap",
    "BpmnStep",
    "Conformance",
    "Edge",
    "EdgeRow",
    "Event",
    "EventLog",
    "ProcessGraph",
    "Spread",
    "Step",
    "StepCheck",
    "Variant",
    "check_graph",
    "check_steps",
    "edge_rows",
    "graph_svg",
    "make_log",
    "map_log",
    "read_bpmn",
    "read_log",
    "write_bpmn",
]
