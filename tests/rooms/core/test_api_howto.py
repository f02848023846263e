"""The guide to the JSON interface: each example in it works."""

import re
import shlex
from pathlib import Path

from django.test import Client

from ringar.core.actions.tokens import make_token
from ringar.core.queries import viewer_of
from ringar.core.rules import SCOPES
from tests.people import People
from tests.rooms.needs.cast import shared_by

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "howto" / "api.md"
HOST = "https://ringar.example"


def test_guide_when_its_examples_are_sent_then_each_is_answered(people: People) -> None:
    key = make_token(by=viewer_of(people.bo), name="Guiden", scopes=SCOPES, days=1)[1]
    need = shared_by(people.bo, "Hissen står varje måndag.", "Hissen", "public")
    text = GUIDE.read_text(encoding="utf-8").replace("$KEY", key).replace("$NEED", str(need.uuid))
    examples = re.findall(r"^curl (.+)$", text, re.MULTILINE)
    assert len(examples) >= 8
    for example in examples:
        parts = shlex.split(example)
        told = dict(zip(parts[:-1:2], parts[1:-1:2], strict=True))
        name, _, value = told.get("-H", "").partition(": ")
        answer = Client().generic(
            told.get("-X", "GET"),
            parts[-1].removeprefix(HOST),
            told.get("-d", ""),
            content_type="application/x-www-form-urlencoded",  # curl's own, where none is named
            headers={name: value} if name else {},
        )
        assert answer.status_code in {200, 201}, f"{example}: {answer.content!r}"
