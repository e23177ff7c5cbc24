"""
Prove your AWS identity to a third party with an OpenID Connect token that AWS signs, kept and renewed.

    python examples/web_identity_tokens_out.py

Explained in docs/how-to/google-and-azure.md.
"""

from __future__ import annotations

import json
import urllib.request

from sts import STS
from sts.testing import LocalSTS
from sts.tokens import WebIdentityToken


def main() -> None:
    with LocalSTS() as server:
        token = WebIdentityToken(
            "https://api.example.com", client=STS(**server.client_options()), signing_algorithm="ES384", tags={"team": "a"}
        )
        header = {"Authorization": f"Bearer {token()}"}  # call it each time a token is needed
        print(f"Authorization: {header['Authorization'][:20]}... until {token.expiration:%H:%M:%S} UTC")
        print(f"the same again: {token() == header['Authorization'].removeprefix('Bearer ')}")
        print("AWS was asked", len(server.calls), "time")

        # The third party finds the keys to check it at the issuer:
        document = json.loads(urllib.request.urlopen(f"{server.url}/.well-known/openid-configuration").read())
        print("issuer's keys", document["jwks_uri"].removeprefix(server.url))


if __name__ == "__main__":
    main()
