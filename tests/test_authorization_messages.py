"""Encoded authorization messages: found in whatever they arrive in, decoded, and said in one line."""

from __future__ import annotations

from typing import Any

import botocore.exceptions
import pytest

from sts import STS
from sts.authorization_messages import decode_authorization_message, describe_message, find_authorization_message
from sts.errors import InvalidAuthorizationMessageException, ParamValidationError
from sts.testing import LocalSTS

BLOB = "aBcDeF0123456789-_" * 30
ME = "arn:aws:iam::123456789012:user/me"
CONTEXT = {
    "principal": {"id": "AIDA", "name": "me", "arn": ME},
    "action": "ec2:StopInstances",
    "resource": "arn:aws:ec2:us-east-1:123456789012:instance/i-1",
    "conditions": {"items": []},
}
DENY = {
    "statementId": "NoStop",
    "effect": "DENY",
    "principals": {"items": [{"value": "AIDA"}]},
    "actions": {"items": [{"value": "ec2:Stop*"}]},
    "resources": {"items": [{"value": "*"}]},
}
MESSAGE = {
    "allowed": False,
    "explicitDeny": True,
    "matchedStatements": {"items": [DENY]},
    "failures": {"items": []},
    "context": CONTEXT,
}


def boto_error(message: str) -> Exception:
    return botocore.exceptions.ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": message}}, "StopInstances")


def wrapped(error: Exception) -> Exception:
    try:
        try:
            raise error
        except Exception as cause:
            raise RuntimeError("the deployment failed") from cause
    except RuntimeError as outer:
        return outer


SENTENCE = f"You are not authorized to perform this operation. Encoded authorization failure message: {BLOB}"
TERRAFORM = (
    "╷\n│ Error: creating EC2 Instance: UnauthorizedOperation: You are not authorized to perform this operation. Encoded\n"
    "│ authorization failure message: \n│ "
    + "\n│ ".join(BLOB[i : i + 76] for i in range(0, len(BLOB), 76))
    + "\n│ \tstatus code: 403, request id: 59d0ef5c-2b5c-4c9e-bf5c-7a7a7a7a7a7a\n│ \n╵"
)


@pytest.mark.parametrize(
    "source",
    [
        BLOB,
        f"  {BLOB}\n",
        "\n".join(BLOB[i : i + 64] for i in range(0, len(BLOB), 64)),
        SENTENCE,
        f"2026-01-02T03:04:05Z ERROR {SENTENCE} (Service: AmazonEC2; Status Code: 403)",
        f"{SENTENCE}\n\tstatus code: 403, request id: 59d0ef5c",
        f"{SENTENCE}. Please retry",
        TERRAFORM.replace("Encoded\n│ authorization", "Encoded authorization"),
        boto_error(SENTENCE),
        wrapped(boto_error(SENTENCE)),
        ValueError(SENTENCE),
    ],
    ids=["blob", "spaces", "lines", "sentence", "log", "sdk", "sentence after", "terraform", "botocore", "cause", "exception"],
)
def test_the_message_is_found(source: Any) -> None:
    """In the text as tools print it, in exceptions, and in what caused them."""
    assert find_authorization_message(source) == BLOB


@pytest.mark.parametrize(
    "source", ["", "AccessDenied: no", "Encoded authorization failure message: ", ValueError("no")], ids=repr
)
def test_no_message_is_an_error_that_says_what_to_give(source: Any) -> None:
    """Before anything is sent."""
    kind = "text" if isinstance(source, str) else "ValueError"
    with pytest.raises(ParamValidationError, match=f"This {kind} contains no encoded authorization message"):
        find_authorization_message(source)


def test_a_refusal_becomes_one_line(local_sts: LocalSTS) -> None:
    """Who was refused what by which statement, and the whole message for those who need more."""
    client = STS(**local_sts.client_options())
    blob = local_sts.encode_authorization_message(MESSAGE)

    decoded = decode_authorization_message(boto_error(f"Encoded authorization failure message: {blob}"), client)

    assert decoded == {
        "summary": (
            f"{ME} was refused ec2:StopInstances on {CONTEXT['resource']}: denied by statement 'NoStop' (DENY ec2:Stop* on *)"
        ),
        "principal": ME,
        "action": "ec2:StopInstances",
        "resource": CONTEXT["resource"],
        "explicit_deny": True,
        "statements": [{"id": "NoStop", "effect": "DENY", "actions": ["ec2:Stop*"], "resources": ["*"]}],
        "message": MESSAGE,
    }


def test_a_cut_message_is_explained(local_sts: LocalSTS) -> None:
    """Tools cut long lines."""
    blob = local_sts.encode_authorization_message(MESSAGE)

    with pytest.raises(InvalidAuthorizationMessageException, match="may be truncated"):
        decode_authorization_message(blob[:-10], STS(**local_sts.client_options()))


@pytest.mark.parametrize(
    ("message", "summary"),
    [
        (
            {**MESSAGE, "explicitDeny": False, "matchedStatements": {"items": []}},
            f"{ME} was refused ec2:StopInstances on {CONTEXT['resource']}: no statement allows it",
        ),
        ({**MESSAGE, "allowed": True}, f"{ME} was allowed ec2:StopInstances on {CONTEXT['resource']}"),
        ({}, "somebody was refused an action: no statement allows it"),
        (
            {"explicitDeny": True, "matchedStatements": {"items": [{}]}},
            "somebody was refused an action: denied by a statement without id ( )",
        ),
        ({"context": {"principal": {"id": "AROA:x"}, "action": "s3:Get"}}, "AROA:x was refused s3:Get: no statement allows it"),
    ],
)
def test_the_summary_says_what_is_known(message: dict[str, Any], summary: str) -> None:
    """Members may be missing."""
    assert describe_message(message)["summary"] == summary
