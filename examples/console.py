"""
Make a link that signs a browser in to the AWS console as a role.

    python examples/console.py                     with a role of a local STS, and a stand-in for AWS's sign-in page
    python examples/console.py --aws ROLE_ARN      a real link: whoever has it is you for 15 minutes, so it is not for logs

Explained in docs/how-to/console.md.
"""

from __future__ import annotations

import sys
from urllib.parse import parse_qs, urlsplit

from sts import Control, HttpRequest, HttpResponse, assume_role_credentials
from sts.testing import LocalSTS
from sts.tokens import console_url


class SignIn:
    """Stands for https://signin.aws.amazon.com: any object with send() and close() can perform the exchange."""

    def send(self, request: HttpRequest, *, control: Control) -> HttpResponse:
        """Answer as AWS does."""
        print(f"{request.method} {request.url} with {sorted(parse_qs(request.body.decode()))}")
        return HttpResponse(200, {}, b'{"SigninToken": "..."}')

    def close(self) -> None:
        """Nothing is open."""


def main() -> None:
    if "--aws" in sys.argv:
        role = assume_role_credentials(sys.argv[-1])
        print(console_url("s3/buckets", credentials=role, session_duration=3600))
        return
    with LocalSTS() as server:
        role = assume_role_credentials(server.role.arn, client_options=server.client_options())
        link = console_url("s3/buckets", region="eu-west-1", credentials=role, session_duration=3600, handler=SignIn())
        print(f"leads to {parse_qs(urlsplit(link).query)['Destination'][0]}")


if __name__ == "__main__":
    main()
