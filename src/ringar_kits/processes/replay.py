"""Plays cases on the agreed map, token by token, and says which fit; gateways and events take no time and no entry.

Exact for exclusive, event-based and parallel gateways. An inclusive gateway may send a token on any of its ways and
gathers whatever tokens have come, in any number: where it matters that it waits for all, too much fits.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from ringar_kits.processes.bpmn import BpmnMap, BpmnNode
from ringar_kits.processes.model import Edge, ProcessGraph

Marking = tuple[str, ...]
"""Flows that hold a token, sorted; one that holds two stands twice."""
MOST = 5_000  # markings that are looked at to know the map as a whole
MOST_PLAYED = 100_000  # markings that are looked at to play all cases
MOST_TOKENS = 60
LOOSE = {"inclusiveGateway", "complexGateway"}


@dataclass(frozen=True)
class Conformance:
    """How cases and an agreed map go together."""

    cases: int
    fitting: int
    """Cases whose path the map allows from start to end."""
    unfinished: int
    """Cases whose path the map allows, but which have not come to its end."""
    off_map: tuple[Edge, ...]
    """Edges of the log that the map does not allow, the most common first."""
    unknown: tuple[str, ...]
    """Activities of the log that are no step of the map."""
    never: tuple[str, ...]
    """Names of the map's steps that never happen in the log."""
    is_complete: bool
    """False where the map has too many states to look at all; then cases and edges may fit that are said not to."""

    @property
    def share(self) -> float:
        """The share of cases that fit, 0 to 1."""
        return self.fitting / self.cases


def check_graph(graph: ProcessGraph, bpmn: BpmnMap) -> Conformance:
    """Return how the paths of a log and an agreed map go together.

    An activity and a step are the same where the activity is the step's name (whatever its capitals and spaces) or id.
    """
    net = _Net(bpmn)
    step_of = {step.name: net.step_of(step.name) for step in graph.steps}
    follows = net.follows()
    net.left = MOST_PLAYED
    fitting = unfinished = 0
    for variant in graph.variants:
        path = [step_of[name] for name in variant.steps]
        fits, ended = net.play(path)
        fitting += variant.cases * (fits and ended)
        unfinished += variant.cases * (fits and not ended)
    done = {key for keys in step_of.values() for key in keys}
    return Conformance(
        cases=graph.cases,
        fitting=fitting,
        unfinished=unfinished,
        off_map=tuple(
            edge
            for edge in graph.edges
            if not any((a, b) in follows for a in step_of[edge.before] for b in step_of[edge.after])
        ),
        unknown=tuple(name for name, keys in step_of.items() if not keys),
        never=tuple(step.name or step.id for step in bpmn.steps if step.id not in done),
        is_complete=net.is_complete,
    )


