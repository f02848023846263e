"""Values as rows keep them: plain JSON, without secrets and without what a database refuses."""

import dataclasses
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from ringar.robots.robot_settings import without_secrets
from ringar.robots.rules.cases import MOST_PAYLOAD
from ringar.robots.rules.work import ERROR_LENGTH, error_text, storable


class NotPlain(ValueError):
    """The value is no JSON, or too large for a row."""


class _Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        if dataclasses.is_dataclass(o) and not isinstance(o, type):
            return dataclasses.asdict(o)
        return super().default(o)


def plain(value: object) -> Any:
    """The value as JSON gives it back: decimals, dates and uuids are text. Raises NotPlain."""
    try:
        text = json.dumps(value, cls=_Encoder, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise NotPlain(f"A step can give back only what is JSON ({error}).") from error
    if len(text) > MOST_PAYLOAD:
        raise NotPlain(f"{len(text):,} characters are too many for a row: keep them in a file.")
    return _clean(json.loads(text))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [_clean(each) for each in value]
    if isinstance(value, dict):
        return {clean_text(name): _clean(each) for name, each in value.items()}
    return value


def clean_text(text: object) -> str:
    """The text without secrets, NUL and halves of surrogate pairs."""
    return storable(without_secrets(str(text)))


def fault_text(error: BaseException) -> str:
    """What went wrong as one short text, without secrets."""
    return without_secrets(error_text(error))


def plain_or_text(value: object) -> Any:
    """The value as plain JSON; where it is none, its text: what came of an effect is never lost for its form."""
    try:
        return plain(value)
    except NotPlain:
        return clean_text(value)[:ERROR_LENGTH]
