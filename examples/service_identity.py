"""
Let a service of your own know who calls it by their AWS identity, without a secret that both share.

    python examples/service_identity.py

Explained in docs/how-to/service-identity.md.
"""

from __future__ import annotations

from sts import STS, assume_role_credentials
from sts.testing import LocalSTS
from sts.tokens import RejectedTokenError, ReplayGuard, VerifiedIdentity, identity_proof, verify_identity_proof

AUDIENCE = "https://builds.example.com"
MAY_DEPLOY = {"arn:aws:iam::123456789012:role/demo"}


class BuildService:
    """A service; `sts_url` only because STS runs on this machine."""

    def __init__(self, sts_url: str) -> None:
        self._sts_url = sts_url
        self._first_use = ReplayGuard()

    def deploy(self, authorization: str) -> str:
        """Answer a request with this Authorization header."""
        try:
            caller = self._caller(authorization)
        except RejectedTokenError as error:
            return f"401 {error}"
        return f"200 deployed for {caller.session_name}" if caller.canonical_arn in MAY_DEPLOY else f"403 {caller.arn} may not"

    def _caller(self, authorization: str) -> VerifiedIdentity:
        proof = authorization.removeprefix("Bearer ")
        return verify_identity_proof(proof, AUDIENCE, first_use=self._first_use, endpoint=self._sts_url)


def main() -> None:
    with LocalSTS() as server:
        service, user = BuildService(server.url), STS(**server.client_options())
        role = assume_role_credentials(server.role.arn, session_name="ci-run-17", client_options=server.client_options())
        deployer = STS(region=user.region, endpoint=user.endpoint, credentials=role)

        proof = identity_proof(AUDIENCE, client=deployer)
        print("Role      ", service.deploy(f"Bearer {proof}"))
        print("Again     ", service.deploy(f"Bearer {proof}"))
        print("User      ", service.deploy(f"Bearer {identity_proof(AUDIENCE, client=user)}"))
        print("Stolen    ", service.deploy(f"Bearer {identity_proof('https://other.example.com', client=deployer)}"))


if __name__ == "__main__":
    main()