class _Net:
    """The map as a game of tokens on its flows."""

    def __init__(self, bpmn: BpmnMap) -> None:
        self.steps = {step.id: step for step in bpmn.steps}
        self.nodes = {node.id: node for node in bpmn.nodes}
        self.leaving, self.reaching = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
        self.target: dict[str, str] = {}
        for flow in bpmn.flows:
            self.leaving[flow.source].append(flow.id)
            self.reaching[flow.target].append(flow.id)
            self.target[flow.id] = flow.target
        self.boundaries = defaultdict[str, list[BpmnNode]](list)
        for node in bpmn.nodes:
            if node.kind == "boundaryEvent":
                self.boundaries[node.attached_to].append(node)
        self.known = defaultdict[str, list[str]](list)
        for step in bpmn.steps:
            for name in {_plain(step.name), _plain(step.id)}:
                self.known[name].append(step.id)
        self.played: dict[tuple[frozenset[Marking], tuple[str, ...]], frozenset[Marking]] = {}
        self.is_complete = True
        self.left = MOST
        self.begun = self.at_rest(self.first())

    def step_of(self, name: str) -> list[str]:
        return self.known.get(_plain(name), [])

    def first(self) -> set[Marking]:
        """One start event begins a case; a map without any begins at what nothing leads to."""
        starts = [
            node.id
            for node in self.nodes.values()
            if node.kind == "startEvent" and not self.reaching[node.id]
        ]
        first = {marking for start in starts for marking in self.sent(start, ())}
        if not first:
            ends = (
                key
                for key in (*self.steps, *self.nodes)
                if not self.reaching[key] and not self.is_boundary(key)
            )
            for key in ends:
                # A flow that is not drawn leads to it
                self.target[f"→{key}"] = key
                self.reaching[key].append(f"→{key}")
                first.add((f"→{key}",))
        return first

    def is_boundary(self, key: str) -> bool:
        return key in self.nodes and self.nodes[key].kind == "boundaryEvent"

    def sent(self, key: str, rest: Marking) -> Iterator[Marking]:
        """What may stand after an element has sent its tokens."""
        ways, kind = self.leaving[key], self.nodes[key].kind if key in self.nodes else "task"
        if kind == "terminateEndEvent":
            yield ()
        elif not ways:
            yield rest
        elif kind in ("exclusiveGateway", "eventBasedGateway"):
            yield from (_with(rest, [way]) for way in ways)
        elif kind in LOOSE:
            sizes = range(1, len(ways) + 1) if len(ways) <= 6 else (1, len(ways))
            yield from (_with(rest, some) for size in sizes for some in combinations(ways, size))
        else:
            yield _with(rest, ways)

    def silent(self, marking: Marking) -> Iterator[Marking]:
        """What a marking may become without a step: one gateway or event passes its tokens on."""
        for flow in set(marking):
            key = self.target[flow]
            for event in self.boundaries.get(key, ()):
                if not event.interrupts and set(self.leaving[event.id]) & set(marking):
                    continue  # once at a time, or there would be no end of it
                yield from self.sent(event.id, _without(marking, [flow]) if event.interrupts else marking)
            if key in self.steps:
                continue
            kind = self.nodes[key].kind
            came = [way for way in self.reaching[key] if way in marking]
            if kind == "parallelGateway":
                if len(came) == len(self.reaching[key]):
                    yield from self.sent(key, _without(marking, came))
            elif kind in LOOSE:
                yield from self.sent(key, _without(marking, came))
                yield from self.sent(key, _without(marking, [flow]))
            else:
                yield from self.sent(key, _without(marking, [flow]))

    def at_rest(self, markings: Iterable[Marking]) -> set[Marking]:
        """The markings and all that they may become without a step."""
        found = set(markings)
        fresh = list(found)
        while fresh:
            for after in self.silent(fresh.pop()):
                if after in found:
                    continue
                if self.left <= 0 or len(after) > MOST_TOKENS:
                    self.is_complete = False
                    continue
                self.left -= 1
                found.add(after)
                fresh.append(after)
        return found

    def done(self, markings: Iterable[Marking], key: str) -> set[Marking]:
        """What may stand once a step is done, before gateways move."""
        return {
            after
            for marking in markings
            for flow in set(marking)
            if self.target[flow] == key
            for after in self.sent(key, _without(marking, [flow]))
        }

    def play(self, path: Iterable[list[str]]) -> tuple[bool, bool]:
        """Whether the map allows the path so far, and whether it may end there."""
        markings = frozenset(self.begun)
        for keys in path:
            move = markings, tuple(keys)
            if move not in self.played:
                after = (each for key in keys for each in self.done(markings, key))
                self.played[move] = frozenset(self.at_rest(after))
            markings = self.played[move]
            if not markings:
                return False, False
        return True, () in markings

    def follows(self) -> set[tuple[str, str]]:
        """Which step may come right after which, somewhere in the game."""
        pairs = set[tuple[str, str]]()
        seen = set[Marking]()
        fresh = set(self.begun)
        steps = list(self.steps)
        while fresh:
            marking = fresh.pop()
            for key in {self.target[flow] for flow in marking} & set(steps):
                after = self.at_rest(self.done([marking], key))
                pairs |= {(key, self.target[flow]) for each in after for flow in each}
                new = after - seen
                self.left -= len(new)
                if self.left <= 0:
                    self.is_complete = False
                    return pairs
                seen |= new
                fresh |= new
        return pairs


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _with(rest: Marking, flows: Iterable[str]) -> Marking:
    return tuple(sorted((*rest, *flows)))


def _without(marking: Marking, flows: Iterable[str]) -> Marking:
    left = list(marking)
    for flow in flows:
        left.remove(flow)
    return tuple(left)
