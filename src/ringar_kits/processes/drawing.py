"""Draws a first as-is map from a log, as BPMN 2.0 that any editor opens: tasks, exclusive gateways and a picture."""

from collections import defaultdict
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from ringar_kits.processes.drawn import Drawn, choose
from ringar_kits.processes.layers import Wire
from ringar_kits.processes.layout import Box, Point, lay_out
from ringar_kits.processes.model import ProcessGraph

SPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"'
    ' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI"'
)
SIZES = {
    "task": Box(80, 130),
    "startEvent": Box(36, 36),
    "endEvent": Box(36, 36),
    "exclusiveGateway": Box(50, 50),
}
"""As the layout sees them: it runs downwards and the map to the right, so height comes first."""
MARGIN = 60.0


@dataclass
class _Net:
    """The elements with their kinds and names, and what follows what with its volume."""

    nodes: dict[str, tuple[str, str]] = field(default_factory=dict)
    flows: list[tuple[str, str, float]] = field(default_factory=list)

    def add(self, key: str, kind: str, name: str = "") -> str:
        self.nodes[key] = kind, name
        return key


def write_bpmn(graph: ProcessGraph, *, show: float = 0.9) -> str:
    """Return the most common paths that together have at least `show` (0 to 1) of the cases, as a BPMN 2.0 document.

    A log tells what followed what and not why: every branching is an exclusive gateway, so work done side by side looks
    like work done in turns. A person has to look it over, name the gateways and agree. With `show` 1 every case of the
    log fits the map, unless there are more edges than `MAX_EDGES`, when the rarest are left out.
    """
    net = _as_net(choose(graph, show))
    names = list(net.nodes)
    place = {key: number for number, key in enumerate(names)}
    wires = [Wire(place[source], place[target], weight) for source, target, weight in net.flows]
    boxes = [SIZES[kind] for kind, _ in net.nodes.values()]
    layout = lay_out(boxes, wires, [Box(0, 0)] * len(wires))
    # On its side: what ran downwards runs to the right
    at = {key: (y + MARGIN, x + MARGIN) for key, (x, y) in zip(names, layout.places, strict=True)}
    lines = {number: [(y + MARGIN, x + MARGIN) for x, y in line] for number, line in layout.lines.items()}
    for number, line in lines.items():
        source, target, _ = net.flows[number]
        line[0] = _fastened(line[0], at[source], net.nodes[source][0])
        line[-1] = _fastened(line[-1], at[target], net.nodes[target][0])
    return "\n".join([
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<definitions {SPACES} id="Definitions_1" targetNamespace="urn:ringar:map">',
        '<process id="Process_1" isExecutable="false">',
        *(f"<{kind} id={quoteattr(key)} name={quoteattr(name)}/>" for key, (kind, name) in net.nodes.items()),
        *(
            f'<sequenceFlow id="Flow_{number}" sourceRef={quoteattr(source)} targetRef={quoteattr(target)}/>'
            for number, (source, target, _) in enumerate(net.flows, 1)
        ),
        "</process>",
        '<bpmndi:BPMNDiagram id="Diagram_1"><bpmndi:BPMNPlane id="Plane_1" bpmnElement="Process_1">',
        *(_shape(key, net.nodes[key][0], at[key]) for key in names),
        *(
            _edge(number + 1, lines.get(number) or _round(at[source]))
            for number, (source, _, _) in enumerate(net.flows)
        ),
        "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>",
        "</definitions>",
        "",
    ])  # fmt: skip


def _as_net(drawn: Drawn) -> _Net:
    ways = [(edge.before, edge.after, float(edge.events)) for edge in drawn.edges]
    ways += [("", step.name, float(step.starts)) for step in drawn.starts]
    ways += [(step.name, "", float(step.ends)) for step in drawn.ends]
    out, into = defaultdict[str, int](int), defaultdict[str, int](int)
    for before, after, _ in ways:
        out[before] += 1
        into[after] += 1
    net, leave, reach = _Net(), dict[str, str](), dict[str, str]()
    leave[""] = net.add("StartEvent_1", "startEvent")
    for number, step in enumerate(drawn.steps, 1):
        leave[step.name] = reach[step.name] = net.add(f"Task_{number}", "task", step.name)
        if into[step.name] > 1:
            reach[step.name] = net.add(f"Join_{number}", "exclusiveGateway")
            net.flows.append((f"Join_{number}", f"Task_{number}", float(step.events)))
        if out[step.name] > 1:
            leave[step.name] = net.add(f"Split_{number}", "exclusiveGateway")
            net.flows.append((f"Task_{number}", f"Split_{number}", float(step.events)))
    if out[""] > 1:
        leave[""] = net.add("Split_start", "exclusiveGateway")
        net.flows.append(("StartEvent_1", "Split_start", 1.0))
    # The end comes last, where the layout puts it last
    if into[""] > 1:
        net.flows.append((net.add("Join_end", "exclusiveGateway"), "EndEvent_1", 1.0))
    reach[""] = "Join_end" if into[""] > 1 else "EndEvent_1"
    net.add("EndEvent_1", "endEvent")
    net.flows += [(leave[before], reach[after], weight) for before, after, weight in ways]
    return net


def _fastened(end: Point, middle: Point, kind: str) -> Point:
    """Diamonds and rings are met at their tip, tasks anywhere on their side."""
    return end if kind == "task" else (end[0], middle[1])


def _shape(key: str, kind: str, at: Point) -> str:
    (x, y), size = at, SIZES[kind]
    mark = ' isMarkerVisible="true"' if kind == "exclusiveGateway" else ""
    return (
        f'<bpmndi:BPMNShape id="{key}_di" bpmnElement="{key}"{mark}>'
        f'<dc:Bounds x="{x - size.height / 2:.0f}" y="{y - size.width / 2:.0f}"'
        f' width="{size.height:.0f}" height="{size.width:.0f}"/></bpmndi:BPMNShape>'
    )


def _edge(number: int, line: list[Point]) -> str:
    """Only the points at which the line turns."""
    kept = [
        point
        for before, point, after in zip([None, *line], line, [*line[1:], None], strict=False)
        if before is None
        or after is None
        or abs(before[1] - point[1]) > 0.5
        or abs(after[1] - point[1]) > 0.5
    ]
    points = "".join(f'<di:waypoint x="{x:.0f}" y="{y:.0f}"/>' for x, y in kept)
    return f'<bpmndi:BPMNEdge id="Flow_{number}_di" bpmnElement="Flow_{number}">{points}</bpmndi:BPMNEdge>'


def _round(at: Point) -> list[Point]:
    """From an element to itself: seen only where all else that follows it is too rare to be drawn."""
    x, y = at
    return [(x, y - 25), (x, y - 45), (x + 45, y - 45), (x + 45, y), (x + 25, y)]
