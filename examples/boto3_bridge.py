"""
Use boto3 with our credentials, and our client with boto3's. Needs boto3.

    python examples/boto3_bridge.py

Explained in docs/how-to/boto3.md.
"""

from __future__ import annotations

from sts import STS, assume_role_credentials
from sts.integrations.boto3 import from_boto3_session, to_boto3_session
from sts.testing import LocalSTS


def main() -> None:
    with LocalSTS() as server:
        role = assume_role_credentials(server.role.arn, session_name="nightly", client_options=server.client_options())

        session = to_boto3_session(role)  # every client and resource of it signs with credentials that renew themselves
        boto = session.client("sts", endpoint_url=server.url)
        print(f"boto3 is  {boto.get_caller_identity()['Arn']}")

        with STS(region="us-east-1", endpoint=server.url, credentials=from_boto3_session(session)) as client:
            print(f"we are    {client.get_caller_identity()['Arn']}")
        print(f"AssumeRole was called {sum(call.operation == 'AssumeRole' for call in server.calls)} time")


if __name__ == "__main__":
    main()
