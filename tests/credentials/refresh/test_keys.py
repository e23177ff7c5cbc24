"""Names of entries on disk: what tells two sessions apart, and what must not."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from sts.credentials.refresh.keys import aws_cli_key, aws_cli_profile_key, own_key, profile_key, token_owner

ROLE = "arn:aws:iam::123456789012:role/demo"


def jwt(**claims: Any) -> str:
    """Return a token with *claims*, without padding."""
    return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.c2ln"


@pytest.mark.parametrize("name", ["a" * length for length in range(1, 21)], ids=len)
def test_the_owner_of_a_token_is_its_subject(name: str) -> None:
    """For any length of the payload, which has no padding. Claims that change with each token are not part of it."""
    owner = token_owner(jwt(iss="https://idp", sub=name, exp=1))
    assert json.loads(owner) == {"iss": "https://idp", "sub": name}
    assert token_owner(jwt(exp=2, sub=name, iss="https://idp")) == owner


def test_a_token_without_a_subject_is_its_own_owner() -> None:
    """Its digest, in which nothing of it can be read."""
    first, second = token_owner(jwt(iss="https://idp", exp=1)), token_owner(jwt(iss="https://idp", exp=2))
    assert first != second
    assert len(first) == len(second) == 64


def test_the_order_of_params_does_not_count() -> None:
    """Nor members that are None, nor tokens."""
    params = {"RoleArn": ROLE, "ExternalId": "x"}
    turned = {"ExternalId": "x", "RoleArn": ROLE, "Policy": None, "TokenCode": "123456"}
    assert own_key("assume_role", params, "me") == own_key("assume_role", turned, "me")
    assert aws_cli_key(params) == aws_cli_key(turned)


@pytest.mark.parametrize(
    "section",
    [
        {},
        {"role_arn": ""},
        {"role_arn": {"nested": "x"}},
        {"sso_account_id": "123456789012"},
        {"sso_role_name": "R"},
        {"sso_account_id": "123456789012", "sso_role_name": ""},
    ],
    ids=str,
)
def test_profiles_of_which_the_aws_cli_keeps_no_session(section: Any) -> None:
    """Those with neither a role nor a whole SSO role."""
    assert aws_cli_profile_key(section, str) is None


def test_the_key_of_a_profile_is_that_of_its_call() -> None:
    """With the role, the device and the token of the profile."""
    common = {"role_arn": ROLE, "role_session_name": "ci"}
    params = {"RoleArn": ROLE, "RoleSessionName": "ci"}
    everything = {**common, "external_id": "x", "mfa_serial": "arn:aws:iam::123456789012:mfa/me", "duration_seconds": "1800"}
    asked = {**params, "ExternalId": "x", "SerialNumber": "arn:aws:iam::123456789012:mfa/me", "DurationSeconds": 1800}
    assert aws_cli_profile_key({**everything}, str) == aws_cli_key(asked)
    federated = {**common, "web_identity_token_file": "/token", "external_id": "x"}
    assert aws_cli_profile_key({**federated}, lambda path: f"of {path}") == aws_cli_key(
        {**params, "WebIdentityToken": "of /token"}
    )


@pytest.mark.parametrize("seconds", ["soon", "\u0663\u0666\u0660\u0660", "-5", ""])
def test_a_duration_that_is_no_number_does_not_count(seconds: str) -> None:
    """The call reports the error."""
    plain = {"role_arn": ROLE}
    assert aws_cli_profile_key({**plain, "duration_seconds": seconds}, str) == aws_cli_profile_key({**plain}, str)


def key_of(profiles: Any, name: str = "a", whose: str | None = None) -> str:
    return profile_key(profiles, name, None, lambda _: whose)


def test_a_profile_and_those_it_comes_from_name_its_session() -> None:
    """A change of any of them gives another key. A change of an unrelated profile does not."""
    profiles: dict[str, Any] = {"a": {"role_arn": ROLE, "source_profile": "b"}, "b": {"region": "eu-west-1"}, "c": {}}
    key = key_of(profiles)
    assert key_of({**profiles, "b": {"region": "us-east-1"}}) != key
    assert key_of({**profiles, "a": {**profiles["a"], "role_session_name": "x"}}) != key
    assert key_of({**profiles, "c": {"region": "x"}}) == key
    assert key_of(profiles, whose="somebody") != key
    assert key_of({**profiles, "b": {"region": "eu-west-1", "source_profile": "a"}}) != key  # a circle ends


def test_secrets_are_no_part_of_a_name() -> None:
    """But the access key's id is."""
    keys = {"aws_access_key_id": "AKIA1", "aws_secret_access_key": "one", "aws_session_token": "t", "aws_security_token": "t"}
    key = key_of({"a": keys})
    others = {"aws_secret_access_key": "two", "aws_session_token": "u", "aws_security_token": "u"}
    assert key_of({"a": {**keys, **others}}) == key
    assert key_of({"a": {**keys, "aws_access_key_id": "AKIA2"}}) != key
