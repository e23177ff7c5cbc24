"""Hints give advice for the most frequent errors and never contain a secret."""

from __future__ import annotations

import base64
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sts.model.operations import OPERATIONS
from sts.protocol.hints import _HINTS as HINTS
from sts.protocol.hints import FailedCall, claims_of, hint_for


def jwt(claims, signature="s3cret-signature"):
    """Return *claims* as a JWT."""
    parts = (json.dumps(part).encode() for part in ({"alg": "RS256"}, claims))
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), signature])


GITHUB = {
    "iss": "https://token.actions.githubusercontent.com",
    "aud": "sts.amazonaws.com",
    "sub": "repo:org/app:ref:refs/heads/main",
}


@pytest.mark.parametrize(
    ("code", "message", "operation", "says"),
    [
        (
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
            "GetCallerIdentity",
            "does not know this access key",
        ),
        ("SignatureDoesNotMatch", "Signature expired: 20261123T000000Z is now earlier than ...", "AssumeRole", "clock"),
        ("SignatureDoesNotMatch", "Signature not yet current: ...", "AssumeRole", "clock"),
        ("SignatureDoesNotMatch", "The request signature we calculated does not match", "AssumeRole", "secret access key"),
        ("RequestTimeTooSkewed", "", "AssumeRole", "clock"),
        ("Throttling", "Rate exceeded", "AssumeRole", "reuse sessions"),
        ("ThrottlingException", "Rate exceeded", "GetCallerIdentity", "retry_mode='adaptive'"),
        ("RequestExpired", "", "AssumeRole", "clock"),
        ("AccessDenied", "User: x is not authorized to perform: sts:AssumeRole on resource: y", "AssumeRole", "trust policy"),
        (
            "AccessDenied",
            "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
            "AssumeRole",
            "each code works once",
        ),
        ("AccessDenied", "Cannot call GetSessionToken with session credentials", "GetSessionToken", "IAM user"),
        (
            "AccessDenied",
            "Not authorized to perform sts:AssumeRoleWithWebIdentity",
            "AssumeRoleWithWebIdentity",
            "match aud and sub",
        ),
        ("AccessDenied", "Not authorized", "AssumeRoleWithSAML", "sts:AssumeRoleWithSAML"),
        (
            "ExpiredToken",
            "The security token included in the request is expired",
            "GetCallerIdentity",
            "These credentials have expired",
        ),
        (
            "ExpiredTokenException",
            "Token expired: current date/time ... must be before",
            "AssumeRoleWithWebIdentity",
            "identity provider",
        ),
        ("ExpiredTradeInTokenException", "", "GetDelegatedAccessToken", "new one"),
        (
            "InvalidIdentityToken",
            "Couldn't retrieve verification key from your identity provider",
            "AssumeRoleWithWebIdentity",
            "try again",
        ),
        ("InvalidIdentityToken", "No OpenIDConnect provider found", "AssumeRoleWithWebIdentity", "identity provider for iss"),
        ("IDPCommunicationError", "", "AssumeRoleWithWebIdentity", "try again"),
        ("IDPRejectedClaim", "", "AssumeRoleWithSAML", "SAML provider"),
        ("PackedPolicyTooLarge", "Packed policy consumes 105% of allotted space", "AssumeRole", "fewer or shorter tags"),
        ("PackedPolicyTooLargeException", "", "AssumeRole", "fewer or shorter tags"),
        ("MalformedPolicyDocument", "Syntax errors in policy.", "AssumeRole", "JSON"),
        ("RegionDisabledException", "", "AssumeRole", "eu-south-1"),
        (
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
            "AssumeRole",
            "one hour",
        ),
        (
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            "AssumeRole",
            "maximum session duration",
        ),
        ("JWTPayloadSizeExceededException", "", "GetWebIdentityToken", "Tags"),
        ("OutboundWebIdentityFederationDisabledException", "", "GetWebIdentityToken", "administrator"),
        ("SessionDurationEscalationException", "", "GetWebIdentityToken", "reduce DurationSeconds"),
        ("InsufficientSessionLifetime", "", "GetScopedCredentials", "reduce DurationSeconds"),
        ("InvalidSubjectCredentialsException", "", "GetScopedCredentials", "Only temporary credentials can be scoped down"),
        ("AccessDenied", "User: x is not authorized", "GetScopedCredentials", "at most three of these"),
        ("InvalidContextAssertion", "", "AssumeRole", "new context assertion"),
        ("MissingAuthenticationToken", "", "GetCallerIdentity", "credentials"),
        ("UnknownOperation", "", "AssumeRoot", "does not know this operation"),
        ("InvalidAction", "", "AssumeRoot", "does not know this operation"),
    ],
)
def test_frequent_refusals(code, message, operation, says):
    """Each frequent error has one line of advice."""
    hint = hint_for(FailedCall(code, message, operation=operation, hostname="sts.eu-south-1.amazonaws.com"))

    assert says in hint
    assert "\n" not in hint
    assert len(hint) < 500


