"""A SAML identity provider in a process of its own: signs what it is told to say, with a key made at its start.

`python tests/saml_idp.py` prints its address. /metadata describes it; /sso answers a log-in request with the page that
posts the assertion, as such services do. The test steers by adding to the address: email, name, uid (who logs in),
audience, minutes (how long it holds, may be negative), unsolicited=1, and message=1 (the message is signed, not the
assertion).
"""

import base64
import html
import secrets
import sys
import zlib
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree

RESPONSE = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="{response}" Version="2.0"
 IssueInstant="{now}" Destination="{acs}"{answers}><saml:Issuer
 xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">{issuer}</saml:Issuer><samlp:Status><samlp:StatusCode
 Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><saml:Assertion
 xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{assertion}" Version="2.0" IssueInstant="{now}"><saml:Issuer>{issuer}</saml:Issuer><saml:Subject><saml:NameID
 Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">{uid}</saml:NameID><saml:SubjectConfirmation
 Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="{until}"
 Recipient="{acs}"{answers}/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{since}"
 NotOnOrAfter="{until}"><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement
 AuthnInstant="{now}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement><saml:Attribute
 Name="urn:oid:0.9.2342.19200300.100.1.3"><saml:AttributeValue>{email}</saml:AttributeValue></saml:Attribute><saml:Attribute
 Name="urn:oid:2.16.840.1.113730.3.1.241"><saml:AttributeValue>{name}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>"""  # noqa: E501
METADATA = """<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{issuer}"><md:IDPSSODescriptor
 protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo
 xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService
 Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{sso}"/></md:IDPSSODescriptor></md:EntityDescriptor>"""  # noqa: E501


class Signer:
    """A key with its certificate, as PEM."""

    def __init__(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.ringsala.example")])
        now = datetime.now(UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number())
        made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
        self.certificate = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        self.key = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def line(self) -> str:
        """The certificate as metadata hold it."""
        return "".join(self.certificate.decode().splitlines()[1:-1])

    def metadata(self, issuer: str, sso: str) -> str:
        return METADATA.format(issuer=issuer, sso=html.escape(sso), certificate=self.line())

    def sign(self, element: etree._Element) -> None:
        """An enveloped signature right after the issuer, where the schema wants it."""
        signature = xmlsec.template.create(
            element, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformRsaSha256, ns="ds"
        )
        element.insert(1, signature)
        reference = xmlsec.template.add_reference(
            signature, xmlsec.constants.TransformSha256, uri=f"#{element.get('ID')}"
        )
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(self.key, xmlsec.constants.KeyDataFormatPem)
        context.register_id(element, "ID")
        context.sign(signature)


def answer(signer: Signer, issuer: str, request: etree._Element, told: dict[str, str]) -> bytes:
    """The signed response to a log-in request, steered by what the test told."""
    now = datetime.now(UTC)

    def time(minutes: float) -> str:
        return (now + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")

    minutes = float(told.get("minutes", "5"))
    answers = "" if told.get("unsolicited") else f' InResponseTo="{request.get("ID")}"'
    entity = request.findtext("{urn:oasis:names:tc:SAML:2.0:assertion}Issuer")
    facts = {
        "response": f"_{secrets.token_hex(16)}",
        "assertion": f"_{secrets.token_hex(16)}",
        "acs": request.get("AssertionConsumerServiceURL"),
        "issuer": issuer,
        "now": time(0),
        "since": time(min(0, minutes) - 5),
        "until": time(minutes),
        "audience": html.escape(told.get("audience", entity or "")),
        "uid": html.escape(told.get("uid", told.get("email", "nobody"))),
        "email": html.escape(told.get("email", "")),
        "name": html.escape(told.get("name", "Någon Annan")),
    }
    tree = etree.fromstring(RESPONSE.format(answers=answers, **facts).encode())
    assertion = tree.find("{urn:oasis:names:tc:SAML:2.0:assertion}Assertion")
    signer.sign(tree if told.get("message") else assertion)
    return etree.tostring(tree)


class Handler(BaseHTTPRequestHandler):
    signer = Signer()

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        issuer = f"http://localhost:{self.server.server_address[1]}"
        if parts.path == "/metadata":
            return self.send("application/xml", self.signer.metadata(issuer, f"{issuer}/sso"))
        told = dict(parse_qsl(parts.query))
        request = etree.fromstring(zlib.decompress(base64.b64decode(told["SAMLRequest"]), -15))
        response = base64.b64encode(answer(self.signer, issuer, request, told)).decode()
        acs, relay = request.get("AssertionConsumerServiceURL"), html.escape(told.get("RelayState", ""))
        return self.send(
            "text/html",
            f'<form method="post" action="{acs}"><input name="SAMLResponse" value="{response}">'
            f'<input name="RelayState" value="{relay}"></form>',
        )

    def send(self, kind: str, text: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"http://localhost:{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()
