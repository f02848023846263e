"""What an organisation's log-in service may say, and who is let in by it: pure decisions."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
MOST_DOMAINS = 20


def domain_of(email: str) -> str:
    """What stands after the last "@", in small letters; "" for what is no address."""
    before, _at, domain = email.strip().lower().rpartition("@")
    return domain if before else ""


def read_domains(text: str) -> tuple[list[str], list[str]]:
    """The domains in the text, as "ringsala.se, @skola.ringsala.se", and the words in it that are none."""
    words = [word.lstrip("@").rstrip(".").lower() for word in re.split(r"[\s,;]+", text) if word]
    unlike = [word for word in words if not DOMAIN.fullmatch(word)]
    return list(dict.fromkeys(word for word in words if word not in unlike)), unlike


def covers(domains: Iterable[str], email: str) -> bool:
    """Whether the service may speak for the address. A domain does not cover those below it."""
    return domain_of(email) in set(domains)


def is_told_verified(claim: object) -> bool:
    """Whether a service says that it has checked the address. Some write the word "true" instead of the value."""
    return claim is True or claim == "true"


def claims_fault(claims: Mapping[str, Any], *, nonce: str) -> str:
    """Why an answer by OpenID Connect is not taken; "" where it is.

    OpenID Connect Core 1.0: the token answers the very question that was asked (3.1.3.7, nonce), and the facts
    about the user are about the token's user (5.3.2, sub).
    """
    token, facts = claims.get("id_token") or {}, claims.get("userinfo") or {}
    if not token:
        return "no id token"
    if not nonce or token.get("nonce") != nonce:
        return "wrong nonce"
    if facts and facts.get("sub") != token.get("sub"):
        return "facts about another user"
    return ""


def may_speak_for(organisation_id: int, works_in: Collection[int]) -> bool:
    """Whether an organisation's service may log in somebody who works in these organisations.

    Only one who works there and nowhere else: else one organisation's administrator could act in another's name.
    """
    return set(works_in) == {organisation_id}
