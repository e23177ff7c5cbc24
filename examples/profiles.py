"""
Roles in profiles: a role with session tags, one that is assumed from it, and a client that says where all of it came from.

    python examples/profiles.py                  against a local STS with files of its own; needs no AWS account
    python examples/profiles.py --aws PROFILE    your own profile, against AWS

Explained in docs/how-to/long-jobs.md.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from sts import STS
from sts.testing import LocalSTS

CONFIG = """
[profile audit]
role_arn = {audit}
source_profile = base
tags = team=a, cost-center=42
transitive_tag_keys = team
source_identity = alice
region = us-east-1

[profile deploy]
role_arn = {deploy}
source_profile = audit
region = us-east-1

[profile base]
aws_access_key_id = {key}
aws_secret_access_key = {secret}
"""


def main() -> None:
    if "--aws" in sys.argv:
        run(sys.argv[-1])
        return
    with LocalSTS() as server, tempfile.TemporaryDirectory() as folder:
        audit = server.add_role("audit")
        deploy = server.add_role("deploy", trusts=[audit.arn])
        keys = {"key": server.user.access_key_id, "secret": server.user.secret_access_key}
        config = Path(folder) / "config"
        config.write_text(CONFIG.format(audit=audit.arn, deploy=deploy.arn, **keys))
        os.environ |= {"AWS_CONFIG_FILE": str(config), "AWS_ENDPOINT_URL_STS": server.url}
        run("deploy")
        print("What the service was asked for:")
        for call in server.calls:
            tags = {tag["Key"]: tag["Value"] for tag in call.params.get("Tags", [])}
            print(f"  {call.operation} {call.params.get('RoleArn', '')} {tags or ''}")


def run(profile: str) -> None:
    with STS(profile=profile) as client:
        print(client.get_caller_identity()["Arn"])
        print(*(f"  {verdict}" for verdict in client.explain().providers if verdict.gave), sep="\n")


if __name__ == "__main__":
    main()
