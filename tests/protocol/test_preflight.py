"""Checks before sending: calls that cannot succeed are errors with advice."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from sts import Credentials, errors
from sts.endpoints import resolve_endpoint
from sts.identity import SOURCES
from sts.model.operations import OPERATIONS
from sts.protocol.preflight import check_operation, check_role_chaining
from tests.support.fakes import client, ok, refused

BY_NAME = {operation.name: operation for operation in OPERATIONS}
REGIONAL = resolve_endpoint("eu-west-1")
GLOBAL = resolve_endpoint("us-east-1", use_global_endpoint=True)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_operations_that_only_regional_endpoints_have(operation: Any) -> None:
    """The table lists them. A regional or a custom endpoint supports all operations."""
    check_operation(operation, REGIONAL)
    check_operation(operation, resolve_endpoint("us-east-1", endpoint="http://localhost:4566"))
    if operation.regional_only:
        with pytest.raises(errors.ConfigError, match=f"{operation.name} is not available .* regional endpoint"):
            check_operation(operation, GLOBAL)
    else:
        check_operation(operation, GLOBAL)


def of(source: str | None) -> Credentials:
    return Credentials("ASIAIOSFODNN7EXAMPLE", "secret", "token", source=source)


@pytest.mark.parametrize("source", [row.name for row in SOURCES if row.is_role])
@pytest.mark.parametrize("duration", [3601, "7200", timedelta(hours=2)])
def test_a_chained_session_lives_an_hour_at_most(source: str, duration: Any) -> None:
    """A role session that assumes a role for too long is an error before sending, for every form of the duration."""
    with pytest.raises(
        errors.ParamValidationError, match=rf"chained session lasts at most 3600 .* \({source}\)|\({source}\).*3600"
    ):
        check_role_chaining(BY_NAME["AssumeRole"], {"DurationSeconds": duration}, of(source), REGIONAL)


@pytest.mark.parametrize(
    ("operation", "duration", "source", "endpoint"),
    [
        ("AssumeRole", 3600, "assume-role", None),
        ("AssumeRole", None, "assume-role", None),
        ("AssumeRole", 7200, "environment", None),
        ("AssumeRole", 7200, None, None),
        ("GetFederationToken", 7200, "assume-role", None),
        ("AssumeRole", 7200, "assume-role", "http://localhost:4566"),
    ],
)
def test_what_may_live_longer(operation: str, duration: Any, source: str | None, endpoint: str | None) -> None:
    """This covers a user's own credentials, other operations and servers other than AWS."""
    at = resolve_endpoint("eu-west-1", endpoint=endpoint)
    check_role_chaining(BY_NAME[operation], {"DurationSeconds": duration}, of(source), at)


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("AKIA\n", "s", None), "access key id"),
        (("AKIA\r\nX-Evil: 1", "s", None), "access key id"),
        (("AKIA Y", "s", None), "access key id"),
        (("", "s", None), "access key id"),
        (("AKIA", "s3cret\n", None), "secret access key"),
        (("AKIA", "", None), "secret access key"),
        (("AKIA", "s3cr\u00e9t", None), "secret access key"),
        (("AKIA", "s", "t\r\nX-Evil: 1"), "session token"),
        (("AKIA", "s", "t\x00"), "session token"),
        (("AKIA", "s", "\u202et"), "session token"),
        (("\u2019AKIA", "s", None), "access key id"),
        (("AKIA LD_PRELOAD=evil.so", "s", None), "access key id"),
        (("AKIA", "s", "t\ncredential_process = touch x"), "session token"),
    ],
    ids=repr,
)
def test_credentials_that_no_header_can_carry(parts: Any, name: str) -> None:
    """The error names the part without showing it. It is raised when they are made, or at the call for those of other code."""
    with pytest.raises(errors.CredentialsError, match=f"The {name} ") as caught:
        Credentials(*parts)
    assert "s3cret" not in str(caught.value)

    theirs = SimpleNamespace(access_key_id=parts[0], secret_access_key=parts[1], session_token=parts[2])
    provider = SimpleNamespace(cached=lambda: theirs, retrieve=lambda: theirs)
    made = client(ok(), credentials=provider, access_key_id=None, secret_access_key=None)
    with pytest.raises(errors.CredentialsError, match=f"The {name} "):
        made.get_caller_identity()
    assert made.handler.requests == []


@pytest.mark.parametrize(("place", "length"), [(0, 257), (1, 1025), (2, 32769), (4, 65)])
def test_credentials_are_bounded(place: int, length: int) -> None:
    """Longer values are not keys."""
    parts: list[Any] = ["AKIA", "s", "t", None, "1"]
    parts[place] = "x" * (length - 1)
    assert Credentials(*parts)
    parts[place] = "x" * length
    with pytest.raises(errors.CredentialsError, match=f"has {length} characters; at most {length - 1}"):
        Credentials(*parts)


def test_good_credentials_pass() -> None:
    """This covers every character of keys and tokens."""
    assert Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "IQoJ//+==%2B-_.")


def test_each_arn_of_another_kind_is_named_before_the_network() -> None:
    """
    All of them at once; `param_validation={"pattern": False}` and servers that are not AWS's take any.

    okta-awscli/okta-awscli#134, trek10inc/awsume#164.
    """
    swapped = {
        "RoleArn": "arn:aws:iam::123456789012:saml-provider/idp",
        "PrincipalArn": "arn:aws:iam::123456789012:role/deploy",
        "SAMLAssertion": "PHNhbWw+PC9zYW1sPg==",
        "PolicyArns": ["arn:aws:iam::123456789012:group/x"],
    }
    made = client(ok())
    with pytest.raises(errors.ParamValidationError) as caught:
        made.assume_role_with_saml(swapped)
    assert [problem.member for problem in caught.value.problems] == ["RoleArn", "PrincipalArn", "PolicyArns"]
    assert made.handler.requests == []

    for options in ({"param_validation": {"pattern": False}}, {"endpoint": "http://localhost:9000"}):
        made = client(refused("Elsewhere"), **options)
        with pytest.raises(errors.ServiceError):
            made.assume_role_with_saml(swapped)
        assert len(made.handler.requests) == 1
