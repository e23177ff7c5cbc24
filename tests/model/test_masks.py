"""Masks: secrets are removed by value, name and form. Text that people need remains."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sts.model.masks import MASK, before_secrets, mask, mask_tokens, mask_values, masked, secret_names, secrets_in
from sts.model.operations import ASSUME_ROLE, GET_SESSION_TOKEN

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl"
TOKEN = "IQoJb3JpZ2luX2VjEAoaCXVzLWVhc3QtMSJHMEUCIQDx" + "a" * 40


@pytest.mark.parametrize(
    "text",
    [
        "<SecretAccessKey>s3cret/value</SecretAccessKey>",
        "<sts:SessionToken >s3cret/value</sts:SessionToken>",
        "<AccessKeyId>s3cret/value",
        '{"SecretAccessKey": "s3cret/value", "a": 1}',
        '{"aws_secret_access_key":"s3cret\\"/value"}',
        "{'Token': 's3cret/value'}",
        '{"accessToken" : "s3cret/value"}',
        "aws_session_token = s3cret/value",
        "AWS_SECRET_ACCESS_KEY=s3cret/value",
        "X-Amz-Security-Token: s3cret/value",
        "x-amz-security-token=s3cret/value",
        "https://h/?X-Amz-Signature=s3cret/value&a=b",
        "Authorization: Bearer s3cret/value",
        "authorization: AWS4-HMAC-SHA256 Credential=s3cret/value, SignedHeaders=host, Signature=s3cret/value",
        "Action=AssumeRoleWithWebIdentity&WebIdentityToken=s3cret/value&RoleArn=x",
        "SAMLAssertion=s3cret/value",
        "TokenCode='s3cret/value'",
        "password=s3cret/value",
        "client_secret: s3cret/value",
        "refreshToken=s3cret/value",
    ],
)
def test_by_name(text: str) -> None:
    """This includes XML, JSON, forms, headers, INI files and queries."""
    shown = mask(text)

    assert "s3cret" not in shown
    assert MASK in shown


CONTEXT = {"OriginIdentity": {"Subject": "s3cret", "SubjectType": "user"}}


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (repr({"Provider": "p", "TrustedIdentityPropagationContext": CONTEXT, "RequestId": "r"}), "'Provider': 'p'"),
        (json.dumps({"Provider": "p", "TrustedIdentityPropagationContext": CONTEXT}), '"Provider": "p"'),
        (
            "<TrustedIdentityPropagationContext>\n<OriginIdentity><Subject>s3cret</Subject></OriginIdentity>"
            "</TrustedIdentityPropagationContext><Provider>p</Provider>",
            "<Provider>p</Provider>",
        ),
        ("<TrustedIdentityPropagationContext><OriginIdentity><Subject>s3cret", "<TrustedIdentityPropagationContext>"),
    ],
)
def test_all_that_a_sensitive_structure_holds(text: str, rest: str) -> None:
    """Names inside the structure do not matter. Masking twice changes nothing."""
    shown = mask(text)

    assert "s3cret" not in shown
    assert rest in shown
    assert mask(shown) == shown
    assert mask("Subject: me, TrustedIdentityPropagationContext") == "Subject: me, TrustedIdentityPropagationContext"


@pytest.mark.parametrize("secret", [SECRET, JWT, JWT[:30], TOKEN, TOKEN[:40], "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"])
@pytest.mark.parametrize("around", ["{}", "see {} there", "<x>{}</x>", '"{}",', "a={}&b=c"])
def test_by_form(secret: str, around: str) -> None:
    """Tokens (also truncated ones), keys and key ids are removed."""
    assert mask(around.format(secret)) == around.format(MASK)


@pytest.mark.parametrize(
    "text",
    [
        "The security token included in the request is expired",
        "User: arn:aws:sts::123456789012:assumed-role/demo/s is not authorized to perform: sts:AssumeRole",
        "Signature expired: 20261123T000000Z is now earlier than 20261123T010000Z",
        "1 validation error detected: Value 'x' at 'roleSessionName' failed to satisfy constraint",
        "request id 8f2a4c3e-1f0b-4c6e-9a57-000000000000",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "Policies and tags consumed 156% of the allotted size.",
    ],
)
def test_what_people_need_to_read_stays(text: str) -> None:
    """Messages of the service, ARNs, ids and digests remain."""
    assert mask(text) == mask_tokens(text) == text


def test_what_the_service_says_keeps_key_ids() -> None:
    """Only the token is removed from the canonical request in its message."""
    text = f"host:sts.amazonaws.com\nx-amz-security-token:{TOKEN}\n\nCredential=AKIAIOSFODNN7EXAMPLE"

    assert mask_tokens(text) == text.replace(TOKEN, MASK)


ANY = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=60)


@settings(max_examples=200, deadline=None)
@given(ANY, st.text(max_size=30), st.text(max_size=30))
def test_by_value(secret: str, before: str, after: str) -> None:
    """The value may be plain, percent-encoded or escaped."""
    for form in (secret, quote(secret, safe=""), secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")):
        assert form not in mask_values(f"{before} {form} {after}", [secret]).replace(MASK, "").split()


def test_a_value_within_a_word_stays() -> None:
    """A six-digit code is not removed from an account number."""
    assert mask_values("account 123456789012, code 123456.", ["123456"]) == f"account 123456789012, code {MASK}."


VALUES = ["918273", "EXTERNAL-ID/42", "a b\"c'd<e>&f", "caf\u00e9\U0001f600=", SECRET, JWT, TOKEN]
FORMS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "percent-encoded": lambda text: quote(text, safe=""),
    "percent-encoded in lower case": lambda text: re.sub("%..", lambda match: match[0].lower(), quote(text, safe="")),
    "percent-encoded twice": lambda text: quote(quote(text, safe=""), safe=""),
    "form": quote_plus,
    "path": quote,
    "XML": escape,
    "HTML": lambda text: html.escape(text, quote=True),
    "XML numbers": lambda text: "".join(c if c.isalnum() and c.isascii() else f"&#{ord(c)};" for c in text),
    "XML hexadecimal": lambda text: "".join(c if c.isalnum() and c.isascii() else f"&#x{ord(c):X};" for c in text),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON as it is": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON in JSON": lambda text: json.dumps(json.dumps(text))[3:-3],
    "JSON with slashes": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("around", ["{}", "got{}end", "x={}&y", '"{}"', "({})", "{0} {0}", "{0}{0}"])
def test_a_value_is_found_in_every_form_and_place(value: str, form: str, around: str) -> None:
    """It may be next to letters and may occur several times."""
    if value.isdecimal() and "{0}{0}" in around:
        pytest.skip("a number within a longer one stays")
    text = around.format(FORMS[form](value))

    assert mask_values(text, [value]) == around.format(MASK)


@pytest.mark.parametrize("value", [SECRET, JWT, TOKEN])
@pytest.mark.parametrize("cut", [slice(0, 30), slice(None, -1), slice(1, None), slice(10, 40), slice(-26, None)])
def test_a_part_of_a_long_value_is_found(value: str, cut: slice) -> None:
    """The other side may have truncated it."""
    assert mask_values(f"token {value[cut]}... is refused", [value]) == f"token {MASK}... is refused"


def test_what_only_looks_a_little_like_a_value_stays() -> None:
    """This includes role names that begin like an external id, and short words."""
    text = "not authorized to assume arn:aws:iam::123456789012:role/acme-production-admin"

    assert mask_values(text, ["acme-production-external-id", "admin", "role"]) == text


def test_looking_for_long_values_is_quick_and_bounded() -> None:
    """A session token of 4000 characters in a response of a megabyte, once complete and then almost complete."""
    value = (SECRET + "+") * 100
    nearly = value[:-1] + "!"

    assert mask_values(f"{value}{'x' * 1_000_000}", [value]).startswith(MASK + "xxx")
    assert SECRET not in mask_values(nearly, [value])


def test_text_before_a_named_secret() -> None:
    """If a value may be truncated, everything from its name on is left out."""
    assert before_secrets(f"blocked <AccessKeyId>{SECRET}") == "blocked <"
    assert before_secrets(f"blocked {JWT}") == f"blocked {MASK}"


def test_params() -> None:
    """This includes members that the table marks sensitive, and unknown ones."""
    params = {
        "RoleArn": "arn",
        "ExternalId": "external",
        "Tags": [{"Key": "k", "Value": "v", "Odd": "x1234567"}],
        "Unknown": "u",
    }
    shown = masked(ASSUME_ROLE.input, params)

    assert shown == {
        "RoleArn": "arn",
        "ExternalId": MASK,
        "Tags": [{"Key": "k", "Value": "v", "Odd": MASK}],
        "Unknown": MASK,
    }
    assert set(secrets_in(ASSUME_ROLE.input, params)) == {"external", "x1234567", "u"}
    assert list(secrets_in(GET_SESSION_TOKEN.input, {"TokenCode": 123456})) == []


def test_the_names_come_from_the_table() -> None:
    """All members that the model marks sensitive are masked."""
    assert {"SecretAccessKey", "SessionToken", "WebIdentityToken", "SAMLAssertion", "TokenCode"} <= set(secret_names())
