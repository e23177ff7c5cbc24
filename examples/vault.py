"""
Log in to HashiCorp Vault with an AWS identity; here Vault is a few lines that do what it does: ask STS who signed.

    python examples/vault.py

With a real Vault: `sts.integrations.hvac.login(hvac.Client(url), "dev", server_id="vault.example.com")`.

Explained in docs/how-to/vault.md.
"""

from __future__ import annotations

import base64
import json
import re
import urllib.request

from sts import STS
from sts.integrations import hvac
from sts.testing import LocalSTS


class Vault:
    """Stands for hvac.Client and the server behind it."""

    def login(self, path: str, use_token: bool, json: dict[str, str]) -> dict[str, dict[str, str]]:
        """Answer as Vault does, once STS has said who signed."""
        return {"auth": {"path": path, "role": json["role"], "arn": self._who(json), "used": str(use_token)}}

    def _who(self, payload: dict[str, str]) -> str:
        url = base64.b64decode(payload["iam_request_url"]).decode()
        headers = {name: values[0] for name, values in json.loads(base64.b64decode(payload["iam_request_headers"])).items()}
        assert headers["X-Vault-AWS-IAM-Server-ID"] == "vault.example.com"
        request = urllib.request.Request(url, base64.b64decode(payload["iam_request_body"]), headers)
        found = re.search("<Arn>(.*)</Arn>", urllib.request.urlopen(request).read().decode())
        return found[1] if found else "?"


def main() -> None:
    with LocalSTS() as server:
        answer = hvac.login(Vault(), "dev", server_id="vault.example.com", client=STS(**server.client_options()))
        print(
            f"POST {answer['auth']['path']}\nlogged in as {answer['auth']['arn']} with the Vault role {answer['auth']['role']}"
        )


if __name__ == "__main__":
    main()
