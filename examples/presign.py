"""
Let somebody without credentials make one call, for a while: a request that is signed already, by GET and by POST.

    python examples/presign.py                   against a local STS that this script starts; needs no AWS account

Explained in docs/how-to/presign.md.
"""

from __future__ import annotations

import re

import requests

from sts import STS, PresignedRequest
from sts.testing import LocalSTS

PARAMS = {"RoleArn": "arn:aws:iam::123456789012:role/demo", "RoleSessionName": "visitor", "DurationSeconds": 900}


def main() -> None:
    with LocalSTS() as server, STS(**server.client_options()) as client:
        # Who am I? With a GET the URL is all that has to be passed on.
        identity = client.presign("get_caller_identity", expires_in=60)
        send(identity)

        # A header that is signed as well binds the request to whoever sends it: without the right value it is refused.
        bound = client.presign("get_caller_identity", headers={"x-audience": "billing"})
        send(bound)
        send(bound._replace(headers={"x-audience": "somebody else"}))

        # With a POST the params are in the body, and so in no URL and in no log; a single other letter is refused.
        posted = client.presign("assume_role", PARAMS, method="POST")
        send(posted)
        send(posted._replace(body=(posted.body or b"").replace(b"900", b"3600")))


def send(presigned: PresignedRequest) -> None:
    """Send it as somebody who has nothing else: with any HTTP library, and no AWS one."""
    answer = requests.request(presigned.method, presigned.url, headers=presigned.headers, data=presigned.body, timeout=10)
    found = re.search("<(?:Arn|Code)>([^<]*)<", answer.text)
    print(f"{presigned.method:4} {answer.status_code} {found[1] if found else answer.text}")


if __name__ == "__main__":
    main()
