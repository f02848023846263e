import re

import pytest

from ringar_kits.errors import InputError
from ringar_kits.processes import check_steps, map_log, read_bpmn, write_bpmn
from tests.kits.processes.logs import log_of

MAP = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d">
  <bpmn:collaboration id="c"><bpmn:participant id="p" name="Kommunen" processRef="process"/></bpmn:collaboration>
  <bpmn:process id="process">
    <bpmn:laneSet id="lanes">
      <bpmn:lane id="l1" name="Ekonomi"><bpmn:flowNodeRef>find</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>go</bpmn:flowNodeRef></bpmn:lane>
      <bpmn:lane id="l2" name="Enheten"><bpmn:flowNodeRef>ask</bpmn:flowNodeRef></bpmn:lane>
    </bpmn:laneSet>
    <bpmn:startEvent id="go"/>
    <bpmn:userTask id="ask" name="Be om&#10; kreditering"/>
    <bpmn:serviceTask id="find" name="Hitta fakturan"/>
    <bpmn:serviceTask id="credit" name="Kreditera"/>
    <bpmn:textAnnotation id="note"><bpmn:text>inget steg</bpmn:text></bpmn:textAnnotation>
    <bpmn:endEvent id="stop"/>
    <bpmn:sequenceFlow id="f1" sourceRef="go" targetRef="ask"/>
    <bpmn:sequenceFlow id="f2" sourceRef="ask" targetRef="find" name="ja"/>
    <bpmn:sequenceFlow id="f3" sourceRef="find" targetRef="credit"/>
    <bpmn:sequenceFlow id="f4" sourceRef="credit" targetRef="stop"/>
  </bpmn:process>
</bpmn:definitions>"""


def test_map_when_read_then_steps_flows_and_lanes_are_there() -> None:
    bpmn = read_bpmn(MAP)
    assert [(step.id, step.name, step.kind, step.lane) for step in bpmn.steps] == [
        ("ask", "Be om kreditering", "userTask", "Enheten"),
        ("find", "Hitta fakturan", "serviceTask", "Ekonomi"),
        ("credit", "Kreditera", "serviceTask", ""),
    ]
    assert [(flow.source, flow.target, flow.name) for flow in bpmn.flows][1] == ("ask", "find", "ja")
    assert [(lane.name, lane.steps) for lane in bpmn.lanes] == [("Ekonomi", ("find",)), ("Enheten", ("ask",))]
    assert [node.kind for node in bpmn.nodes] == ["startEvent", "endEvent"]
    assert read_bpmn(MAP.encode()) == bpmn


def test_steps_when_checked_then_differences_are_named() -> None:
    bpmn = read_bpmn(MAP)
    agreed = check_steps(bpmn, ["find", "credit"])
    assert (agreed.unknown, agreed.uncarried) == ((), ())
    differing = check_steps(bpmn, ["find", "gone", "go"])
    assert (differing.unknown, differing.uncarried) == (("go", "gone"), ("credit",))


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('targetRef="stop"', 'targetRef="away"', "flow f4 leads to 'away'"),
        ('id="credit"', 'id="find"', "id 'find' stands twice"),
        ('<bpmn:endEvent id="stop"/>', "<bpmn:endEvent/>", "no id"),
        ("definitions", "elsewhere", "not BPMN"),
        ("bpmn:process", "bpmn:other", "no process"),
        ("</bpmn:definitions>", "", "not well-formed"),
        ('<?xml version="1.0" encoding="UTF-8"?>', '<!DOCTYPE a [<!ENTITY x "y">]>', "document type"),
        ('<bpmn:endEvent id="stop"/>', "<a>" * 300 + "</a>" * 300, "nested more than"),
    ],
)
def test_map_when_it_can_not_be_used_then_says_why(before: str, after: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_bpmn(MAP.replace(before, after))


@pytest.mark.parametrize("xml", ["", "\ud800", "\0", "🚰" * 50_000, b"\xff\xfe<"])
def test_map_when_it_is_no_xml_then_is_refused(xml: str | bytes) -> None:
    with pytest.raises(InputError):
        read_bpmn(xml)


def test_subprocess_when_drawn_out_then_its_steps_stand_in_its_place() -> None:
    inside = (
        '<bpmn:subProcess id="find" name="Leta"><bpmn:startEvent id="in"/><bpmn:task id="look" name="Titta"/>'
        '<bpmn:endEvent id="out"/><bpmn:sequenceFlow id="i1" sourceRef="in" targetRef="look"/>'
        '<bpmn:sequenceFlow id="i2" sourceRef="look" targetRef="out"/></bpmn:subProcess>'
    )
    bpmn = read_bpmn(MAP.replace('<bpmn:serviceTask id="find" name="Hitta fakturan"/>', inside))
    assert [step.id for step in bpmn.steps] == ["ask", "look", "credit"]
    after = {flow.source: flow.target for flow in bpmn.flows}
    way, place = [], "go"
    while place := after.get(place, ""):
        way.append(place)
    assert way == ["ask", "find", "in", "look", "out", "find:out", "credit", "stop"]


def test_lane_when_it_lies_within_another_then_the_closer_one_tells_who_does_the_step() -> None:
    space = "http://www.omg.org/spec/BPMN/20100524/MODEL"
    inner = '<lane id="i" name="Registrator"><flowNodeRef>a</flowNodeRef></lane>'
    outer = f'<lane id="o" name="Kansli"><flowNodeRef>a</flowNodeRef><childLaneSet id="c">{inner}</childLaneSet></lane>'
    process = f'<process id="p"><laneSet id="l">{outer}</laneSet><task id="a" name="A"/></process>'
    bpmn = read_bpmn(f'<definitions xmlns="{space}">{process}</definitions>')
    assert [step.lane for step in bpmn.steps] == ["Registrator"]


def test_map_when_drawn_from_a_log_then_every_element_has_its_picture() -> None:
    xml = write_bpmn(map_log(log_of("abc", "abbc", "ac", "a")), show=1)
    bpmn = read_bpmn(xml)
    keys = [each.id for each in (*bpmn.steps, *bpmn.nodes, *bpmn.flows)]
    assert sorted(re.findall(r'bpmnElement="(\w+)"', xml)) == sorted([*keys, "Process_1"])
    assert len(set(keys)) == len(keys)
    assert all(len(re.findall("<di:waypoint", edge)) >= 2 for edge in re.findall(r"<bpmndi:BPMNEdge.*", xml))


def test_map_when_drawn_from_odd_names_then_they_come_back() -> None:
    bpmn = read_bpmn(write_bpmn(map_log(log_of('"', "<", "&", "'", "å", "🚰")), show=1))
    assert {step.name for step in bpmn.steps} == {'"', "<", "&", "'", "å", "🚰"}
