"""SAML providers whose assertions AssumeRoleWithSAML accepts, and assertions of them."""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from html import escape
from xml.etree import ElementTree  # documents with a DTD are rejected before they are parsed

from sts.base.records import Record, of_whole
from sts.base.time import format_timestamp, parse_timestamp
from sts.model.error_codes import EXPIRED_TOKEN
from sts.testing.issuers.oidc import invalid_token
from sts.testing.service.error_responses import modelled

RECIPIENT = "https://signin.aws.amazon.com/saml"
ATTRIBUTE = "https://aws.amazon.com/SAML/Attributes/"
_ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"
_NAME_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:"
_SIGNATURE = re.compile(r"<local:Signature>([0-9a-f]*)</local:Signature>")


class SamlProvider:
    """
    A SAML provider of an account.

    Its assertions are signed with its own secret over their bytes. This is not an XML signature, so assertions of real identity
    providers are accepted only if *verify* is False, without a check.
    """

    def __init__(self, arn: str, issuer: str, *, verify: bool = True) -> None:
        self.arn = arn
        self.issuer = issuer
        self.verify = verify
        self._secret = secrets.token_bytes(32)

    def sign(self, response: str) -> str:
        """Return the SAML *response* with the signature in it, in base64."""
        tag = f"<local:Signature>{self._proof(response)}</local:Signature>"
        return base64.b64encode(response.replace("<!--signature-->", tag).encode()).decode()

    def is_signed(self, response: str) -> bool:
        """Return True if *response* has this provider's signature."""
        found = _SIGNATURE.search(response)
        if not self.verify or not found:
            return not self.verify
        return hmac.compare_digest(found[1], self._proof(_SIGNATURE.sub("<!--signature-->", response)))

    def _proof(self, response: str) -> str:
        return hmac.digest(self._secret, response.encode(), "sha256").hex()

    @of_whole
    def __repr__(self) -> str:
        return f"<SamlProvider {self.arn}>"


class Assertion(Record):
    """Data that STS reads from a SAML response."""

    issuer: str
    subject: str
    subject_type: str
    recipient: str
    session_name: str
    roles: tuple[tuple[str, str], ...]
    tags: Mapping[str, str]
    transitive: tuple[str, ...]
    source_identity: str | None
    expires: float


def write_assertion(assertion: Assertion) -> str:
    """Return *assertion* as the XML of a SAML response, with a placeholder for the signature."""
    attributes = [
        ("Role", [",".join(pair) for pair in assertion.roles]),
        ("RoleSessionName", [assertion.session_name]),
        *((f"PrincipalTag:{key}", [value]) for key, value in assertion.tags.items()),
        ("TransitiveTagKeys", list(assertion.transitive)),
        ("SourceIdentity", [assertion.source_identity] if assertion.source_identity else []),
    ]
    until = format_timestamp(datetime.fromtimestamp(int(assertion.expires), timezone.utc))
    return (
        '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion" '
        f'xmlns:local="urn:sts:testing" Version="2.0" Destination="{RECIPIENT}">'
        f"<Assertion><Issuer>{escape(assertion.issuer)}</Issuer><!--signature--><Subject>"
        f'<NameID Format="{_NAME_FORMAT}{escape(assertion.subject_type)}">{escape(assertion.subject)}</NameID>'
        '<SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
        f'<SubjectConfirmationData NotOnOrAfter="{until}" Recipient="{escape(assertion.recipient)}"/></SubjectConfirmation>'
        f"</Subject><AttributeStatement>{''.join(_attribute(name, values) for name, values in attributes)}"
        "</AttributeStatement></Assertion></samlp:Response>"
    )


def _attribute(name: str, values: Iterable[str]) -> str:
    inner = "".join(f"<AttributeValue>{escape(value)}</AttributeValue>" for value in values)
    return f'<Attribute Name="{escape(ATTRIBUTE + name)}">{inner}</Attribute>' if inner else ""


def decode_response(text: str) -> str:
    """Return the XML in the base64 *text*, or reject it."""
    try:
        response = base64.b64decode(text, validate=True).decode()
    except ValueError:
        raise invalid_token("Invalid base64 SAMLResponse") from None
    if "<!DOCTYPE" in response or "<!ENTITY" in response:
        raise invalid_token("Could not parse metadata")
    return response


def read_assertion(response: str) -> Assertion:
    """Return the data of a SAML *response* in XML. Reject it if something is missing."""
    try:
        root = ElementTree.fromstring(response)  # noqa: S314  # no DTD, see decode_response
        subject, confirmation = _find(root, "NameID"), _find(root, "SubjectConfirmationData")
        expires = parse_timestamp(confirmation.get("NotOnOrAfter", "")).timestamp()
    except (ElementTree.ParseError, ValueError):
        raise invalid_token("Invalid SAML response") from None  # words of ours
    attributes = _attributes(root)
    named = attributes.get("RoleSessionName")
    if not named or not named[0]:
        raise invalid_token("RoleSessionName is required in AuthnResponse")
    pairs = [(arns[0].strip(), arns[-1].strip()) for arns in (value.split(",") for value in attributes.get("Role", []))]
    return Assertion(
        issuer=_find(root, "Issuer").text or "",
        subject=subject.text or "",
        subject_type=subject.get("Format", "").removeprefix(_NAME_FORMAT),
        recipient=confirmation.get("Recipient", ""),
        session_name=named[0],
        roles=tuple(pairs),
        tags={key[13:]: values[0] for key, values in attributes.items() if key.startswith("PrincipalTag:") and values},
        transitive=tuple(attributes.get("TransitiveTagKeys", [])),
        source_identity=next(iter(attributes.get("SourceIdentity", [])), None),
        expires=expires,
    )


def _find(root: ElementTree.Element, name: str) -> ElementTree.Element:
    found = root.find(f".//{_ASSERTION}{name}")
    if found is None:
        raise ValueError(name)
    return found


def _attributes(root: ElementTree.Element) -> dict[str, list[str]]:
    return {
        attribute.get("Name", "").removeprefix(ATTRIBUTE): [value.text or "" for value in attribute]
        for attribute in root.iter(f"{_ASSERTION}Attribute")
    }


def check_assertion(assertion: Assertion, now: float) -> None:
    """Reject *assertion* unless it is meant for AWS and valid at *now*."""
    if now >= assertion.expires:
        raise modelled(EXPIRED_TOKEN, "Token must be redeemed within 5 minutes of issuance")
    if assertion.recipient != RECIPIENT:
        raise invalid_token(f"Recipient of the assertion is not {RECIPIENT}")  # words of ours
