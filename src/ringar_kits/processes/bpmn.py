"""Reads the agreed map: BPMN 2.0 XML with its steps, sequence flows and lanes; message flows and pictures are left."""

from collections.abc import Collection
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ringar_kits.errors import InputError
from ringar_kits.processes.markup import read_tree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
TASKS = {
    "task",
    "userTask",
    "serviceTask",
    "sendTask",
    "receiveTask",
    "manualTask",
    "scriptTask",
    "businessRuleTask",
    "callActivity",
}
GATEWAYS = {
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "eventBasedGateway",
    "complexGateway",
}
EVENTS = {
    "startEvent",
    "endEvent",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "boundaryEvent",
}
PARTS = {"subProcess", "transaction", "adHocSubProcess"}
MAX_NODES = 5_000


@dataclass(frozen=True, slots=True)
class BpmnStep:
    """Work in a map: a task of some kind. `lane` is the name of who does it, or empty."""

    id: str
    name: str
    kind: str
    lane: str = ""


@dataclass(frozen=True, slots=True)
class BpmnNode:
    """A gateway or an event: it directs and is no work."""

    id: str
    name: str
    kind: str
    attached_to: str = ""
    """The step on whose edge it sits."""
    interrupts: bool = True


@dataclass(frozen=True, slots=True)
class BpmnFlow:
    """One thing follows another, by their ids."""

    id: str
    source: str
    target: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class BpmnLane:
    """Who does which steps (ids)."""

    id: str
    name: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class BpmnMap:
    """A map as it was drawn. What is inside a drawn subprocess counts as drawn in its place."""

    steps: tuple[BpmnStep, ...]
    flows: tuple[BpmnFlow, ...]
    lanes: tuple[BpmnLane, ...] = ()
    nodes: tuple[BpmnNode, ...] = ()

    @property
    def service_tasks(self) -> tuple[BpmnStep, ...]:
        """The steps that a system does."""
        return tuple(step for step in self.steps if step.kind == "serviceTask")


@dataclass(frozen=True, slots=True)
class StepCheck:
    """Where a map and those who say that they do its steps differ. Both are empty where they agree."""

    unknown: tuple[str, ...]
    """Ids that are no step of the map."""
    uncarried: tuple[str, ...]
    """Ids of service tasks that nobody carries."""


def check_steps(bpmn: BpmnMap, step_ids: Collection[str]) -> StepCheck:
    """Return where the ids that a robot's steps carry and the map's steps differ."""
    known = {step.id for step in bpmn.steps}
    unknown = tuple(sorted(set(step_ids) - known))
    return StepCheck(unknown, tuple(step.id for step in bpmn.service_tasks if step.id not in step_ids))


