"""Invalid input is one clear error before sending."""

from __future__ import annotations

from typing import Any

import pytest

from sts import STS, ConfigError, CredentialsError, ParamValidationError
from tests.support.fakes import CREDENTIALS, client

ROLE = "arn:aws:iam::123456789012:role/demo"
GOOD = {"RoleArn": ROLE, "RoleSessionName": "ci"}

BAD_PARAMS: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "RoleArn.*RoleSessionName"),
    "none": ({**GOOD, "RoleArn": None}, "RoleArn"),
    "empty": ({**GOOD, "RoleArn": ""}, "RoleArn"),
    "number": ({**GOOD, "RoleArn": 12}, "RoleArn"),
    "bytes": ({**GOOD, "RoleArn": ROLE.encode()}, "RoleArn"),
    "list": ({**GOOD, "RoleArn": [ROLE]}, "RoleArn"),
    "too long": ({**GOOD, "RoleSessionName": "x" * 65}, "RoleSessionName.*64"),
    "unknown": ({**GOOD, "RoleSesionName": "x"}, "RoleSesionName.*RoleSessionName"),
    "control character": ({**GOOD, "RoleSessionName": "a\x00b"}, "RoleSessionName"),
    "line break": ({**GOOD, "ExternalId": "a\r\nHost: evil"}, "ExternalId"),
    "lone surrogate": ({**GOOD, "Policy": "{\ud800}"}, "Policy"),
    "bool": ({**GOOD, "DurationSeconds": True}, "DurationSeconds"),
    "float": ({**GOOD, "DurationSeconds": 900.5}, "DurationSeconds"),
    "too short a time": ({**GOOD, "DurationSeconds": 1}, "DurationSeconds.*900"),
    "not a list": ({**GOOD, "Tags": 3}, "Tags"),
    "tag without value": ({**GOOD, "Tags": [{"Key": "a"}]}, "Value"),
    "too many tags": ({**GOOD, "Tags": {str(n): "v" for n in range(51)}}, "Tags.*50"),
    "not a policy": ({**GOOD, "Policy": {"a": object()}}, "Policy"),
    "token code": ({**GOOD, "TokenCode": "12345x"}, "TokenCode"),
}


@pytest.mark.parametrize("name", BAD_PARAMS)
def test_bad_params_are_named(name: str) -> None:
    """The error contains the member, and nothing is sent."""
    params, expected = BAD_PARAMS[name]
    made = client()
    with pytest.raises(ParamValidationError, match=f"(?s){expected}") as caught:
        made.assume_role(params)

    assert made.handler.requests == []
    assert caught.value.problems
    assert caught.value.retryable is False


def test_ten_megabytes_are_refused_even_unchecked() -> None:
    """A body has at most 1 MiB, whatever `param_validation` is."""
    made = client(param_validation=False)
    with pytest.raises(ParamValidationError, match="1048576|1 MiB"):
        made.assume_role({**GOOD, "Policy": "x" * 10_000_000})

    assert made.handler.requests == []


def test_sensitive_values_are_not_shown() -> None:
    """The error does not repeat an invalid secret."""
    with pytest.raises(ParamValidationError) as caught:
        client().assume_role_with_web_identity(RoleArn=ROLE, RoleSessionName="ci", WebIdentityToken="s3c")

    assert "s3c" not in str(caught.value)


@pytest.mark.parametrize("region", ["evil.com/", "evil.com", "a b", "-a", "a\r\nb", "é", "a" * 64, "us-east-1#", "@evil"])
def test_a_region_is_a_host_label(region: str) -> None:
    """Nothing in the URL can change the host."""
    with pytest.raises(ConfigError, match="region"):
        STS(**{**CREDENTIALS, "region": region}).get_caller_identity()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"endpoint": "ftp://example.com"}, "endpoint"),
        ({"endpoint": "http://user:pw@example.com"}, "endpoint"),
        ({"endpoint": "http://exa\r\nmple.com"}, "endpoint"),
        ({"session_token": "a\r\nx: y"}, "session token"),
        ({"access_key_id": "AKIA\n"}, "access key id"),
        ({"max_attempts": 0}, "max_attempts"),
        ({"max_attempts": "many"}, "max_attempts"),
        ({"connect_timeout": -1}, "connect_timeout"),
        ({"credentials": 5}, "credentials"),
        ({"credentials": {}}, "access_key_id"),
        ({"verify": "/no/such/file"}, "/no/such/file"),
        ({"access_key_id": None}, "access_key_id"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_bad_options_are_named(options: dict[str, Any], expected: str) -> None:
    """An invalid value is a ConfigError on first use, and nothing is sent."""
    with pytest.raises((ConfigError, CredentialsError), match=expected):
        STS(**{**CREDENTIALS, **options}).get_caller_identity(timeout=5)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("regoin", "region"),
        ("region_name", "region"),
        ("endpoint_url", "endpoint"),
        ("maxRetries", "max_retries"),
        ("aws_access_key_id", "access_key_id"),
    ],
)
def test_unknown_options_are_type_errors(name: str, nearest: str) -> None:
    """The spellings of boto3 and JavaScript are known."""
    with pytest.raises(TypeError, match=nearest):
        STS(**{name: "x"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "call",
    [
        lambda made: made.get_caller_identity({}, {}, print, print),
        lambda made: made.get_caller_identity("text"),
        lambda made: made.get_caller_identity({"a": 1}, Arn="x"),
        lambda made: made.get_caller_identity(role_arn="x"),
        lambda made: made.get_caller_identity(print, callback=print),
        lambda made: made.get_caller_identity({}, {"timout": 3}),
        lambda made: made.get_caller_identity(timeout="3"),
        lambda made: made.get_caller_identity(abort_signal=3),
        lambda made: made.get_caller_identity(callback=coroutine),
    ],
    ids=["arity", "text", "both", "lower-case", "two callbacks", "option", "timeout", "signal", "coroutine"],
)
def test_misuse_raises_at_once(call: Any) -> None:
    """A wrong call is a TypeError, with or without a callback."""
    made = client()
    with pytest.raises(TypeError):
        call(made)

    assert made.handler.requests == []


async def coroutine(error: Any, data: Any) -> None:
    pass


def test_no_region_says_where_it_looked() -> None:
    """Calls that need no credentials have none."""
    with pytest.raises(ConfigError, match=r"(?s)AWS_REGION.*use_global_endpoint=True"):
        STS(access_key_id="AKIA", secret_access_key="x").get_caller_identity()


def test_no_credentials_says_why_each_provider_gave_none() -> None:
    """Each provider is listed with its reason."""
    with pytest.raises(CredentialsError, match=r"(?s)AWS_ACCESS_KEY_ID.*profile"):
        STS(region="us-east-1").get_caller_identity()
