"""
A chain of one's own: a vault before everything else, no instance metadata, and the reasons why each provider gave nothing.

    python examples/own_chain.py    against a local STS; needs no AWS account

Explained in docs/reference/providers.md.
"""

from __future__ import annotations

from sts import STS, Credentials, NotConfiguredError
from sts.credentials import default_chain
from sts.testing import LocalSTS


class VaultProvider:
    """Anything with `retrieve()` is a provider; "not configured" moves on to the next one, any other error stops."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}

    def retrieve(self) -> Credentials:
        """Return what the vault holds."""
        if not self.secrets:
            raise NotConfiguredError("The vault is empty.")
        return Credentials(self.secrets["access_key_id"], self.secrets["secret_access_key"])


def main() -> None:
    vault = VaultProvider()
    chain = default_chain(environ={}).without("instance-metadata", "container").insert_before("environment", vault)
    print("Asked are, in this order:", ", ".join(chain.names))
    with LocalSTS() as server:
        options = server.client_options()
        client = STS(region=options["region"], endpoint=options["endpoint"], credentials=chain)
        print("\n".join(client.explain().problems))

        vault.secrets = {name: options[name] for name in ("access_key_id", "secret_access_key")}
        print("\nOnce the vault has a key:", client.get_caller_identity()["Arn"])
        print(*chain.verdicts, sep="\n")


if __name__ == "__main__":
    main()
