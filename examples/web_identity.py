"""
Credentials for a web identity token, as on Kubernetes or in CI: from a file that is replaced now and then, or from a function.

    python examples/web_identity.py    against a local STS; needs no AWS account

On Amazon EKS and wherever AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are set, `STS()` does all of this by itself.

Explained in docs/how-to/ci.md and docs/how-to/kubernetes.md.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from sts import STS
from sts.credentials import WebIdentityProvider
from sts.testing import LocalSTS


def main() -> None:
    with LocalSTS() as server, tempfile.TemporaryDirectory() as folder:
        options: dict[str, Any] = {"region": server.region, "endpoint": server.url}
        token = Path(folder) / "token"
        from_file = WebIdentityProvider(role_arn=server.role.arn, token=token, session_name="pod", **options)
        from_function = WebIdentityProvider(role_arn=server.role.arn, token=server.issue_token, session_name="job", **options)

        token.write_text(server.issue_token("system:serviceaccount:default:demo"))
        who(from_file, options)

        print("The identity provider cannot be reached twice; the exchange is tried again, each time with a new token.")
        server.oidc_provider.fail(2)
        who(from_function, options)


def who(provider: WebIdentityProvider, options: dict[str, Any]) -> None:
    with STS(credentials=provider, **options) as client:
        print(client.get_caller_identity()["Arn"])


if __name__ == "__main__":
    main()
