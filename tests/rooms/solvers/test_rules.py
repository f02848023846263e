"""Organisation numbers, and who may do what: as tables."""

import pytest

from ringar.core.rules import Refused, Role, Viewer
from ringar.solvers import rules
from ringar.solvers.rules import (
    STRANGER,
    Kind,
    Standing,
    clean_criteria,
    clean_languages,
    clean_number,
    clean_text,
    mentions_number,
)

HOME, AWAY = 1, 2


def luhn(nine: str) -> str:
    """Nine digits with their check digit, worked out another way than the code under test."""
    products = [int(d) * (2 - i % 2) for i, d in enumerate(nine)]
    return nine + str(-sum(p // 10 + p % 10 for p in products) % 10)


@pytest.mark.parametrize(
    ("written", "kind", "kept"),
    [
        ("559000-0005", Kind.COMPANY, "5590000005"),
        ("5590000005", Kind.COMPANY, "5590000005"),
        (" 559000 0005 ", Kind.COMPANY, "5590000005"),
        ("165590000005", Kind.COMPANY, "5590000005"),
        ("SE559000000501", Kind.COMPANY, "5590000005"),
        ("559000–0005", Kind.COMPANY, "5590000005"),
        ("５５９０００-0005", Kind.COMPANY, "5590000005"),
        (luhn("212000123"), Kind.MUNICIPALITY, luhn("212000123")),
        (luhn("802400123"), Kind.ASSOCIATION, luhn("802400123")),
        ("911231-0009", Kind.SOLE_TRADER, "9112310009"),
        ("18911231-0009", Kind.SOLE_TRADER, "9112310009"),
        ("19911231-0009", Kind.SOLE_TRADER, "9112310009"),
        ("911231+0009", Kind.SOLE_TRADER, "9112310009"),
        ("", Kind.COMPANY, ""),
        ("  ", Kind.SOLE_TRADER, ""),
        ("559000-0006", Kind.COMPANY, None),
        ("911231-0008", Kind.SOLE_TRADER, None),
        ("911231-0009", Kind.COMPANY, None),
        ("911231-0009", Kind.UNIVERSITY, None),
        ("559000-0005", Kind.SOLE_TRADER, None),
        ("55900000", Kind.COMPANY, None),
        ("559000-00055", Kind.COMPANY, None),
        ("ABCDEF-GHIJ", Kind.COMPANY, None),
        ("٥٥٩٠٠٠٠٠٠٥", Kind.COMPANY, None),
        ("5²90000005", Kind.COMPANY, None),
    ],
)
def test_clean_number_when_written_so_then_kept_or_refused(
    written: str, kind: Kind, kept: str | None
) -> None:
    if kept is None:
        with pytest.raises(Refused) as refused:
            clean_number(written, kind)
        assert written.strip() not in str(refused.value)
    else:
        assert clean_number(written, kind) == kept


@pytest.mark.parametrize("wrong", range(1, 10))
def test_clean_number_when_any_other_check_digit_then_refused(wrong: int) -> None:
    right = luhn("556123456")
    assert clean_number(right, Kind.COMPANY) == right
    with pytest.raises(Refused):
        clean_number(right[:9] + str((int(right[9]) + wrong) % 10), Kind.COMPANY)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Jag heter Veva, 911231-0009.", True),
        ("9112310009", True),
        ("91 12 31 - 00 09", True),
        ("19911231-0009", True),
        ("911231+0009", True),
        ("911231-0008", False),
        ("Ring 08-911 231", False),
        ("", False),
    ],
)
def test_mentions_number_when_spaced_any_way_then_found(text: str, found: bool) -> None:
    assert mentions_number("9112310009", ["something", text]) is found
    assert not mentions_number("", [text])


VIEWERS = {
    "nobody": Viewer(),
    "staff": Viewer(1, "s", HOME, frozenset(), frozenset({Role.STAFF})),
    "manager": Viewer(2, "m", HOME, frozenset(), frozenset({Role.MANAGER})),
    "leader": Viewer(3, "l", HOME, frozenset(), frozenset({Role.DEVELOPMENT_MANAGER})),
    "auditor": Viewer(4, "a", HOME, frozenset(), frozenset({Role.AUDITOR})),
    "founder": Viewer(5, "f", HOME, frozenset(), frozenset({Role.SOLVER})),
    "rival": Viewer(6, "r", HOME, frozenset(), frozenset({Role.SOLVER})),
    "resident": Viewer(7, "b", HOME, frozenset(), frozenset({Role.RESIDENT})),
    "sam": Viewer(8, "sam", AWAY, frozenset(), frozenset({Role.MANAGER})),
    "operator": Viewer.of_command_line(),
    "buyer": Viewer(9, "u", HOME, frozenset(), frozenset({Role.BUYER})),
    "agent": Viewer(10, "i"),
}


def tie(viewer: Viewer) -> Standing:
    """The founder owns it; the agent may describe its solutions, and nothing else."""
    if viewer.person_id == 10:
        return Standing(agent_id=3, agent="Inkubatorn", scopes=frozenset({"solutions"}))
    return Standing(role="owner") if viewer.person_id == 5 else STRANGER


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        (rules.can_register, "staff manager leader buyer founder rival sam operator"),
        (
            lambda v: rules.can_edit(v, tie(v), registered_in_id=HOME),
            "staff manager leader buyer founder operator",
        ),
        (lambda v: rules.can_edit(v, tie(v), registered_in_id=None), "founder operator"),
        (lambda v: rules.can_describe(v, tie(v), registered_in_id=None), "founder agent operator"),
        (lambda v: rules.can_check(v, registered_in_id=HOME), "leader operator"),
        (lambda v: rules.can_check(v, registered_in_id=None), "leader buyer operator"),
        (rules.can_verify, "leader buyer operator"),
        (
            lambda v: rules.can_see_secrecy(v, tie(v), told_to={HOME}),
            "staff manager leader auditor buyer founder agent",
        ),
        (lambda v: rules.can_see_secrecy(v, STRANGER, told_to=set()), ""),
        (lambda v: rules.can_run_call(v, organisation_id=HOME), "manager leader buyer"),
        (lambda v: rules.can_run_call(v, organisation_id=None), ""),
        (lambda v: rules.can_read_answers(v, organisation_id=HOME), "manager leader auditor buyer"),
    ],
)
def test_rule_when_each_viewer_asks_then_only_those_allowed(rule: object, allowed: str) -> None:
    assert {name for name, viewer in VIEWERS.items() if rule(viewer)} == set(allowed.split())  # type: ignore[operator]


@pytest.mark.parametrize(
    ("written", "kept"),
    [("Svenska, EN", "sv,en"), ("sv,sv", "sv"), ("klingon", ""), ("arabiska/Somali", "ar,so"), ("", "")],
)
def test_clean_languages_when_written_so_then_codes(written: str, kept: str) -> None:
    assert clean_languages(written) == kept


def test_clean_text_when_it_holds_what_no_database_takes_then_the_rest_stays() -> None:
    text = "a\x00b\ud800 👩‍🚒 \u200fשלום\r\nrad e\u0301 "
    assert clean_text(text) == "ab? 👩‍🚒 \u200fשלום\nrad é"


def test_clean_criteria_when_none_many_or_long_then_refused() -> None:
    assert clean_criteria([" a ", "", "b"]) == ["a", "b"]
    for wrong in ([], ["", " "], list("abcdef"), ["x" * 301]):
        with pytest.raises(Refused):
            clean_criteria(wrong)
