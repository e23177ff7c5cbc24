"""
A job that outlives its session: credentials of a role that renew themselves, shared by threads, clients and other roles.

    python examples/refreshing_credentials.py           against a local STS that this script starts; needs no AWS account
    python examples/refreshing_credentials.py --aws     against AWS; set ROLE_ARN to a role that trusts you

Explained in docs/how-to/long-jobs.md.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sts import STS, assume_role_credentials
from sts.testing import LocalSTS


def main() -> None:
    if "--aws" in sys.argv:
        run(os.environ["ROLE_ARN"], {})
        return
    with LocalSTS() as server:
        run(server.role.arn, server.client_options())
        print(f"{[call.operation for call in server.calls].count('AssumeRole')} AssumeRole for all of that")


def run(role_arn: str, options: dict[str, Any]) -> None:
    creds = assume_role_credentials(role_arn, session_name="nightly", duration="max", client_options=options)
    reach = {name: options[name] for name in ("region", "endpoint") if name in options}
    client = STS(credentials=creds, **reach)

    with ThreadPoolExecutor(16) as threads:
        arns = list(threads.map(lambda _: client.get_caller_identity()["Arn"], range(100)))
    print(f"{len(arns)} calls as {arns[0]}")

    session = creds.retrieve()  # one consistent set of keys, for anything else that needs some
    print(f"{session.access_key_id} is good until {session.expiration:%H:%M:%S} UTC; well before, there will be another")


if __name__ == "__main__":
    main()
