"""
Give a part of the work fewer permissions than the session has, without a second role, and renewed like any credentials.

    python examples/scoped_credentials.py

Explained in docs/how-to/scoped-credentials.md.
"""

from __future__ import annotations

from sts import STS, ServiceError, assume_role_credentials
from sts.testing import LocalSTS

READ_ONLY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}


def main() -> None:
    with LocalSTS() as server:
        options = server.client_options()
        role = assume_role_credentials(server.role.arn, session_name="nightly", client_options=options)
        session = STS(region=options["region"], endpoint=options["endpoint"], credentials=role)

        # A function is asked again before what it gave expires. Without DurationSeconds that is when the session ends.
        worker = STS(
            region=options["region"],
            endpoint=options["endpoint"],
            credentials=lambda: session.get_scoped_credentials(Policy=READ_ONLY)["Credentials"],
        )
        print("the session:", session.get_caller_identity()["Arn"])
        print("the worker: ", worker.get_caller_identity()["Arn"], "(the same caller)")
        try:
            worker.get_access_key_info(AccessKeyId=server.user.access_key_id)
        except ServiceError as error:
            print("not allowed:", error.message)

        # Whoever has them can scope them down further, three policies deep.
        data = session.get_scoped_credentials(Policy=READ_ONLY, DurationSeconds=60, ScopedSessionDescription="one page")
        print("policies:", data["ScopedPoliciesCount"], "until", f"{data['Credentials']['Expiration']:%H:%M:%S} UTC")

        try:
            STS(**options).get_scoped_credentials(Policy=READ_ONLY)
        except ServiceError as error:
            print("a user's own keys:", error.hint)


if __name__ == "__main__":
    main()