@pytest.mark.parametrize(
    ("code", "message"),
    [("InternalFailure", ""), ("", ""), ("ValidationError", "1 validation error")],
)
def test_no_hint(code, message):
    """Without useful advice there is no hint."""
    assert hint_for(FailedCall(code, message, operation="AssumeRole")) is None


def test_session_token():
    """An unknown key with a session token may be due to an opt-in region."""
    hints = [
        hint_for(FailedCall("InvalidClientTokenId", "", operation="AssumeRole", with_session_token=flag))
        for flag in (True, False)
    ]

    assert ["opt-in region" in hint for hint in hints] == [True, False]


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({}, ["MFA (give SerialNumber", "require an ExternalId"]),
        ({"ExternalId": "x", "SerialNumber": "y"}, ["ExternalId may be wrong"]),
        ({"Tags": {"a": "b"}, "SourceIdentity": "me"}, ["sts:TagSession", "sts:SetSourceIdentity"]),
    ],
)
def test_role_trust_looks_at_the_params(params, says):
    """The hint for a rejected AssumeRole depends on its params."""
    hint = hint_for(FailedCall("AccessDenied", "not authorized", operation="AssumeRole", params=params))

    assert [text for text in says if text not in hint] == []
    assert ("give SerialNumber" in hint) == ("SerialNumber" not in params)


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidIdentityToken", "IDPRejectedClaim"])
def test_claims_are_shown_without_the_token(code):
    """A rejected web identity token is shown as iss, aud and sub, without other claims or the signature."""
    token = jwt({**GITHUB, "email": "s3cret@example.com"})
    hint = hint_for(FailedCall(code, "no", operation="AssumeRoleWithWebIdentity", params={"WebIdentityToken": token}))

    assert [value for value in GITHUB.values() if value not in hint] == []
    assert "s3cret" not in hint
    assert not any(part in hint for part in token.split("."))


@pytest.mark.parametrize(
    ("token", "claims"),
    [
        (jwt(GITHUB), GITHUB),
        (jwt({"aud": ["a", "b"]}), {"aud": "['a', 'b']"}),
        (jwt({"sub": "x" * 5000}), {"sub": "x" * 199}),
        (jwt({"sub": "a\n\x1b[0m\u202e"}), {"sub": "a\\n\\x1b[0m\\u202e"}),
        (jwt({"exp": 5}), {}),
        (jwt([1]), {}),
        (jwt("iss"), {}),
        ("not a token", {}),
        ("a.b.c", {}),
        ("a.\u20ac.c", {}),
        (None, {}),
        (b"bytes", {}),
        ("." + base64.urlsafe_b64encode(b"[" * 100_000).decode() + ".", {}),
    ],
)
def test_claims_of(token, claims):
    """Claims are short printable text. Text that is not a JWT has none."""
    assert claims_of(token) == claims


@given(
    st.text(),
    st.text(),
    st.sampled_from([o.name for o in OPERATIONS]),
    st.none() | st.dictionaries(st.text(), st.integers()) | st.integers(),
)
@settings(max_examples=60, deadline=None)
def test_never_fails(code, message, operation, params):
    """No error makes the hint fail."""
    hint_for(FailedCall(code, message, operation=operation, params=params))


