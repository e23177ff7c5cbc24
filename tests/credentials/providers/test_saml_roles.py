"""The roles in a SAML assertion, in every form that identity providers write them."""

from __future__ import annotations

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sts import SAMLRole, saml_roles
from sts.credentials import SAMLProvider
from sts.errors import ConfigError

ACCOUNT = "arn:aws:iam::123456789012"
ROLE = "https://aws.amazon.com/SAML/Attributes/Role"


def assertion(*values: str, prefix: str = "", name: str = ROLE, declaration: str = "") -> str:
    p = f"{prefix}:" if prefix else ""
    xmlns = f"xmlns:{prefix}" if prefix else "xmlns"
    inner = "".join(f"<{p}AttributeValue>{value}</{p}AttributeValue>" for value in values)
    xml = (
        f'{declaration}<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"><{p}Assertion {xmlns}="urn:oasis:names:tc:'
        f'SAML:2.0:assertion"><{p}AttributeStatement><{p}Attribute Name="other"><{p}AttributeValue>{ACCOUNT}:role/no,{ACCOUNT}:saml-provider/no'
        f'</{p}AttributeValue></{p}Attribute><{p}Attribute Name="{name}">{inner}</{p}Attribute></{p}AttributeStatement></{p}Assertion>'
        "</samlp:Response>"
    )
    return base64.b64encode(xml.encode()).decode()


A = SAMLRole(f"{ACCOUNT}:role/a", f"{ACCOUNT}:saml-provider/idp")
B = SAMLRole("arn:aws-us-gov:iam::210987654321:role/path/b", "arn:aws-us-gov:iam::210987654321:saml-provider/x.y")


@pytest.mark.parametrize("prefix", ["", "saml2", "ns0"])
@pytest.mark.parametrize("form", ["{r},{p}", "{p},{r}", " {r} ,\n {p} ", "{p},{r},extra"])
def test_roles_are_listed_in_both_orders_and_with_any_prefix(prefix, form):
    """
    Identity providers write role and provider in either order, with blanks, with any namespace prefix.

    Versent/saml2aws#6, venth/aws-adfs#179, trek10inc/awsume#224, getmoto/moto#3521.
    """
    texts = [form.format(r=role.role_arn, p=role.principal_arn) for role in (A, B, A)]
    assert saml_roles(assertion(*texts, "nonsense", prefix=prefix)) == (A, B)


def test_text_in_pieces_is_one_value():
    """Entities, character data and line breaks in the Base64 do not split a value."""
    text = f"<![CDATA[{A.role_arn},]]>{A.principal_arn.replace('idp', '&#105;dp')}"
    broken = "\n".join(assertion(text)[i : i + 76] for i in range(0, 2000, 76))
    assert saml_roles(broken) == (A,)


def test_the_provider_is_taken_from_the_assertion():
    """`principal_arn` is optional. The error for a role that is not listed names the listed ones."""
    calls = []

    def call(operation, params, credentials):
        calls.append(params)
        return {"Credentials": {"AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": "s" * 40, "SessionToken": "t"}}

    given = assertion(f"{A.role_arn},{A.principal_arn}")
    SAMLProvider(role_arn=A.role_arn, assertion=lambda: given, call=call).retrieve()
    assert calls[0]["PrincipalArn"] == A.principal_arn
    with pytest.raises(ConfigError, match=f"does not list the role {B.role_arn}. It lists: {A.role_arn}"):
        SAMLProvider(role_arn=B.role_arn, assertion=given, call=call).retrieve()


@pytest.mark.parametrize(
    "text", ["", "no base64!", base64.b64encode(b"{}").decode(), base64.b64encode(b"<a><b>").decode(), "<xml/>"]
)
def test_what_is_no_assertion_is_told_without_showing_it(text):
    """The error says what to pass, and contains nothing of the text."""
    with pytest.raises(ConfigError, match="SAML assertion") as caught:
        saml_roles(text)
    assert not text or text not in str(caught.value)


def test_a_dtd_is_refused():
    """Entities could grow without bound."""
    with pytest.raises(ConfigError, match="document type"):
        saml_roles(assertion("x", declaration='<!DOCTYPE a [<!ENTITY b "c">]>'))


@given(st.binary(max_size=200))
def test_any_bytes_give_roles_or_a_config_error(data):
    """Nothing else is raised."""
    with contextlib.suppress(ConfigError):
        saml_roles(base64.b64encode(b"<" + data).decode())
