"""
Read what AWS hides in an encoded authorization message, and take ARNs and access key ids apart without a network.

    python examples/why_denied.py

Explained in docs/how-to/denied.md.
"""

from __future__ import annotations

from sts import STS, account_id_from_access_key_id, decode_authorization_message, parse_arn, partition_of, session_name
from sts.testing import LocalSTS

REFUSAL = {
    "allowed": False,
    "explicitDeny": True,
    "matchedStatements": {
        "items": [{"statementId": "NoStop", "effect": "DENY", "actions": {"items": [{"value": "ec2:Stop*"}]}}],
    },
    "context": {
        "principal": {"arn": "arn:aws:iam::123456789012:user/me"},
        "action": "ec2:StopInstances",
        "resource": "arn:aws:ec2:eu-west-1:123456789012:instance/i-0abc",
    },
}


def main() -> None:
    with LocalSTS() as server:
        blob = server.encode_authorization_message(REFUSAL)
        error = RuntimeError(f"UnauthorizedOperation. Encoded authorization failure message: {blob} (status code: 403)")
        decoded = decode_authorization_message(error, STS(**server.client_options()))
        print(decoded["summary"])

    print("account of a key:", account_id_from_access_key_id("ASIAQNZGKIQY56JQ7WML"))
    print("role in an ARN:  ", parse_arn("arn:aws:iam::123456789012:role/ci/deploy").resource_id)
    print("partition:       ", partition_of("cn-north-1").name)
    print("a session's name:", session_name({"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "17"}))


if __name__ == "__main__":
    main()
