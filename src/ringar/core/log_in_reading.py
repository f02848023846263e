"""What an organisation's log-in service tells about itself: its discovery document or its metadata."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.utils.translation import gettext
from lxml.etree import LxmlError
from onelogin.saml2.errors import OneLogin_Saml2_Error
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser as Metadata
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from ringar.core.fetching import NotFetched, fetch
from ringar.core.rules import Refused

WELL_KNOWN = "/.well-known/openid-configuration"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


@dataclass(frozen=True)
class Described:
    """What a service says: who it is, where people log in, and until when its certificate holds (SAML)."""

    identity: str
    log_in_at: str
    settings: dict[str, Any]
    holds_until: datetime | None = None


def is_safe(url: object) -> bool:
    """Whether people and secrets may be sent to the address."""
    parts = urlsplit(url) if isinstance(url, str) else None
    schemes = {"https", "http"} if settings.FETCH_PLAIN_HTTP else {"https"}
    return bool(parts and parts.scheme in schemes and parts.hostname)


def read(url: str) -> bytes:
    """What lies at the address. Raises Refused with a reason and remedy."""
    try:
        return fetch(url)
    except NotFetched as error:
        raise Refused(
            gettext("%(url)s can not be read: %(reason)s. Check the address with those who run the service.")
            % {"url": url[:200], "reason": error}
        ) from error


def discover(url: str) -> Described:
    """Reads the discovery document of an OpenID Connect service. Raises Refused.

    `url` may be the issuer's or the document's own. The issuer must be the one that was asked (OpenID Connect
    Discovery 1.0, 4.3), else one service could answer for another.
    """
    issuer = url.strip().removesuffix(WELL_KNOWN).rstrip("/")
    try:
        found = json.loads(read(issuer + WELL_KNOWN))
        if not isinstance(found, dict):
            raise ValueError
    except ValueError as error:
        raise Refused(
            gettext("What lies at %(url)s is no discovery document. Paste the issuer's address.")
            % {"url": issuer}
        ) from error
    lacking = [name for name in ENDPOINTS if not is_safe(found.get(name))]
    if lacking:
        raise Refused(
            gettext("The discovery document lacks a safe address for: %(names)s.")
            % {"names": ", ".join(lacking)}
        )
    if str(found.get("issuer", "")).rstrip("/") != issuer:
        raise Refused(
            gettext("The service calls itself %(named)s, not %(asked)s. Paste the address that it names.")
            % {"named": str(found.get("issuer"))[:200], "asked": issuer}
        )
    return Described(found["issuer"], found["authorization_endpoint"], {"server_url": issuer})


def describe(xml: str | bytes) -> Described:
    """Reads the metadata of a SAML service. Raises Refused."""
    try:
        found = Metadata.parse(xml).get("idp") or {}
        address = found["singleSignOnService"]["url"]
        certificates = found.get("x509certMulti", {}).get("signing") or [found["x509cert"]]
        loaded = [certificate_of(each) for each in certificates]
        entity = found["entityId"]
    except (KeyError, TypeError, ValueError, LxmlError, OneLogin_Saml2_Error) as error:
        raise Refused(
            gettext(
                "This is no metadata of a SAML service: it must name the entity, where to log in by HTTP-Redirect, "
                "and the certificate that it signs with."
            )
        ) from error
    if not is_safe(address):
        raise Refused(gettext("The service's log-in address must begin with https://."))
    best = max(range(len(loaded)), key=lambda place: loaded[place].not_valid_after_utc)
    idp = {"entity_id": entity, "sso_url": address, "x509cert": certificates[best]}
    return Described(entity, address, {"idp": idp}, loaded[best].not_valid_after_utc)


def certificate_of(text: str) -> x509.Certificate:
    """The certificate in the text, with or without its BEGIN line. Raises ValueError."""
    return x509.load_pem_x509_certificate(OneLogin_Saml2_Utils.format_cert(text, heads=True).encode())
