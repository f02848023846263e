"""`ringar audit verify` and `ringar audit head`, as the operator's nightly job calls them."""

import json

import pytest

from ringar.cli import main
from ringar.core.actions import add_unit, audit_row, create_organisation
from ringar.core.audit_queries import chain_head, verify_chain
from ringar.core.models import AuditEvent, Organisation
from ringar.core.rules import Viewer

OPERATOR = Viewer.of_command_line()


@pytest.fixture
def city(transactional_db: None) -> Organisation:
    city = create_organisation(by=OPERATOR, name="Ringsala kommun")
    add_unit(by=OPERATOR, organisation=city, name="Hemtjänsten")
    return city


def test_verify_when_the_chain_holds_then_says_so_with_its_head(
    city: Organisation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "verify"]) == 0
    told = capsys.readouterr().out
    assert "2 rows in the chain" in told and "The chain holds." in told
    assert f"position 2, hash {chain_head()[1]}" in told


def test_verify_when_a_row_was_changed_then_names_it_and_ends_with_1(
    city: Organisation, capsys: pytest.CaptureFixture[str]
) -> None:
    row = AuditEvent.objects.get(position=1)
    AuditEvent.objects.filter(pk=row.pk).update(label="Sven")
    assert main(["audit", "verify"]) == 1
    assert f"BROKEN at position 1 (audit row {row.pk})" in capsys.readouterr().out
    assert main(["audit", "verify", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["is_whole"] is False and told["first_break"]["position"] == 1
    assert told["rows"] == 2 and told["position"] == 2 and told["late"] == 0


def test_verify_when_given_a_kept_head_then_it_must_be_met(
    city: Organisation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "head"]) == 0
    position, head = capsys.readouterr().out.split()
    add_unit(by=OPERATOR, organisation=city, name="Förskolan")
    assert main(["audit", "verify", "--head", head, "--at", position]) == 0
    assert main(["audit", "verify", "--head", head, "--at", "3"]) == 1
    assert main(["audit", "verify", "--head", "0" * 64]) == 1
    assert "kept elsewhere" in capsys.readouterr().out
    assert main(["audit", "verify", "--at", "3"]) == 2
    assert "--head HASH" in capsys.readouterr().err


def test_head_when_rows_wait_then_they_are_taken_into_the_chain_first(
    city: Organisation, capsys: pytest.CaptureFixture[str]
) -> None:
    audit_row(by=OPERATOR, action="try", target=city).save()
    assert main(["audit", "head", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"position": 3, "head": chain_head()[1]}
    assert verify_chain().unsealed == 0
