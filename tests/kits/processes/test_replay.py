"""What a map allows, against what BPMN says that it means."""

from itertools import pairwise

import pytest

from ringar_kits.processes import BpmnFlow, BpmnMap, BpmnStep, check_graph, map_log
from ringar_kits.processes.bpmn import BpmnNode
from tests.kits.processes.logs import log_of

KINDS = {
    "X": "exclusiveGateway",
    "+": "parallelGateway",
    "O": "inclusiveGateway",
    "(": "startEvent",
    ")": "endEvent",
    "!": "terminateEndEvent",
}


def drawn(*ways: str, attached: dict[str, str] | None = None, interrupts: bool = True) -> BpmnMap:
    """Each way is elements with > between; a small letter is a step, others by their first sign: X1>a>)."""
    flows, keys = dict[tuple[str, str], None](), dict[str, None]()
    for way in ways:
        parts = way.split(">")
        keys |= dict.fromkeys(parts)
        flows |= dict.fromkeys(pairwise(parts))
    nodes = [BpmnNode(key, "", KINDS[key[0]]) for key in keys if key[0] in KINDS]
    nodes += [BpmnNode(key, "", "boundaryEvent", to, interrupts) for key, to in (attached or {}).items()]
    known = {node.id for node in nodes}
    return BpmnMap(
        steps=tuple(BpmnStep(key, key.upper(), "task") for key in keys if key not in known),
        flows=tuple(BpmnFlow(f"{source}{target}", source, target) for source, target in flows),
        nodes=tuple(nodes),
    )


def fits(bpmn: BpmnMap, *paths: str) -> list[bool]:
    return [check_graph(map_log(log_of(path)), bpmn).fitting == 1 for path in paths]


CHOICE = drawn("(>a>X1>b>X2>)", "X1>c>X2>d", "d>X2")
BOTH = drawn("(>a>+1>b>+2>d>)", "+1>c>e>+2")


@pytest.mark.parametrize(
    ("bpmn", "yes", "no"),
    [
        (drawn("(>a>b>)"), ["ab"], ["a", "b", "ba", "abb", "aab"]),
        (drawn("(>a>X1>b>X2>)", "X1>c>X2"), ["ab", "ac"], ["abc", "acb", "a"]),
        (BOTH, ["abced", "acbed", "acebd"], ["abd", "aebcd", "abcedd", "abecd", "acbd"]),
        (drawn("(>X1>a>X2>b>)", "X2>X1"), ["ab", "aab", "aaaab"], ["b", "abb"]),
        (drawn("(>a>O1>b>O2>d>)", "O1>c>O2"), ["abd", "acd", "abcd", "acbd"], ["ad", "abbd", "abcb"]),
        (drawn("(>a>b>)", "a>c>)2"), ["abc", "acb"], ["ab", "ac"]),  # two flows from a step: both are taken
        (drawn("(>+1>a>!)", "+1>b>c>)"), ["a", "ba", "bca"], ["bc", "ac"]),
        (drawn("a>b"), ["ab"], ["a", "b"]),  # no events drawn
        (drawn("(1>a>)", "(2>b>)"), ["a", "b"], ["ab", "ba"]),
    ],
)
def test_case_when_played_on_a_map_then_fits_as_the_map_says(
    bpmn: BpmnMap, yes: list[str], no: list[str]
) -> None:
    assert fits(bpmn, *yes) == [True] * len(yes)
    assert fits(bpmn, *no) == [False] * len(no)


def test_boundary_event_when_it_interrupts_then_its_step_may_be_missing() -> None:
    ways = ("(>a>b>)", "late>c>)2")
    assert fits(drawn(*ways, attached={"late": "a"}), "ab", "c", "acb", "b") == [True, True, False, False]
    beside = drawn(*ways, attached={"late": "a"}, interrupts=False)
    assert fits(beside, "ab", "cab", "abc", "c") == [True, True, True, False]


def test_comparison_when_made_then_says_what_differs() -> None:
    bpmn = drawn("(>a>X1>b>X2>)", "X1>c>X2", "X1>q>X2")
    found = check_graph(map_log(log_of("ab", "ab", "ac", "a", "abz", "cb")), bpmn)
    assert (found.cases, found.fitting, found.unfinished) == (6, 3, 1)
    assert [(edge.before, edge.after) for edge in found.off_map] == [("b", "z"), ("c", "b")]
    assert (found.unknown, found.never) == (("z",), ("Q",))
    assert found.share == 0.5 and found.is_complete


def test_edges_when_steps_are_side_by_side_then_each_order_is_in_the_map() -> None:
    found = check_graph(map_log(log_of("abced", "acbed", "acebd", "aebcd")), BOTH)
    assert [(edge.before, edge.after) for edge in found.off_map] == [("a", "e"), ("c", "d")]


def test_map_when_it_has_too_many_states_then_says_so_and_ends() -> None:
    wide = drawn(*(f"(>+1>{letter}1>{letter}2>{letter}3>+2>)" for letter in "abcdefghijkl"))
    found = check_graph(map_log(log_of("ab")), wide)
    assert not found.is_complete
    endless = drawn("(>X1>+1>X1", "+1>a>b>)")  # ever more tokens
    assert not check_graph(map_log(log_of("ab")), endless).is_complete
