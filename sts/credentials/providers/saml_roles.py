"""Roles listed in a SAML assertion, read without network access."""

from __future__ import annotations

import base64
import binascii
from xml.parsers.expat import ExpatError, ParserCreate

from sts.base.records import Record
from sts.errors import ConfigError

ROLE_ATTRIBUTE = "https://aws.amazon.com/SAML/Attributes/Role"
"""Name of the attribute with the roles (IAM User Guide, "Configure SAML assertions for the authentication response")."""
MAX_SIZE = 1024 * 1024
_PROVIDER, _ROLE = ":saml-provider/", ":role/"


class SAMLRole(Record):
    """A role listed in an assertion (*role_arn*), and the SAML provider through which it is assumed (*principal_arn*)."""

    role_arn: str
    principal_arn: str


def saml_roles(assertion: str) -> tuple[SAMLRole, ...]:
    """
    Return the roles listed in a SAML response in Base64, in its order.

    Each value of the attribute is a role and a provider, in either order. The response is not verified; STS does that.

    Raises ConfigError if *assertion* is not a SAML response in Base64.
    """
    found = []
    for value in _values(_decoded(assertion)):
        arns = [arn.strip() for arn in value.split(",")]
        provider = next((arn for arn in arns if _PROVIDER in arn), None)
        role = next((arn for arn in arns if _ROLE in arn), None)
        if provider and role:
            found.append(SAMLRole(role, provider))
    return tuple(dict.fromkeys(found))


def principal_of(assertion: str, role_arn: str) -> str:
    """Return the provider listed with the role in *assertion*. Raise ConfigError with the listed roles if there is none."""
    roles = saml_roles(assertion)
    found = next((role.principal_arn for role in roles if role.role_arn == role_arn), None)
    if found is None:
        offered = ", ".join(role.role_arn for role in roles) or "none"
        raise ConfigError(f"The SAML assertion does not list the role {role_arn}. It lists: {offered}.")
    return found


def _decoded(assertion: str) -> bytes:
    try:
        xml = base64.b64decode("".join(assertion.split()), validate=True)
    except (ValueError, binascii.Error):
        xml = b""
    if not xml.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or len(xml) > MAX_SIZE:
        raise ConfigError("The SAML assertion is not a SAML response in Base64; pass the unchanged form field SAMLResponse.")
    return xml


def _values(xml: bytes) -> list[str]:
    """Return the values of the role attribute. A DTD is rejected, because it could define entities of any size."""
    values: list[str] = []
    inside, text = False, None

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside, text
        local = name.rpartition(" ")[2]
        if local == "Attribute":
            inside = attributes.get("Name") == ROLE_ATTRIBUTE
        text = "" if inside and local == "AttributeValue" else None

    def characters(data: str) -> None:
        nonlocal text
        text = None if text is None else text + data

    def end(name: str) -> None:
        nonlocal inside, text
        if text is not None and name.endswith("AttributeValue"):
            values.append(text)
            text = None
        inside = inside and not name.endswith("Attribute")

    def refuse(*_: object) -> None:
        raise ConfigError("The SAML assertion has a document type declaration, which is not accepted.")

    parser = ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = characters, refuse
    try:
        parser.Parse(xml, True)
    except ExpatError as error:
        problem = f"The SAML assertion is not well-formed XML (line {error.lineno})."
    else:
        return values
    raise ConfigError(problem)
