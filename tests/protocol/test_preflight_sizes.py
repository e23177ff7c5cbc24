"""Sizes of session policies, tags and tokens: checked before sending, with a warning near the limit."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from sts import ParamValidationError
from tests.support.fakes import client, ok

ARNS = [f"arn:aws:iam::123456789012:policy/p{n}" for n in range(10)]
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
OPERATIONS: dict[str, dict[str, Any]] = {
    "assume_role_with_web_identity": {
        "RoleArn": "arn:aws:iam::123456789012:role/demo",
        "RoleSessionName": "me",
        "WebIdentityToken": "token",
    },
    "get_federation_token": {"Name": "me"},
}
ASSUME_ROLE = {"RoleArn": "arn:aws:iam::123456789012:role/demo", "RoleSessionName": "me"}


def policy_of(length: int) -> dict[str, Any]:
    """Return a policy that is sent with *length* characters."""
    policy = json.loads(json.dumps(POLICY))
    policy["Statement"][0]["Sid"] = ""
    policy["Statement"][0]["Sid"] = "x" * (length - len(json.dumps(policy, separators=(",", ":"))))
    return dict(policy)


def answer(operation: str, **sizes: int) -> Any:
    name = "".join(word.title() for word in operation.split("_"))
    fields = "".join(f"<{key}>{value}</{key}>" for key, value in sizes.items())
    return ok(
        f'<{name}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{name}Result>{fields}</{name}Result></{name}Response>'
    )


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(("length", "arns", "good"), [(2048, 0, True), (1662, 10, True), (1700, 10, False), (2040, 1, False)])
def test_inline_and_managed_policies_are_counted_together(operation: str, length: int, arns: int, good: bool) -> None:
    """AWS documents one limit for both. The message contains both sizes."""
    made = client(answer(operation))
    params = {**OPERATIONS[operation], "Policy": policy_of(length), "PolicyArns": ARNS[:arns]}
    call = getattr(made, operation)
    if good:
        call(params)
        return
    with pytest.raises(
        ParamValidationError, match=f"have {length} characters in Policy and {sum(map(len, ARNS[:arns]))} in PolicyArns"
    ):
        call(params)
    assert made.handler.requests == []  # type: ignore[attr-defined]


def test_assume_role_has_no_limit_in_the_model_so_it_is_only_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The service model no longer has the limit, but the documentation has it."""
    made = client(answer("assume_role"))
    with caplog.at_level(logging.WARNING, "sts"):
        made.assume_role(**ASSUME_ROLE, Policy=policy_of(2049))

    assert "AssumeRole: The session policies have 2049 characters in Policy" in caplog.text
    assert "xxxx" not in caplog.text


@pytest.mark.parametrize("checks", [False, {"max": False}])
def test_who_switches_the_check_off_gets_a_log_line(checks: Any, caplog: pytest.LogCaptureFixture) -> None:
    """It can be disabled like every other limit."""
    made = client(answer("get_federation_token"), param_validation=checks)
    with caplog.at_level(logging.WARNING, "sts"):
        made.get_federation_token(Name="me", Policy=policy_of(2000), PolicyArns=ARNS)

    assert "GetFederationToken: The session policies" in caplog.text


@pytest.mark.parametrize("member", ["PackedPolicySize", "SessionTokenUtilization"])
@pytest.mark.parametrize(("percent", "warned"), [(79, False), (80, True), (100, True)])
def test_a_session_near_a_limit_is_warned_of(member: str, percent: int, warned: bool, caplog: pytest.LogCaptureFixture) -> None:
    """The warning starts at 80 %. The result always has the number."""
    made = client(answer("assume_role", **{member: percent}))
    with caplog.at_level(logging.WARNING, "sts"):
        data = made.assume_role(**ASSUME_ROLE)

    assert data[member] == percent  # type: ignore[literal-required]
    assert (f"{percent} % of what AWS allows ({member})" in caplog.text) is warned