def read_bpmn(xml: str | bytes, *, name: str = "map") -> BpmnMap:
    """Return the map in a BPMN 2.0 document.

    Raises `InputError` where it is not BPMN, has no process, two elements share an id, or a flow leads nowhere.
    """
    content = xml.encode("utf-8", "replace") if isinstance(xml, str) else xml
    root = read_tree(content, name)
    if root.tag != f"{{{BPMN}}}definitions":
        raise InputError(
            "this is XML but not BPMN 2.0",
            place=name,
            remedy="Save the map as BPMN 2.0 XML; its root is <definitions>",
        )
    processes = root.findall(f"{{{BPMN}}}process")
    if not processes:
        raise InputError("there is no process in the map", place=name, remedy="Draw at least one step")
    reader = _Reader(name)
    for process in processes:
        reader.read_part(process)
    return reader.finished()


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.steps: dict[str, BpmnStep] = {}
        self.nodes: dict[str, BpmnNode] = {}
        self.flows: dict[str, BpmnFlow] = {}
        self.lanes: dict[str, BpmnLane] = {}
        self.lane_of: dict[str, str] = {}

    def read_part(self, part: Element) -> None:
        """A process or a drawn subprocess."""
        for lane in part.iter(f"{{{BPMN}}}lane"):
            self.read_lane(lane)
        for element in part:
            kind = element.tag.rpartition("}")[2]
            if kind == "sequenceFlow":
                self.read_flow(element)
            elif kind in TASKS | PARTS | GATEWAYS | EVENTS:
                self.read_node(element, kind)
        if len(self.steps) + len(self.nodes) > MAX_NODES:
            raise InputError(
                "the map has more than {most:,} elements",
                place=self.name,
                remedy="Draw it in parts",
                facts={"most": MAX_NODES},
            )

    def read_lane(self, lane: Element) -> None:
        named = lane.get("name", "").strip()
        refs = [(ref.text or "").strip() for ref in lane.findall(f"{{{BPMN}}}flowNodeRef")]
        self.lanes[lane.get("id", "")] = BpmnLane(lane.get("id", ""), named, tuple(refs))
        # Lanes within lanes come later and are the closer ones
        self.lane_of |= dict.fromkeys(refs, named)

    def read_node(self, element: Element, kind: str) -> None:
        key, label = self.id_of(element), " ".join(element.get("name", "").split())
        if kind in TASKS or (kind in PARTS and not _starts(element)):
            self.steps[key] = BpmnStep(key, label, kind, self.lane_of.get(key, ""))
            return
        if element.find(f"{{{BPMN}}}terminateEventDefinition") is not None:
            kind = "terminateEndEvent"
        self.nodes[key] = BpmnNode(
            key, label, kind, element.get("attachedToRef", ""), element.get("cancelActivity") != "false"
        )
        if kind in PARTS:
            self.unfold(element, key)

    def unfold(self, part: Element, key: str) -> None:
        """A subprocess becomes a way in, what is drawn inside, and a way out."""
        leave = f"{key}:out"
        self.nodes[leave] = BpmnNode(leave, "", "exclusiveGateway")
        self.read_part(part)
        ways = [(key, start) for start in _starts(part)]
        ways += [(end.get("id", ""), leave) for end in part.findall(f"{{{BPMN}}}endEvent")]
        for source, target in ways:
            self.flows[f"{source}→{target}"] = BpmnFlow(f"{source}→{target}", source, target)

    def read_flow(self, element: Element) -> None:
        key = self.id_of(element)
        self.flows[key] = BpmnFlow(
            key, element.get("sourceRef", ""), element.get("targetRef", ""), element.get("name", "").strip()
        )

    def id_of(self, element: Element) -> str:
        key = element.get("id", "")
        if not key or key in self.steps or key in self.nodes or key in self.flows:
            problem = "the id '{id}' stands twice" if key else "an element has no id"
            facts = {"id": key[:60]}
            raise InputError(
                problem, place=self.name, remedy="Save the map anew in a BPMN editor", facts=facts
            )
        return key

    def finished(self) -> BpmnMap:
        known = self.steps.keys() | self.nodes.keys()
        for flow in self.flows.values():
            for end in (flow.source, flow.target):
                if end not in known:
                    raise InputError(
                        "the flow {flow} leads to '{end}', which is not there",
                        place=self.name,
                        facts={"flow": flow.id[:60], "end": end[:60]},
                        remedy="Remove the flow, or draw what it leads to",
                    )
        flows = tuple(self.leaving(flow) for flow in self.flows.values())
        lanes = tuple(
            BpmnLane(lane.id, lane.name, tuple(ref for ref in lane.steps if ref in self.steps))
            for lane in self.lanes.values()
        )
        return BpmnMap(tuple(self.steps.values()), flows, lanes, tuple(self.nodes.values()))

    def leaving(self, flow: BpmnFlow) -> BpmnFlow:
        """What leaves a subprocess that was unfolded leaves by its way out."""
        leave = f"{flow.source}:out"
        if leave in self.nodes and flow.id != f"{flow.source}→{flow.target}":
            return BpmnFlow(flow.id, leave, flow.target, flow.name)
        return flow


def _starts(part: Element) -> list[str]:
    return [start.get("id", "") for start in part.findall(f"{{{BPMN}}}startEvent")]
