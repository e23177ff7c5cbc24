"""
Call any AWS service with `requests`, signed, with credentials of a role that renew themselves. Here the service is STS itself.

    python examples/sign_any_service.py

Explained in docs/how-to/sign-any-service.md.
"""

from __future__ import annotations

import re

import requests

from sts import assume_role_credentials
from sts.integrations.requests_auth import SigV4Auth
from sts.testing import LocalSTS


def main() -> None:
    with LocalSTS() as server, requests.Session() as session:
        role = assume_role_credentials(server.role.arn, session_name="report", client_options=server.client_options())
        session.auth = SigV4Auth("sts", "us-east-1", credentials=role)  # "execute-api", "es", "lambda", "s3", ...

        form = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}
        answer = session.post(server.url, data=form, timeout=10)
        print(answer.status_code, re.findall("<Arn>(.*)</Arn>", answer.text))

        signed = answer.request.headers["Authorization"]
        print(re.sub("Signature=.*", "Signature=...", signed))


if __name__ == "__main__":
    main()
