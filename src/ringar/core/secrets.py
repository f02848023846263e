"""Secrets of others that we must be able to read again: kept encrypted with a key made of SECRET_KEY."""

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.encoding import force_bytes


class Unreadable(Exception):
    """The secret was kept under another SECRET_KEY, or has been changed: it must be handed in again."""


def box() -> MultiFernet:
    """Locks with the present key; opens with earlier ones too (SECRET_KEY_FALLBACKS)."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [
            Fernet(urlsafe_b64encode(sha256(b"ringar.core.secrets:" + force_bytes(key)).digest()))
            for key in keys
        ]
    )


def hide(text: str) -> str:
    """The text as it is kept; "" stays ""."""
    return box().encrypt(text.encode()).decode() if text else ""


def reveal(kept: str) -> str:
    """The text that was hidden. Raises Unreadable."""
    if not kept:
        return ""
    try:
        return box().decrypt(kept.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error
