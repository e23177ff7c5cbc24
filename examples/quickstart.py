"""
Who am I, assume a role, use it, and read a refusal: the main job of STS in one minute.

    python examples/quickstart.py           against a local STS that this script starts; needs no AWS account
    python examples/quickstart.py --aws     against AWS, with your own credentials (set ROLE_ARN to assume a role)

Explained in docs/tutorial/first-role.md.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta

from sts import STS, ServiceError
from sts.testing import LocalSTS


def main() -> None:
    if "--aws" in sys.argv:
        run(STS(), os.environ.get("ROLE_ARN"))
        return
    with LocalSTS() as server:
        run(STS(**server.client_options()), "arn:aws:iam::123456789012:role/demo")


def run(client: STS, role_arn: str | None) -> None:
    me = client.get_caller_identity()
    print(f"I am          {me['Arn']} (account {me['Account']})")
    if role_arn is None:
        print("Set ROLE_ARN to a role that trusts you to see the rest.")
        return

    session = client.assume_role(
        RoleArn=role_arn,
        RoleSessionName="quickstart",
        DurationSeconds=timedelta(minutes=15),
        Policy={"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]},
        Tags={"team": "platform"},
    )
    print(f"Assumed       {session['AssumedRoleUser']['Arn']}")
    print(f"  until       {session['Credentials']['Expiration']:%Y-%m-%d %H:%M:%S} UTC")

    with STS(region=client.region, endpoint=client.endpoint, credentials=client.credentials_from(session)) as as_role:
        print(f"Now I am      {as_role.get_caller_identity()['Arn']}")

    try:
        client.assume_role(RoleArn=f"{role_arn}-that-does-not-exist", RoleSessionName="quickstart")
    except ServiceError as error:
        print(f"Refused       {error.code}: {error.message}")
        print(f"  what to do  {error.hint}")


if __name__ == "__main__":
    main()