AWS_ONLY = re.compile(
    r"trust polic|\bMFA\b|ExternalId|external id|opt-in|IAM user|account settings of IAM|sts:TagSession", re.IGNORECASE
)
ELSEWHERE = ["127.0.0.1:9000", "minio.example.com", "[::1]:4566", "sts.eu-west-1.amazonaws.com.example.com", "localhost"]
CODES = sorted({code for codes, *_ in HINTS for code in codes})
MESSAGES = [
    "",
    "Access Denied.",
    "User: x is not authorized to perform: sts:AssumeRole on resource: y",
    "Cannot call GetSessionToken with session credentials",
    "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
    "Credential should be scoped to a valid region, not 'us-west-2'. ",
]


@pytest.mark.parametrize("hostname", ELSEWHERE)
@pytest.mark.parametrize("code", CODES)
def test_on_other_hosts_nothing_is_said_that_only_aws_knows(code, hostname):
    """
    MinIO, Ceph and the like know no trust policies, MFA devices and external ids.

    minio/minio#9152, minio/minio#9435.
    """
    params = {"WebIdentityToken": jwt(GITHUB), "Tags": {"a": "b"}, "SourceIdentity": "me"}
    for operation in (row.name for row in OPERATIONS):
        for message in MESSAGES:
            hint = hint_for(
                FailedCall(code, message, operation=operation, hostname=hostname, params=params, with_session_token=True)
            )
            assert not AWS_ONLY.search(hint or ""), hint


@pytest.mark.parametrize("hostname", [None, "sts.eu-west-1.amazonaws.com", "vpce-1.sts.cn-north-1.vpce.amazonaws.com.cn:443"])
def test_on_hosts_of_aws_all_of_it_is_said(hostname):
    """The hosts of all partitions are covered, with and without a port."""
    assert "trust policy" in hint_for(FailedCall("AccessDenied", "no", operation="AssumeRole", hostname=hostname))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("SignatureDoesNotMatch", "Credential should be scoped to a valid region, not 'us-west-2'. "),
        ("SignatureDoesNotMatch", "Credential should be scoped to correct service: 'sts'. "),
        (
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; the region 'us-west-2' is wrong; expecting 'garage'",
        ),
        ("IncompleteSignature", "The credential scope is not valid"),
        ("AccessDenied", "Credential should be scoped to a valid region. "),
    ],
)
@pytest.mark.parametrize("hostname", [None, "sts.eu-west-1.amazonaws.com", "127.0.0.1:9000"])
def test_a_wrong_scope_points_to_region_and_endpoint(code, message, hostname):
    """
    The secret key is not to blame, and what has to be changed is named.

    saltstack/salt#30899, aws/aws-sdk-net#73, cognitect-labs/aws-api#27.
    """
    hint = hint_for(FailedCall(code, message, operation="GetCallerIdentity", hostname=hostname))
    assert "region=" in hint
    assert "endpoint=" in hint
    assert "secret" not in hint
    if "'us-west-2'" in message and code == "SignatureDoesNotMatch":
        assert "signed for us-west-2" in hint


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({}, "exact and case-sensitive"),
        ({"sub": "repo:my-org@84790634/my-repo@1304267049:ref:refs/heads/main"}, "repo:my-org@*/my-repo@*:ref:refs/heads/main"),
        ({"sub": "repo:my-org@1/my-repo@2:environment:prod"}, "does not match it"),
        ({"aud": "https://github.com/my-org"}, "request the audience sts.amazonaws.com"),
        ({"sub": "repository_owner:my-org:environment:prod"}, "exact and case-sensitive"),
    ],
)
def test_githubs_claims_are_known_in_both_forms(claims, says):
    """
    The form with ids, which repositories have since July 2026, needs another policy.

    aws-actions/configure-aws-credentials#1888, terraform-aws-modules/terraform-aws-iam#659.
    """
    params = {"WebIdentityToken": jwt({**GITHUB, **claims})}
    hint = hint_for(FailedCall("AccessDenied", "Not authorized", operation="AssumeRoleWithWebIdentity", params=params))
    assert says in hint


def test_other_issuers_are_told_nothing_of_github():
    """GitLab's sub has another form."""
    params = {"WebIdentityToken": jwt({**GITHUB, "iss": "https://gitlab.com"})}
    hint = hint_for(FailedCall("AccessDenied", "Not authorized", operation="AssumeRoleWithWebIdentity", params=params))
    assert "GitHub" not in hint
