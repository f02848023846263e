"""Every test set that comes with Peppol's own rules: does each document break the rule it says it breaks?"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import etree

from ringar_kits.invoices import check_invoice, read_invoice, write_invoice
from ringar_kits.invoices.check import RULES

SETS = {"v": "http://difi.no/xsd/vefa/validator/1.0"}
# A rule that its owners have commented out, with all its cases.
WITHDRAWN = {"PEPPOL-COMMON-R048"}


@dataclass(frozen=True)
class Case:
    """One document, the rule it is about, and what is expected of it: success, warning or error, how often."""

    name: str
    rule: str
    expected: str
    times: int
    document: bytes


def cases(folder: Path) -> list[Case]:
    found = []
    for path in sorted(folder.glob("unit-UBL-*/*.xm*")):
        for place, test in enumerate(etree.fromstring(path.read_bytes()).iterfind("v:test", SETS), 1):
            expectation = next(
                each for each in test.find("v:assert", SETS) if not each.tag.endswith("description")
            )
            document = etree.tostring(next(each for each in test if each.tag.startswith("{urn:oasis")))
            word, times = etree.QName(expectation).localname, int(expectation.get("number", 1))
            found.append(Case(f"{path.stem}#{place}", expectation.text.strip(), word, times, document))
    return found


@pytest.fixture(scope="module")
def folder(data: Path) -> Path:
    if not (data / "invoices_peppol").is_dir():
        pytest.skip("the shared data hold no Peppol examples")
    return data / "invoices_peppol"


def test_rules_when_official_cases_are_checked_then_each_is_judged_as_expected(folder: Path) -> None:
    all_cases, wrong = cases(folder), []
    for case in all_cases:
        found = [each for each in check_invoice(case.document) if each.rule == case.rule]
        expected = [] if case.expected == "success" else [case.expected] * case.times
        if [each.severity for each in found] != expected:
            wrong.append((case.name, case.expected, case.times, [each.severity for each in found]))
    assert not wrong
    assert len(all_cases) > 200


def test_rules_when_counted_then_all_of_the_official_sets_are_here(folder: Path) -> None:
    scopes = set()
    for path in folder.glob("unit-UBL-*/*.xm*"):
        scopes |= set(re.findall(r"<(?:\w+:)?scope>([^<]+)<", path.read_text(encoding="utf-8")))
    assert scopes - {rule.name for rule in RULES} == WITHDRAWN
    assert sum(name.startswith("SE-R") for name in scopes) == 13


def test_examples_when_read_then_all_parse_and_come_back_the_same(folder: Path) -> None:
    paths = sorted(folder.glob("*examples/**/*.xml"))
    assert len(paths) == 12
    for path in paths:
        invoice = read_invoice(path.read_bytes())
        assert read_invoice(write_invoice(invoice)) == invoice, path.name


def test_examples_when_checked_then_only_invented_numbers_are_wrong(folder: Path) -> None:
    found = {
        (path.name, finding.rule)
        for path in folder.glob("*examples/**/*.xml")
        for finding in check_invoice(path.read_bytes())
        if finding.is_error
    }
    # One example is of a seller known by its representative; it lacks the name that EN 16931 asks for.
    found.discard(("GR-base-example-TaxRepresentative.xml", "BR-06"))
    assert {rule for _, rule in found} == {"PEPPOL-COMMON-R040"}
